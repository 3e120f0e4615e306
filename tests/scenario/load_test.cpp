// SPDX-License-Identifier: Apache-2.0
// What a right file becomes: defaults, modes, --set, ticks, results.
#include "load.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <sstream>

namespace
{

TEST(Load, Defaults)
{
    Loaded l(small());
    ASSERT_EQ(l.err, 0) << l.all_errors();
    EXPECT_STREQ(scenario_name(l.s), "small");
    EXPECT_STREQ(scenario_doc(l.s), "");
    ASSERT_EQ(scenario_modes(l.s), 1u);
    EXPECT_STREQ(scenario_mode_name(l.s, 0), "run");
    const struct machine_config *c = scenario_mode_config(l.s, 0);
    EXPECT_STREQ(c->kernel.name, "6.1");
    EXPECT_STREQ(c->costs.name, "ideal");
    EXPECT_EQ(c->platform.cpus, 2u);
    EXPECT_EQ(c->platform.spis, 96u);
    EXPECT_EQ(c->platform.list_registers, 4u);
    EXPECT_EQ(c->platform.priority_bits, 5u);
    EXPECT_EQ(c->platform.host, MACHINE_NVHE);
    EXPECT_EQ(c->platform.irq_propagation, 0u);
    ASSERT_EQ(c->nvcpus, 1u);
    EXPECT_EQ(c->vcpus[0].cpu, 1u);
    EXPECT_EQ(c->guest_loop, MACHINE_SPIN);
    EXPECT_EQ(c->guest_eoi_mode, 0u);
    EXPECT_EQ(c->seed, 1u);
    EXPECT_EQ(c->until, 0u);
    ASSERT_EQ(c->ndevices, 2u);
    EXPECT_EQ(c->devices[0].kind, MACHINE_VFIO_PLATFORM);
    EXPECT_EQ(c->devices[0].trigger, MACHINE_LEVEL);
    EXPECT_EQ(c->devices[0].clears, 1u);
    EXPECT_FALSE(c->devices[0].shared);
    EXPECT_EQ(c->devices[1].cpu, 0u);
    ASSERT_EQ(c->nroutes, 2u);
    EXPECT_EQ(c->routes[1].priority, 0xa0u);
    EXPECT_FALSE(c->routes[0].forward);
    // every route has a handler that clears its own device and works no time
    ASSERT_EQ(c->nhandlers, 2u);
    EXPECT_EQ(c->handlers[1].guest_spi, 41u);
    EXPECT_EQ(c->handlers[1].clears, 1);
    EXPECT_EQ(c->handlers[1].work, 0u);
    EXPECT_EQ(c->traffic[0].every, 50000u); // ideal: one tick is one nanosecond
    EXPECT_EQ(scenario_mode_interrupts(l.s, 0), 3u);
}

TEST(Load, EverythingGiven)
{
    Loaded l("schema: 1\nname: all\ndoc: a sentence\nkernel: \"6.1\"\ncosts: arndale-a15-gicv2-3.10\n"
             "platform: {gic: 2, cpus: 4, spis: 988, list_registers: 2, priority_bits: 7, host: vhe, irq_propagation: "
             "10ns}\n"
             "vm: {vcpus: [{cpu: 1}, {cpu: 3}], main: wfi, eoi_mode: 1}\n"
             "devices:\n"
             "  - {name: a, kind: vfio-platform, spi: 0x3f0, trigger: level, cpu: 2, clears: 3, shared: true}\n"
             "  - {name: b, spi: 1008, cpu: 2, shared: true}\n"
             "  - {name: soft, kind: injector, trigger: edge, cpu: 3}\n"
             "routes:\n"
             "  - {device: a, guest_spi: 40, vcpu: 1, resample: true, forward: true, priority: 0x80}\n"
             "  - {device: b, guest_spi: 41}\n"
             "  - {device: soft, guest_spi: 991}\n"
             "handlers:\n"
             "  - {guest_spi: 40, work: 1us, clears: b}\n"
             "  - {guest_spi: 41, clears: none}\n"
             "traffic:\n"
             "  - {device: a, start: 1.5us, every: 1ms, count: 10}\n"
             "  - {device: soft}\n"
             "seed: 7\nuntil: 5ms\nx-note: {free: [text]}\n");
    ASSERT_EQ(l.err, 0) << l.all_errors();
    const struct machine_config *c = scenario_mode_config(l.s, 0);
    EXPECT_EQ(c->platform.host, MACHINE_VHE);
    EXPECT_EQ(c->platform.irq_propagation, 17u); // 10 ns at 1.7 GHz
    EXPECT_EQ(c->guest_loop, MACHINE_WFI);
    EXPECT_EQ(c->guest_eoi_mode, 1u);
    EXPECT_EQ(c->nvcpus, 2u);
    EXPECT_EQ(c->devices[0].spi, 1008u);
    EXPECT_EQ(c->devices[0].clears, 3u);
    EXPECT_TRUE(c->devices[0].shared);
    EXPECT_EQ(c->devices[2].kind, MACHINE_INJECTOR);
    EXPECT_EQ(c->devices[2].spi, 0u);
    EXPECT_TRUE(c->routes[0].forward);
    EXPECT_EQ(c->routes[0].vcpu, 1u);
    EXPECT_EQ(c->handlers[0].work, 1700u);
    EXPECT_EQ(c->handlers[0].clears, 1);
    EXPECT_EQ(c->handlers[1].clears, -1);
    EXPECT_EQ(c->handlers[2].clears, -1); // an injector has no register
    EXPECT_EQ(c->traffic[0].start, 2550u);
    EXPECT_EQ(c->traffic[1].count, 1u);
    EXPECT_EQ(c->seed, 7u);
    EXPECT_EQ(c->until, 8500000u);
}

TEST(Load, TicksAreRoundedHalfUp)
{
    // at 1.7 GHz: 1 ns = 1.7, 0.5 ns = 0.85, 5 ns = 8.5, 0.25 ns = 0.425 ticks
    Loaded l(small("costs: arndale-a15-gicv2-3.10\n"),
             {"traffic=[{device: nic, start: 1ns}, {device: nic, start: 0.5ns},"
              " {device: nic, start: 5ns}, {device: nic, start: 0.25ns}]"});
    ASSERT_EQ(l.err, 0) << l.all_errors();
    const struct machine_config *c = scenario_mode_config(l.s, 0);
    EXPECT_EQ(c->traffic[0].start, 2u);
    EXPECT_EQ(c->traffic[1].start, 1u);
    EXPECT_EQ(c->traffic[2].start, 9u);
    EXPECT_EQ(c->traffic[3].start, 0u);
}

TEST(Load, ModesChangeTheScenario)
{
    Loaded l(small("vm: {vcpus: [{cpu: 1}], main: wfi}\n"
                   "modes:\n"
                   "  base: {}\n"
                   "  nothing:\n"
                   "  paths: {\"routes[0].forward\": true, platform.host: vhe, \"devices[dma].cpu\": 1}\n"
                   "  nested: {vm: {eoi_mode: 1}, x-note: free}\n"
                   "  every: {\"routes[*].priority\": 0x40}\n"
                   "  replace: {traffic: [{device: dma}]}\n"
                   "  fresh: {handlers: [{guest_spi: 40, work: 3us}]}\n"));
    ASSERT_EQ(l.err, 0) << l.all_errors();
    ASSERT_EQ(scenario_modes(l.s), 7u);
    EXPECT_EQ(scenario_mode_find(l.s, "paths"), 2);
    EXPECT_EQ(scenario_mode_find(l.s, "none"), -1);
    const struct machine_config *base = scenario_mode_config(l.s, 0), *paths = scenario_mode_config(l.s, 2),
                                *nested = scenario_mode_config(l.s, 3), *every = scenario_mode_config(l.s, 4);
    EXPECT_FALSE(base->routes[0].forward);
    EXPECT_TRUE(paths->routes[0].forward);
    EXPECT_FALSE(paths->routes[1].forward);
    EXPECT_EQ(paths->platform.host, MACHINE_VHE);
    EXPECT_EQ(paths->devices[1].cpu, 1u);
    EXPECT_EQ(nested->guest_eoi_mode, 1u);
    EXPECT_EQ(nested->guest_loop, MACHINE_WFI); // the rest of vm stays
    EXPECT_EQ(every->routes[0].priority, 0x40u);
    EXPECT_EQ(every->routes[1].priority, 0x40u);
    EXPECT_EQ(scenario_mode_config(l.s, 5)->ntraffic, 1u);
    EXPECT_EQ(scenario_mode_config(l.s, 6)->handlers[0].work, 3000u);
    EXPECT_EQ(base->handlers[0].work, 0u); // modes do not touch each other
}

TEST(Load, SetsComeAfterTheMode)
{
    Loaded l(small("modes: {a: {seed: 5}, b: {}}\n"),
             {"seed=9", "platform.list_registers=2", "routes[*].forward=false", "vm={main: wfi}", "seed=10"});
    ASSERT_EQ(l.err, 0) << l.all_errors();
    for (size_t m = 0; m < 2; m++) {
        EXPECT_EQ(scenario_mode_config(l.s, m)->seed, 10u);
        EXPECT_EQ(scenario_mode_config(l.s, m)->platform.list_registers, 2u);
        EXPECT_EQ(scenario_mode_config(l.s, m)->guest_loop, MACHINE_WFI);
    }
}

TEST(Load, JsonIsYamlToo)
{
    Loaded l("{\"schema\": 1, \"name\": \"j\", \"devices\": [{\"name\": \"d\", \"spi\": 40}],"
             " \"routes\": [{\"device\": \"d\", \"guest_spi\": 40, \"resample\": true}], \"traffic\": [{\"device\": "
             "\"d\"}]}");
    EXPECT_EQ(l.err, 0) << l.all_errors();
}

TEST(Load, RunsAndEvaluates)
{
    Loaded l(small("modes: {a: {}, b: {\"routes[0].forward\": true}}\n"
                   "expect:\n"
                   "  all: [interrupts.raised == 3, exits.total == 6]\n"
                   "  compare: [b.exits.total < a.exits.total]\n"));
    ASSERT_EQ(l.err, 0) << l.all_errors();
    size_t n;
    const struct scenario_outcome *o = scenario_outcomes(l.s, &n);
    ASSERT_EQ(n, 5u);
    EXPECT_EQ(o[0].verdict, SCENARIO_SKIPPED);
    ASSERT_EQ(scenario_run(l.s, 0, nullptr), 0) << scenario_error(l.s, 0);
    EXPECT_EQ(scenario_evaluate(l.s), 0u);
    EXPECT_EQ(scenario_outcomes(l.s, &n)[4].verdict, SCENARIO_SKIPPED); // needs both modes
    ASSERT_EQ(scenario_run(l.s, 1, nullptr), 0) << scenario_error(l.s, 1);
    EXPECT_EQ(scenario_evaluate(l.s), 1u);
    o = scenario_outcomes(l.s, &n);
    EXPECT_EQ(o[2].verdict, SCENARIO_OK); // exits.total == 6 in mode a
    EXPECT_EQ(o[3].verdict, SCENARIO_FAILED);
    EXPECT_EQ(o[3].mode, 1);
    EXPECT_STREQ(o[3].got, "3");
    EXPECT_STREQ(o[3].text, "exits.total == 6");
    EXPECT_EQ(o[3].line, 8u);
    EXPECT_EQ(o[3].col, 33u);
    EXPECT_EQ(o[4].verdict, SCENARIO_OK);
    EXPECT_STREQ(o[4].got, "3 < 6");
}

std::string json(struct scenario *s)
{
    std::unique_ptr<char, decltype(&free)> text(scenario_json(&s, 1, "0"), free);
    return text.get();
}

TEST(Load, EqualRunsGiveEqualJson)
{
    Loaded a(small("costs: arndale-a15-gicv2-3.10\n")), b(small("costs: arndale-a15-gicv2-3.10\n"));
    ASSERT_EQ(scenario_run(a.s, 0, nullptr), 0);
    ASSERT_EQ(scenario_run(b.s, 0, nullptr), 0);
    EXPECT_EQ(json(a.s), json(b.s));
    ASSERT_EQ(scenario_run(b.s, 0, nullptr), 0); // and again on the same scenario
    EXPECT_EQ(json(a.s), json(b.s));
    EXPECT_NE(json(a.s).find("\"list_registers\": 4"), std::string::npos); // defaults are in it
}

std::string read(const std::string &path)
{
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
}

// Damaged files must be refused or accepted, nothing else: run this under a sanitizer.
TEST(Load, DamagedFilesDoNoHarm)
{
    const std::string good = read(TRAPLINE_SOURCE_DIR "/scenarios/vfio-platform-direct-eoi.yaml");
    ASSERT_FALSE(good.empty());
    std::mt19937 random(1);
    auto below = [&random](size_t n) { return static_cast<size_t>(random()) % n; };
    static const char junk[] = "{}[]:,-#&*!|>'\"%@`\n\t .0x\xc3\xff";
    for (int round = 0; round < 1500; round++) {
        std::string text = good;
        for (size_t k = 1 + below(4); k > 0; k--) {
            const size_t at = below(text.size());
            switch (below(4)) {
            case 0:
                text[at] = junk[below(sizeof junk)];
                break;
            case 1:
                text.erase(at, 1 + below(40));
                break;
            case 2:
                text.insert(at, text.substr(below(text.size()), below(60)));
                break;
            default:
                text.insert(at, 1, junk[below(sizeof junk)]);
                break;
            }
            if (text.empty())
                text = "x";
        }
        Loaded l(text);
        EXPECT_EQ(l.err != 0, scenario_diags_count(l.diags) != 0);
        if (FILE *f = std::fopen("/dev/null", "w")) {
            scenario_diags_print(l.diags, f, true);
            std::fclose(f);
        }
    }
}

} // namespace
