// SPDX-License-Identifier: Apache-2.0
// Random operations against a model that follows the merged kernel code line by line, with two lists.
#include <algorithm>
#include <list>
#include <memory>
#include <random>

#include "fixture.hpp"

namespace bypass
{

// Lists and walks, no index. Writes the callbacks it expects into a log of its own.
class NaiveModel
{
  public:
    Log log;

    int add(Producer &p)
    {
        if (!p.obj.token)
            return -EINVAL;
        for (Producer *other : producers)
            if (other == &p || other->obj.token == p.obj.token)
                return -EBUSY;
        for (Consumer *c : consumers)
            if (c->obj.token == p.obj.token) {
                if (int ret = connect(p, *c))
                    return ret;
                break;
            }
        producers.push_front(&p);
        return 0;
    }
    int add(Consumer &c)
    {
        if (!c.obj.token)
            return -EINVAL;
        for (Consumer *other : consumers)
            if (other == &c || other->obj.token == c.obj.token)
                return -EBUSY;
        for (Producer *p : producers)
            if (p->obj.token == c.obj.token) {
                if (int ret = connect(*p, c))
                    return ret;
                break;
            }
        consumers.push_front(&c);
        return 0;
    }
    void del(Producer &given)
    {
        auto found = std::find_if(producers.begin(), producers.end(),
                                  [&](Producer *p) { return given.obj.token && p->obj.token == given.obj.token; });
        if (found == producers.end())
            return;
        if (Consumer *c = partner(**found))
            disconnect(**found, *c);
        producers.erase(found);
    }
    void del(Consumer &c)
    {
        auto found = std::find(consumers.begin(), consumers.end(), &c);
        if (found == consumers.end())
            return;
        for (Producer *p : producers)
            if (p->obj.token == c.obj.token)
                disconnect(*p, c);
        consumers.erase(found);
    }
    Consumer *partner(const Producer &p) const
    {
        if (std::find(producers.begin(), producers.end(), &p) == producers.end())
            return nullptr;
        for (Consumer *c : consumers)
            if (c->obj.token == p.obj.token)
                return c;
        return nullptr;
    }

  private:
    std::list<Producer *> producers;
    std::list<Consumer *> consumers;

    int call(Actor &a, const char *callback, bool exists = true)
    {
        if (!exists)
            return 0;
        log.push_back(a.name + "." + callback);
        return a.result[callback];
    }
    int connect(Producer &p, Consumer &c)
    {
        call(p, "stop", p.obj.stop);
        call(c, "stop", c.obj.stop);
        int ret = call(p, "add", p.obj.add_consumer);
        if (!ret) {
            ret = call(c, "add");
            if (ret)
                call(p, "del", p.obj.del_consumer);
        }
        call(c, "start", c.obj.start);
        call(p, "start", p.obj.start);
        return ret;
    }
    void disconnect(Producer &p, Consumer &c)
    {
        call(p, "stop", p.obj.stop);
        call(c, "stop", c.obj.stop);
        call(c, "del");
        call(p, "del", p.obj.del_consumer);
        call(c, "start", c.obj.start);
        call(p, "start", p.obj.start);
    }
};

class Random : public testing::TestWithParam<unsigned>
{
};

TEST_P(Random, AgreesWithTheNaiveModel)
{
    std::mt19937 rng(GetParam());
    auto roll = [&rng](unsigned n) { return static_cast<unsigned>(rng() % n); };
    irq_bypass_manager *m = nullptr;
    ASSERT_EQ(irq_bypass_manager_new(0, &m), 0);
    NaiveModel model;
    Log log;

    // Fewer tokens than objects, and NULL among them, so that every kind of clash happens.
    char tokens[40];
    std::vector<std::unique_ptr<Producer>> prods;
    std::vector<std::unique_ptr<Consumer>> conss;
    for (unsigned i = 0; i < 60; i++) {
        const void *token = roll(20) ? &tokens[roll(40)] : nullptr;
        prods.push_back(std::make_unique<Producer>("p" + std::to_string(i), token, &log));
        token = roll(20) ? &tokens[roll(40)] : nullptr;
        conss.push_back(std::make_unique<Consumer>("c" + std::to_string(i), token, &log));
        irq_bypass_producer &p = prods.back()->obj;
        irq_bypass_consumer &c = conss.back()->obj;
        if (!roll(4))
            p.stop = nullptr;
        if (!roll(4))
            p.start = nullptr;
        if (!roll(4))
            p.add_consumer = nullptr;
        if (!roll(4))
            p.del_consumer = nullptr;
        if (!roll(4))
            c.stop = nullptr;
        if (!roll(4))
            c.start = nullptr;
    }
    for (unsigned n = 0; n < 20000; n++) {
        Producer &p = *prods[roll(60)];
        Consumer &c = *conss[roll(60)];
        static const int results[] = {0, 0, 0, 0, -EINVAL, 7};
        p.result["add"] = results[roll(6)];
        c.result["add"] = results[roll(6)];
        switch (roll(4)) {
        case 0:
            ASSERT_EQ(irq_bypass_register_producer(m, &p.obj), model.add(p)) << "operation " << n;
            break;
        case 1:
            ASSERT_EQ(irq_bypass_register_consumer(m, &c.obj), model.add(c)) << "operation " << n;
            break;
        case 2:
            irq_bypass_unregister_producer(m, &p.obj);
            model.del(p);
            break;
        case 3:
            irq_bypass_unregister_consumer(m, &c.obj);
            model.del(c);
            break;
        }
        ASSERT_EQ(log, model.log) << "operation " << n;
        log.clear();
        model.log.clear();
        const Consumer *expected = model.partner(p);
        ASSERT_EQ(irq_bypass_partner(m, &p.obj), expected ? &expected->obj : nullptr) << "operation " << n;
        char why[128] = "";
        ASSERT_EQ(irq_bypass_check(m, why, sizeof why), 0) << why << " after operation " << n;
    }
    irq_bypass_manager_free(m);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Random, testing::Range(1u, 5u));

} // namespace bypass
