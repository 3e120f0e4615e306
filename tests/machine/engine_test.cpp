// SPDX-License-Identifier: Apache-2.0
// One truth: a machine that somebody else steps, on somebody else's GIC, with somebody else's devices, or in another
// process gives the results of machine_run().
#include "rig.hpp"

#include <cerrno>
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

// Devices outside: their owner raises, drives the wire, and is told of the guest's write.
TEST(EngineDevices, outside_are_counted_like_the_machine_s_own)
{
    for (const bool forward : {false, true}) {
        Rig want, got;
        for (Rig *r : {&want, &got}) {
            r->add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 20);
            r->routes[0].forward = forward;
        }
        ASSERT_EQ(want.run(), 0) << want.why;

        struct Device {
            machine *m = nullptr;
            unsigned clears = 0;
            void line(bool level)
            {
                machine_device_line(m, 0, level);
                gic_set_spi(machine_gic(m), 50, level);
            }
        } device;
        machine_outside outside{};
        outside.struct_size = sizeof outside;
        outside.ctx = &device;
        outside.devices = true;
        outside.device_clear = [](void *ctx, unsigned) {
            static_cast<Device *>(ctx)->clears++;
            static_cast<Device *>(ctx)->line(false);
        };
        outside.device_reset = [](void *ctx, unsigned) { static_cast<Device *>(ctx)->line(false); };
        got.cfg.outside = &outside;
        ASSERT_EQ(got.build(), 0) << got.why;
        device.m = got.m.get();
        ASSERT_EQ(machine_start(device.m), 0);
        uint64_t raised = 0;
        sim_tick at = 0;
        while (!machine_ended(device.m)) {
            const bool more = machine_next(device.m, &at);
            const sim_tick cause = machine_is_set_up(device.m) && raised < 20
                                       ? machine_origin(device.m) + 1000 + raised * 100000
                                       : SIM_FOREVER;
            if (cause <= (more ? at : SIM_FOREVER) && cause != SIM_FOREVER) {
                machine_set_time(device.m, cause);
                ASSERT_EQ(machine_now(device.m), cause);
                machine_device_raise(device.m, 0);
                device.line(true);
                raised++;
            } else {
                ASSERT_TRUE(more);
                machine_advance(device.m);
            }
        }
        ASSERT_EQ(machine_finish(device.m), 0) << machine_error(device.m);
        EXPECT_EQ(device.clears, 20u);
        EXPECT_EQ(results(device.m), results(want.m.get()));
    }
}

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

} // namespace
