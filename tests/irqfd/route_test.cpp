// SPDX-License-Identifier: Apache-2.0
// GSI routing and KVM_IRQ_LINE (3.6, 3.8).
#include "vm.hpp"

#include <cerrno>

namespace
{

using Route = VmTest;

class RouteDefault : public Route, public ::testing::WithParamInterface<uint32_t>
{
};

TEST_P(RouteDefault, GsiIsThePinOfTheSameNumber)
{
    EXPECT_EQ(vm.set_irq(GetParam(), true), 0);
    EXPECT_TRUE(vm.virq(GetParam() + 32).pending_latch || vm.virq(GetParam() + 32).line_level);
    EXPECT_EQ(vm.traced()[0], "kvm_set_irq " + std::to_string(GetParam()) + " 1 0");
}
INSTANTIATE_TEST_SUITE_P(Irqfd, RouteDefault, ::testing::Values(0u, 1u, 31u, 63u));

class RouteNone : public Route, public ::testing::WithParamInterface<uint32_t>
{
};

TEST_P(RouteNone, NoSpiNoRoute)
{
    EXPECT_EQ(vm.set_irq(GetParam(), true), -1);
}
INSTANTIATE_TEST_SUITE_P(Irqfd, RouteNone, ::testing::Values(64u, 4095u, 4096u, UINT32_MAX));

struct BadRoute {
    uint32_t gsi;
    int pin;
};
class RouteBad : public Route, public ::testing::WithParamInterface<BadRoute>
{
};

TEST_P(RouteBad, IsRefusedAndChangesNothing)
{
    EXPECT_EQ(irqfd_route(vm.vm, GetParam().gsi, GetParam().pin), -EINVAL);
    vm.spi(37, true);
    EXPECT_EQ(vm.set_irq(5, true), 0);
    EXPECT_TRUE(vm.virq(37).line_level);
}
INSTANTIATE_TEST_SUITE_P(Irqfd, RouteBad,
                         ::testing::Values(BadRoute{4096, 0}, BadRoute{4096, -1}, BadRoute{UINT32_MAX, 1},
                                           BadRoute{100, 988}, BadRoute{100, 100000}, BadRoute{5, 6},
                                           BadRoute{5, 5})); // GSI 5 is routed already

TEST_F(Route, PinBeyondTheVgicIsAcceptedAndFailsAtInjection)
{
    EXPECT_EQ(irqfd_route(vm.vm, 100, 987), 0);
    EXPECT_EQ(vm.set_irq(100, true), -EINVAL);
}

TEST_F(Route, HighestGsiCanBeRouted)
{
    vm.spi(40, true);
    EXPECT_EQ(irqfd_route(vm.vm, 4095, 8), 0);
    EXPECT_EQ(vm.set_irq(4095, true), 0);
    EXPECT_TRUE(vm.virq(40).line_level);
}

TEST_F(Route, RemovedRouteMakesInjectionANoOpThatStillConsumes)
{
    vm.spi(37, true);
    ASSERT_EQ(assign(0, 5, 0), 0);
    ASSERT_EQ(irqfd_route(vm.vm, 5, -1), 0);
    EXPECT_EQ(vm.signal(e[0]), 1);
    EXPECT_EQ(e[0].count, 0u);
    EXPECT_FALSE(vm.virq(37).line_level);
    EXPECT_EQ(vm.set_irq(5, true), -1);
}

TEST_F(Route, RemovingWhatIsNotThereIsNoError)
{
    EXPECT_EQ(irqfd_route(vm.vm, 5, -1), 0);
    EXPECT_EQ(irqfd_route(vm.vm, 5, -1), 0);
    EXPECT_EQ(irqfd_route(vm.vm, 4095, -7), 0);
}

TEST_F(Route, ReroutedIrqfdInjectsTheNewPin)
{
    vm.spi(37, true);
    vm.spi(40, true);
    ASSERT_EQ(assign(0, 5, 0), 0);
    ASSERT_EQ(irqfd_route(vm.vm, 5, -1), 0);
    ASSERT_EQ(irqfd_route(vm.vm, 5, 8), 0);
    vm.signal(e[0]);
    EXPECT_FALSE(vm.virq(37).line_level);
    EXPECT_TRUE(vm.virq(40).line_level);
}

TEST_F(Route, SetIrqFollowsTheLevel)
{
    vm.spi(37, true);
    EXPECT_EQ(vm.set_irq(5, true), 0);
    EXPECT_TRUE(vm.virq(37).line_level);
    EXPECT_EQ(vm.set_irq(5, false), 0);
    EXPECT_FALSE(vm.virq(37).line_level);
}

struct LineCase {
    uint32_t intid;
    int expected;
};
class IrqLine : public Route, public ::testing::WithParamInterface<LineCase>
{
};

TEST_P(IrqLine, TakesTheSpisOfTheVgicWhateverTheRoutes)
{
    ASSERT_EQ(irqfd_route(vm.vm, 5, -1), 0);
    EXPECT_EQ(irqfd_irq_line_spi(vm.vm, GetParam().intid), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Irqfd, IrqLine,
                         ::testing::Values(LineCase{0, -EINVAL}, LineCase{31, -EINVAL}, LineCase{32, 0},
                                           LineCase{37, 0}, LineCase{95, 0}, LineCase{96, -EINVAL},
                                           LineCase{UINT32_MAX, -EINVAL}));

} // namespace
