// SPDX-License-Identifier: Apache-2.0
//
// What the meter concludes from accesses, wires and exception levels.
#include <trapline/gic_regs.h>
#include <trapline/systemc/meter.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <utility>
#include <vector>

#include <tlm_utils/simple_initiator_socket.h>

using namespace sc_core;
using trapline::gic400;
using trapline::meter;

namespace
{

const sc_time ns(1, SC_NS);
constexpr uint64_t GICD = 0x1000, GICC = 0x2000, GICH = 0x4000, GICV = 0x6000;

struct Initiator : sc_module {
    tlm_utils::simple_initiator_socket<Initiator> port{"port"};
    SC_HAS_PROCESS(Initiator);
    explicit Initiator(sc_module_name name) : sc_module(name)
    {
        port.register_nb_transport_bw(this, &Initiator::response);
    }
    uint32_t access(tlm::tlm_command command, uint64_t address, uint32_t value, unsigned size)
    {
        tlm::tlm_generic_payload p;
        sc_time delay;
        fill(p, command, address, value, size);
        port->b_transport(p, delay);
        EXPECT_TRUE(p.is_response_ok());
        return value;
    }
    uint32_t read(uint64_t address)
    {
        return access(tlm::TLM_READ_COMMAND, address, 0, 4);
    }
    void write(uint64_t address, uint32_t value, unsigned size = 4)
    {
        access(tlm::TLM_WRITE_COMMAND, address, value, size);
    }
    static void fill(tlm::tlm_generic_payload &p, tlm::tlm_command command, uint64_t address, uint32_t &value,
                     unsigned size)
    {
        p.set_command(command);
        p.set_address(address);
        p.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        p.set_data_length(size);
        p.set_streaming_width(size);
        p.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    }
    unsigned responses = 0;
    tlm::tlm_sync_enum response(tlm::tlm_generic_payload &, tlm::tlm_phase &phase, sc_time &)
    {
        if (phase != tlm::BEGIN_RESP)
            return tlm::TLM_ACCEPTED;
        responses++;
        return tlm::TLM_COMPLETED;
    }
};

// A hypervisor and its guest on one CPU, played by the test; the meter listens or stands in the way.
struct Platform {
    explicit Platform(bool listening) : probe("meter")
    {
        if (listening) {
            probe.attach(gic);
            cpu.port.bind(gic.bus);
        } else {
            cpu.port.bind(probe.in);
            probe.out.bind(gic.bus);
            gic.irq[0].bind(irq);
            gic.virq[0].bind(virq);
            gic.maintenance[0].bind(maintenance);
            probe.irq[0].bind(irq);
            probe.virq[0].bind(virq);
            probe.maintenance[0].bind(maintenance);
        }
        sc_start(SC_ZERO_TIME);
        cpu.write(GICD + GICD_ITARGETSR + 40, 1, 1);
        cpu.write(GICD + GICD_ISENABLER + 4, 1u << 8);
        cpu.write(GICD + GICD_CTLR, 1);
        cpu.write(GICC + GICC_PMR, 0xf8);
        cpu.write(GICC + GICC_CTLR, GICC_CTLR_EnableGrp0 | GICC_CTLR_EOImode);
        cpu.write(GICH + GICH_HCR, GICH_HCR_En);
        cpu.write(GICV + GICV_PMR, 0xf8);
        cpu.write(GICV + GICV_CTLR, 1);
        pass(1);
        probe.restart();
    }
    void pass(double n)
    {
        sc_start(n * ns);
    }
    // SPI 40 arrives; the host gets it as a trapped or as a forwarded interrupt and lists it for the guest.
    void host_takes(uint32_t lr)
    {
        gic.set_spi(40, true);
        pass(100);
        EXPECT_EQ(cpu.read(GICC + GICC_IAR), 40u);
        cpu.write(GICC + GICC_EOIR, 40);
        cpu.write(GICH + GICH_LR, lr);
    }
    void guest_takes()
    {
        pass(30);
        EXPECT_EQ(cpu.read(GICV + GICV_IAR), 40u);
        gic.set_spi(40, false);
        cpu.write(GICV + GICV_EOIR, 40);
        pass(10);
    }
    static constexpr uint32_t pending = GICH_LR_State_Pending | 40u;
    static constexpr uint32_t forwarded = pending | GICH_LR_HW | 40u << GICH_LR_PhysicalID_SHIFT;
    static constexpr uint32_t trapped = pending | GICH_LR_EOI;

