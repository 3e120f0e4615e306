// SPDX-License-Identifier: Apache-2.0
// Connecting and disconnecting: which callbacks run, in which order, and what an error leaves behind.
#include <memory>

#include "fixture.hpp"

namespace bypass
{

class Connect : public Manager
{
};

TEST_F(Connect, ConsumerMeetsProducer)
{
    ASSERT_EQ(add(p), 0);
    EXPECT_EQ(log, Log{}); // nobody to connect with
    ASSERT_EQ(add(c), 0);
    EXPECT_EQ(log, kConnect);
    EXPECT_EQ(partner(p), &c.obj);
}

TEST_F(Connect, ProducerMeetsConsumer)
{
    ASSERT_EQ(add(c), 0);
    ASSERT_EQ(add(p), 0);
    EXPECT_EQ(log, kConnect); // the order does not depend on who came first
    EXPECT_EQ(partner(p), &c.obj);
}

TEST_F(Connect, OtherTokensStayApart)
{
    Consumer stranger("s", &other, &log);
    ASSERT_EQ(add(p), 0);
    ASSERT_EQ(add(stranger), 0);
    EXPECT_EQ(log, Log{});
    EXPECT_EQ(partner(p), nullptr);
    del(stranger);
}

TEST_F(Connect, UnregisteredProducerDisconnects)
{
    connect();
    del(p);
    EXPECT_EQ(log, kDisconnect);
    EXPECT_EQ(partner(p), nullptr);
}

TEST_F(Connect, UnregisteredConsumerDisconnects)
{
    connect();
    del(c);
    EXPECT_EQ(log, kDisconnect);
    EXPECT_EQ(partner(p), nullptr);
}

TEST_F(Connect, SurvivorConnectsAgain)
{
    connect();
    del(c);
    log.clear();
    ASSERT_EQ(add(c), 0);
    EXPECT_EQ(log, kConnect);
    EXPECT_EQ(partner(p), &c.obj);
}

TEST_F(Connect, OptionalCallbacksMayBeMissing)
{
    p.obj.stop = p.obj.start = nullptr;
    p.obj.add_consumer = p.obj.del_consumer = nullptr;
    c.obj.stop = c.obj.start = nullptr;
    ASSERT_EQ(add(p), 0);
    ASSERT_EQ(add(c), 0);
    EXPECT_EQ(log, Log{"c.add"});
    del(p);
    EXPECT_EQ(log, (Log{"c.add", "c.del"}));
}

// The add callbacks fail: with a negative code, or with a positive one, as some kernel paths leak.
class ConnectFails : public Manager, public testing::WithParamInterface<int>
{
};

TEST_P(ConnectFails, AtProducerWhenConsumerComes)
{
    ASSERT_EQ(add(p), 0);
    p.result["add"] = GetParam();
    EXPECT_EQ(add(c), GetParam());
    // The consumer was never asked, so there is nothing to undo; both are started again.
    EXPECT_EQ(log, (Log{"p.stop", "c.stop", "p.add", "c.start", "p.start"}));
    EXPECT_EQ(partner(p), nullptr);
    EXPECT_FALSE(c.obj.registered);
}

TEST_P(ConnectFails, AtConsumerWhenConsumerComes)
{
    ASSERT_EQ(add(p), 0);
    c.result["add"] = GetParam();
    EXPECT_EQ(add(c), GetParam());
    EXPECT_EQ(log, (Log{"p.stop", "c.stop", "p.add", "c.add", "p.del", "c.start", "p.start"}));
    EXPECT_EQ(partner(p), nullptr);
    EXPECT_FALSE(c.obj.registered);
}

TEST_P(ConnectFails, AtProducerWhenProducerComes)
{
    ASSERT_EQ(add(c), 0);
    p.result["add"] = GetParam();
    EXPECT_EQ(add(p), GetParam());
    EXPECT_EQ(log, (Log{"p.stop", "c.stop", "p.add", "c.start", "p.start"}));
    EXPECT_FALSE(p.obj.registered);
}

// Oracle T20 of the interrupt path: both starts ran, and the producer is absent from the set.
TEST_P(ConnectFails, T20AddProducerFails)
{
    ASSERT_EQ(add(c), 0);
    c.result["add"] = GetParam();
    EXPECT_EQ(add(p), GetParam());
    EXPECT_EQ(log, (Log{"p.stop", "c.stop", "p.add", "c.add", "p.del", "c.start", "p.start"}));
    EXPECT_FALSE(p.obj.registered);
    log.clear();
    del(p); // unknown: ignored
    EXPECT_EQ(log, Log{});
    EXPECT_TRUE(c.obj.registered);
}

TEST_P(ConnectFails, ProducerWithoutDelHasNothingToUndo)
{
    p.obj.del_consumer = nullptr;
    ASSERT_EQ(add(c), 0);
    c.result["add"] = GetParam();
    EXPECT_EQ(add(p), GetParam());
    EXPECT_EQ(log, (Log{"p.stop", "c.stop", "p.add", "c.add", "c.start", "p.start"}));
}

// As merged: del_consumer does not ask whether there was an add_consumer.
TEST_P(ConnectFails, ProducerWithoutAddIsStillUndone)
{
    p.obj.add_consumer = nullptr;
    ASSERT_EQ(add(c), 0);
    c.result["add"] = GetParam();
    EXPECT_EQ(add(p), GetParam());
    EXPECT_EQ(log, (Log{"p.stop", "c.stop", "c.add", "p.del", "c.start", "p.start"}));
}

TEST_P(ConnectFails, MayBeTriedAgain)
{
    ASSERT_EQ(add(c), 0);
    c.result["add"] = GetParam();
    EXPECT_EQ(add(p), GetParam());
    c.result["add"] = 0;
    EXPECT_EQ(add(p), 0);
    EXPECT_EQ(partner(p), &c.obj);
}

INSTANTIATE_TEST_SUITE_P(Codes, ConnectFails, testing::Values(-EINVAL, -EAGAIN, 1));

// The regression of 2020: a fourth vector that cannot be mapped must not leave the guest stopped.
TEST_F(Connect, FailedVectorLeavesOthersConnectedAndRunning)
{
    int tokens[4];
    int stopped = 0;
    std::vector<std::unique_ptr<Producer>> prods;
    std::vector<std::unique_ptr<Consumer>> conss;
    for (int i = 0; i < 4; i++) {
        prods.push_back(std::make_unique<Producer>("p", &tokens[i], &log));
        conss.push_back(std::make_unique<Consumer>("c", &tokens[i], &log));
        conss[i]->during = [&stopped](const std::string &callback) {
            stopped += callback == "stop" ? 1 : callback == "start" ? -1 : 0;
        };
        ASSERT_EQ(add(*conss[i]), 0);
    }
    conss[3]->result["add"] = -EINVAL;
    for (int i = 0; i < 4; i++) {
        EXPECT_EQ(add(*prods[i]), i == 3 ? -EINVAL : 0);
        EXPECT_EQ(stopped, 0) << "vector " << i;
    }
    for (int i = 0; i < 4; i++)
        EXPECT_EQ(partner(*prods[i]), i == 3 ? nullptr : &conss[i]->obj);
    for (int i = 0; i < 4; i++) {
        del(*prods[i]);
        del(*conss[i]);
    }
}

TEST_F(Connect, SamePairIsHandedToEveryCallback)
{
    static const irq_bypass_producer *prod;
    static const irq_bypass_consumer *cons;
    prod = &p.obj;
    cons = &c.obj;
    p.obj.add_consumer = p.obj.del_consumer = [](irq_bypass_producer *a, irq_bypass_consumer *b) {
        EXPECT_EQ(a, prod);
        EXPECT_EQ(b, cons);
        return 0;
    };
    c.obj.add_producer = c.obj.del_producer = [](irq_bypass_consumer *b, irq_bypass_producer *a) {
        EXPECT_EQ(a, prod);
        EXPECT_EQ(b, cons);
        return 0;
    };
    ASSERT_EQ(add(p), 0);
    ASSERT_EQ(add(c), 0);
    del(c);
}

} // namespace bypass
