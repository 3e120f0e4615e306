// SPDX-License-Identifier: Apache-2.0
// Busy-waiting and the bypass manager's operations on top of it.
#include "rig.hpp"

#include <cerrno>

namespace
{

// A thread that looks at a condition until it holds: mark, look, wait, look again.
class Spin : public HostTest
{
  protected:
    struct Waiter {
        explicit Waiter(Rig *rig)
            : thread(rig->thread()), list({[=](sim_strand *, sim_frame *f) {
                                               f->r[0] = host_spin_mark(rig->host);
                                               looks++;
                                               return condition ? SIM_RET : SIM_NEXT;
                                           },
                                           [=](sim_strand *s, sim_frame *f) {
                                               if (before_spin)
                                                   before_spin();
                                               return host_spin(rig->host, s, f->r[0]);
                                           },
                                           [](sim_strand *, sim_frame *) { return 0; }})
        {
        }
        bool condition = false;
        unsigned looks = 0;
        std::function<void()> before_spin;
        host_thread &thread;
        List list;
    };
    void start(Waiter &w, unsigned cpu)
    {
        host_thread_start(rig.host, &w.thread, cpu, 0, &w.list.proc, &w.list);
    }
};

TEST_F(Spin, WaitsUntilSomethingEndsAndLooksAgain)
{
    Waiter w(&rig);
    start(w, 1);
    rig.run();
    EXPECT_EQ(w.looks, 1u);
    rig.pokes.clear();
    host_spin_end_all(rig.host);
    EXPECT_EQ(rig.pokes, std::vector<unsigned>{1}); // not the idle CPU
    rig.run();
    EXPECT_EQ(w.looks, 2u);
    w.condition = true;
    host_spin_end_all(rig.host);
    rig.run();
    EXPECT_EQ(w.thread.state, HOST_DEAD);
}

TEST_F(Spin, EndBetweenLookAndWaitIsNotLost)
{
    Waiter w(&rig);
    w.before_spin = [&] {
        w.condition = true;
        w.before_spin = {};
        host_spin_end_all(rig.host);
    };
    start(w, 0);
    rig.run();
    EXPECT_EQ(w.looks, 2u);
    EXPECT_EQ(w.thread.state, HOST_DEAD);
}

TEST_F(Spin, EndReachesEveryCpu)
{
    Waiter a(&rig), b(&rig);
    start(a, 0);
    start(b, 1);
    rig.run();
    host_spin_end_all(rig.host);
    rig.run();
    EXPECT_EQ(a.looks, 2u);
    EXPECT_EQ(b.looks, 2u);
}

TEST_F(Spin, HandlerThatEndsItReachesTheWaitBelowIt)
{
    Waiter w(&rig);
    Handler h; // the end of every flow ends all waits
    request(36, h, false);
    start(w, 0);
    rig.run();
    w.condition = true;
    rig.pulse(36);
    rig.run();
    EXPECT_EQ(h.runs, 1u);
    EXPECT_EQ(w.thread.state, HOST_DEAD);
}

TEST_F(Spin, OtherWorkIsNotCutShort)
{
    host_thread &t = rig.thread();
    List list{[](sim_strand *s, sim_frame *) { return sim_work(s, 500); }};
    host_thread_start(rig.host, &t, 0, 0, &list.proc, &list);
    rig.run();
    ASSERT_EQ(t.strand.work_left, 500u);
    host_spin_end_all(rig.host);
    EXPECT_EQ(t.strand.work_left, 500u);
}

TEST_F(Spin, OtherWorkBelowAnInterruptIsNotCutShort)
{
    host_thread &t = rig.thread();
    Handler h;
    request(36, h, false);
    List list{[](sim_strand *s, sim_frame *) { return sim_work(s, 500); }};
    host_thread_start(rig.host, &t, 0, 0, &list.proc, &list);
    rig.run();
    rig.pulse(36);
    rig.run();
    EXPECT_EQ(h.runs, 1u);
    EXPECT_EQ(t.strand.work_left, 500u);
    EXPECT_EQ(t.state, HOST_RUNNING);
}

// ---- host_bypass_proc ----------------------------------------------------------------------------

class Bypass : public HostTest
{
  protected:
    Bypass()
    {
        EXPECT_EQ(irq_bypass_manager_new(0, &m), 0);
        prod.token = cons.token = this;
        prod.ctx = cons.ctx = this;
        prod.stop = [](irq_bypass_producer *p) { return static_cast<Bypass *>(p->ctx)->take("p.stop"); };
        prod.add_consumer = [](irq_bypass_producer *p, irq_bypass_consumer *) {
            return static_cast<Bypass *>(p->ctx)->take("p.add");
        };
        prod.start = [](irq_bypass_producer *p) { return static_cast<Bypass *>(p->ctx)->take("p.start"); };
        cons.stop = [](irq_bypass_consumer *c) { return static_cast<Bypass *>(c->ctx)->take("c.stop"); };
        cons.add_producer = [](irq_bypass_consumer *c, irq_bypass_producer *) {
            return static_cast<Bypass *>(c->ctx)->take("c.add");
        };
        cons.del_producer = [](irq_bypass_consumer *c, irq_bypass_producer *) {
            return static_cast<Bypass *>(c->ctx)->take("c.del");
        };
        cons.start = [](irq_bypass_consumer *c) { return static_cast<Bypass *>(c->ctx)->take("c.start"); };
    }
    ~Bypass() override
    {
        irq_bypass_manager_free(m);
    }
    int take(const std::string &name)
    {
        log.push_back(name);
        return name == pending ? IRQ_BYPASS_PENDING : name == failing ? result : 0;
    }
    // A thread on `cpu` that runs the operation and keeps its result.
    struct Runner {
        Runner(Rig *rig, irq_bypass_op *op)
            : thread(rig->thread()), list({[=](sim_strand *s, sim_frame *f) {
                                               return sim_call(s, f, SIM_NEXT, &host_bypass_proc, rig->host,
                                                               reinterpret_cast<uintptr_t>(op), 0, 0, 0);
                                           },
                                           [this](sim_strand *s, sim_frame *) {
                                               ret = s->ret;
                                               return static_cast<int>(SIM_RET);
                                           }})
        {
        }
        host_thread &thread;
        List list;
        int64_t ret = 12345;
    };
    void start(Runner &r, unsigned cpu)
    {
        host_thread_start(rig.host, &r.thread, cpu, 0, &r.list.proc, &r.list);
    }
    irq_bypass_manager *m = nullptr;
    irq_bypass_producer prod = {};
    irq_bypass_consumer cons = {};
    irq_bypass_op op = {};
    Strings log;
    std::string pending, failing;
    int result = 0;
};

TEST_F(Bypass, RunsAnOperationToItsEnd)
{
    ASSERT_EQ(irq_bypass_register_consumer(m, &cons), 0);
    irq_bypass_op_register_producer(&op, m, &prod);
    EXPECT_EQ(rig.call(0, host_bypass_proc, rig.host, reinterpret_cast<uintptr_t>(&op)), 0);
    EXPECT_EQ(log, (Strings{"p.stop", "c.stop", "p.add", "c.add", "c.start", "p.start"}));
    EXPECT_EQ(irq_bypass_partner(m, &prod), &cons);
}

TEST_F(Bypass, LeavesTheErrorOfACallback) // T20
{
    ASSERT_EQ(irq_bypass_register_consumer(m, &cons), 0);
    failing = "c.add";
    result = -EAGAIN;
    irq_bypass_op_register_producer(&op, m, &prod);
    EXPECT_EQ(rig.call(0, host_bypass_proc, rig.host, reinterpret_cast<uintptr_t>(&op)), -EAGAIN);
    EXPECT_EQ(log, (Strings{"p.stop", "c.stop", "p.add", "c.add", "c.start", "p.start"}));
    EXPECT_FALSE(prod.registered);
}

TEST_F(Bypass, WithoutAPartnerItIsOneStep)
{
    irq_bypass_op_register_producer(&op, m, &prod);
    EXPECT_EQ(rig.call(0, host_bypass_proc, rig.host, reinterpret_cast<uintptr_t>(&op)), 0);
    EXPECT_EQ(log, Strings{});
    EXPECT_TRUE(prod.registered);
}

class BypassPending : public Bypass, public ::testing::WithParamInterface<const char *>
{
};

TEST_P(BypassPending, CallbackIsTriedAgainWhenSomethingEnds)
{
    ASSERT_EQ(irq_bypass_register_consumer(m, &cons), 0);
    pending = GetParam();
    irq_bypass_op_register_producer(&op, m, &prod);
    Runner r(&rig, &op);
    start(r, 1);
    rig.run();
    EXPECT_EQ(r.thread.state, HOST_RUNNING); // busy
    EXPECT_EQ(log.back(), pending);
    const size_t tried = log.size();
    host_spin_end_all(rig.host);
    rig.run();
    EXPECT_EQ(log.size(), tried + 1);
    pending.clear();
    rig.run();
    EXPECT_EQ(log.size(), tried + 1);
    host_spin_end_all(rig.host);
    rig.run();
    EXPECT_EQ(r.thread.state, HOST_DEAD);
    EXPECT_EQ(r.ret, 0);
    EXPECT_EQ(irq_bypass_partner(m, &prod), &cons);
}
INSTANTIATE_TEST_SUITE_P(Host, BypassPending, ::testing::Values("p.stop", "c.stop", "c.start", "p.start"));

TEST_F(Bypass, SecondOperationWaitsForTheFirst)
{
    irq_bypass_producer late = {};
    late.token = &log;
    ASSERT_EQ(irq_bypass_register_consumer(m, &cons), 0);
    pending = "p.stop";
    irq_bypass_op second = {};
    irq_bypass_op_register_producer(&op, m, &prod);
    irq_bypass_op_register_producer(&second, m, &late);
    Runner a(&rig, &op), b(&rig, &second);
    start(a, 0);
    rig.run();
    start(b, 1);
    rig.run();
    EXPECT_EQ(b.thread.state, HOST_RUNNING);
    pending.clear();
    host_spin_end_all(rig.host); // the callback may get on; that frees the manager for the other
    rig.run();
    EXPECT_EQ(a.thread.state, HOST_DEAD);
    EXPECT_EQ(b.thread.state, HOST_DEAD);
    EXPECT_EQ(a.ret, 0);
    EXPECT_EQ(b.ret, 0);
    EXPECT_TRUE(late.registered);
}

TEST_F(Bypass, InterruptsAreServedWhileItWaits)
{
    Handler h;
    request(36, h, false);
    ASSERT_EQ(irq_bypass_register_consumer(m, &cons), 0);
    pending = "c.stop";
    irq_bypass_op_register_producer(&op, m, &prod);
    Runner r(&rig, &op);
    start(r, 0);
    rig.run();
    rig.pulse(36);
    pending.clear();
    rig.run();
    EXPECT_EQ(h.runs, 1u);
    EXPECT_EQ(r.ret, 0); // the end of the handler made it look again
}

} // namespace
