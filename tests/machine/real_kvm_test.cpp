// SPDX-License-Identifier: Apache-2.0
// The machine against recordings of a real KVM 6.1 host (tests/real-kvm): exits by cause, 1,000 rounds each,
// and the GIC accesses of one steady-state interrupt.
#include "recorded.hpp"
#include "rig.hpp"

#include <algorithm>

namespace
{

struct Param {
    const char *scenario;
    machine_device_kind kind;
    machine_trigger trigger;
    machine_guest_loop loop;
    unsigned cpu;
    bool forward;
};

// Accesses of CPU 1 to GICC, GICH and GICV, cut into rounds where the cause of a round appears.
std::vector<std::string> recorded_rounds(const std::string &scenario)
{
    std::ifstream in(kDir + scenario + ".hwtrace.csv");
    EXPECT_TRUE(in) << scenario;
    std::vector<std::string> rounds;
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
        const auto c = split(line, ',');
        const std::string what = c.at(2) + " " + c.at(3);
        const std::string value = c.size() > 4 ? c[4] : "";
        if (what == "LINE intid 36" ? value == "1" : what == "GICD W f00" && c[1] == "0")
            rounds.emplace_back();
        if (rounds.empty() || c[1] != "1" || (c[2] != "GICC" && c[2] != "GICH" && c[2] != "GICV"))
            continue;
        rounds.back() += what + " " + std::to_string(std::stoul(value, nullptr, 16)) + "\n";
    }
    return rounds;
}

const char *reg(const machine_access &a)
{
    static const std::map<std::pair<int, uint32_t>, const char *> names = {
        {{GIC_CPU, 0x00c}, "GICC R IAR"},   {{GIC_CPU, 0x010}, "GICC W EOIR"},   {{GIC_CPU, 0x1000}, "GICC W DIR"},
        {{GIC_HYP, 0x000}, "GICH W HCR"},   {{GIC_HYP, 0x030}, "GICH R ELRSR0"}, {{GIC_VCPU, 0x00c}, "GICV R IAR"},
        {{GIC_VCPU, 0x010}, "GICV W EOIR"},
    };
    if (a.frame == GIC_HYP && a.offset == 0x100)
        return a.is_write ? "GICH W LR0" : "GICH R LR0";
    if (a.frame == GIC_HYP && a.offset == 0x008)
        return a.is_write ? "GICH W VMCR" : "GICH R VMCR";
    if (a.frame == GIC_HYP && a.offset == 0x0f0)
        return a.is_write ? "GICH W APR" : "GICH R APR";
    const auto it = names.find({a.frame, a.offset});
    return it == names.end() ? "?" : it->second;
}

class RealKvm : public testing::TestWithParam<Param>
{
  protected:
    Rig rig;
    static constexpr uint64_t kRounds = 1000;

    void SetUp() override
    {
        const Param &p = GetParam();
        rig.cfg.guest_loop = p.loop;
        rig.add(p.kind, p.trigger, 36, 34, p.cpu, kRounds);
        rig.routes[0].forward = p.forward;
        // The recorded run of direct EOI had a plain irqfd.
        if (p.forward)
            rig.routes[0].resample = false;
        ASSERT_EQ(rig.build(), 0) << rig.why;
    }
};

TEST_P(RealKvm, exits_by_cause_match_exactly)
{
    const auto want = expected(GetParam().scenario);
    ASSERT_FALSE(want.empty());
    ASSERT_EQ(rig.run(), 0) << rig.why;
    uint64_t total = 0;
    for (int c = 0; c < MACHINE_EXIT_COUNT; c++) {
        const std::string cause = machine_exit_name(static_cast<machine_exit_cause>(c));
        const uint64_t per_round = want.count(cause) ? want.at(cause) : 0;
        EXPECT_EQ(rig.count("exits." + cause), per_round * kRounds) << cause;
        total += per_round * kRounds;
    }
    EXPECT_EQ(rig.count("exits.total"), total);
    EXPECT_EQ(rig.count("guest.irqs"), kRounds);
}

// The model's round must be the one the recording shows most often (others carry ticks or foreign IPIs).
TEST_P(RealKvm, gic_accesses_of_a_steady_state_interrupt_match)
{
    ASSERT_EQ(machine_watch_accesses(rig.m.get(), 0, 500, 1), 0);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    size_t n = 0;
    const machine_access *a = machine_accesses(rig.m.get(), &n);
    std::string model;
    for (size_t i = 0; i < n; i++)
        if (a[i].frame != GIC_DIST)
            model += std::string(reg(a[i])) + " " + std::to_string(a[i].value) + "\n";
    std::map<std::string, int> seen;
    for (const auto &r : recorded_rounds(GetParam().scenario))
        seen[r]++;
    const auto most = std::max_element(seen.begin(), seen.end(), [](auto &x, auto &y) { return x.second < y.second; });
    ASSERT_NE(most, seen.end());
    EXPECT_GE(most->second, 3) << "the recording has a steady state";
    EXPECT_EQ(model, most->first);
}

INSTANTIATE_TEST_SUITE_P(
    Recorded, RealKvm,
    testing::Values(Param{"edge_irqfd_spin_other", MACHINE_INJECTOR, MACHINE_EDGE, MACHINE_SPIN, 0, false},
                    Param{"edge_irqfd_wfi_other", MACHINE_INJECTOR, MACHINE_EDGE, MACHINE_WFI, 0, false},
                    Param{"level_resample_spin_other", MACHINE_INJECTOR, MACHINE_LEVEL, MACHINE_SPIN, 0, false},
                    Param{"level_resample_wfi_other", MACHINE_INJECTOR, MACHINE_LEVEL, MACHINE_WFI, 0, false},
                    Param{"vfio_intxdis_spin_irqsame", MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, MACHINE_SPIN, 1, false},
                    Param{"fwd_spin_irqsame", MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, MACHINE_SPIN, 1, true}),
    [](const auto &i) { return std::string(i.param.scenario); });

} // namespace
