// SPDX-License-Identifier: Apache-2.0
//
// Wires of the GIC-400 module: when outputs change, several initiators at once, reset, listeners, tracing.
#include "rig.hpp"

#include <fstream>
#include <sstream>

namespace
{

using namespace models_test;
using sc_core::SC_ZERO_TIME;
using sc_core::wait;

// Two CPUs that software has set up 5 ns after the start; SPI 40 goes to CPU 0, 41 to CPU 1.
struct Gic400Wires : testing::Test {
    trapline::gic400 gic;
    Initiator cpu0{"cpu0"}, cpu1{"cpu1"};
    sc_core::sc_signal<bool> line{"line"}, irq0{"irq0"}, irq1{"irq1"}, reset{"reset"};

    static trapline::gic400_config config()
    {
        trapline::gic400_config c;
        c.cpus = 2;
        return c;
    }
    Gic400Wires() : gic("gic", config())
    {
        cpu0.port.bind(gic.bus);
        cpu1.port.bind(gic.bus);
        gic.irq[0].bind(irq0);
        gic.irq[1].bind(irq1);
    }
    // From here on no module can be made.
    void run(double until_ns = 1000)
    {
        sc_core::sc_start(ns(5));
        cpu0.enable_cpu();
        cpu1.enable_cpu();
        cpu0.enable_irq(40, 1);
        cpu0.enable_irq(41, 2);
        sc_core::sc_start(ns(until_ns) - sc_core::sc_time_stamp());
        EXPECT_EQ(broken(gic), "");
    }
};

// The access notifies the process that drives the wires, which runs in the next delta cycle.
TEST_F(Gic400Wires, outputs_are_written_one_delta_after_an_access)
{
    uint64_t access_at = 0, written_at = 0;
    Thread software("software", [&] {
        wait(ns(10));
        gic.set_spi(40, true);
        wait(irq0.value_changed_event());
        access_at = sc_core::sc_delta_count();
        cpu0.read(gicc + GICC_IAR);
        EXPECT_FALSE(gic.output(0, GIC_IRQ)) << "the call interface is immediate";
        EXPECT_TRUE(irq0.read());
        wait(irq0.value_changed_event());
        written_at = sc_core::sc_delta_count();
        EXPECT_FALSE(irq0.read());
    });
    run();
    // One delta cycle to write the signal, and who is sensitive to it runs in the one after.
    EXPECT_EQ(written_at, access_at + 2);
}

TEST_F(Gic400Wires, a_line_that_is_a_signal_is_seen_in_the_delta_of_its_change)
{
    gic.spi[8].bind(line);
    uint64_t changed_at = 0, seen_at = 0;
    Thread device("device", [&] {
        wait(ns(10));
        line.write(true);
        wait(line.value_changed_event());
        changed_at = sc_core::sc_delta_count();
        wait(irq0.value_changed_event());
        seen_at = sc_core::sc_delta_count();
    });
    run();
    EXPECT_EQ(seen_at, changed_at + 2);
    EXPECT_EQ(cpu0.read(gicc + GICC_IAR), 40u);
}

TEST_F(Gic400Wires, a_line_that_is_high_from_the_start_is_seen)
{
    line.write(true);
    gic.spi[8].bind(line);
    run();
    EXPECT_TRUE(irq0.read());
}

TEST_F(Gic400Wires, a_glitch_within_a_delta_is_no_edge_and_an_edge_is_kept)
{
    gic.spi[8].bind(line);
    Thread device("device", [&] {
        wait(ns(10));
        cpu0.make_edge(40);
        line.write(true);
        line.write(false);
        wait(SC_ZERO_TIME);
        wait(SC_ZERO_TIME);
        EXPECT_EQ(gic.peek("GICD_ISPENDR1"), 0u);
        line.write(true);
        wait(SC_ZERO_TIME);
        line.write(false);
        wait(SC_ZERO_TIME);
        wait(SC_ZERO_TIME);
        EXPECT_EQ(gic.peek("GICD_ISPENDR1"), 1u << 8);
    });
    run();
}

TEST_F(Gic400Wires, every_output_is_driven_from_the_start)
{
    sc_core::sc_signal<bool> fiq{"fiq", true}, virq{"virq", true};
    gic.fiq[0].bind(fiq);
    gic.virq[1].bind(virq);
    settle();
    EXPECT_FALSE(fiq.read());
    EXPECT_FALSE(virq.read());
}

// The outputs have one driver, so sc_signal's check of writers is content (E115).
TEST_F(Gic400Wires, several_initiators_may_access_in_one_delta)
{
    auto software = [&](Initiator &cpu, uint32_t intid) {
        return [&cpu, intid] {
            wait(ns(10));
            EXPECT_EQ(cpu.read(gicc + GICC_IAR), intid);
            cpu.write(gicd + GICD_SGIR, 2u << 24 | 3); // an SGI to itself
        };
    };
    Thread first("first", software(cpu0, 40)), second("second", software(cpu1, 41));
    Thread device("device", [&] {
        wait(ns(8));
        gic.set_spi(40, true);
        gic.set_spi(41, true);
    });
    run();
    EXPECT_TRUE(irq0.read() && irq1.read()) << "SGI 3 has priority 0 and preempts";
}

TEST_F(Gic400Wires, accesses_from_methods_are_welcome)
{
    struct Cpu : sc_core::sc_module {
        Initiator &cpu;
        sc_core::sc_in<bool> irq{"irq"};
        std::vector<uint32_t> taken;
        SC_HAS_PROCESS(Cpu);
        Cpu(sc_core::sc_module_name name, Initiator &i) : sc_module(name), cpu(i)
        {
            SC_METHOD(take);
            dont_initialize();
            sensitive << irq.pos();
        }
        void take()
        {
            taken.push_back(cpu.read(gicc + GICC_IAR));
            cpu.write(gicc + GICC_EOIR, taken.back());
        }
    } method("method", cpu0);
    method.irq(irq0);
    Thread device("device", [&] {
        cpu0.make_edge(40);
        for (int i = 0; i < 5; i++) {
            wait(ns(10));
            gic.set_spi(40, true);
            gic.set_spi(40, false);
        }
    });
    run();
    EXPECT_EQ(method.taken, std::vector<uint32_t>(5, 40));
}

TEST_F(Gic400Wires, maintenance_output_and_its_ppi_follow_gich_misr)
{
    sc_core::sc_signal<bool> maintenance{"maintenance"};
    gic.maintenance[1].bind(maintenance);
    run(20);
    cpu1.write(gich + GICH_HCR, GICH_HCR_En | GICH_HCR_UIE); // no list register is in use
    settle();
    EXPECT_TRUE(maintenance.read());
    EXPECT_NE(gic_state(gic.handle(), 1, 25) & GIC_ST_LINE, 0u);
    cpu1.write(gich + GICH_HCR, 0);
    settle();
    EXPECT_FALSE(maintenance.read());
}

// ---- reset ------------------------------------------------------------------------------------------------

TEST_F(Gic400Wires, warm_reset_forgets_registers_and_keeps_lines)
{
    run(20);
    gic.set_spi(40, true);
    settle();
    ASSERT_TRUE(irq0.read());
    gic.warm_reset();
    settle();
    EXPECT_FALSE(irq0.read());
    EXPECT_EQ(gic.peek("GICD_CTLR"), 0u);
    EXPECT_NE(gic_state(gic.handle(), 0, 40) & GIC_ST_LINE, 0u);
}

TEST_F(Gic400Wires, the_reset_wire_holds_the_gic_in_reset)
{
    gic.reset.bind(reset);
    run(20);
    gic.set_spi(40, true);
    reset.write(true);
    settle();
    EXPECT_FALSE(irq0.read());
    cpu0.write(gicd + GICD_CTLR, 1);
    EXPECT_EQ(cpu0.status, tlm::TLM_GENERIC_ERROR_RESPONSE);
    gic.set_spi(41, true);
    gic.set_spi(42, true);
    gic.set_spi(42, false);
    reset.write(false);
    settle();
    EXPECT_EQ(gic.peek("GICD_ISPENDR1"), 3u << 8) << "the levels of 40 and 41, and nothing of 42";
    EXPECT_EQ(cpu0.read(gicd + GICD_CTLR), 0u);
    EXPECT_EQ(cpu0.status, tlm::TLM_OK_RESPONSE);
    cpu1.enable_cpu();
    cpu0.enable_irq(41, 2);
    settle();
    EXPECT_TRUE(irq1.read()) << "the level that came during the reset";
    EXPECT_EQ(broken(gic), "");
}

// ---- listeners and names ------------------------------------------------------------------------------------

struct Log : trapline::gic400::listener {
    std::ostringstream text;
    void gic_output(unsigned cpu, gic_pin pin, bool level) override
    {
        text << "out " << cpu << " " << pin << " " << level << "; ";
    }
    void gic_state(unsigned, uint32_t intid, uint32_t, uint32_t new_bits) override
    {
        text << "state " << intid << " " << new_bits << "; ";
    }
    void gic_access(const trapline::gic400_access &a) override
    {
        text << (a.write ? "write " : "read ") << a.cpu << " " << a.frame << " " << std::hex << a.offset << " "
             << std::dec << a.value << " at " << a.at << "; ";
    }
};

TEST_F(Gic400Wires, listeners_are_told_at_once_in_the_order_of_events)
{
    Log log, second;
    run(20);
    gic.watch(40);
    gic.add_listener(log);
    gic.add_listener(second);
    gic.set_spi(40, true);
    cpu0.delay = ns(3);
    cpu0.read(gicc + GICC_IAR);
    gic.watch(40, false);
    gic.set_spi(40, false);
    // Bits: pending 1, active 2, enabled 4, line 8.
    EXPECT_EQ(log.text.str(), "out 0 0 1; state 40 13; out 0 0 0; state 40 15; read 0 1 c 40 at 23 ns; ");
    EXPECT_EQ(log.text.str(), second.text.str());
}

TEST_F(Gic400Wires, an_access_that_is_refused_is_told_to_nobody)
{
    Log log;
    run(20);
    gic.add_listener(log);
    cpu0.read(gicd, 2);
    cpu0.be(7);
    cpu0.read(gicd);
    EXPECT_EQ(log.text.str(), "");
}

TEST(Gic400Registers, are_found_by_name_and_by_word_of_an_array)
{
    const auto enable = trapline::gic400::find("GICD_ISENABLER3");
    ASSERT_TRUE(enable);
    EXPECT_EQ(enable->frame, GIC_DIST);
    EXPECT_EQ(enable->offset, GICD_ISENABLER + 12);
    EXPECT_EQ(trapline::gic400::find("GICH_LR63")->offset, GICH_LR + 63 * 4);
    EXPECT_EQ(trapline::gic400::find("GICC_DIR")->offset, GICC_DIR);
    EXPECT_EQ(trapline::gic400::find("GICD_PIDR2")->offset, GICD_PIDR2);
    EXPECT_EQ(trapline::gic400::find("GICD_PIDR6")->offset, GICD_PIDR6);
    for (const char *name :
         {"", "3", "GICD_ISENABLER32", "GICD_CTLR1", "GICD_CIDR4", "GICX_CTLR", "GICD_ISENABLER3x", "gicd_ctlr"})
        EXPECT_FALSE(trapline::gic400::find(name)) << name;
}

TEST(Gic400Registers, are_listed_as_lib_gic_has_them)
{
    size_t rows = 0;
    for (unsigned frame = 0; frame < GIC_NFRAMES; frame++)
        rows += gic_reg_count(static_cast<gic_frame>(frame));
    EXPECT_EQ(trapline::gic400::registers().size(), rows);
    for (const auto &r : trapline::gic400::registers())
        EXPECT_EQ(trapline::gic400::find(r.info.name)->offset, r.info.first) << r.info.name;
}

// ---- tracing --------------------------------------------------------------------------------------------------

TEST_F(Gic400Wires, are_traced_with_the_state_of_watched_interrupts)
{
    gic.watch(40);
    gic.watch(20);
    sc_core::sc_trace_file *file = sc_core::sc_create_vcd_trace_file("gic400_wires_test");
    file->set_time_unit(1, sc_core::SC_NS);
    gic.trace(file);
    Thread device("device", [&] {
        wait(ns(10));
        gic.set_spi(40, true);
        wait(ns(10));
        cpu0.read(gicc + GICC_IAR);
    });
    run(50);
    sc_core::sc_close_vcd_trace_file(file);
    std::ifstream in("gic400_wires_test.vcd");
    const std::string vcd((std::istreambuf_iterator<char>(in)), {});
    std::remove("gic400_wires_test.vcd");
    for (const char *name : {" irq_0 ", " maintenance_1 ", " intid40_pending ", " intid20_cpu1_line "})
        EXPECT_NE(vcd.find(name), std::string::npos) << name << " is not in\n" << vcd;
    EXPECT_EQ(vcd.find("intid41"), std::string::npos);
    // The interrupt becomes pending at 10 ns and active at 20 ns.
    const auto code_of = [&](const std::string &name) {
        std::istringstream line_of(vcd.substr(vcd.rfind('\n', vcd.find(" " + name + " "))));
        std::string var, wire, width, code;
        line_of >> var >> wire >> width >> code;
        return code;
    };
    const size_t at_10 = vcd.find("#10\n"), at_20 = vcd.find("#20\n");
    ASSERT_NE(at_10, std::string::npos) << vcd;
    ASSERT_NE(at_20, std::string::npos) << vcd;
    EXPECT_NE(vcd.find("1" + code_of("intid40_pending") + "\n", at_10), std::string::npos) << vcd;
    EXPECT_NE(vcd.find("1" + code_of("intid40_active") + "\n", at_20), std::string::npos) << vcd;
}

// ---- configuration ----------------------------------------------------------------------------------------------

TEST(Gic400Config, mistakes_are_reported_when_the_module_is_made)
{
    const auto message = [](auto change) {
        trapline::gic400_config config;
        change(config);
        try {
            trapline::gic400 gic(sc_core::sc_gen_unique_name("gic"), config);
        } catch (const sc_core::sc_report &report) {
            return std::string(report.get_msg_type()) + ": " + report.get_msg();
        }
        return std::string();
    };
    using config = trapline::gic400_config;
    EXPECT_EQ(message([](config &) {}), "");
    EXPECT_EQ(message([](config &c) { c.spis = 0; }), "");
    for (void (*wrong)(config &) : {+[](config &c) { c.cpus = 0; }, +[](config &c) { c.cpus = 9; },
                                    +[](config &c) { c.spis = 989; }, +[](config &c) { c.list_registers = 65; },
                                    +[](config &c) { c.priority_bits = 3; }, +[](config &c) { c.maintenance_ppi = 8; }})
        EXPECT_EQ(message(wrong).rfind("/trapline/gic400: not a configuration of a GICv2", 0), 0u) << message(wrong);
    EXPECT_EQ(message([](config &c) {
                  c.v2m = trapline::gic400_v2m{120, 32, 0};
              }),
              "/trapline/gic400: v2m: the GIC lacks one of these SPIs");
}

} // namespace
