// SPDX-License-Identifier: Apache-2.0
// One truth: a machine that somebody else steps, on somebody else's GIC, with somebody else's devices, or in another
// process gives the results of machine_run().
#include "rig.hpp"

#include <cerrno>
#include <cstddef>
#include <functional>
#include <map>
#include <trapline/machine_engine.h>

namespace
{

struct Story {
    const char *name;
    std::function<void(Rig &)> build;
};

const std::vector<Story> kStories = {
    {"trapped", [](Rig &r) { r.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 30); }},
    {"forwarded",
     [](Rig &r) {
         r.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 30);
         r.routes[0].forward = true;
     }},
    {"edge_other_cpu_wfi",
     [](Rig &r) {
         r.add(MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 51, 41, 0, 30);
         r.cfg.guest_loop = MACHINE_WFI;
     }},
    {"dense_and_mixed",
     [](Rig &r) {
         r.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 40, 150);
         r.add(MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 51, 41, 0, 40, 170);
         r.add(MACHINE_INJECTOR, MACHINE_EDGE, 0, 42, 0, 20, 400);
         r.routes[0].forward = true;
     }},
    {"timeline",
     [](Rig &r) {
         r.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 40, 5000);
         r.act(MACHINE_ACTION_FORWARD, 33000);
         r.act(MACHINE_ACTION_AFFINITY, 80000, 0);
         r.act(MACHINE_ACTION_UNFORWARD, 120000);
     }},
    {"timer",
     [](Rig &r) {
         r.cfg.ops = {MACHINE_OP_TIMER, 5};
         r.cfg.guest_loop = MACHINE_WFI;
     }},
    {"until",
     [](Rig &r) {
         r.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 30);
         r.cfg.until = 1500000;
     }},
};

// Everything that can be asked of a finished machine.
std::string results(machine *m)
{
    std::string out;
    size_t n = 0;
    const machine_metric *all = machine_metrics(m, &n);
    for (size_t i = 0; i < n; i++)
        out += std::string(all[i].name) + "=" +
               (all[i].valid ? (all[i].real ? std::to_string(all[i].r) : std::to_string(all[i].u)) : "-") + "\n";
    for (int c = 0; c < MACHINE_EXIT_COUNT; c++) {
        const auto s = machine_exit_stats(m, static_cast<machine_exit_cause>(c));
        out += std::to_string(s.samples) + " " + std::to_string(s.timed) + " " + std::to_string(s.time_total) + " " +
               std::to_string(s.time_min) + " " + std::to_string(s.time_max) + " " + std::to_string(s.time_stddev) +
               "\n";
    }
    for (int i = 0; i < SIM_COST_COUNT; i++)
        out += std::to_string(machine_charged(m, static_cast<sim_cost_id>(i))) + " ";
    for (const char *const *note = machine_notes(m); *note; note++)
        out += std::string(*note) + "\n";
    const machine_access *a = machine_accesses(m, &n);
    for (size_t i = 0; i < n; i++)
        out += std::to_string(a[i].cpu) + std::to_string(a[i].frame) + std::to_string(a[i].offset) + "=" +
               std::to_string(a[i].value) + "\n";
    return out + std::to_string(machine_elapsed(m)) + " " + std::to_string(machine_unpriced(m)) + " " +
           std::to_string(machine_status(m)) + " " + machine_error(m);
}

