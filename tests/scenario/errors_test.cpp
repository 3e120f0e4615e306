// SPDX-License-Identifier: Apache-2.0
// Where errors are shown, that all of them are, and the limits. Wording: tests/cli.
#include "load.h"

#include <cerrno>
#include <gtest/gtest.h>

namespace
{

using Errors = std::vector<std::string>;

Errors errors_of(const std::string &text, std::vector<const char *> sets = {})
{
    Loaded l(text, std::move(sets));
    EXPECT_EQ(l.err, l.errors().empty() ? 0 : -EINVAL);
    return l.errors();
}

TEST(Errors, AllAtOnceInOrderOfLines)
{
    EXPECT_EQ(errors_of("schema: 1\n"
                        "name: x\n"
                        "seeds: 3\n"
                        "platform: {cpus: 9}\n"
                        "devices: [{name: d, spi: 900}]\n"
                        "routes: [{device: e, guest_spi: 40}]\n"
                        "traffic: [{device: d, count: 2}]\n"
                        "expect: {all: [exits.totl == 1]}\n"),
              (Errors{"3:1 unknown key 'seeds' in this scenario", "4:18 9 is out of range for 'cpus'",
                      "5:26 SPI 900 does not exist: the platform has SPIs 32 to 127", "6:19 there is no device 'e'",
                      "7:11 more than one interrupt needs a time between them: 'every'",
                      "8:16 there is no metric 'exits.totl'"}));
}

TEST(Errors, EveryModeIsCheckedOnceToldOnce)
{
    EXPECT_EQ(errors_of(small("kernel: 9\nmodes: {a: {}, b: {platform.cpus: 1}, c: {platform.cpus: 0}}\n")),
              (Errors{// with one CPU the device's CPU 1 is gone
                      "3:37 'cpu' is 1, but there is 1 physical CPU, counted from 0",
                      "6:9 there is no kernel profile '9'", "7:58 0 is out of range for 'cpus'"}));
}

TEST(Errors, LinesAreCountedAsEditorsDo)
{
    EXPECT_EQ(errors_of("schema: 1\r\nname: x\r\nbad: 1\r\n")[3], "3:1 unknown key 'bad' in this scenario");
    // columns count characters: two letters of two bytes each stand before it
    EXPECT_EQ(errors_of(small("doc: \"\xc3\xa4\xc3\xb6\"\nvm: {\"\xc3\xa4\": 1, main: x}\n")),
              (Errors{"7:6 unknown key '\xc3\xa4' in this vm", "7:20 'x' is no value of 'main'"}));
    EXPECT_EQ(errors_of("\xef\xbb\xbf" + small()), Errors{}); // a byte order mark is no error
}

TEST(Errors, Limits)
{
    std::string deep = small("x-deep: ");
    EXPECT_EQ(errors_of(deep + std::string(63, '[') + std::string(63, ']') + "\n"), Errors{});
    EXPECT_EQ(errors_of(deep + std::string(64, '[') + std::string(64, ']') + "\n"),
              Errors{"6:72 nested more than 64 deep"});
    EXPECT_EQ(errors_of(deep + std::string(200000, '[')), Errors{"6:72 nested more than 64 deep"});
    EXPECT_EQ(errors_of(std::string(16 * 1024 * 1024 + 1, '#')),
              Errors{"0:0 cannot read the scenario: the file is larger than 16 MiB"});
    std::string values = small("x-many:\n");
    for (int i = 0; i < 1000001; i++)
        values += "- a\n";
    EXPECT_EQ(errors_of(values).size(), 1u);
    std::string devices =
        "schema: 1\nname: x\nroutes: [{device: d0, guest_spi: 40}]\ntraffic: [{device: d0}]\ndevices:\n";
    for (int i = 0; i < 65; i++)
        devices += "  - {name: d" + std::to_string(i) + ", kind: injector, trigger: edge}\n";
    EXPECT_EQ(errors_of(devices), Errors{"6:3 'devices' has 65 elements"});
    std::string modes = small("modes:\n");
    for (int i = 0; i < 33; i++)
        modes += "  m" + std::to_string(i) + ": {}\n";
    EXPECT_EQ(errors_of(modes), Errors{"7:3 there are 33 modes, more than 32"});
    EXPECT_EQ(errors_of(small("expect: {run: [exits.total == 1" + std::string(1000, ' ') + "+ 1]}\n")),
              Errors{"6:16 the expression is longer than 1000 characters"});
    std::string expect = small("modes: {a: {}, b: {}}\nexpect:\n  all:\n");
    for (int i = 0; i < 10001; i++)
        expect += "  - kicks == 0\n";
    EXPECT_EQ(errors_of(expect), Errors{"10009:5 there are more than 20000 expectations"});
}

TEST(Errors, OnlyTheFirstHundredAreKept)
{
    std::string text = small();
    for (int i = 0; i < 150; i++)
        text += "k" + std::to_string(i) + ": 1\n";
    Loaded l(text);
    EXPECT_EQ(scenario_diags_count(l.diags), 150u);
    EXPECT_EQ(l.errors().size(), 100u);
}

TEST(Errors, TimesThatDoNotFit)
{
    EXPECT_EQ(errors_of(small("until: 18446745s\n")), Errors{"6:8 18446745s is too large for 'until'"});
    EXPECT_EQ(errors_of(small(), {"traffic[0].every=18000000s", "traffic[0].count=1000000000"}),
              Errors{"1:18 the last interrupt lies beyond the end of simulated time"});
    EXPECT_EQ(errors_of(small(), {"traffic[0].every=0.4ns"}),
              Errors{"1:18 'every' is shorter than half a tick of the cost profile"});
}

TEST(Errors, WhatOnlyTheMeaningTells)
{
    const struct {
        const char *set, *error;
    } cases[] = {
        {"devices[nic].spi=51", "3:58 SPI 51 belongs to device 'nic' already (--set:1:18)"},
        {"devices[nic].cpu=2", "1:18 'cpu' is 2, but there are 2 physical CPUs, counted from 0"},
        {"vm.vcpus=[{cpu: 2}]", "1:17 'cpu' is 2, but there are 2 physical CPUs, counted from 0"},
        {"routes[0].vcpu=1", "1:16 'vcpu' is 1, but there is 1 virtual CPU, counted from 0"},
        {"routes[1].resample=true", "1:20 'resample' needs a level-sensitive device, and 'dma' is edge-triggered"},
        {"routes[1].guest_spi=40", "1:21 guest SPI 40 has a route already (t.yaml:4:35)"},
        {"routes[0].guest_spi=31", "1:21 31 is out of range for 'guest_spi'"},
        {"routes[0].guest_spi=992", "1:21 992 is out of range for 'guest_spi'"},
        {"routes[1].device=nic", "1:18 device 'nic' has a route already (t.yaml:4:19)"},
        {"routes[0].priority=3", "1:20 priority 0x3 cannot be programmed: a guest has 5 priority bits"},
        {"platform.spis=100", "1:15 100 SPIs cannot be built"},
        {"handlers=[{guest_spi: 42}]", "1:23 no route leads to guest SPI 42"},
        {"handlers=[{guest_spi: 40, clears: dmb}]", "1:35 there is no device 'dmb'"},
        {"devices[dma].clears=2", "1:21 'clears' needs a level-sensitive line"},
        {"devices[dma].name=nic", "1:19 there is a device 'nic' already (t.yaml:3:18)"},
        {"traffic[0].count=0", "1:18 0 is out of range for 'count'"},
        {"costs=../x", "1:7 '../x' is no name, which 'costs' must be"},
    };
    for (const auto &c : cases) {
        const Errors e = errors_of(small(), {c.set});
        ASSERT_FALSE(e.empty()) << c.set;
        EXPECT_EQ(e[0], c.error) << c.set;
    }
}

TEST(Errors, SharedLines)
{
    const std::string two = "schema: 1\nname: x\nroutes: [{device: a, guest_spi: 40, resample: true}]\n"
                            "traffic: [{device: a}]\ndevices:\n";
    EXPECT_EQ(errors_of(two + "- {name: a, spi: 40, shared: true}\n- {name: b, spi: 40}\n"),
              Errors{"7:18 SPI 40 belongs to device 'a' already (t.yaml:6:18)"});
    EXPECT_EQ(
        errors_of(two + "- {name: a, spi: 40, shared: true}\n- {name: b, spi: 40, shared: true, trigger: edge}\n"),
        Errors{"7:45 'a' and 'b' share SPI 40 but differ in 'trigger' (t.yaml:6:3)"});
    EXPECT_EQ(errors_of(two + "- {name: a, spi: 40, shared: true}\n- {name: b, spi: 40, shared: true, cpu: 1}\n"),
              Errors{"7:41 'a' and 'b' share SPI 40 but differ in 'cpu' (t.yaml:6:3)"});
}

} // namespace
