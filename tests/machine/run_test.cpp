// SPDX-License-Identifier: Apache-2.0
// Properties of any run: repeatable, bounded, priced, honest about what it cannot do.
#include "rig.hpp"

#include <cerrno>

namespace
{

std::string bytes(const std::vector<sim_record> &v)
{
    std::string s;
    for (const sim_record &r : v) {
        s += std::to_string(r.at) + ' ' + std::to_string(r.flow) + ' ' + std::to_string(r.id) + ' ' +
             std::to_string(r.cpu);
        for (int i = 0; i < r.nargs; i++)
            s += ' ' + std::to_string(r.arg[i]);
        s += '\n';
    }
    return s;
}

TEST(Run, twice_gives_the_same_trace)
{
    std::string first;
    for (int i = 0; i < 2; i++) {
        Rig rig(Rig::kSevenEach);
        rig.record = true;
        rig.cfg.platform.cpus = 3;
        rig.vcpus = {{1}, {2}};
        rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 20, 700);
        rig.add(MACHINE_INJECTOR, MACHINE_EDGE, 0, 35, 0, 20, 900);
        rig.add(MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 40, 36, 2, 20, 500);
        rig.routes[2].vcpu = 1;
        rig.routes[0].forward = true;
        ASSERT_EQ(rig.run(), 0) << rig.why;
        ASSERT_GT(rig.records.size(), 1000u);
        if (i == 0)
            first = bytes(rig.records);
        else
            EXPECT_EQ(bytes(rig.records), first);
    }
}

TEST(Run, two_machines_do_not_share_anything)
{
    Rig a, b;
    for (Rig *r : {&a, &b})
        r->add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 3);
    ASSERT_EQ(a.build(), 0);
    ASSERT_EQ(b.build(), 0);
    ASSERT_EQ(b.run(), 0);
    EXPECT_EQ(a.count("exits.total"), 0u);
    ASSERT_EQ(a.run(), 0);
    EXPECT_EQ(a.count("exits.total"), 6u);
}

TEST(Run, a_handler_that_never_quietens_its_device_is_a_storm)
{
    for (auto costs : {Rig::kIdeal, Rig::kSevenEach}) {
        Rig rig(costs);
        rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 1);
        rig.handlers[0].clears = -1;
        rig.cfg.costs.tick_hz = 1000000; // the limit of a second comes sooner
        EXPECT_EQ(rig.run(), -ELOOP);
        EXPECT_NE(rig.why.find("storm"), std::string::npos);
    }
}

TEST(Run, until_ends_a_run_without_an_error)
{
    Rig rig(Rig::kSevenEach);
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 1000);
    rig.cfg.until = 1000 + 9 * 100000 + 50000;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("guest.irqs"), 10u);
}

TEST(Run, charging_what_the_profile_does_not_price_is_an_error_that_names_it)
{
    Rig rig;
    rig.cfg.costs.price[SIM_COST_GICC_DIR].priced = false;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 1);
    EXPECT_EQ(rig.run(), -ENOTSUP);
    EXPECT_NE(rig.why.find("gicc_dir"), std::string::npos);
}

TEST(Run, unpriced_primitives_can_be_allowed_and_are_labelled)
{
    Rig rig;
    rig.cfg.costs.price[SIM_COST_GICC_DIR].priced = false;
    rig.cfg.allow_unpriced = true;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 1);
    ASSERT_EQ(rig.run(), 0);
    EXPECT_EQ(machine_unpriced(rig.m.get()), 1u << SIM_COST_GICC_DIR);
    ASSERT_EQ(rig.notes().size(), 1u);
    EXPECT_NE(rig.notes()[0].find("gicc_dir"), std::string::npos);
}

TEST(Run, causes_that_come_before_the_guests_IAR_merge)
{
    Rig rig(Rig::kSevenEach);
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 36, 34, 1, 10, 1);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("interrupts.raised"), 10u);
    EXPECT_GT(rig.count("interrupts.coalesced"), 0u);
    EXPECT_EQ(rig.count("interrupts.delivered") + rig.count("interrupts.coalesced"), 10u);
    EXPECT_EQ(rig.count("interrupts.lost"), 0u);
}

