// SPDX-License-Identifier: Apache-2.0
// N producers and N consumers registered and unregistered. Target: 100 ms for 174,000 pairs, and the
// time per pair stays flat (what grows is the part of the memory that no cache holds).
#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>
#include <trapline/irqbypass.h>

namespace
{

int yes_consumer(irq_bypass_consumer *, irq_bypass_producer *)
{
    return 0;
}

int yes_producer(irq_bypass_producer *, irq_bypass_consumer *)
{
    return 0;
}

// The objects of N pairs. Object 2i is a producer, 2i + 1 the consumer with the same token.
struct Pairs {
    std::vector<irq_bypass_producer> producers;
    std::vector<irq_bypass_consumer> consumers;
    std::vector<long> tokens; // spaced like the eventfds they stand for

    explicit Pairs(size_t n) : producers(n), consumers(n), tokens(n * 8)
    {
        for (size_t i = 0; i < n; i++) {
            producers[i].token = consumers[i].token = &tokens[i * 8];
            producers[i].add_consumer = producers[i].del_consumer = yes_producer;
            consumers[i].add_producer = consumers[i].del_producer = yes_consumer;
        }
    }
    int add(irq_bypass_manager *m, size_t object)
    {
        return object % 2 ? irq_bypass_register_consumer(m, &consumers[object / 2])
                          : irq_bypass_register_producer(m, &producers[object / 2]);
    }
    void del(irq_bypass_manager *m, size_t object)
    {
        if (object % 2)
            irq_bypass_unregister_consumer(m, &consumers[object / 2]);
        else
            irq_bypass_unregister_producer(m, &producers[object / 2]);
    }
};

std::vector<size_t> shuffled(size_t n, std::mt19937 &rng)
{
    std::vector<size_t> order(n);
    std::iota(order.begin(), order.end(), size_t{0});
    std::shuffle(order.begin(), order.end(), rng);
    return order;
}

void report(benchmark::State &state, size_t pairs)
{
    using benchmark::Counter;
    // Inverted iteration-invariant rate: seconds per pair.
    state.counters["per_pair"] =
        Counter(static_cast<double>(pairs), Counter::kIsIterationInvariantRate | Counter::kInvert);
    if (pairs == 174000)
        state.SetLabel("target: 100 ms");
}

// All of them are registered in random order, then all are unregistered in another.
void BM_AllThenNone(benchmark::State &state)
{
    const auto n = static_cast<size_t>(state.range(0));
    std::mt19937 rng(1);
    Pairs pairs(n);
    const std::vector<size_t> in = shuffled(2 * n, rng), out = shuffled(2 * n, rng);
    for (auto _ : state) {
        irq_bypass_manager *m = nullptr;
        if (irq_bypass_manager_new(0, &m))
            return state.SkipWithError("no memory");
        int ret = 0;
        for (size_t object : in)
            ret |= pairs.add(m, object);
        for (size_t object : out)
            pairs.del(m, object);
        irq_bypass_manager_free(m);
        if (ret)
            return state.SkipWithError("a registration failed");
    }
    report(state, n);
}

// Registrations and unregistrations mixed: every object comes and goes at a random time.
void BM_Interleaved(benchmark::State &state)
{
    const auto n = static_cast<size_t>(state.range(0));
    std::mt19937 rng(2);
    Pairs pairs(n);
    std::vector<size_t> order = shuffled(4 * n, rng);
    for (size_t &event : order)
        event /= 2; // each object twice: it comes, it goes
    std::vector<bool> present(2 * n);
    for (auto _ : state) {
        irq_bypass_manager *m = nullptr;
        if (irq_bypass_manager_new(0, &m))
            return state.SkipWithError("no memory");
        int ret = 0;
        for (size_t object : order) {
            if (present[object])
                pairs.del(m, object);
            else
                ret |= pairs.add(m, object);
            present[object] = !present[object];
        }
        irq_bypass_manager_free(m);
        if (ret)
            return state.SkipWithError("a registration failed");
    }
    report(state, n);
}

} // namespace

BENCHMARK(BM_AllThenNone)->Arg(43500)->Arg(87000)->Arg(174000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Interleaved)->Arg(43500)->Arg(87000)->Arg(174000)->Unit(benchmark::kMillisecond);
