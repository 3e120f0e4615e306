// SPDX-License-Identifier: Apache-2.0
// irq_bypass_check() names what is broken: each test breaks one rule from outside and mends it again.
#include "fixture.hpp"

namespace bypass
{

class Check : public Manager
{
  protected:
    std::string broken() const
    {
        char why[128] = "";
        int ret = irq_bypass_check(m, why, sizeof why);
        EXPECT_EQ(ret, why[0] ? -EFAULT : 0);
        return why;
    }
};

TEST_F(Check, SoundManagerHasNothingToSay)
{
    EXPECT_EQ(broken(), "");
    connect();
    EXPECT_EQ(broken(), "");
    del(p);
    del(c);
    EXPECT_EQ(broken(), "");
}

TEST_F(Check, LostToken)
{
    connect();
    p.obj.token = nullptr;
    EXPECT_EQ(broken(), "a producer in the index has no token or is not marked as registered");
    p.obj.token = &token;
    c.obj.registered = false;
    EXPECT_EQ(broken(), "a consumer in the index has no token or is not marked as registered");
    c.obj.registered = true;
}

TEST_F(Check, ChangedToken)
{
    // Among many tokens there is one that belongs into another bucket.
    char many[64];
    connect();
    int noticed = 0;
    for (char &elsewhere : many) {
        p.obj.token = &elsewhere;
        noticed += broken() == "a producer's token was changed while it was registered";
    }
    EXPECT_GT(noticed, 0);
    p.obj.token = &token;
    noticed = 0;
    for (char &elsewhere : many) {
        c.obj.token = &elsewhere;
        noticed += broken() == "a consumer's token was changed while it was registered";
    }
    EXPECT_GT(noticed, 0);
    c.obj.token = &token;
}

TEST_F(Check, MissingCallback)
{
    connect();
    auto *del_producer = c.obj.del_producer;
    c.obj.del_producer = nullptr;
    EXPECT_EQ(broken(), "a consumer in the index lacks a mandatory callback");
    c.obj.del_producer = del_producer;
}

TEST_F(Check, ForgedTwin)
{
    Producer producer_twin("q", &token, &log);
    Consumer consumer_twin("d", &token, &log);
    Producer far_producer("f", &other, &log); // room in the count, so that the twin is looked at
    Consumer far_consumer("f", &other, &log);
    connect();
    ASSERT_EQ(add(far_producer), 0);
    ASSERT_EQ(add(far_consumer), 0);

    irq_bypass_producer *next_producer = p.obj.hash_next;
    producer_twin.obj.registered = true;
    p.obj.hash_next = &producer_twin.obj;
    EXPECT_NE(broken(), "");
    p.obj.hash_next = next_producer;

    irq_bypass_consumer *next_consumer = c.obj.hash_next;
    consumer_twin.obj.registered = true;
    c.obj.hash_next = &consumer_twin.obj;
    EXPECT_NE(broken(), "");
    c.obj.hash_next = next_consumer;
    del(far_producer);
    del(far_consumer);
}

TEST_F(Check, RingInAChain)
{
    connect();
    p.obj.hash_next = &p.obj;
    EXPECT_EQ(broken(), "more producers in the index than were registered");
    p.obj.hash_next = nullptr;
    c.obj.hash_next = &c.obj;
    EXPECT_EQ(broken(), "more consumers in the index than were registered");
    c.obj.hash_next = nullptr;
}

TEST_F(Check, TextIsOptional)
{
    connect();
    p.obj.registered = false;
    EXPECT_EQ(irq_bypass_check(m, nullptr, 0), -EFAULT);
    p.obj.registered = true;
}

} // namespace bypass
