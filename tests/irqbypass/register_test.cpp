// SPDX-License-Identifier: Apache-2.0
// Registering and unregistering: what is refused, what is ignored, how an object is found.
#include <memory>

#include "fixture.hpp"

namespace bypass
{

class Register : public Manager
{
};

TEST_F(Register, ProducerWithoutTokenIsRefused)
{
    p.obj.token = nullptr;
    EXPECT_EQ(add(p), -EINVAL);
}

TEST_F(Register, ConsumerWithoutTokenIsRefused)
{
    c.obj.token = nullptr;
    EXPECT_EQ(add(c), -EINVAL);
}

TEST_F(Register, ConsumerNeedsAddProducer)
{
    c.obj.add_producer = nullptr;
    EXPECT_EQ(add(c), -EINVAL);
}

TEST_F(Register, ConsumerNeedsDelProducer)
{
    c.obj.del_producer = nullptr;
    EXPECT_EQ(add(c), -EINVAL);
}

TEST_F(Register, SecondProducerOfATokenIsBusy)
{
    Producer twin("q", &token, &log);
    ASSERT_EQ(add(p), 0);
    EXPECT_EQ(add(twin), -EBUSY);
    EXPECT_FALSE(twin.obj.registered);
}

TEST_F(Register, SecondConsumerOfATokenIsBusy)
{
    Consumer twin("d", &token, &log);
    ASSERT_EQ(add(c), 0);
    EXPECT_EQ(add(twin), -EBUSY);
    EXPECT_FALSE(twin.obj.registered);
}

TEST_F(Register, DuplicateOfAConnectedPairRunsNoCallback)
{
    Producer twin("q", &token, &log);
    connect();
    EXPECT_EQ(add(twin), -EBUSY);
    EXPECT_EQ(log, Log{});
}

TEST_F(Register, SameObjectTwiceIsBusy)
{
    ASSERT_EQ(add(p), 0);
    ASSERT_EQ(add(c), 0);
    EXPECT_EQ(add(p), -EBUSY);
    EXPECT_EQ(add(c), -EBUSY);
}

TEST_F(Register, SameConsumerUnderAnotherTokenIsBusy)
{
    ASSERT_EQ(add(c), 0);
    c.obj.token = &other;
    EXPECT_EQ(add(c), -EBUSY);
    c.obj.token = &token;
}

TEST_F(Register, UnknownObjectsAreIgnored)
{
    del(p);
    del(c);
    EXPECT_EQ(log, Log{});
}

TEST_F(Register, UnregisteringTwiceIsIgnored)
{
    connect();
    del(p);
    log.clear();
    del(p);
    EXPECT_EQ(log, Log{});
}

TEST_F(Register, NullTokenIsIgnoredWhenUnregistering)
{
    connect();
    Producer no_producer("n", nullptr, &log);
    Consumer no_consumer("n", nullptr, &log);
    del(no_producer);
    del(no_consumer);
    EXPECT_EQ(log, Log{});
    EXPECT_EQ(partner(p), &c.obj);
}

TEST_F(Register, ProducerIsFoundByToken)
{
    Producer twin("q", &token, &log);
    connect();
    del(twin);
    EXPECT_EQ(log, kDisconnect); // of the registered one
    EXPECT_FALSE(p.obj.registered);
}

TEST_F(Register, ConsumerIsFoundByIdentity)
{
    Consumer twin("d", &token, &log);
    connect();
    del(twin);
    EXPECT_EQ(log, Log{});
    EXPECT_EQ(partner(p), &c.obj);
}

TEST_F(Register, PartnerOfAnUnregisteredProducerIsNobody)
{
    ASSERT_EQ(add(c), 0);
    EXPECT_EQ(partner(p), nullptr);
    Producer without("n", nullptr, &log);
    EXPECT_EQ(partner(without), nullptr);
}

TEST_F(Register, ManagersAreIndependent)
{
    irq_bypass_manager *m2 = nullptr;
    ASSERT_EQ(irq_bypass_manager_new(1000, &m2), 0);
    ASSERT_EQ(add(p), 0);
    ASSERT_EQ(irq_bypass_register_consumer(m2, &c.obj), 0);
    EXPECT_EQ(log, Log{});
    EXPECT_EQ(partner(p), nullptr);
    irq_bypass_manager_free(m2);
}

TEST_F(Register, FreeingNothingIsAllowed)
{
    irq_bypass_manager_free(nullptr);
}

TEST_F(Register, FreeingLeavesObjectsAlone)
{
    irq_bypass_manager *m2 = nullptr;
    ASSERT_EQ(irq_bypass_manager_new(0, &m2), 0);
    ASSERT_EQ(irq_bypass_register_producer(m2, &p.obj), 0);
    irq_bypass_manager_free(m2);
    EXPECT_EQ(log, Log{});
}

TEST_F(Register, IndexGrowsAndFindsEveryone)
{
    constexpr int kPairs = 5000;
    std::vector<char> tokens(kPairs);
    std::vector<std::unique_ptr<Producer>> prods;
    std::vector<std::unique_ptr<Consumer>> conss;
    for (int i = 0; i < kPairs; i++) {
        prods.push_back(std::make_unique<Producer>("p", &tokens[i], &log));
        ASSERT_EQ(add(*prods[i]), 0);
    }
    for (int i = kPairs - 1; i >= 0; i--) {
        conss.insert(conss.begin(), std::make_unique<Consumer>("c", &tokens[i], &log));
        ASSERT_EQ(add(*conss.front()), 0);
    }
    expect_sound();
    for (int i = 0; i < kPairs; i++)
        ASSERT_EQ(partner(*prods[i]), &conss[i]->obj);
    for (int i = 0; i < kPairs; i++)
        del(*prods[i]);
    for (int i = 0; i < kPairs; i++)
        del(*conss[i]);
}

TEST_F(Register, AThousandObjectsExpectedIsOnlyAHint)
{
    irq_bypass_manager *m2 = nullptr;
    ASSERT_EQ(irq_bypass_manager_new(UINT32_MAX >> 12, &m2), 0);
    EXPECT_EQ(irq_bypass_register_producer(m2, &p.obj), 0);
    irq_bypass_unregister_producer(m2, &p.obj);
    irq_bypass_manager_free(m2);
}

} // namespace bypass