// Latency is the sum of what was charged on the way, nothing else.
TEST(Run, latency_to_the_guests_IAR_is_what_the_steps_charge)
{
    Rig rig(Rig::kSevenEach);
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 5);
    rig.routes[0].forward = true;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    // First interrupt, no list register in use before it: trap_in and timer; IAR, EOIR, host_irq,
    // irqfd_inject, IAR (1023); HCR and LR; trap_out and timer; guest vector. Then the guest reads IAR.
    const double first = 7 * (2 + 3 + 1 + 1 + 2 + 2 + 1);
    // Later ones also save the used, empty list register: ELRSR0, LR = 0, HCR = 0.
    EXPECT_DOUBLE_EQ(rig.real("latency.wire_to_iar.min"), first);
    EXPECT_DOUBLE_EQ(rig.real("latency.wire_to_iar.max"), first + 7 * 3);
}

// A vCPU that sleeps when the run begins is woken by it: its exit's time counts from the beginning of the run.
TEST(Run, the_time_of_set_up_is_in_no_exit)
{
    Rig rig(Rig::kSevenEach);
    rig.cfg.guest_loop = MACHINE_WFI;
    rig.add(MACHINE_INJECTOR, MACHINE_EDGE, 0, 34, 0, 3, 5000);
    rig.traffic[0].start = 10;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    const machine_exit_stat st = machine_exit_stats(rig.m.get(), MACHINE_EXIT_WFX);
    EXPECT_EQ(st.samples, 3u);
    EXPECT_EQ(st.timed, 3u);
    EXPECT_LT(st.time_min, 500u);
    EXPECT_LE(st.time_max, 5500u);
}

TEST(Run, causes_far_apart_are_waited_for)
{
    Rig rig(Rig::kSevenEach);
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 3, 5 * rig.cfg.costs.tick_hz);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("interrupts.completed"), 3u);
}

// An injector that is slower than its timetable is no storm.
TEST(Run, a_slow_injector_is_no_storm)
{
    Rig rig(Rig::kSevenEach);
    rig.cfg.costs.tick_hz = 1000;
    rig.add(MACHINE_INJECTOR, MACHINE_EDGE, 0, 34, 0, 200, 1);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    Rig ideal;
    ideal.add(MACHINE_INJECTOR, MACHINE_EDGE, 0, 34, 0, 5000, 0);
    ASSERT_EQ(ideal.run(), 0) << ideal.why;
    EXPECT_EQ(ideal.count("interrupts.raised"), 5000u);
}

TEST(Run, a_machine_runs_once)
{
    Rig rig;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 3);
    ASSERT_EQ(rig.run(), 0);
    EXPECT_EQ(machine_run(rig.m.get()), -EINVAL);
    EXPECT_EQ(machine_watch_accesses(rig.m.get(), 0, 1, 1), -EINVAL);
    EXPECT_EQ(rig.count("exits.total"), 6u);
}

// Labels are never dropped, however many there are, and the list of names is complete.
TEST(Run, many_notes_all_arrive)
{
    Rig rig;
    for (uint32_t i = 0; i < 12; i++) {
        rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36 + i / 2, 40 + i, 1, 1);
        rig.devices[i].shared = true;
        rig.routes[i].forward = true;
    }
    for (auto &p : rig.cfg.costs.price)
        p.priced = false;
    rig.cfg.allow_unpriced = true;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    const auto notes = rig.notes();
    ASSERT_EQ(notes.size(), 14u); // what no kernel ships, twelve refusals, the times
    EXPECT_NE(notes.back().find("incomplete"), std::string::npos);
    EXPECT_NE(notes.back().find("trap_in"), std::string::npos);
    EXPECT_NE(notes.back().find("resample_signal"), std::string::npos);
}

// Set-up ends, however slow the software and wherever the vCPU is.
TEST(Run, set_up_ends_on_one_slow_cpu)
{
    Rig rig;
    rig.cfg.platform.cpus = 1;
    rig.vcpus = {{0}};
    rig.cfg.costs.tick_hz = 1000000;
    for (auto &p : rig.cfg.costs.price)
        p.net = 200;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 0, 2, 1000000);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("interrupts.completed"), 2u);
}

