// SPDX-License-Identifier: Apache-2.0
//
// Address decoder: any number of initiators, any number of targets, one latency.
#ifndef TRAPLINE_EXAMPLES_FIRMWARE_INTERCONNECT_HPP
#define TRAPLINE_EXAMPLES_FIRMWARE_INTERCONNECT_HPP

#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <vector>

class interconnect : public sc_core::sc_module
{
public:
    tlm_utils::multi_passthrough_target_socket<interconnect> in;

    interconnect(sc_core::sc_module_name name, sc_core::sc_time latency) : sc_module(name), in("in"), latency_(latency)
    {
        in.register_b_transport(this, &interconnect::b_transport);
    }

    // Accesses from base to base + size - 1 go to the target, with the offset as their address.
    template <typename target_socket> void map(uint64_t base, uint64_t size, target_socket &target)
    {
        const std::string name = "out" + std::to_string(range_.size());
        range_.push_back(std::make_unique<range>(name.c_str(), base, size));
        range_.back()->out.bind(target);
    }

private:
    struct range {
        range(const char *name, uint64_t base_, uint64_t size_) : out(name), base(base_), size(size_) {}
        tlm_utils::simple_initiator_socket<interconnect> out;
        uint64_t base, size;
    };

    void b_transport(int, tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
    {
        const uint64_t address = p.get_address();
        delay += latency_;
        for (auto &r : range_)
            if (address >= r->base && address - r->base < r->size) {
                p.set_address(address - r->base);
                r->out->b_transport(p, delay);
                p.set_address(address);
                return;
            }
        p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    }

    sc_core::sc_time latency_;
    std::vector<std::unique_ptr<range>> range_;
};

#endif
