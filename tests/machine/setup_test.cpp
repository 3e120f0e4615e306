// SPDX-License-Identifier: Apache-2.0
// Set-up by stepping: the connect sequence of direct EOI, and who is refused.
#include "rig.hpp"

#include <algorithm>
#include <trapline/irqbypass.h>

namespace
{

// Names of the events of interest, in order, with the callbacks of the bypass manager spelled out.
std::vector<std::string> story(const Rig &rig)
{
    static const char *const callback[] = {"prod.stop",         "cons.stop",         "prod.add_consumer",
                                           "cons.add_producer", "cons.del_producer", "prod.del_consumer",
                                           "cons.start",        "prod.start"};
    std::vector<std::string> out;
    for (const sim_record &r : rig.records) {
        switch (r.id) {
        case EV_BYPASS_CALLBACK:
            out.emplace_back(callback[r.arg[0]]);
            break;
        case EV_IRQ_DISABLE:
            out.emplace_back("disable_irq");
            break;
        case EV_IRQ_ENABLE:
            out.emplace_back("enable_irq");
            break;
        case EV_VFIO_DEOI:
            out.emplace_back(r.arg[1] ? "deoi on" : "deoi off");
            break;
        case EV_VGIC_FORWARD_SET:
            out.emplace_back("vgic forward");
            break;
        case EV_BYPASS_CONNECT:
            out.emplace_back("connected");
            break;
        case EV_RUN_BEGIN:
            return out;
        default:
            break;
        }
    }
    return out;
}

struct Loop {
    machine_guest_loop loop;
    const char *name;
};
class Connect : public testing::TestWithParam<Loop>
{
};

TEST_P(Connect, runs_the_whole_sequence_in_order_and_resumes_guest_and_line)
{
    Rig rig(Rig::kSevenEach);
    rig.record = true;
    rig.cfg.guest_loop = GetParam().loop;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 1);
    rig.routes[0].forward = true;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    const std::vector<std::string> want = {"enable_irq", // the trigger's
                                           "disable_irq",       "prod.stop",    "cons.stop",         "deoi on",
                                           "prod.add_consumer", "vgic forward", "cons.add_producer", "cons.start",
                                           "enable_irq",        "prod.start",   "connected"};
    EXPECT_EQ(story(rig), want);
    EXPECT_EQ(rig.count("interrupts.completed"), 1u);
}

// A running vCPU is taken out of the guest for it, by a function-call IPI, and counted as set-up.
TEST_P(Connect, halts_a_running_guest_with_one_exit_and_leaves_a_blocked_one_alone)
{
    Rig trapped, forwarded;
    for (Rig *r : {&trapped, &forwarded}) {
        r->cfg.guest_loop = GetParam().loop;
        r->add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 1);
    }
    forwarded.routes[0].forward = true;
    ASSERT_EQ(trapped.run(), 0) << trapped.why;
    ASSERT_EQ(forwarded.run(), 0) << forwarded.why;
    const unsigned more = GetParam().loop == MACHINE_SPIN ? 1 : 0;
    EXPECT_EQ(forwarded.count("setup.exits"), trapped.count("setup.exits") + more);
}

INSTANTIATE_TEST_SUITE_P(Guests, Connect, testing::Values(Loop{MACHINE_SPIN, "spin"}, Loop{MACHINE_WFI, "wfi"}),
                         [](const auto &i) { return std::string(i.param.name); });

TEST(Setup, without_a_producer_nothing_connects)
{
    Rig rig;
    rig.record = true;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 1);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("bypass.connects"), 0u);
    EXPECT_EQ(story(rig), std::vector<std::string>{"enable_irq"});
}

// A shared line cannot be left active on behalf of one of its users; both still work, trapped.
TEST(Setup, a_shared_line_is_not_forwarded_and_says_why)
{
    Rig rig;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 2);
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 35, 1, 0);
    rig.devices[0].shared = rig.devices[1].shared = true;
    rig.routes[0].forward = true;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("bypass.connects"), 0u);
    EXPECT_EQ(rig.count("bypass.refusals"), 1u);
    const auto notes = rig.notes();
    EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const std::string &n) {
        return n.find("dev0") != std::string::npos && n.find("shared") != std::string::npos;
    }));
    EXPECT_EQ(rig.count("interrupts.completed"), 2u);
    EXPECT_EQ(rig.count("interrupts.lost"), 0u);
}

TEST(Setup, an_edge_is_mapped_but_keeps_its_plain_handler)
{
    Rig rig;
    rig.record = true;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 36, 34, 1, 3);
    rig.routes[0].forward = true;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    const auto s = story(rig);
    EXPECT_EQ(std::count(s.begin(), s.end(), "deoi on"), 0);
    EXPECT_EQ(std::count(s.begin(), s.end(), "vgic forward"), 1);
    EXPECT_EQ(rig.count("exits.total"), 3u);
    EXPECT_EQ(rig.count("host.dir_writes"), 0u);
    EXPECT_EQ(rig.count("interrupts.completed"), 3u);
}

TEST(Setup, a_combination_no_kernel_shipped_is_labelled)
{
    Rig rig;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 1);
    rig.routes[0].forward = true;
    ASSERT_EQ(rig.build(), 0);
    ASSERT_EQ(rig.notes().size(), 1u);
    EXPECT_NE(rig.notes()[0].find("6.1"), std::string::npos);
}

} // namespace