// A masked re-fire costs its accesses to the GIC and not another handled interrupt.
TEST(Run, the_lump_of_a_host_interrupt_is_charged_once_per_handled_interrupt)
{
    Rig rig;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 10);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("host.acks_device"), 20u);
    EXPECT_EQ(machine_charged(rig.m.get(), SIM_COST_HOST_IRQ), 10u);
}

struct Bad {
    const char *name;
    void (*spoil)(Rig &);
};
class BadConfig : public testing::TestWithParam<Bad>
{
};

TEST_P(BadConfig, is_refused_with_a_sentence)
{
    Rig rig;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 1);
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 37, 35, 1, 1);
    GetParam().spoil(rig);
    EXPECT_LT(rig.build(), 0);
    EXPECT_FALSE(rig.why.empty());
    EXPECT_EQ(rig.m, nullptr);
}

INSTANTIATE_TEST_SUITE_P(Fields, BadConfig,
                         testing::Values(Bad{"struct_size", [](Rig &r) { r.cfg.struct_size = 1; }},
                                         Bad{"no_cpus", [](Rig &r) { r.cfg.platform.cpus = 0; }},
                                         Bad{"nine_cpus", [](Rig &r) { r.cfg.platform.cpus = 9; }},
                                         Bad{"spis", [](Rig &r) { r.cfg.platform.spis = 95; }},
                                         Bad{"list_registers", [](Rig &r) { r.cfg.platform.list_registers = 65; }},
                                         Bad{"vcpu_on_no_cpu", [](Rig &r) { r.vcpus[0].cpu = 2; }},
                                         Bad{"device_on_no_cpu", [](Rig &r) { r.devices[0].cpu = 2; }},
                                         Bad{"spi_outside", [](Rig &r) { r.devices[0].spi = 128; }},
                                         Bad{"ppi_as_spi", [](Rig &r) { r.devices[0].spi = 31; }},
                                         Bad{"guest_spi", [](Rig &r) { r.routes[0].guest_spi = 992; }},
                                         Bad{"route_vcpu", [](Rig &r) { r.routes[0].vcpu = 1; }},
                                         Bad{"route_twice", [](Rig &r) { r.routes[1].guest_spi = 34; }},
                                         Bad{"same_spi", [](Rig &r) { r.devices[1].spi = 36; }},
                                         Bad{"traffic_device", [](Rig &r) { r.traffic[0].device = 2; }},
                                         Bad{"masked_priority", [](Rig &r) { r.routes[0].priority = 0xf0; }},
                                         Bad{"eoi_mode", [](Rig &r) { r.cfg.guest_eoi_mode = 2; }},
                                         Bad{"tick_hz", [](Rig &r) { r.cfg.costs.tick_hz = 0; }},
                                         Bad{"clears", [](Rig &r) { r.handlers[0].clears = -2; }},
                                         Bad{"two_handlers", [](Rig &r) { r.handlers[1].guest_spi = 34; }},
                                         Bad{"work", [](Rig &r) { r.handlers[0].work = ~0ull; }},
                                         Bad{"end_of_time",
                                             [](Rig &r) {
                                                 r.traffic[0] = {0, 0, ~0ull / 4, 5};
                                             }},
                                         Bad{"until", [](Rig &r) { r.cfg.until = ~0ull; }},
                                         Bad{"shared_trigger",
                                             [](Rig &r) {
                                                 r.devices[1].spi = 36;
                                                 r.devices[1].trigger = MACHINE_EDGE;
                                                 r.devices[0].shared = r.devices[1].shared = true;
                                             }},
                                         Bad{"shared_cpu",
                                             [](Rig &r) {
                                                 r.devices[1].spi = 36;
                                                 r.devices[1].cpu = 0;
                                                 r.devices[0].shared = r.devices[1].shared = true;
                                             }},
                                         Bad{"handler_device", [](Rig &r) { r.handlers[0].clears = 2; }}),
                         [](const auto &i) { return std::string(i.param.name); });

} // namespace
