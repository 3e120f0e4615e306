// SPDX-License-Identifier: Apache-2.0
//
// Address decoder: any number of initiators, any number of targets, one latency.
#ifndef TRAPLINE_EXAMPLES_FIRMWARE_INTERCONNECT_HPP
#define TRAPLINE_EXAMPLES_FIRMWARE_INTERCONNECT_HPP

#include <systemc>
#include <tlm>
#include <tlm_utils/multi_passthrough_initiator_socket.h>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <vector>

class interconnect : public sc_core::sc_module
{
  public:
    tlm_utils::multi_passthrough_target_socket<interconnect> in;
    tlm_utils::multi_passthrough_initiator_socket<interconnect> out;

    interconnect(sc_core::sc_module_name name, sc_core::sc_time latency)
        : sc_module(name), in("in"), out("out"), latency_(latency)
    {
        in.register_b_transport(this, &interconnect::b_transport);
    }

    // Accesses from base to base + size - 1 go to the target, with the offset as their address.
    template <typename target_socket> void map(uint64_t base, uint64_t size, target_socket &target)
    {
        range_.push_back({base, size});
        out.bind(target);
    }

  private:
    struct range {
        uint64_t base, size;
    };

    void b_transport(int, tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
    {
        const uint64_t address = p.get_address();
        delay += latency_;
        for (unsigned i = 0; i < range_.size(); i++)
            if (address >= range_[i].base && address - range_[i].base < range_[i].size) {
                p.set_address(address - range_[i].base);
                out[int(i)]->b_transport(p, delay);
                p.set_address(address);
                return;
            }
        p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    }

    sc_core::sc_time latency_;
    std::vector<range> range_; // of the bindings of out
};

#endif
