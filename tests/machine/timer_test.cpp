// SPDX-License-Identifier: Apache-2.0
// The guest's virtual timer in the machine: against recordings of a real KVM 6.1 host (tests/real-kvm), and where no
// recording looks.
#include "recorded.hpp"
#include "rig.hpp"

#include <algorithm>
#include <set>
#include <trapline/gic_regs.h>

namespace
{

const char *const kFrame[] = {"GICD", "GICC", "GICH", "GICV"};

const std::map<std::pair<int, std::string>, uint32_t> kOffset = {
    {{GIC_CPU, "IAR"}, GICC_IAR},       {{GIC_CPU, "EOIR"}, GICC_EOIR}, {{GIC_CPU, "DIR"}, GICC_DIR},
    {{GIC_HYP, "HCR"}, GICH_HCR},       {{GIC_HYP, "VMCR"}, GICH_VMCR}, {{GIC_HYP, "APR"}, GICH_APR},
    {{GIC_HYP, "ELRSR0"}, GICH_ELRSR0}, {{GIC_HYP, "LR0"}, GICH_LR0},   {{GIC_VCPU, "IAR"}, GICV_IAR},
    {{GIC_VCPU, "EOIR"}, GICV_EOIR},    {{GIC_VCPU, "DIR"}, GICV_DIR},  {{GIC_DIST, "300"}, GICD_ISACTIVER},
    {{GIC_DIST, "380"}, GICD_ICACTIVER}};

std::string line(int frame, bool write, uint32_t offset, uint32_t value)
{
    char text[64];
    std::snprintf(text, sizeof text, "%s %c %03x %x\n", kFrame[frame], write ? 'W' : 'R', offset, value);
    return text;
}

// A round ends with the guest's last write to its CPU interface. The one that is seen most often is the steady state:
// others carry ticks and foreign IPIs.
class Rounds
{
  public:
    explicit Rounds(uint32_t last) : last_(last)
    {
    }
    void add(int frame, bool write, uint32_t offset, uint32_t value)
    {
        round_ += line(frame, write, offset, value);
        if (frame == GIC_VCPU && write && offset == last_) {
            seen_[round_]++;
            round_.clear();
        }
    }
    std::pair<std::string, int> most() const
    {
        const auto i = std::max_element(seen_.begin(), seen_.end(),
                                        [](const auto &a, const auto &b) { return a.second < b.second; });
        return i == seen_.end() ? std::pair<std::string, int>() : std::pair<std::string, int>(*i);
    }

