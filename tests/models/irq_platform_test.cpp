// SPDX-License-Identifier: Apache-2.0
//
// Sources of every kind load a GIC-400; a CPU serves them; the meter keeps the books.
#include <trapline/gic_regs.h>
#include <trapline/systemc/irq_traffic.hpp>
#include <trapline/systemc/meter.hpp>

#include <gtest/gtest.h>

using namespace sc_core;
using trapline::irq_source;
using trapline::irq_source_config;
using trapline::irq_timetable;

namespace
{

constexpr uint64_t GICD = 0x1000, GICC = 0x2000;
constexpr uint32_t level_spi = 40, edge_spi = 41, msi_spi = 64;

struct Cpu : sc_module {
    tlm_utils::simple_initiator_socket<Cpu> gic{"gic"}, device{"device"};
    sc_in<bool> irq{"irq"};
    SC_HAS_PROCESS(Cpu);
    explicit Cpu(sc_module_name name) : sc_module(name)
    {
        SC_THREAD(run);
    }
    template <typename socket>
    uint32_t access(socket &s, tlm::tlm_command command, uint64_t address, uint32_t value, unsigned size = 4)
    {
        tlm::tlm_generic_payload p;
        sc_time delay;
        p.set_command(command);
        p.set_address(address);
        p.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        p.set_data_length(size);
        p.set_streaming_width(size);
        s->b_transport(p, delay);
        wait(delay + sc_time(10, SC_NS));
        return value;
    }
    void write(uint64_t address, uint32_t value, unsigned size = 4)
    {
        access(gic, tlm::TLM_WRITE_COMMAND, address, value, size);
    }
    void enable(uint32_t intid, bool edge)
    {
        write(GICD + GICD_ITARGETSR + intid, 1, 1);
        if (edge)
            write(GICD + GICD_ICFGR + intid / 16 * 4, 2u << intid % 16 * 2); // the word has one edge interrupt only
        write(GICD + GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32);
    }
    void run()
    {
        enable(level_spi, false);
        enable(edge_spi, true);
        enable(msi_spi, true);
        write(GICD + GICD_CTLR, 1);
        write(GICC + GICC_PMR, 0xf8);
        write(GICC + GICC_CTLR, 1);
        for (;;) {
            while (!irq.read())
                wait(irq.posedge_event());
            const uint32_t iar = access(gic, tlm::TLM_READ_COMMAND, GICC + GICC_IAR, 0);
            wait(1, SC_US);
            if (iar == level_spi)
                access(device, tlm::TLM_WRITE_COMMAND, irq_source::CLEAR, 1);
            write(GICC + GICC_EOIR, iar);
        }
    }
};

TEST(IrqPlatform, every_interrupt_that_a_source_sent_is_acknowledged_once)
{
    trapline::gic400_config config;
    config.v2m = trapline::gic400_v2m{64, 32, 0};
    trapline::gic400 gic("gic", config);
    trapline::meter probe("meter");
    probe.attach(gic);
    irq_source level("level"), edge("edge", irq_source_config::edge()),
        msi("msi", irq_source_config::msi(GICV2M_MSI_SETSPI_NS, msi_spi));
    const sc_time start(1, SC_US);
    trapline::irq_traffic level_traffic("level_traffic",
                                        irq_timetable::poisson(sc_time(9, SC_US), 7, 5000).starting_at(start), level);
    trapline::irq_traffic edge_traffic("edge_traffic",
                                       irq_timetable::rate(7, sc_time(100, SC_US), 2000).starting_at(start), edge);
    trapline::irq_traffic msi_traffic(
        "msi_traffic", irq_timetable::bursts(sc_time(50, SC_US), 3, sc_time(8, SC_US), 2000).starting_at(start), msi);
    Cpu cpu("cpu");
    sc_signal<bool> level_wire("level_wire"), edge_wire("edge_wire"), irq("irq");
    cpu.gic.bind(gic.bus);
    cpu.device.bind(level.regs);
    cpu.irq(irq);
    gic.irq[0].bind(irq);
    level.line.bind(level_wire);
    gic.spi[level_spi - 32].bind(level_wire);
    edge.line.bind(edge_wire);
    gic.spi[edge_spi - 32].bind(edge_wire);
    msi.msi.bind(gic.v2m);

    sc_start(1, SC_SEC);
    EXPECT_EQ(level.raised() + level.coalesced(), 5000u);
    EXPECT_GT(level.coalesced(), 0u);
    EXPECT_EQ(level.raised(), probe.acks_of(level_spi));
    EXPECT_EQ(level.cleared(), level.raised());
    EXPECT_EQ(edge.raised(), 2000u);
    EXPECT_EQ(probe.acks_of(edge_spi), 2000u);
    EXPECT_EQ(msi.raised(), 2000u);
    EXPECT_EQ(probe.acks_of(msi_spi), 2000u);
    EXPECT_EQ(probe.counts().spurious, 0u);
    EXPECT_EQ(probe.counts().eois, probe.counts().acks());
    EXPECT_EQ(gic_check(gic.handle(), nullptr, 0), 0);
}

} // namespace