// A GIC of its own, as an engine would have it.
struct OutsideGic {
    explicit OutsideGic(Rig &rig)
    {
        gic_config gc;
        rig.cfg.vcpus = rig.vcpus.data();
        machine_gic_config(&rig.cfg, &gc);
        gc.ctx = this;
        gc.output = [](void *ctx, unsigned cpu, gic_pin pin, bool level) {
            if (auto *t = static_cast<OutsideGic *>(ctx); t->m)
                machine_gic_output(t->m, cpu, pin, level);
        };
        gc.state = [](void *ctx, unsigned cpu, uint32_t intid, uint32_t was, uint32_t is) {
            if (auto *t = static_cast<OutsideGic *>(ctx); t->m)
                machine_gic_state(t->m, cpu, intid, was, is);
        };
        EXPECT_EQ(gic_new(&gc, &gic), 0);
        outside.struct_size = sizeof outside;
        outside.ctx = this;
        outside.gic = gic;
        outside.read = [](void *ctx, unsigned cpu, gic_frame frame, uint32_t offset) {
            auto *t = static_cast<OutsideGic *>(ctx);
            t->accesses++;
            return gic_read(t->gic, cpu, frame, offset, 4);
        };
        outside.write = [](void *ctx, unsigned cpu, gic_frame frame, uint32_t offset, uint32_t value) {
            auto *t = static_cast<OutsideGic *>(ctx);
            t->accesses++;
            gic_write(t->gic, cpu, frame, offset, 4, value);
        };
        outside.set_spi = [](void *ctx, uint32_t intid, bool level) {
            gic_set_spi(static_cast<OutsideGic *>(ctx)->gic, intid, level);
        };
        outside.set_ppi = [](void *ctx, unsigned cpu, uint32_t intid, bool level) {
            gic_set_ppi(static_cast<OutsideGic *>(ctx)->gic, cpu, intid, level);
        };
        rig.cfg.outside = &outside;
    }
    ~OutsideGic()
    {
        gic_free(gic);
    }
    struct gic *gic = nullptr;
    machine *m = nullptr;
    machine_outside outside{};
    uint64_t accesses = 0;
};

std::string records(const Rig &rig)
{
    std::string out;
    for (const sim_record &r : rig.records) {
        out += std::to_string(r.at) + " " + std::to_string(r.id) + " " + std::to_string(r.cpu) + " " +
               std::to_string(r.flow);
        for (const auto a : r.arg)
            out += " " + std::to_string(a);
        out += "\n";
    }
    return out;
}

class Engine : public testing::TestWithParam<std::tuple<Story, const char *, Rig::Costs>>
{
  protected:
    void prepare(Rig &rig)
    {
        rig.cfg.kernel = *machine_kernel_find(std::get<1>(GetParam()));
        rig.record = true;
        std::get<0>(GetParam()).build(rig);
    }
    // What machine_run gives.
    std::string plain(Rig &rig)
    {
        prepare(rig);
        EXPECT_EQ(rig.build(), 0) << rig.why;
        if (!rig.devices.empty()) {
            EXPECT_EQ(machine_watch_accesses(rig.m.get(), 0, 3, 1), 0);
        }
        (void)rig.run();
        return results(rig.m.get());
    }
};

TEST_P(Engine, stepping_and_a_gic_outside_change_nothing)
{
    const Rig::Costs costs = std::get<2>(GetParam());
    Rig want(costs), got(costs);
    const std::string expected = plain(want);

    prepare(got);
    OutsideGic gic(got);
    // Creation has accesses already; they need no machine to tell of wires.
    ASSERT_EQ(got.build(), 0) << got.why;
    gic.m = got.m.get();
    if (!got.devices.empty()) {
        ASSERT_EQ(machine_watch_accesses(gic.m, 0, 3, 1), 0);
    }
    ASSERT_EQ(machine_start(gic.m), 0);
    EXPECT_EQ(machine_start(gic.m), -EINVAL);
    sim_tick at = 0, last = 0;
    while (machine_next(gic.m, &at)) {
        ASSERT_GE(at, last);
        last = at;
        machine_advance(gic.m);
        ASSERT_EQ(machine_now(gic.m), at) << "one event, no time beyond it";
    }
    EXPECT_TRUE(machine_ended(gic.m));
    (void)machine_finish(gic.m);
    EXPECT_GT(gic.accesses, 100u);
    EXPECT_EQ(results(gic.m), expected);
    EXPECT_EQ(records(got), records(want));
    gic.m = nullptr;
    got.m.reset();
}