  private:
    uint32_t last_;
    std::string round_;
    std::map<std::string, int> seen_;
};

Rounds recorded(const std::string &scenario, uint32_t last)
{
    Rounds rounds(last);
    std::ifstream in(kDir + scenario + ".hwtrace.csv");
    EXPECT_TRUE(in) << scenario;
    std::string text;
    std::getline(in, text);
    while (std::getline(in, text)) {
        const auto c = split(text, ',');
        const auto frame = std::find(std::begin(kFrame), std::end(kFrame), c.at(2));
        if (c[1] != "1" || frame == std::end(kFrame))
            continue;
        const int f = static_cast<int>(frame - kFrame);
        const auto op = split(c[3], ' ');
        rounds.add(f, op.at(0) == "W", kOffset.at({f, op.at(1)}),
                   static_cast<uint32_t>(std::stoul(c.at(4), nullptr, 16)));
    }
    return rounds;
}

struct Param {
    const char *scenario;
    machine_guest_loop loop;
    unsigned eoi_mode;
};

class RecordedTimer : public testing::TestWithParam<Param>
{
  protected:
    Rig rig;
    static constexpr uint64_t kRounds = 1000;
    void SetUp() override
    {
        rig.cfg.ops = {MACHINE_OP_TIMER, kRounds};
        rig.cfg.guest_loop = GetParam().loop;
        rig.cfg.guest_eoi_mode = GetParam().eoi_mode;
    }
};

TEST_P(RecordedTimer, exits_by_cause_match_exactly)
{
    ASSERT_EQ(rig.run(), 0) << rig.why;
    const auto want_per_round = expected(GetParam().scenario);
    const std::string cause = GetParam().loop == MACHINE_WFI ? "wfx" : "phys_vtimer_ptimer";
    ASSERT_EQ(want_per_round, (std::map<std::string, uint64_t>{{cause, 1}}));
    // The last WFI is the end of the run, not a round.
    const uint64_t want = kRounds + (GetParam().loop == MACHINE_WFI);
    EXPECT_EQ(rig.count("exits." + cause), want);
    EXPECT_EQ(rig.count("exits.total"), want);
    EXPECT_EQ(rig.count("guest.irqs"), kRounds);
}

class RecordedTimerAccesses : public RecordedTimer
{
};

TEST_P(RecordedTimerAccesses, of_a_steady_state_interrupt_match)
{
    const uint32_t last = GetParam().eoi_mode ? GICV_DIR : GICV_EOIR;
    const auto want = recorded(GetParam().scenario, last).most();
    ASSERT_GE(want.second, 3) << "the recording has a steady state";
    rig.record = true;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    Rounds rounds(last);
    for (const sim_record &r : rig.records)
        if ((r.id == EV_GIC_READ || r.id == EV_GIC_WRITE) && r.cpu == 1)
            rounds.add(static_cast<int>(r.arg[0]), r.id == EV_GIC_WRITE, static_cast<uint32_t>(r.arg[1]),
                       static_cast<uint32_t>(r.arg[2]));
    const auto got = rounds.most();
    EXPECT_GE(got.second, static_cast<int>(kRounds) - 2);
    EXPECT_EQ(got.first, want.first);
}

const auto kName = [](const testing::TestParamInfo<Param> &i) { return std::string(i.param.scenario); };

INSTANTIATE_TEST_SUITE_P(Recorded, RecordedTimer,
                         testing::Values(Param{"timer_spin", MACHINE_SPIN, 0}, Param{"timer_wfi", MACHINE_WFI, 0},
                                         Param{"timer_eoi1_spin", MACHINE_SPIN, 1},
                                         Param{"timer_eoi1_wfi", MACHINE_WFI, 1}),
                         kName);
INSTANTIATE_TEST_SUITE_P(Recorded, RecordedTimerAccesses,
                         testing::Values(Param{"timer_spin", MACHINE_SPIN, 0}, Param{"timer_wfi", MACHINE_WFI, 0},
                                         Param{"timer_eoi1_spin", MACHINE_SPIN, 1}),
                         kName);

// A thread of the host takes the vCPU's CPU at every moment around the timer's expiry: saved and loaded, not lost.
class TimerPreempted : public testing::TestWithParam<std::tuple<const char *, machine_guest_loop>>
{
};

TEST_P(TimerPreempted, no_timer_is_lost_whenever_the_vcpu_is_put)
{
    const auto [kernel, loop] = GetParam();
    std::set<uint64_t> exits;
    unsigned stale = 0;
    uint64_t loads = 0;
    for (sim_tick start = 9999700; start < 10000400; start += 5) {
        Rig rig(Rig::kSevenEach);
        rig.cfg.kernel = *machine_kernel_find(kernel);
        rig.cfg.guest_loop = loop;
        rig.cfg.ops = {MACHINE_OP_TIMER, 1};
        rig.add(MACHINE_INJECTOR, MACHINE_EDGE, 0, 34, 1, 1);
        rig.traffic[0].start = start;
        ASSERT_EQ(rig.run(), 0) << rig.why;
        ASSERT_EQ(rig.count("ops.count"), 1u) << start;
        // A vCPU that is loaded while its timer is in a list register is injected again. Since 5.15 the fold looks at
        // the line once more; before, the guest takes a timer that it has silenced.
        ASSERT_LE(rig.count("guest.irqs"), rig.cfg.kernel.vgic.mapped_level == VGIC_MAPPED_LR_5_15 ? 2u : 3u) << start;
        ASSERT_GE(rig.count("guest.irqs"), 2u) << start;
        stale += rig.count("guest.irqs") == 3;
        ASSERT_EQ(rig.count("interrupts.lost"), 0u) << start;
        exits.insert(rig.count("exits.total"));
        loads = std::max(loads, rig.count("halt_wakeups"));
    }
    EXPECT_EQ(stale != 0, std::string(kernel) == "4.12-deoi" && loop == MACHINE_WFI);
    if (loop == MACHINE_SPIN) {
        EXPECT_GE(exits.size(), 2u) << "the sweep meets the timer before, at and after its exit";
    } else {
        EXPECT_GE(loads, 2u) << "the vCPU is loaded once for the edge and once for the timer, or once for both";
    }
}

INSTANTIATE_TEST_SUITE_P(Kernels, TimerPreempted,
                         testing::Combine(testing::Values("6.1", "4.12-deoi", "3.10"),
                                          testing::Values(MACHINE_SPIN, MACHINE_WFI)));

// Loading a vCPU writes the PPI's active state (kvm_timer_vcpu_load_gic): one distributor write for each block.
TEST(Timer, loading_a_vcpu_sets_the_active_state_if_the_kernel_does)
{
    for (const bool on : {true, false}) {
        Rig rig;
        rig.cfg.kernel.vgic.timer_set_active = on;
        rig.cfg.guest_loop = MACHINE_WFI;
        rig.cfg.ops = {MACHINE_OP_TIMER, 10};
        ASSERT_EQ(rig.run(), 0) << rig.why;
        EXPECT_EQ(rig.count("host.gicd_writes"), on ? 10u : 0u);
        // Without it the line interrupts the host as soon as the timer is loaded, for what is injected already.
        EXPECT_EQ(rig.count("host.acks_vtimer"), on ? 0u : 10u);
        EXPECT_EQ(rig.count("ops.count"), 10u);
        EXPECT_EQ(rig.count("guest.irqs"), 10u);
    }
}

} // namespace
