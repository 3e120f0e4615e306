// SPDX-License-Identifier: Apache-2.0
// An irqfd as a bypass consumer (6.1, 6.3, 6.8).
#include "vm.hpp"

#include <cerrno>

namespace
{

class Consumer : public VmTest
{
  protected:
    Consumer()
    {
        vm.spi(37, true);
        EXPECT_EQ(assign(0, 5, 0, 4), 0);
        prod.token = &e[0];
        prod.irq = 40;
        prod.type = IRQ_BYPASS_VFIO_PLATFORM;
    }
    irq_bypass_consumer &cons()
    {
        return fds[0].consumer;
    }
    irq_bypass_producer prod = {};
};

TEST_F(Consumer, StopHaltsAndStartResumesTheGuest)
{
    EXPECT_EQ(cons().stop(&cons()), 0);
    EXPECT_EQ(vm.halts, 1u);
    EXPECT_EQ(cons().start(&cons()), 0);
    EXPECT_EQ(vm.resumes, 1u);
}

TEST_F(Consumer, StopIsPendingUntilAllVcpusAreOut)
{
    vm.halt_result = IRQ_BYPASS_PENDING;
    EXPECT_EQ(cons().stop(&cons()), IRQ_BYPASS_PENDING);
}

TEST_F(Consumer, PlatformProducerIsForwarded)
{
    EXPECT_EQ(cons().add_producer(&cons(), &prod), 0);
    EXPECT_TRUE(vm.virq(37).hw);
    EXPECT_EQ(vm.virq(37).hwintid, 40u);
    EXPECT_TRUE(vm.irq(40).forwarded);
    EXPECT_EQ(cons().del_producer(&cons(), &prod), 0);
    EXPECT_FALSE(vm.virq(37).hw);
    EXPECT_FALSE(vm.irq(40).forwarded);
}

TEST_F(Consumer, OtherProducersAreIgnored)
{
    prod.type = IRQ_BYPASS_VFIO_PCI_MSI;
    EXPECT_EQ(cons().add_producer(&cons(), &prod), 0);
    EXPECT_FALSE(vm.virq(37).hw);
    EXPECT_FALSE(vm.irq(40).forwarded);
    EXPECT_EQ(cons().del_producer(&cons(), &prod), 0);
}

TEST_F(Consumer, DelOfAnIgnoredProducerLeavesAForwardingOfAnotherAlone)
{
    ASSERT_EQ(vgic_set_forwarding(vm.v, &vm.cpu[0], 40, 37), 0);
    prod.type = IRQ_BYPASS_VFIO_PCI_MSI;
    cons().del_producer(&cons(), &prod);
    EXPECT_TRUE(vm.virq(37).hw);
}

TEST_F(Consumer, MappedSpiIsRefused) // 6.8
{
    ASSERT_EQ(vgic_map_irq(vm.v, 0, 41, 37), 0);
    EXPECT_EQ(cons().add_producer(&cons(), &prod), -EINVAL);
    EXPECT_FALSE(vm.irq(40).forwarded);
}

TEST_F(Consumer, UnknownHostInterruptIsRefused)
{
    prod.irq = 900;
    EXPECT_EQ(cons().add_producer(&cons(), &prod), -EINVAL);
    EXPECT_FALSE(vm.virq(37).hw);
}

class ConsumerGsi : public Consumer, public ::testing::WithParamInterface<uint32_t>
{
};

TEST_P(ConsumerGsi, GsiThatIsNoSpiIsRefused) // 6.8
{
    ASSERT_EQ(assign(1, GetParam(), 1), 0);
    irq_bypass_consumer &c = fds[1].consumer;
    EXPECT_EQ(c.add_producer(&c, &prod), -EINVAL);
    EXPECT_FALSE(vm.irq(40).forwarded);
    EXPECT_EQ(c.del_producer(&c, &prod), 0);
}
INSTANTIATE_TEST_SUITE_P(Irqfd, ConsumerGsi, ::testing::Values(64u, 4095u, 5000u, UINT32_MAX - 31, UINT32_MAX));

TEST_F(Consumer, RefusedConnectionResumesTheGuest) // T20
{
    irq_bypass_manager *m = nullptr;
    ASSERT_EQ(irq_bypass_manager_new(0, &m), 0);
    ASSERT_EQ(vgic_map_irq(vm.v, 0, 41, 37), 0);
    ASSERT_EQ(irq_bypass_register_consumer(m, &cons()), 0);
    EXPECT_EQ(irq_bypass_register_producer(m, &prod), -EINVAL);
    EXPECT_EQ(vm.halts, 1u);
    EXPECT_EQ(vm.resumes, 1u);
    EXPECT_FALSE(prod.registered);
    irq_bypass_manager_free(m);
}

} // namespace