TEST_P(Engine, another_process_gets_the_job_and_sends_back_the_results)
{
    const Rig::Costs costs = std::get<2>(GetParam());
    Rig want(costs), here(costs);
    const std::string expected = plain(want);

    prepare(here);
    ASSERT_EQ(here.build(), 0);
    if (!here.devices.empty()) {
        ASSERT_EQ(machine_watch_accesses(here.m.get(), 0, 3, 1), 0);
    }
    std::vector<unsigned char> job(machine_job_size(here.m.get()));
    ASSERT_EQ(machine_job_save(here.m.get(), job.data(), job.size() - 1), -ENOSPC);
    ASSERT_EQ(machine_job_save(here.m.get(), job.data(), job.size()), 0);

    // "There": nothing but the bytes.
    machine *there = nullptr;
    char why[200];
    ASSERT_EQ(machine_job_load(job.data(), job.size(), nullptr, &there, why, sizeof why), 0) << why;
    (void)machine_run(there);
    std::vector<unsigned char> back(machine_results_size(there));
    ASSERT_EQ(machine_results_save(there, back.data(), back.size()), 0);
    machine_free(there);

    ASSERT_EQ(machine_results_load(here.m.get(), back.data(), back.size()), 0);
    EXPECT_EQ(results(here.m.get()), expected);
    EXPECT_EQ(machine_run(here.m.get()), -EINVAL) << "it has run";
    EXPECT_EQ(machine_results_load(here.m.get(), back.data(), back.size()), -EINVAL);
}

INSTANTIATE_TEST_SUITE_P(Stories, Engine,
                         testing::Combine(testing::ValuesIn(kStories), testing::Values("6.1", "4.12-deoi"),
                                          testing::Values(Rig::kIdeal, Rig::kSevenEach)),
                         [](const auto &i) {
                             std::string name = std::string(std::get<0>(i.param).name) + "_" + std::get<1>(i.param) +
                                                (std::get<2>(i.param) == Rig::kIdeal ? "_free" : "_priced");
                             for (char &c : name)
                                 c = isalnum(static_cast<unsigned char>(c)) ? c : '_';
                             return name;
                         });

// Device 0 of a machine, outside: its owner raises, drives the wire, and is told of the guest's write.
struct OutsideDevice {
    explicit OutsideDevice(Rig &rig)
    {
        outside.struct_size = sizeof outside;
        outside.ctx = this;
        outside.devices = true;
        outside.device_clear = [](void *ctx, unsigned) {
            static_cast<OutsideDevice *>(ctx)->clears++;
            static_cast<OutsideDevice *>(ctx)->line(false);
        };
        outside.device_reset = [](void *ctx, unsigned) { static_cast<OutsideDevice *>(ctx)->line(false); };
        rig.cfg.outside = &outside;
        EXPECT_EQ(rig.build(), 0) << rig.why;
        m = rig.m.get();
    }
    void line(bool level)
    {
        machine_device_line(m, 0, level);
        gic_set_spi(machine_gic(m), 50, level);
    }
    // Runs the machine with `causes` reasons to interrupt, at 1000 + n * every; what machine_finish returns. A machine
    // that waits beyond its last event and the last cause is ended at its limit, as an engine does.
    int run(uint64_t causes, sim_tick every)
    {
        EXPECT_EQ(machine_start(m), 0);
        for (unsigned steps = 0; !machine_ended(m); steps++) {
            sim_tick at = SIM_FOREVER, limit = SIM_FOREVER;
            const bool more = machine_next(m, &at);
            const bool comes = machine_is_set_up(m) && raised < causes;
            const sim_tick cause = comes ? machine_origin(m) + 1000 + raised * every : SIM_FOREVER;
            if (!machine_limit(m, &limit))
                limit = SIM_FOREVER;
            if (steps > 1000000 || (!more && cause == SIM_FOREVER && limit == SIM_FOREVER)) {
                ADD_FAILURE() << "the run does not end";
                break;
            }
            if (comes && cause <= (more ? at : SIM_FOREVER) && cause <= limit + late) {
                machine_set_time(m, cause);
                EXPECT_EQ(machine_now(m), cause);
                machine_device_raise(m, 0);
                line(true);
                raised++;
            } else if (more) {
                machine_advance(m);
            } else {
                machine_set_time(m, limit);
                EXPECT_TRUE(machine_ended(m)) << "it is at its limit";
            }
        }
        return machine_finish(m);
    }
    machine *m = nullptr;
    machine_outside outside{};
    uint64_t raised = 0;
    unsigned clears = 0;
    sim_tick late = 0; // causes come so long beyond the limit
};

