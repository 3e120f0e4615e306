// SPDX-License-Identifier: Apache-2.0
// A step list made of lambdas, for tests: the list is its own object.
#ifndef TRAPLINE_TESTS_SIM_LIST_HPP
#define TRAPLINE_TESTS_SIM_LIST_HPP

#include <functional>
#include <utility>
#include <vector>

#include <trapline/sim.h>

class List
{
  public:
    using Step = std::function<int(sim_strand *, sim_frame *)>;

    List(std::initializer_list<Step> list, sim_kind kind = SIM_OPEN) : steps(list)
    {
        table.assign(steps.size(), sim_step{run, "step", kind});
        proc = {"list", table.data(), static_cast<uint8_t>(table.size())};
    }
    List(const List &) = delete;
    List &operator=(const List &) = delete;

    void kind(unsigned step, sim_kind k)
    {
        table[step].kind = k;
    }
    // From a step of another list.
    int call(sim_strand *s, sim_frame *f, int then = SIM_NEXT, uint64_t r0 = 0, uint64_t r1 = 0, uint64_t r2 = 0,
             uint64_t r3 = 0)
    {
        return sim_call(s, f, then, &proc, this, r0, r1, r2, r3);
    }
    int tail(sim_strand *s, sim_frame *f, uint64_t r0 = 0, uint64_t r1 = 0, uint64_t r2 = 0, uint64_t r3 = 0)
    {
        return sim_tail(s, f, &proc, this, r0, r1, r2, r3);
    }
    void start(sim_strand *s, uint64_t r0 = 0, uint64_t r1 = 0)
    {
        sim_strand_start(s, &proc, this, r0, r1);
    }

    sim_proc proc = {};

  private:
    static int run(sim_strand *s, sim_frame *f)
    {
        return static_cast<List *>(f->obj)->steps[f->pc](s, f);
    }
    std::vector<Step> steps;
    std::vector<sim_step> table;
};

#endif