    gic400 gic{"gic"};
    meter probe;
    Initiator cpu{"cpu"};
    sc_signal<bool> irq{"irq"}, virq{"virq"}, maintenance{"maintenance"};
};

// Both ways of attaching prove the same.
class Meter : public testing::TestWithParam<bool>
{
};
INSTANTIATE_TEST_SUITE_P(, Meter, testing::Bool(),
                         [](const auto &info) { return info.param ? "listening" : "in_the_way"; });

TEST_P(Meter, counts_a_forwarded_interrupt)
{
    Platform p(GetParam());
    p.host_takes(Platform::forwarded);
    p.guest_takes();
    const auto c = p.probe.counts();
    EXPECT_EQ(c.irq_raised, 1u);
    EXPECT_EQ(c.acks_spi, 1u);
    EXPECT_EQ(c.acks(), 1u);
    EXPECT_EQ(p.probe.acks_of(40), 1u);
    EXPECT_EQ(c.eois, 1u);
    EXPECT_EQ(c.dirs, 0u);
    EXPECT_EQ(c.lr_writes_hw, 1u);
    EXPECT_EQ(c.lr_writes_soft, 0u);
    EXPECT_EQ(c.virq_raised, 1u);
    EXPECT_EQ(c.virt_acks, 1u);
    EXPECT_EQ(c.virt_eois, 1u);
    EXPECT_EQ(c.maintenance, 0u);
}

TEST_P(Meter, counts_the_maintenance_interrupt_of_a_trapped_end)
{
    Platform p(GetParam());
    p.host_takes(Platform::trapped);
    p.guest_takes();
    EXPECT_EQ(p.probe.counts().maintenance, 1u);
    EXPECT_EQ(p.probe.counts().lr_writes_soft, 1u);
    p.cpu.write(GICH + GICH_LR, 0);
    p.cpu.write(GICC + GICC_DIR, 40);
    EXPECT_EQ(p.probe.counts().lr_writes_empty, 1u);
    EXPECT_EQ(p.probe.counts().dirs, 1u);
}

TEST_P(Meter, measures_from_the_wire_to_the_acknowledge)
{
    Platform p(GetParam());
    p.host_takes(Platform::forwarded);
    p.guest_takes();
    EXPECT_EQ(p.probe.irq_latency().count, 1u);
    EXPECT_EQ(p.probe.irq_latency().min, 100 * ns);
    EXPECT_EQ(p.probe.virq_latency().count, 1u);
    EXPECT_EQ(p.probe.virq_latency().max, 30 * ns);
}

TEST_P(Meter, the_next_interrupt_on_a_wire_that_stays_high_waits_from_the_acknowledge)
{
    Platform p(GetParam());
    p.cpu.write(GICD + GICD_IPRIORITYR + 40, 0x80, 1);
    p.cpu.write(GICD + GICD_ITARGETSR + 41, 1, 1);
    p.cpu.write(GICD + GICD_ISENABLER + 4, 1u << 9);
    p.gic.set_spi(41, true); // priority 0: more urgent
    p.gic.set_spi(40, true);
    p.pass(100);
    EXPECT_EQ(p.cpu.read(GICC + GICC_IAR), 41u);
    p.cpu.write(GICC + GICC_EOIR, 41); // the running priority is dropped at once: the wire hardly falls
    p.pass(7);
    EXPECT_EQ(p.cpu.read(GICC + GICC_IAR), 40u);
    EXPECT_EQ(p.probe.irq_latency().min, 7 * ns);
    EXPECT_EQ(p.probe.irq_latency().max, 100 * ns);
}

TEST_P(Meter, tells_sgis_ppis_and_spurious_reads_apart)
{
    Platform p(GetParam());
    p.cpu.write(GICD + GICD_ISENABLER, 1u << 27);
    p.gic.set_ppi(0, 27, true);
    p.cpu.write(GICD + GICD_SGIR, 2u << 24 | 3);
    p.pass(1);
    for (int i = 0; i < 3; i++) {
        const uint32_t iar = p.cpu.read(GICC + GICC_IAR);
        p.cpu.write(GICC + GICC_EOIR, iar);
    }
    const auto c = p.probe.counts();
    EXPECT_EQ(c.acks_sgi, 1u);
    EXPECT_EQ(c.acks_ppi, 1u);
    EXPECT_EQ(c.acks_spi, 0u);
    EXPECT_EQ(c.spurious, 1u);
    EXPECT_EQ(c.sgis_sent, 1u);
}

TEST_P(Meter, counts_masked_interrupts_not_writes)
{
    Platform p(GetParam());
    p.cpu.write(GICD + GICD_ICENABLER + 4, 0x3);
    p.cpu.write(GICD + GICD_ISENABLER + 4, 0x1);
    p.cpu.read(GICD + GICD_ISENABLER + 4);
    const auto c = p.probe.counts();
    EXPECT_EQ(c.masks, 2u);
    EXPECT_EQ(c.unmasks, 1u);
    EXPECT_EQ(c.gicd_writes, 2u);
    EXPECT_EQ(c.gicd_reads, 1u);
}

// ---- exits -----------------------------------------------------------------------------------------------

constexpr auto unknown = MACHINE_EXIT_COUNT;

// The guest of CPU 0 runs, leaves for `host` and enters again 50 ns later.
template <typename work> void exit_and_enter(Platform &p, work host, machine_exit_cause told = unknown)
{
    p.probe.set_el(0, 1, true);
    p.pass(10);
    p.probe.set_el(0, 2, true, told);
    host();
    p.pass(50);
    p.probe.set_el(0, 1, true);
}

TEST_P(Meter, an_acknowledged_spi_is_the_cause_of_its_exit)
{
    Platform p(GetParam());
    p.probe.set_el(0, 1, true);
    p.gic.set_spi(40, true);
    p.pass(10);
    p.probe.set_el(0, 2, true);
    EXPECT_EQ(p.cpu.read(GICC + GICC_IAR), 40u);
    p.pass(50);
    p.probe.set_el(0, 1, true);
    const auto e = p.probe.exits(MACHINE_EXIT_PHYS_DEVICE_IRQ);
    EXPECT_EQ(e.samples, 1u);
    EXPECT_EQ(e.timed, 1u);
    EXPECT_EQ(e.total, 50 * ns);
    EXPECT_EQ(p.probe.exits().samples, 1u);
}

TEST_P(Meter, maintenance_for_an_spi_that_asked_for_it_is_maint_eoi)
{
    Platform p(GetParam());
    p.host_takes(Platform::trapped);
    p.probe.set_el(0, 1, true);
    p.guest_takes();
    exit_and_enter(p, [&] { p.cpu.read(GICH + GICH_EISR); });
    EXPECT_EQ(p.probe.exits(MACHINE_EXIT_MAINT_EOI).samples, 1u);
}

TEST_P(Meter, an_empty_list_register_tells_the_same)
{
    Platform p(GetParam());
    p.host_takes(Platform::trapped);
    p.probe.set_el(0, 1, true);
    p.guest_takes();
    exit_and_enter(p, [&] { p.cpu.read(GICH + GICH_LR); });
    EXPECT_EQ(p.probe.exits(MACHINE_EXIT_MAINT_EOI).samples, 1u);
}

TEST_P(Meter, maintenance_for_an_underflow_is_maint_other)
{
    Platform p(GetParam());
    p.probe.set_el(0, 1, true);
    p.cpu.write(GICH + GICH_HCR, GICH_HCR_En | GICH_HCR_UIE);
    p.pass(1);
    exit_and_enter(p, [&] { p.cpu.read(GICH + GICH_ELRSR); });
    EXPECT_EQ(p.probe.exits(MACHINE_EXIT_MAINT_OTHER).samples, 1u);
}

struct AckCause {
    const char *name;
    uint32_t intid;
    machine_exit_cause cause;
};
class MeterAck : public testing::TestWithParam<AckCause>
{
};
TEST_P(MeterAck, is_the_cause)
{
    meter probe("meter");
    probe.set_el(0, 1, true);
    probe.set_el(0, 2, true);
    probe.gic_access({0, false, false, GIC_CPU, GICC_IAR, 4, GetParam().intid, SC_ZERO_TIME});
    probe.set_el(0, 1, true);
    EXPECT_EQ(probe.exits(GetParam().cause).samples, 1u);
    EXPECT_EQ(probe.exits().samples, 1u);
}
INSTANTIATE_TEST_SUITE_P(, MeterAck,
                         testing::Values(AckCause{"kick", 0, MACHINE_EXIT_KICK_IPI},
                                         AckCause{"call", 1, MACHINE_EXIT_IPI_CALL},
                                         AckCause{"virtual_timer", 27, MACHINE_EXIT_PHYS_TIMER},
                                         AckCause{"hypervisor_timer", 26, MACHINE_EXIT_HOST_TICK},
                                         AckCause{"maintenance", 25, MACHINE_EXIT_MAINT_OTHER},
                                         AckCause{"another_ppi", 23, MACHINE_EXIT_PHYS_DEVICE_IRQ},
                                         AckCause{"spi", 32, MACHINE_EXIT_PHYS_DEVICE_IRQ},
                                         AckCause{"unknown_sgi", 5, unknown}, AckCause{"nothing", 1023, unknown}),
                         [](const auto &info) { return info.param.name; });

TEST(MeterExits, a_trap_has_its_own_cause_whatever_is_acknowledged_meanwhile)
{
    meter probe("meter");
    probe.set_el(0, 1, true);
    probe.set_el(0, 2, true, MACHINE_EXIT_WFX);
    probe.gic_access({0, false, false, GIC_CPU, GICC_IAR, 4, 40, SC_ZERO_TIME});
    probe.set_el(0, 0, true);
    EXPECT_EQ(probe.exits(MACHINE_EXIT_WFX).samples, 1u);
    EXPECT_EQ(probe.exits().samples, 1u);
}

TEST(MeterExits, a_cause_that_does_not_exist_is_none)
{
    meter probe("meter");
    sc_signal<unsigned> level("level");
    probe.el[0](level);
    level.write(meter::el_word(1, true));
    sc_start(ns);
    level.write(2 | 4 | (MACHINE_EXIT_COUNT + 2) << 8); // no el_word() makes it
    sc_start(ns);
    level.write(meter::el_word(1, true));
    sc_start(ns);
    probe.set_el(0, 2, true, static_cast<machine_exit_cause>(MACHINE_EXIT_COUNT + 1));
    probe.set_el(0, 1, true);
    EXPECT_EQ(probe.exits(MACHINE_EXIT_COUNT).samples, 2u);
    EXPECT_EQ(probe.exits().samples, 2u);
}

TEST(MeterExits, a_host_at_el1_or_el0_is_no_guest)
{
    meter probe("meter");
    probe.set_el(0, 1, false);
    probe.set_el(0, 0, false);
    probe.set_el(0, 2, false);
    EXPECT_EQ(probe.exits().samples, 0u);
    probe.set_el(0, 1, true); // the guest
    probe.set_el(0, 0, true); // its user space
    EXPECT_EQ(probe.exits().samples, 0u);
    probe.set_el(0, 2, true);
    probe.set_el(0, 1, false); // the host without VHE
    EXPECT_EQ(probe.exits().samples, 1u);
}

TEST(MeterExits, the_last_exit_counts_without_a_time)
{
    meter probe("meter");
    probe.set_el(0, 1, true);
    probe.set_el(0, 2, true, MACHINE_EXIT_HVC);
    EXPECT_EQ(probe.exits(MACHINE_EXIT_HVC).samples, 1u);
    EXPECT_EQ(probe.exits(MACHINE_EXIT_HVC).timed, 0u);
}

TEST(MeterExits, times_may_be_local_to_the_cpu)
{
    meter probe("meter");
    probe.set_el(0, 1, true, unknown, 5 * ns);
    for (int i = 0; i < 3; i++) {
        probe.set_el(0, 2, true, MACHINE_EXIT_HVC, (10 + 100 * i) * ns);
        probe.set_el(0, 1, true, unknown, (20 + 110 * i) * ns);
    }
    const auto e = probe.exits(MACHINE_EXIT_HVC);
    EXPECT_EQ(e.min, 10 * ns);
    EXPECT_EQ(e.max, 30 * ns);
    EXPECT_EQ(e.total, 60 * ns);
    EXPECT_DOUBLE_EQ(e.stddev_ns, 10.0);
}

TEST(MeterExits, the_level_may_come_over_a_signal)
{
    sc_signal<unsigned> el{"el"};
    meter probe("meter");
    probe.el[0].bind(el);
    for (unsigned word : {meter::el_word(1, true), meter::el_word(2, true, MACHINE_EXIT_HVC), meter::el_word(1, true),
                          2u /* no cause told */, meter::el_word(1, true)}) {
        el = word;
        sc_start(10 * ns);
    }
    EXPECT_EQ(probe.exits(MACHINE_EXIT_HVC).samples, 1u);
    EXPECT_EQ(probe.exits(MACHINE_EXIT_HVC).total, 10 * ns);
    EXPECT_EQ(probe.exits(unknown).samples, 1u);
}

struct Esr {
    const char *name;
    uint64_t esr;
    machine_exit_cause cause;
};
class MeterEsr : public testing::TestWithParam<Esr>
{
};
TEST_P(MeterEsr, gives_the_cause) // Arm ARM D13.2.37: EC in bits 31:26, ISV in bit 24
{
    EXPECT_EQ(meter::cause_of_esr(GetParam().esr), GetParam().cause);
}
INSTANTIATE_TEST_SUITE_P(, MeterEsr,
                         testing::Values(Esr{"wfi", 0x01u << 26, MACHINE_EXIT_WFX},
                                         Esr{"hvc", 0x16u << 26 | 1u << 25, MACHINE_EXIT_HVC},
                                         Esr{"msr", 0x18u << 26, MACHINE_EXIT_SYSREG},
                                         Esr{"load_with_syndrome", 0x24u << 26 | 1u << 24, MACHINE_EXIT_MMIO_USER},
                                         Esr{"load_without", 0x24u << 26, MACHINE_EXIT_S2FAULT},
                                         Esr{"fetch", 0x20u << 26, MACHINE_EXIT_S2FAULT},
                                         Esr{"something_else", 0x3cu << 26, unknown}),
                         [](const auto &info) { return info.param.name; });

// ---- in the way --------------------------------------------------------------------------------------------

// Whoever wires the meter wrongly is told.
class MeterTapBinding : public testing::TestWithParam<std::pair<unsigned, unsigned>>
{
};

TEST_P(MeterTapBinding, needs_a_way_out_for_every_way_in)
{
    const auto [ins, outs] = GetParam();
    trapline::gic400_config three;
    three.cpus = 3;
    gic400 gic("gic", three);
    meter probe("meter");
    std::vector<std::unique_ptr<Initiator>> cpu;
    for (unsigned i = 0; i < ins; i++) {
        cpu.push_back(std::make_unique<Initiator>(sc_gen_unique_name("cpu")));
        cpu.back()->port.bind(probe.in);
    }
    for (unsigned i = 0; i < outs; i++)
        probe.out.bind(gic.bus);
    const auto use = [&] {
        sc_start(SC_ZERO_TIME);
        for (auto &c : cpu)
            c->read(GICD + GICD_CTLR);
    };
    if (!ins || outs == 1 || outs == ins)
        EXPECT_NO_THROW(use());
    else
        EXPECT_THROW(use(), sc_report);
}

INSTANTIATE_TEST_SUITE_P(InsAndOuts, MeterTapBinding,
                         testing::Values(std::make_pair(0u, 0u), std::make_pair(1u, 0u), std::make_pair(3u, 2u),
                                         std::make_pair(3u, 1u), std::make_pair(2u, 2u)));

TEST(MeterTap, passes_accesses_of_several_cpus_to_one_target)
{
    gic400 gic("gic", [] {
        trapline::gic400_config c;
        c.cpus = 2;
        return c;
    }());
    trapline::meter_config config;
    config.cpus = 2;
    meter probe("meter", config);
    Initiator cpu0("cpu0"), cpu1("cpu1");
    cpu0.port.bind(probe.in);
    cpu1.port.bind(probe.in);
    probe.out.bind(gic.bus);
    probe.out.bind(gic.bus);
    sc_start(SC_ZERO_TIME);
    cpu1.write(GICC + GICC_PMR, 0x80);
    EXPECT_EQ(gic.peek("GICC_PMR", 1), 0x80u);
    EXPECT_EQ(gic.peek("GICC_PMR", 0), 0u);
    EXPECT_EQ(probe.counts(1).gicc_writes, 1u);
    EXPECT_EQ(probe.counts(0).gicc_writes, 0u);
}

TEST(MeterTap, non_blocking_accesses_pass_and_count_once)
{
    Platform p(false);
    for (uint64_t address : {GICD + GICD_TYPER, GICC + GICC_IAR}) {
        tlm::tlm_generic_payload trans;
        uint32_t value = 0;
        tlm::tlm_phase phase = tlm::BEGIN_REQ;
        sc_time delay;
        Initiator::fill(trans, tlm::TLM_READ_COMMAND, address, value, 4);
        p.cpu.port->nb_transport_fw(trans, phase, delay);
        p.pass(10);
        EXPECT_TRUE(trans.is_response_ok());
        EXPECT_NE(value, 0u);
    }
    EXPECT_EQ(p.probe.counts().gicd_reads, 1u);
    EXPECT_EQ(p.probe.counts().spurious, 1u);
}

TEST(MeterTap, debug_accesses_pass_uncounted_and_dmi_is_refused)
{
    Platform p(false);
    tlm::tlm_generic_payload trans;
    tlm::tlm_dmi dmi;
    uint32_t value = 0;
    Initiator::fill(trans, tlm::TLM_READ_COMMAND, GICC + GICC_PMR, value, 4);
    EXPECT_EQ(p.cpu.port->transport_dbg(trans), 4u);
    EXPECT_EQ(value, 0xf8u);
    EXPECT_FALSE(p.cpu.port->get_direct_mem_ptr(trans, dmi));
    EXPECT_EQ(p.probe.counts().gicc_reads, 0u);
}

TEST(MeterTap, the_wide_map_has_its_frames_where_a_gic400_with_64_kib_pages_has_them)
{
    trapline::gic400_config config;
    config.map = trapline::gic400_map::aligned_64k;
    gic400 gic("gic", config);
    trapline::meter_config meter_config;
    meter_config.windows = trapline::meter_config::windows_of(trapline::gic400_map::aligned_64k);
    meter probe("meter", meter_config), listening("listening");
    listening.attach(gic);
    Initiator cpu("cpu");
    cpu.port.bind(probe.in);
    probe.out.bind(gic.bus);
    sc_start(SC_ZERO_TIME);
    for (uint64_t address = 0; address < 0x80000; address += 0x1000)
        cpu.write(address, 0);
    const auto a = probe.counts(), b = listening.counts();
#define X(field, doc) EXPECT_EQ(a.field, b.field) << #field;
    TRAPLINE_METER_COUNTS(X)
#undef X
    EXPECT_GT(a.gicd_writes + a.dirs, 16u);
}

// ---- results -----------------------------------------------------------------------------------------------

TEST(MeterReport, prints_the_table_of_trapline_run)
{
    Platform p(true);
    p.probe.set_el(0, 1, true);
    for (int i = 0; i < 4; i++) {
        p.probe.set_el(0, 2, true, i ? unknown : MACHINE_EXIT_HVC);
        if (i)
            p.host_takes(Platform::forwarded);
        else
            p.pass(2000);
        p.probe.set_el(0, 1, true);
        if (i)
            p.guest_takes();
    }
    std::ostringstream out;
    p.probe.print(out);
    EXPECT_EQ(out.str(), R"(meter   3 interrupts in 2.420 us simulated
  VM-EXIT          Samples  Samples%   Time%  Min Time  Max Time  Avg time
  phys_device_irq        3    75.00%  13.04%    0.10us    0.10us    0.10us  ( +-  0.00% )
  hvc                    1    25.00%  86.96%    2.00us    2.00us    2.00us  ( +-  0.00% )
  total                  4

in all
  interrupts                            3
  exits per interrupt                1.33
  world switches                        4
  host GICC_IAR reads                   3
    SPIs                                3
  host GICC_EOIR writes                 3
  host GICC_DIR writes                  0
  host GICD writes                      0
  host GICD reads                       0
  GICH writes                           3
    list registers filled, hardware     3
  guest GICV_IAR reads                  3
  guest GICV_EOIR writes                3

latency                 min     p50     p99     max
  nIRQ to GICC_IAR   0.10us  0.10us  0.10us  0.10us
  nVIRQ to GICV_IAR  0.03us  0.03us  0.03us  0.03us
)");
}

TEST(MeterReport, json_has_every_cause_and_every_count)
{
    Platform p(true);
    p.host_takes(Platform::forwarded);
    p.guest_takes();
    const std::string json = p.probe.json();
    for (unsigned cause = 0; cause <= MACHINE_EXIT_COUNT; cause++)
        EXPECT_NE(json.find(std::string("\"") + meter::exit_name(cause) + "\": {\"samples\": 0"), std::string::npos);
#define X(field, doc) EXPECT_NE(json.find("\"" #field "\": "), std::string::npos);
    TRAPLINE_METER_COUNTS(X)
#undef X
    EXPECT_NE(json.find("\"acks\": {\"40\": 1}"), std::string::npos);
    EXPECT_NE(json.find("\"irq_to_iar\": {\"count\": 1, \"min_ns\": 100.000"), std::string::npos);
}

TEST(MeterReport, restart_forgets_all_but_where_the_guest_is)
{
    Platform p(true);
    p.probe.set_el(0, 1, true);
    p.host_takes(Platform::forwarded);
    p.guest_takes();
    p.probe.restart();
    EXPECT_EQ(p.probe.counts().acks(), 0u);
    EXPECT_EQ(p.probe.acks_of(40), 0u);
    EXPECT_EQ(p.probe.irq_latency().count, 0u);
    EXPECT_EQ(p.probe.elapsed(), SC_ZERO_TIME);
    p.probe.set_el(0, 2, true);
    EXPECT_EQ(p.probe.exits().samples, 1u);
}

} // namespace