TEST(EngineDevices, outside_are_counted_like_the_machine_s_own)
{
    for (const bool forward : {false, true}) {
        Rig want, got;
        for (Rig *r : {&want, &got}) {
            r->add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 20);
            r->routes[0].forward = forward;
        }
        ASSERT_EQ(want.run(), 0) << want.why;
        OutsideDevice device(got);
        ASSERT_EQ(device.run(20, 100000), 0) << machine_error(device.m);
        EXPECT_EQ(device.clears, 20u);
        EXPECT_EQ(results(device.m), results(want.m.get()));
    }
}

// A device that brings more than it has announced is served, and the run ends all the same.
TEST(EngineDevices, outside_may_bring_more_causes_than_announced)
{
    // Slower than it is served: the run is over once all that was announced has been.
    Rig slow;
    slow.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 5);
    OutsideDevice at_ease(slow);
    ASSERT_EQ(at_ease.run(20, 100000), 0) << machine_error(at_ease.m);
    EXPECT_EQ(slow.count("interrupts.raised"), 5u);
    // Faster: it finds the run going on, and coalesces.
    Rig fast(Rig::kSevenEach);
    fast.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 5);
    OutsideDevice in_haste(fast);
    ASSERT_EQ(in_haste.run(20, 10), 0) << machine_error(in_haste.m);
    EXPECT_EQ(fast.count("interrupts.raised"), 20u);
    EXPECT_EQ(fast.count("interrupts.lost"), 0u);
    // Nobody else's causes are fewer for that: an injector that comes later is waited for.
    Rig mixed;
    mixed.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 1);
    mixed.add(MACHINE_INJECTOR, MACHINE_EDGE, 0, 42, 0, 3, 2000000000);
    OutsideDevice with_injector(mixed);
    ASSERT_EQ(with_injector.run(10, 10000), 0) << machine_error(with_injector.m);
    EXPECT_EQ(mixed.count("interrupts.delivered"), 13u);
}

// A run with a limit, whose devices fall silent before it or go on beyond it.
class EngineLimit : public testing::TestWithParam<std::tuple<uint64_t, sim_tick>>
{
};

TEST_P(EngineLimit, ends_a_run_with_devices_outside_as_it_does_with_its_own)
{
    const auto [causes, until] = GetParam();
    Rig want, got;
    for (Rig *r : {&want, &got}) {
        r->add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 20);
        r->cfg.until = until;
    }
    want.traffic[0].count = causes; // as many as come
    ASSERT_EQ(want.run(), 0) << want.why;
    OutsideDevice device(got);
    device.late = 500000;
    ASSERT_EQ(device.run(causes, 100000), 0) << machine_error(device.m);
    EXPECT_EQ(results(device.m), results(want.m.get()));
    EXPECT_EQ(machine_elapsed(device.m), until);
}

// Before, at and just after a cause, and when there is none any more.
INSTANTIATE_TEST_SUITE_P(Until, EngineLimit,
                         testing::Values(std::make_tuple(20u, 900999), std::make_tuple(20u, 901000),
                                         std::make_tuple(20u, 901001), std::make_tuple(5u, 950000)));

// A run that fails takes its sentence with it.
TEST(EngineFailure, status_and_error_come_back_from_another_process)
{
    Rig here, there;
    for (Rig *r : {&here, &there}) {
        r->add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 2);
        r->cfg.costs.price[SIM_COST_TRAP_IN].priced = false;
        ASSERT_EQ(r->build(), 0);
    }
    ASSERT_EQ(there.run(), -ENOTSUP) << there.why;
    std::vector<unsigned char> image(machine_results_size(there.m.get()));
    ASSERT_EQ(machine_results_save(there.m.get(), image.data(), image.size()), 0);
    ASSERT_EQ(machine_results_load(here.m.get(), image.data(), image.size()), 0);
    EXPECT_EQ(machine_status(here.m.get()), -ENOTSUP);
    EXPECT_EQ(std::string(machine_error(here.m.get())), there.why);
}

