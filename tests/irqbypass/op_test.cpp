// SPDX-License-Identifier: Apache-2.0
// Operations in steps: one callback per step, waiting callbacks, the mutex, re-entrancy, observers.
#include "fixture.hpp"

namespace bypass
{

class Op : public Manager
{
  protected:
    irq_bypass_op op = {};
    irq_bypass_op second = {};
};

TEST_F(Op, WithoutPartnerOneStepIsAll)
{
    irq_bypass_op_register_producer(&op, m, &p.obj);
    EXPECT_FALSE(p.obj.registered); // preparing does nothing
    EXPECT_TRUE(irq_bypass_op_step(&op));
    EXPECT_EQ(op.ret, 0);
    EXPECT_TRUE(p.obj.registered);
}

TEST_F(Op, EachStepRunsOneCallback)
{
    ASSERT_EQ(add(p), 0);
    irq_bypass_op_register_consumer(&op, m, &c.obj);
    for (size_t i = 1; i <= kConnect.size(); i++) {
        EXPECT_EQ(irq_bypass_op_step(&op), i == kConnect.size()); // the last callback ends it
        EXPECT_EQ(op.wait, 0);
        EXPECT_EQ(log, Log(kConnect.begin(), kConnect.begin() + static_cast<long>(i)));
        EXPECT_EQ(c.obj.registered, i == kConnect.size());
        expect_sound();
    }
}

TEST_F(Op, MissingCallbacksTakeNoStep)
{
    p.obj.stop = p.obj.start = nullptr;
    c.obj.stop = c.obj.start = nullptr;
    ASSERT_EQ(add(p), 0);
    irq_bypass_op_register_consumer(&op, m, &c.obj);
    EXPECT_FALSE(irq_bypass_op_step(&op));
    EXPECT_TRUE(irq_bypass_op_step(&op));
    EXPECT_EQ(log, (Log{"p.add", "c.add"}));
}

TEST_F(Op, PairStaysConnectedUntilTheLastStep)
{
    connect();
    irq_bypass_op_unregister_producer(&op, m, &p.obj);
    for (size_t i = 1; i < kDisconnect.size(); i++) {
        EXPECT_FALSE(irq_bypass_op_step(&op));
        EXPECT_EQ(partner(p), &c.obj);
    }
    EXPECT_TRUE(irq_bypass_op_step(&op));
    EXPECT_EQ(partner(p), nullptr);
}

TEST_F(Op, FinishedOperationStaysFinished)
{
    irq_bypass_op_register_producer(&op, m, &p.obj);
    EXPECT_TRUE(irq_bypass_op_step(&op));
    EXPECT_TRUE(irq_bypass_op_step(&op));
    EXPECT_EQ(op.ret, 0);
    del(p); // the manager is free
}

TEST_F(Op, RefusalsEndInOneStep)
{
    p.obj.token = nullptr;
    irq_bypass_op_register_producer(&op, m, &p.obj);
    EXPECT_TRUE(irq_bypass_op_step(&op));
    EXPECT_EQ(op.ret, -EINVAL);
    irq_bypass_op_unregister_consumer(&op, m, &c.obj);
    EXPECT_TRUE(irq_bypass_op_step(&op));
    EXPECT_EQ(op.ret, 0);
}

TEST_F(Op, ErrorIsKnownBeforeTheStartsHaveRun)
{
    ASSERT_EQ(add(p), 0);
    c.result["add"] = -EAGAIN;
    c.pending["start"] = 1;
    irq_bypass_op_register_consumer(&op, m, &c.obj);
    while (!irq_bypass_op_step(&op) && op.wait != IRQ_BYPASS_PENDING) {
    }
    EXPECT_EQ(op.wait, IRQ_BYPASS_PENDING);
    EXPECT_EQ(op.ret, -EAGAIN);
    EXPECT_FALSE(irq_bypass_op_step(&op));
    EXPECT_TRUE(irq_bypass_op_step(&op));
    EXPECT_EQ(op.ret, -EAGAIN);
}

// Every callback of a connection, of a failing one and of a disconnection may have to wait.
struct Waiting {
    const char *who, *callback;
    bool disconnect, fail;
};

class Pending : public Op, public testing::WithParamInterface<Waiting>
{
};

TEST_P(Pending, CallbackIsCalledAgainAndNothingElseRuns)
{
    const Waiting &w = GetParam();
    const std::string waits = std::string(w.who) + "." + w.callback;
    Log expected = w.disconnect ? kDisconnect : kConnect;
    if (w.fail)
        expected = {"p.stop", "c.stop", "p.add", "c.add", "p.del", "c.start", "p.start"};
    if (w.disconnect) {
        connect();
        irq_bypass_op_unregister_consumer(&op, m, &c.obj);
    } else {
        ASSERT_EQ(add(p), 0);
        irq_bypass_op_register_consumer(&op, m, &c.obj);
    }
    c.result["add"] = w.fail ? -EIO : 0;
    (w.who[0] == 'p' ? static_cast<Actor &>(p) : c).pending[w.callback] = 3;

    int waited = 0;
    while (!irq_bypass_op_step(&op)) {
        EXPECT_TRUE(op.wait == 0 || op.wait == IRQ_BYPASS_PENDING);
        waited += op.wait == IRQ_BYPASS_PENDING;
        ASSERT_LT(log.size(), 20u);
    }
    EXPECT_EQ(waited, 3);
    EXPECT_EQ(op.ret, w.fail ? -EIO : 0);
    // Three attempts in a row, then the rest as ever.
    for (auto it = expected.begin(); it != expected.end(); ++it) {
        if (*it == waits) {
            expected.insert(it, 3, waits + "?");
            break;
        }
    }
    EXPECT_EQ(log, expected);
    EXPECT_EQ(partner(p), w.disconnect || w.fail ? nullptr : &c.obj);
}

INSTANTIATE_TEST_SUITE_P(Connect, Pending,
                         testing::Values(Waiting{"p", "stop", false, false}, Waiting{"c", "stop", false, false},
                                         Waiting{"p", "add", false, false}, Waiting{"c", "add", false, false},
                                         Waiting{"c", "start", false, false}, Waiting{"p", "start", false, false}),
                         [](const auto &i) { return std::string(i.param.who) + "_" + i.param.callback; });
INSTANTIATE_TEST_SUITE_P(Fail, Pending,
                         testing::Values(Waiting{"c", "add", false, true}, Waiting{"p", "del", false, true},
                                         Waiting{"c", "start", false, true}, Waiting{"p", "start", false, true}),
                         [](const auto &i) { return std::string(i.param.who) + "_" + i.param.callback; });
INSTANTIATE_TEST_SUITE_P(Disconnect, Pending,
                         testing::Values(Waiting{"p", "stop", true, false}, Waiting{"c", "stop", true, false},
                                         Waiting{"c", "del", true, false}, Waiting{"p", "del", true, false},
                                         Waiting{"c", "start", true, false}, Waiting{"p", "start", true, false}),
                         [](const auto &i) { return std::string(i.param.who) + "_" + i.param.callback; });

// ---- the mutex ----

TEST_F(Op, SecondOperationWaitsForTheFirst)
{
    Producer q("q", &other, &log);
    ASSERT_EQ(add(p), 0);
    irq_bypass_op_register_consumer(&op, m, &c.obj);
    EXPECT_FALSE(irq_bypass_op_step(&op)); // holds the manager now

    irq_bypass_op_register_producer(&second, m, &q.obj);
    EXPECT_FALSE(irq_bypass_op_step(&second));
    EXPECT_EQ(second.ret, -EBUSY);
    EXPECT_EQ(second.wait, -EBUSY);
    EXPECT_FALSE(q.obj.registered);

    while (!irq_bypass_op_step(&op)) {
    }
    EXPECT_TRUE(irq_bypass_op_step(&second));
    EXPECT_EQ(second.ret, 0);
    EXPECT_TRUE(q.obj.registered);
    del(q);
}

TEST_F(Op, PlainRegistrationIsBusyMeanwhile)
{
    Producer q("q", &other, &log);
    Consumer d("d", &other, &log);
    ASSERT_EQ(add(p), 0);
    irq_bypass_op_register_consumer(&op, m, &c.obj);
    EXPECT_FALSE(irq_bypass_op_step(&op));
    EXPECT_EQ(add(q), -EBUSY);
    EXPECT_EQ(add(d), -EBUSY);
    while (!irq_bypass_op_step(&op)) {
    }
    EXPECT_EQ(add(q), 0);
    del(q);
}

TEST_F(Op, FailedOperationGivesTheManagerBack)
{
    Producer q("q", &other, &log);
    ASSERT_EQ(add(p), 0);
    p.result["add"] = -EIO;
    irq_bypass_op_register_consumer(&op, m, &c.obj);
    while (!irq_bypass_op_step(&op)) {
    }
    EXPECT_EQ(add(q), 0);
    del(q);
}

// ---- re-entrancy: the kernel would wait for its own mutex ----

TEST_F(Op, CallFromACallbackIsADeadlock)
{
    Producer q("q", &other, &log);
    int seen = 0;
    c.during = [&](const std::string &) {
        irq_bypass_op_register_producer(&second, m, &q.obj);
        EXPECT_TRUE(irq_bypass_op_step(&second));
        EXPECT_EQ(second.ret, -EDEADLK);
        seen++;
    };
    ASSERT_EQ(add(p), 0);
    ASSERT_EQ(add(c), 0); // itself undisturbed
    EXPECT_EQ(seen, 3);
    EXPECT_FALSE(q.obj.registered);
    EXPECT_EQ(partner(p), &c.obj);
}

TEST_F(Op, UnregisterFromACallbackIsADeadlock)
{
    p.during = [&](const std::string &callback) {
        if (callback != "add")
            return;
        irq_bypass_op_unregister_producer(&second, m, &p.obj);
        EXPECT_TRUE(irq_bypass_op_step(&second));
        EXPECT_EQ(second.ret, -EDEADLK);
    };
    ASSERT_EQ(add(p), 0);
    ASSERT_EQ(add(c), 0);
    EXPECT_EQ(partner(p), &c.obj);
}

#ifndef NDEBUG
using OpDeathTest = Op;

TEST_F(OpDeathTest, PlainCallFromACallbackAsserts)
{
    Producer q("q", &other, &log);
    c.during = [&](const std::string &) { add(q); };
    ASSERT_EQ(add(p), 0);
    EXPECT_DEATH(add(c), "called from one of its callbacks");
}

TEST_F(OpDeathTest, SteppingTheCallingOperationAsserts)
{
    c.during = [&](const std::string &) { irq_bypass_op_step(&op); };
    ASSERT_EQ(add(p), 0);
    irq_bypass_op_register_consumer(&op, m, &c.obj);
    EXPECT_DEATH(while (!irq_bypass_op_step(&op)){}, "steps the operation that called it");
}

TEST_F(OpDeathTest, PlainCallWithAWaitingCallbackAsserts)
{
    c.pending["stop"] = 1;
    ASSERT_EQ(add(p), 0);
    EXPECT_DEATH(add(c), "needs irq_bypass_op_step");
}

TEST_F(OpDeathTest, FailingStopAsserts)
{
    c.result["stop"] = -EIO;
    ASSERT_EQ(add(p), 0);
    EXPECT_DEATH(add(c), "cannot fail");
}
#endif

// ---- observers ----

struct Seen {
    Log log;
    irq_bypass_manager *m;
    irq_bypass_producer *intruder = nullptr;
};

static irq_bypass_observer observer_of(Seen &seen)
{
    irq_bypass_observer o = {};
    o.ctx = &seen;
    o.callback = [](void *ctx, irq_bypass_callback which, int ret) {
        static const char *const names[] = {"p.stop", "c.stop", "p.add",   "c.add",
                                            "c.del",  "p.del",  "c.start", "p.start"};
        static_cast<Seen *>(ctx)->log.push_back(names[which] + (ret ? "=" + std::to_string(ret) : std::string()));
    };
    o.connected = [](void *ctx, const irq_bypass_producer *prod, const irq_bypass_consumer *cons, int ret) {
        EXPECT_EQ(prod->token, cons->token);
        static_cast<Seen *>(ctx)->log.push_back("connected=" + std::to_string(ret));
    };
    o.disconnected = [](void *ctx, const irq_bypass_producer *prod, const irq_bypass_consumer *cons) {
        EXPECT_EQ(prod->token, cons->token);
        static_cast<Seen *>(ctx)->log.push_back("disconnected");
    };
    return o;
}

TEST_F(Op, ObserverSeesEveryCallbackAndTheConnection)
{
    Seen seen{{}, m};
    irq_bypass_observer o = observer_of(seen);
    irq_bypass_observe(m, &o);
    ASSERT_EQ(add(p), 0);
    ASSERT_EQ(add(c), 0);
    Log expected = kConnect;
    expected.push_back("connected=0");
    EXPECT_EQ(seen.log, expected);

    seen.log.clear();
    del(p);
    expected = kDisconnect;
    expected.push_back("disconnected");
    EXPECT_EQ(seen.log, expected);
}

TEST_F(Op, ObserverSeesAFailure)
{
    Seen seen{{}, m};
    irq_bypass_observer o = observer_of(seen);
    irq_bypass_observe(m, &o);
    c.result["add"] = -5;
    ASSERT_EQ(add(p), 0);
    EXPECT_EQ(add(c), -5);
    EXPECT_EQ(seen.log, (Log{"p.stop", "c.stop", "p.add", "c.add=-5", "p.del", "c.start", "p.start", "connected=-5"}));
}

TEST_F(Op, ObserverIsNotToldOfUnfinishedCallbacks)
{
    Seen seen{{}, m};
    irq_bypass_observer o = observer_of(seen);
    irq_bypass_observe(m, &o);
    p.pending["stop"] = 2;
    ASSERT_EQ(add(p), 0);
    irq_bypass_op_register_consumer(&op, m, &c.obj);
    while (!irq_bypass_op_step(&op)) {
    }
    EXPECT_EQ(seen.log.size(), kConnect.size() + 1);
}

TEST_F(Op, ObserverMayHaveNoMembersOrBeTakenAway)
{
    irq_bypass_observer empty = {};
    irq_bypass_observe(m, &empty);
    ASSERT_EQ(add(p), 0);
    ASSERT_EQ(add(c), 0);
    irq_bypass_observe(m, nullptr);
    del(c);
}

TEST_F(Op, CallFromAnObserverIsADeadlock)
{
    static irq_bypass_op inner;
    Seen seen{{}, m, &p.obj};
    irq_bypass_observer o = {};
    o.ctx = &seen;
    o.connected = [](void *ctx, const irq_bypass_producer *, const irq_bypass_consumer *, int) {
        auto *s = static_cast<Seen *>(ctx);
        irq_bypass_op_unregister_producer(&inner, s->m, s->intruder);
        EXPECT_TRUE(irq_bypass_op_step(&inner));
    };
    irq_bypass_observe(m, &o);
    ASSERT_EQ(add(p), 0);
    ASSERT_EQ(add(c), 0);
    EXPECT_EQ(inner.ret, -EDEADLK);
    EXPECT_EQ(partner(p), &c.obj);
}

} // namespace bypass
