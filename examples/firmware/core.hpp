// SPDX-License-Identifier: Apache-2.0
//
// The engine as a TLM-2.0 initiator: one thread, one socket, one interrupt wire, loosely timed.
#ifndef TRAPLINE_EXAMPLES_FIRMWARE_CORE_HPP
#define TRAPLINE_EXAMPLES_FIRMWARE_CORE_HPP

#include "engine.hpp"

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>
#include <trapline/systemc/access.hpp>

class core : public sc_core::sc_module, private engine::environment
{
  public:
    tlm_utils::simple_initiator_socket<core> bus;
    sc_core::sc_in<bool> irq; // high: an interrupt is pending

    SC_HAS_PROCESS(core);
    // period: of one instruction. The quantum is the global one of TLM.
    core(sc_core::sc_module_name name, unsigned number, uint64_t reset_pc, sc_core::sc_time period);
    ~core() override;

    engine &cpu()
    {
        return cpu_;
    }
    uint64_t accesses() const
    {
        return accesses_;
    }
    bool failed() const
    {
        return !cpu_.error().empty();
    }

  private:
    uint64_t read(uint64_t address, unsigned size) override;
    void write(uint64_t address, unsigned size, uint64_t value) override;
    uint64_t counter() override;

    void run();
    void see_irq();
    void account();
    void access(tlm::tlm_command command, uint64_t address, unsigned size, void *data);

    engine cpu_;
    trapline::access_extension id_;    // tells the GIC who asks
    tlm::tlm_generic_payload payload_; // not on the thread's stack, which is abandoned when the simulation stops
    tlm_utils::tlm_quantumkeeper keeper_;
    sc_core::sc_time period_;
    uint64_t accounted_ = 0; // instructions that have become time
    uint64_t accesses_ = 0;
};

#endif