TEST(EngineRefuses, images_of_another_build_or_damaged_ones)
{
    Rig rig;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 2);
    ASSERT_EQ(rig.build(), 0);
    std::vector<unsigned char> job(machine_job_size(rig.m.get()));
    ASSERT_EQ(machine_job_save(rig.m.get(), job.data(), job.size()), 0);
    machine *m = nullptr;
    for (const size_t at : {size_t{0}, size_t{9}, size_t{33}, size_t{37}, size_t{41}}) {
        auto bad = job;
        bad[at] ^= 0x55;
        EXPECT_EQ(machine_job_load(bad.data(), bad.size(), nullptr, &m, nullptr, 0), -EPROTO) << at;
    }
    for (const size_t n : {size_t{0}, size_t{10}, job.size() - 1})
        EXPECT_EQ(machine_job_load(job.data(), n, nullptr, &m, nullptr, 0), -EPROTO) << n;
    EXPECT_EQ(m, nullptr);
    EXPECT_EQ(machine_results_load(rig.m.get(), job.data(), job.size()), -EPROTO) << "a job is no result";
}

TEST(EngineRefuses, hardware_outside_without_its_functions)
{
    Rig rig;
    machine_outside outside{};
    rig.cfg.outside = &outside;
    EXPECT_EQ(rig.build(), -EINVAL);
    outside.struct_size = sizeof outside;
    outside.devices = true;
    EXPECT_EQ(rig.build(), -EINVAL);
    EXPECT_EQ(rig.why, "devices outside need all their functions");
}

// Software sizes itself by its GIC: one that differs from what the configuration says is refused.
TEST(EngineRefuses, a_gic_outside_that_is_not_the_configured_one)
{
    const struct {
        const char *what;
        std::function<void(gic_config &)> change;
    } differences[] = {
        {"cpus", [](gic_config &c) { c.cpus = 1; }},
        {"spis", [](gic_config &c) { c.spis = GIC_NO_SPIS; }},
        {"spis", [](gic_config &c) { c.spis = 64; }},
        {"lrs", [](gic_config &c) { c.lrs = 16; }},
        {"prio_bits", [](gic_config &c) { c.prio_bits = 8; }},
        {"maint_ppi", [](gic_config &c) { c.maint_ppi = 26; }},
        {"security", [](gic_config &c) { c.security = true; }},
    };
    for (const auto &d : differences) {
        Rig rig;
        OutsideGic good(rig);
        gic_config c;
        gic_get_config(good.gic, &c);
        d.change(c);
        struct gic *other = nullptr;
        ASSERT_EQ(gic_new(&c, &other), 0);
        good.outside.gic = other;
        EXPECT_EQ(rig.build(), -EINVAL);
        EXPECT_NE(rig.why.find("(" + std::string(d.what) + ")"), std::string::npos) << rig.why;
        gic_free(other);
    }
}

// The arrays of an image lie where they may be used in place, whatever stands before them.
TEST(EngineImage, with_any_numbers_of_things_is_aligned)
{
    for (unsigned devices = 0; devices <= 3; devices++) {
        for (unsigned actions = 0; actions <= 2; actions++) {
            Rig here;
            for (unsigned i = 0; i < devices; i++)
                here.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50 + i, 40 + i, 1, 2, 100000 + i);
            for (unsigned i = 0; i < actions && devices; i++)
                here.act(MACHINE_ACTION_AFFINITY, 10000 * (i + 1), 0);
            ASSERT_EQ(here.build(), 0) << here.why;
            std::vector<unsigned char> job(machine_job_size(here.m.get()));
            EXPECT_EQ(job.size() % alignof(std::max_align_t), 0u);
            ASSERT_EQ(machine_job_save(here.m.get(), job.data(), job.size()), 0);
            machine *there = nullptr;
            ASSERT_EQ(machine_job_load(job.data(), job.size(), nullptr, &there, nullptr, 0), 0);
            EXPECT_EQ(machine_run(there), 0) << machine_error(there);
            ASSERT_EQ(here.run(), 0) << here.why;
            EXPECT_EQ(results(there), results(here.m.get()));
            machine_free(there);
        }
    }
}

} // namespace
