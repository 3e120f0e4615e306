// SPDX-License-Identifier: Apache-2.0
//
// The GIC-400 module as a platform uses it.
#include <trapline/gic_regs.h>
#include <trapline/systemc/gic400.hpp>

#include <gtest/gtest.h>

#include <tlm_utils/simple_initiator_socket.h>

namespace
{

struct Initiator : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<Initiator> port{"port"};
    explicit Initiator(sc_core::sc_module_name name) : sc_module(name)
    {
    }
    uint32_t access(tlm::tlm_command command, uint64_t address, uint32_t value = 0)
    {
        tlm::tlm_generic_payload trans;
        sc_core::sc_time delay;
        trans.set_command(command);
        trans.set_address(address);
        trans.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        trans.set_data_length(4);
        trans.set_streaming_width(4);
        port->b_transport(trans, delay);
        EXPECT_EQ(trans.get_response_status(), tlm::TLM_OK_RESPONSE);
        return value;
    }
};

TEST(Gic400, signals_an_interrupt_one_delta_after_its_line)
{
    trapline::gic400 gic("gic");
    Initiator cpu("cpu");
    cpu.port.bind(gic.bus);
    sc_core::sc_signal<bool> line("line"), irq("irq");
    gic.spi[8].bind(line);
    gic.irq[0].bind(irq);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    cpu.access(tlm::TLM_WRITE_COMMAND, 0x1000 + GICD_ISENABLER + 4, 1u << 8);
    cpu.access(tlm::TLM_WRITE_COMMAND, 0x1000 + GICD_ITARGETSR + 40, 1);
    cpu.access(tlm::TLM_WRITE_COMMAND, 0x1000 + GICD_CTLR, GICD_CTLR_EnableGrp0);
    cpu.access(tlm::TLM_WRITE_COMMAND, 0x2000 + GICC_PMR, 0xf8);
    cpu.access(tlm::TLM_WRITE_COMMAND, 0x2000 + GICC_CTLR, GICC_CTLR_EnableGrp0);
    line = true;
    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_NS));
    EXPECT_TRUE(irq.read());
    EXPECT_EQ(cpu.access(tlm::TLM_READ_COMMAND, 0x2000 + GICC_IAR), 40u);
    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_NS));
    EXPECT_FALSE(irq.read());
}

} // namespace
