// SPDX-License-Identifier: Apache-2.0
// Interrupting a strand: nothing of what it was doing is lost, and its return value is its own.
#include "list.hpp"

#include <gtest/gtest.h>

#include <string>

namespace
{

class Interrupt : public ::testing::Test
{
  protected:
    Interrupt()
    {
        s.cpu = &cpu;
    }
    sim_ran step()
    {
        return sim_strand_step(&s);
    }
    void interrupt(List &list, uint64_t r0 = 0)
    {
        sim_strand_interrupt(&s, &list.proc, &list, r0);
    }
    List::Step log(char letter, int next = SIM_NEXT)
    {
        return [this, letter, next](sim_strand *, sim_frame *) {
            text += letter;
            return next;
        };
    }
    List::Step work(char letter, sim_tick ticks)
    {
        return [this, letter, ticks](sim_strand *strand, sim_frame *) {
            text += letter;
            return sim_work(strand, ticks);
        };
    }
    sim_cpu cpu = {};
    sim_strand s = {};
    std::string text;
};

TEST_F(Interrupt, RunsBetweenTwoStepsWithItsArgument)
{
    List list{log('a'), log('b')};
    List handler{[&](sim_strand *, sim_frame *f) {
        EXPECT_EQ(f->r[0], 36u);
        EXPECT_EQ(f->r[1] + f->r[2] + f->r[3], 0u);
        text += 'i';
        return SIM_NEXT;
    }};
    list.start(&s);
    step();
    interrupt(handler, 36);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_FINISHED);
    EXPECT_EQ(text, "aib");
}

TEST_F(Interrupt, ValueOfTheInterruptedListIsKept)
{
    int64_t seen = 0;
    List inner{[](sim_strand *strand, sim_frame *) {
        strand->ret = 5;
        return SIM_RET;
    }};
    List list{[&](sim_strand *strand, sim_frame *f) { return inner.call(strand, f); },
              [&](sim_strand *strand, sim_frame *) {
                  seen = strand->ret;
                  return SIM_NEXT;
              }};
    List handler{[&](sim_strand *strand, sim_frame *f) { return inner.call(strand, f); },
                 [](sim_strand *strand, sim_frame *) {
                     EXPECT_EQ(strand->ret, 5);
                     strand->ret = 99;
                     return SIM_RET;
                 }};
    list.start(&s);
    step();
    step();
    s.ret = 77; // not 5, to tell the two apart
    interrupt(handler);
    while (step() != SIM_FINISHED)
        ;
    EXPECT_EQ(seen, 77);
}

TEST_F(Interrupt, RemainderOfTheWorkIsKept)
{
    List list{work('w', 100), log('b')};
    List handler{log('i'), log('j')};
    list.start(&s);
    step();
    EXPECT_EQ(step(), SIM_WORKING);
    s.work_left = 60;
    interrupt(handler);
    EXPECT_FALSE(s.working);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_WORKING);
    EXPECT_EQ(s.work_left, 60u);
    sim_work_done(&s);
    EXPECT_EQ(step(), SIM_FINISHED);
    EXPECT_EQ(text, "wijb"); // the working step did not run again
}

TEST_F(Interrupt, KindIsTheHandlersWhileItRuns)
{
    List list{work('w', 100)};
    List handler{{log('i')}, SIM_MASKED};
    list.start(&s);
    step();
    EXPECT_EQ(sim_strand_kind(&s), SIM_OPEN);
    interrupt(handler);
    EXPECT_EQ(sim_strand_kind(&s), SIM_MASKED);
    step();
    EXPECT_EQ(sim_strand_kind(&s), SIM_OPEN);
}

TEST_F(Interrupt, HandlerMayWorkItself)
{
    List list{work('w', 100), log('b')};
    List handler{work('i', 10), log('j')};
    list.start(&s);
    step();
    interrupt(handler);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_WORKING);
    EXPECT_EQ(s.work_left, 10u);
    sim_work_done(&s);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_WORKING);
    EXPECT_EQ(s.work_left, 100u);
    EXPECT_EQ(text, "wij");
}

TEST_F(Interrupt, HandlerThatEndsWithWorkDoesNotRestartTheWorkBelow)
{
    List list{work('w', 100), log('b')};
    List handler{work('i', 10)};
    list.start(&s);
    step();
    s.work_left = 60;
    interrupt(handler);
    EXPECT_EQ(step(), SIM_RAN);
    sim_work_done(&s);
    while (step() == SIM_RAN)
        ;
    EXPECT_EQ(text, "wi");
    EXPECT_EQ(s.work_left, 60u);
    EXPECT_TRUE(s.working);
}

TEST_F(Interrupt, InterruptsNest)
{
    List list{work('w', 100), log('b')};
    List low{work('l', 50), log('m')};
    List high{log('h')};
    list.start(&s);
    step();
    interrupt(low);
    step();
    interrupt(high);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_WORKING);
    EXPECT_EQ(s.work_left, 50u);
    sim_work_done(&s);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_WORKING);
    EXPECT_EQ(s.work_left, 100u);
    EXPECT_EQ(text, "wlhm");
}

TEST_F(Interrupt, TailCallOfAHandlerIsStillTheInterrupt)
{
    List list{work('w', 100)};
    List tail{log('t')};
    List handler{[&](sim_strand *strand, sim_frame *f) { return tail.tail(strand, f); }};
    list.start(&s);
    step();
    s.ret = 4;
    interrupt(handler);
    step();
    s.ret = 9;
    step();
    EXPECT_EQ(step(), SIM_WORKING);
    EXPECT_EQ(s.work_left, 100u);
    EXPECT_EQ(s.ret, 4);
}

TEST_F(Interrupt, BeforeTheFirstStep)
{
    List list{log('a')};
    List handler{log('i')};
    list.start(&s);
    interrupt(handler);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_FINISHED);
    EXPECT_EQ(text, "ia");
}

TEST_F(Interrupt, OfAListThatOnlyHasToReturn)
{
    List inner{log('i')};
    List list{[&](sim_strand *strand, sim_frame *f) { return inner.call(strand, f); }};
    List handler{log('h')};
    list.start(&s);
    step();
    step();
    interrupt(handler);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_FINISHED);
    EXPECT_EQ(text, "ih");
}

} // namespace
