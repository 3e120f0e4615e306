// SPDX-License-Identifier: Apache-2.0
// A manager, and objects that write down which of their callbacks ran and return what they are told to.
#ifndef TRAPLINE_TESTS_IRQBYPASS_FIXTURE_HPP
#define TRAPLINE_TESTS_IRQBYPASS_FIXTURE_HPP

#include <cerrno>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <trapline/irqbypass.h>

namespace bypass
{

using Log = std::vector<std::string>;

// What the callbacks of an object share: its name, the log, and the orders for each callback.
struct Actor {
    std::string name;
    Log *log = nullptr;
    std::map<std::string, int> result;               // what a callback returns when it has finished; default 0
    std::map<std::string, int> pending;              // how often it returns IRQ_BYPASS_PENDING first
    std::function<void(const std::string &)> during; // called from within each callback

    int run(const std::string &callback)
    {
        if (pending[callback] > 0) {
            pending[callback]--;
            log->push_back(name + "." + callback + "?");
            return IRQ_BYPASS_PENDING;
        }
        log->push_back(name + "." + callback);
        if (during)
            during(callback);
        return result[callback];
    }
};

struct Producer : Actor {
    irq_bypass_producer obj = {};

    Producer(std::string who, const void *token, Log *where)
    {
        name = std::move(who);
        log = where;
        obj.token = token;
        obj.irq = 42;
        obj.ctx = static_cast<Actor *>(this);
        obj.add_consumer = [](irq_bypass_producer *p, irq_bypass_consumer *) { return self(p)->run("add"); };
        obj.del_consumer = [](irq_bypass_producer *p, irq_bypass_consumer *) { return self(p)->run("del"); };
        obj.stop = [](irq_bypass_producer *p) { return self(p)->run("stop"); };
        obj.start = [](irq_bypass_producer *p) { return self(p)->run("start"); };
    }
    Producer(const Producer &) = delete;
    Producer &operator=(const Producer &) = delete;

    static Actor *self(irq_bypass_producer *p)
    {
        return static_cast<Actor *>(p->ctx);
    }
};

struct Consumer : Actor {
    irq_bypass_consumer obj = {};

    Consumer(std::string who, const void *token, Log *where)
    {
        name = std::move(who);
        log = where;
        obj.token = token;
        obj.ctx = static_cast<Actor *>(this);
        obj.add_producer = [](irq_bypass_consumer *c, irq_bypass_producer *) { return self(c)->run("add"); };
        obj.del_producer = [](irq_bypass_consumer *c, irq_bypass_producer *) { return self(c)->run("del"); };
        obj.stop = [](irq_bypass_consumer *c) { return self(c)->run("stop"); };
        obj.start = [](irq_bypass_consumer *c) { return self(c)->run("start"); };
    }
    Consumer(const Consumer &) = delete;
    Consumer &operator=(const Consumer &) = delete;

    static Actor *self(irq_bypass_consumer *c)
    {
        return static_cast<Actor *>(c->ctx);
    }
};

// Fixture: one manager, a producer and a consumer with the same token, and a check after every test.
class Manager : public testing::Test
{
  protected:
    Manager()
    {
        EXPECT_EQ(irq_bypass_manager_new(0, &m), 0);
    }
    ~Manager() override
    {
        expect_sound();
        irq_bypass_manager_free(m);
    }
    void expect_sound() const
    {
        char why[128] = "";
        EXPECT_EQ(irq_bypass_check(m, why, sizeof why), 0) << why;
    }
    int add(Producer &which)
    {
        return irq_bypass_register_producer(m, &which.obj);
    }
    int add(Consumer &which)
    {
        return irq_bypass_register_consumer(m, &which.obj);
    }
    void del(Producer &which)
    {
        irq_bypass_unregister_producer(m, &which.obj);
    }
    void del(Consumer &which)
    {
        irq_bypass_unregister_consumer(m, &which.obj);
    }
    // Registers both and forgets what that wrote into the log.
    void connect()
    {
        ASSERT_EQ(add(p), 0);
        ASSERT_EQ(add(c), 0);
        log.clear();
    }
    const irq_bypass_consumer *partner(const Producer &prod) const
    {
        return irq_bypass_partner(m, &prod.obj);
    }

    irq_bypass_manager *m = nullptr;
    Log log;
    int token = 0, other = 0; // only their addresses matter
    Producer p{"p", &token, &log};
    Consumer c{"c", &token, &log};
};

inline const Log kConnect = {"p.stop", "c.stop", "p.add", "c.add", "c.start", "p.start"};
inline const Log kDisconnect = {"p.stop", "c.stop", "c.del", "p.del", "c.start", "p.start"};

} // namespace bypass

#endif
