// SPDX-License-Identifier: Apache-2.0
//
// An initiator for tests of the GIC-400 module: one call an access, and the answer in full.
#pragma once

#include <trapline/gic_regs.h>
#include <trapline/systemc/gic400.hpp>

#include <gtest/gtest.h>

#include <tlm_utils/simple_initiator_socket.h>

#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace models_test
{

using sc_core::sc_time;
using tlm::tlm_generic_payload;

inline sc_time ns(double n)
{
    return sc_time(n, sc_core::SC_NS);
}

// Where the frames of the packed map begin.
constexpr uint64_t gicd = 0x1000, gicc = 0x2000, gich = 0x4000, gicv = 0x6000;

struct Initiator : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<Initiator> port{"port"};
    trapline::access_extension who;
    bool with_extension = false;
    tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE; // of the last access
    sc_time delay;                                                  // after it

    explicit Initiator(sc_core::sc_module_name name) : sc_module(name)
    {
    }
    // Says who it is with each access from now on.
    void be(unsigned cpu, bool secure = false)
    {
        who = trapline::access_extension(cpu, secure);
        with_extension = true;
    }
    void fill(tlm_generic_payload &trans, tlm::tlm_command command, uint64_t address, void *data, unsigned size)
    {
        trans.set_command(command);
        trans.set_address(address);
        trans.set_data_ptr(static_cast<unsigned char *>(data));
        trans.set_data_length(size);
        trans.set_streaming_width(size);
        trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
        if (with_extension)
            trans.set_extension(&who);
    }
    uint32_t access(tlm::tlm_command command, uint64_t address, unsigned size, uint32_t value)
    {
        tlm_generic_payload trans;
        fill(trans, command, address, &value, size);
        port->b_transport(trans, delay);
        status = trans.get_response_status();
        trans.clear_extension(&who);
        return value;
    }
    uint32_t read(uint64_t address, unsigned size = 4)
    {
        return access(tlm::TLM_READ_COMMAND, address, size, 0);
    }
    void write(uint64_t address, uint32_t value, unsigned size = 4)
    {
        access(tlm::TLM_WRITE_COMMAND, address, size, value);
    }
    uint32_t debug_read(uint64_t address)
    {
        tlm_generic_payload trans;
        uint32_t value = 0xdeadbeef;
        fill(trans, tlm::TLM_READ_COMMAND, address, &value, 4);
        EXPECT_EQ(port->transport_dbg(trans), 4u);
        trans.clear_extension(&who);
        return value;
    }

    // ---- what software does, through the packed map of gic400::bus --------------------------------

    void enable_cpu()
    {
        write(gicc + GICC_PMR, 0xf8);
        write(gicc + GICC_CTLR, GICC_CTLR_EnableGrp0);
    }
    void enable_irq(uint32_t intid, uint32_t targets = 1)
    {
        write(gicd + GICD_IPRIORITYR + intid, 0xa0, 1);
        write(gicd + GICD_ITARGETSR + intid, targets, 1);
        write(gicd + GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32);
        write(gicd + GICD_CTLR, GICD_CTLR_EnableGrp0);
    }
    void make_edge(uint32_t intid)
    {
        const uint64_t address = gicd + GICD_ICFGR + intid / 16 * 4;
        write(address, read(address) | 2u << intid % 16 * 2);
    }
};

// A process made of a function. It has to be made before the simulation starts.
struct Thread : sc_core::sc_module {
    std::function<void()> body;

    SC_HAS_PROCESS(Thread);
    Thread(sc_core::sc_module_name name, std::function<void()> f) : sc_module(name), body(std::move(f))
    {
        SC_THREAD(run);
    }
    void run()
    {
        body();
        // A thread that ends leaves its stack, with the guard page that SystemC puts before it, to the leak checker,
        // which reads that page and crashes. One that sleeps is destroyed with its module.
        while (true)
            wait();
    }
};

inline std::vector<uint8_t> saved(const trapline::gic400 &gic)
{
    std::vector<uint8_t> state(gic_save_size(gic.handle()));
    EXPECT_EQ(gic_save(gic.handle(), state.data(), state.size()), 0);
    return state;
}

// Empty if every invariant holds.
inline std::string broken(const trapline::gic400 &gic)
{
    char why[200] = "";
    return gic_check(gic.handle(), why, sizeof(why)) == 0 ? "" : why;
}

// Lets everything that is due now happen.
inline void settle()
{
    sc_core::sc_start(sc_time(1, sc_core::SC_PS));
}

} // namespace models_test
