// SPDX-License-Identifier: Apache-2.0
// Strands: what each return value of a step leads to.
#include "list.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace
{

class Strand : public ::testing::Test
{
  protected:
    Strand()
    {
        s.cpu = &cpu;
    }
    sim_ran step()
    {
        return sim_strand_step(&s);
    }
    // A step that writes its letter into the log and returns `next`.
    List::Step log(char letter, int next = SIM_NEXT)
    {
        return [this, letter, next](sim_strand *, sim_frame *) {
            text += letter;
            return next;
        };
    }
    // Runs to the end; the log so far.
    const std::string &finish()
    {
        for (int i = 0; i < 100; i++)
            if (step() == SIM_FINISHED)
                return text;
        ADD_FAILURE() << "does not end";
        return text;
    }
    sim_cpu cpu = {};
    sim_strand s = {};
    std::string text;
};

TEST_F(Strand, StartHandsOverTheObjectAndTwoRegisters)
{
    List list{[&](sim_strand *strand, sim_frame *f) {
        EXPECT_EQ(strand, &s);
        EXPECT_EQ(f->r[0], 7u);
        EXPECT_EQ(f->r[1], 8u);
        EXPECT_EQ(f->r[2], 0u);
        EXPECT_EQ(f->r[3], 0u);
        return SIM_NEXT;
    }};
    s.stack[0].r[2] = s.stack[0].r[3] = 99; // left from somebody before
    list.start(&s, 7, 8);
    EXPECT_EQ(s.stack[0].obj, &list);
    EXPECT_EQ(step(), SIM_FINISHED);
}

TEST_F(Strand, StartForgetsWhatTheStrandDid)
{
    List busy{[](sim_strand *strand, sim_frame *) { return sim_work(strand, 5); }};
    List list{log('a')};
    busy.start(&s);
    EXPECT_EQ(step(), SIM_RAN);
    s.ret = 3;
    list.start(&s);
    EXPECT_EQ(s.ret, 0);
    EXPECT_EQ(step(), SIM_FINISHED);
    EXPECT_EQ(text, "a");
}

TEST_F(Strand, NextGoesOnAndPastTheLastStepReturns)
{
    List list{log('a'), log('b'), log('c')};
    list.start(&s);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_FINISHED);
    EXPECT_EQ(text, "abc");
    EXPECT_EQ(s.depth, 0u);
}

struct GotoCase {
    int to;
    const char *expected;
};
class StrandGoto : public Strand, public ::testing::WithParamInterface<GotoCase>
{
};

TEST_P(StrandGoto, GoesToThatStepOrReturnsPastTheLast)
{
    bool gone = false;
    List list{log('a'),
              [&](sim_strand *, sim_frame *) {
                  text += 'b';
                  return gone ? SIM_NEXT : (gone = true, GetParam().to);
              },
              log('c'), log('d')};
    list.start(&s);
    EXPECT_EQ(finish(), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Strand, StrandGoto,
                         ::testing::Values(GotoCase{0, "ababcd"}, GotoCase{1, "abbcd"}, GotoCase{2, "abcd"},
                                           GotoCase{3, "abd"}, GotoCase{4, "ab"}, GotoCase{200, "ab"},
                                           GotoCase{256, "ab"}, GotoCase{SIM_RET, "ab"}));

TEST_F(Strand, CalledListRunsWithItsRegistersAndItsValueComesBack)
{
    List inner{[&](sim_strand *strand, sim_frame *f) {
        EXPECT_EQ(strand->depth, 2u);
        strand->ret = static_cast<int64_t>(f->r[0] * 1000 + f->r[1] * 100 + f->r[2] * 10 + f->r[3]);
        return SIM_RET;
    }};
    int64_t value = 0;
    List outer{[&](sim_strand *strand, sim_frame *f) { return inner.call(strand, f, SIM_NEXT, 1, 2, 3, 4); },
               [&](sim_strand *strand, sim_frame *) {
                   value = strand->ret;
                   return SIM_RET;
               }};
    outer.start(&s);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_FINISHED);
    EXPECT_EQ(value, 1234);
}

struct ThenCase {
    int then;
    const char *expected;
};
class StrandThen : public Strand, public ::testing::WithParamInterface<ThenCase>
{
};

TEST_P(StrandThen, CallerGoesOnWhereTheCallSaid)
{
    List inner{log('i')};
    bool called = false;
    List outer{[&](sim_strand *strand, sim_frame *f) {
                   text += 'a';
                   return called ? SIM_NEXT : (called = true, inner.call(strand, f, GetParam().then));
               },
               log('b'), log('c')};
    outer.start(&s);
    EXPECT_EQ(finish(), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Strand, StrandThen,
                         ::testing::Values(ThenCase{SIM_NEXT, "aibc"}, ThenCase{0, "aiabc"}, ThenCase{1, "aibc"},
                                           ThenCase{2, "aic"}, ThenCase{3, "ai"}));

TEST_F(Strand, CallAsTheLastStepEndsBothLists)
{
    List inner{log('i')};
    List outer{log('a'), [&](sim_strand *strand, sim_frame *f) { return inner.call(strand, f); }};
    outer.start(&s);
    EXPECT_EQ(finish(), "ai");
}

TEST_F(Strand, TailCallTakesTheCallersPlace)
{
    List tail{[&](sim_strand *strand, sim_frame *f) {
        EXPECT_EQ(strand->depth, 2u);
        EXPECT_EQ(f->r[0] + f->r[1] + f->r[2] + f->r[3], 10u);
        text += 't';
        return SIM_RET;
    }};
    List middle{[&](sim_strand *strand, sim_frame *f) { return tail.tail(strand, f, 1, 2, 3, 4); }, log('x')};
    List outer{[&](sim_strand *strand, sim_frame *f) { return middle.call(strand, f); }, log('a')};
    outer.start(&s);
    EXPECT_EQ(finish(), "ta");
}

TEST_F(Strand, ListsNestAsDeepAsTheStack)
{
    List deep{[&](sim_strand *strand, sim_frame *f) {
        return strand->depth < SIM_STACK_DEPTH ? deep.call(strand, f) : SIM_NEXT;
    }};
    deep.start(&s);
    finish();
    EXPECT_EQ(s.depth, 0u);
}

TEST_F(Strand, WaitRunsTheSameStepAgain)
{
    bool condition = false;
    List list{log('a'),
              [&](sim_strand *, sim_frame *) {
                  text += condition ? 'b' : '.';
                  return condition ? SIM_NEXT : SIM_WAIT;
              },
              log('c')};
    list.start(&s);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_WAITING);
    EXPECT_EQ(step(), SIM_WAITING);
    condition = true;
    EXPECT_EQ(finish(), "a..bc");
}

TEST_F(Strand, YieldRunsTheSameStepAgain)
{
    int left = 2;
    List list{[&](sim_strand *, sim_frame *) {
        text += 'y';
        return left-- ? SIM_YIELD : SIM_NEXT;
    }};
    list.start(&s);
    EXPECT_EQ(step(), SIM_YIELDED);
    EXPECT_EQ(step(), SIM_YIELDED);
    EXPECT_EQ(step(), SIM_FINISHED);
    EXPECT_EQ(text, "yyy");
}

TEST_F(Strand, TrapGoesOnBehindItself)
{
    List list{[&](sim_strand *strand, sim_frame *) {
                  strand->trap = 5;
                  strand->trap_arg[0] = 6;
                  text += 't';
                  return SIM_TRAP;
              },
              log('b')};
    list.start(&s);
    EXPECT_EQ(step(), SIM_TRAPPED);
    EXPECT_EQ(s.trap, 5u);
    EXPECT_EQ(s.trap_arg[0], 6u);
    EXPECT_EQ(finish(), "tb");
}

TEST_F(Strand, TrapAsTheLastStepIsATrapFirst)
{
    List list{log('t', SIM_TRAP)};
    list.start(&s);
    EXPECT_EQ(step(), SIM_TRAPPED);
    EXPECT_EQ(step(), SIM_FINISHED);
    EXPECT_EQ(text, "t");
}

TEST_F(Strand, TrapInACalledListReturnsToTheCallerAfterwards)
{
    List inner{log('t', SIM_TRAP)};
    List outer{[&](sim_strand *strand, sim_frame *f) { return inner.call(strand, f); }, log('a')};
    outer.start(&s);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_TRAPPED);
    EXPECT_EQ(finish(), "ta");
}

TEST_F(Strand, KindIsThatOfTheNextStep)
{
    List list{log('a'), log('b'), log('c')};
    list.kind(0, SIM_MASKED);
    list.kind(1, SIM_OPEN);
    list.kind(2, SIM_GUEST);
    list.start(&s);
    EXPECT_EQ(sim_strand_kind(&s), SIM_MASKED);
    step();
    EXPECT_EQ(sim_strand_kind(&s), SIM_OPEN);
    step();
    EXPECT_EQ(sim_strand_kind(&s), SIM_GUEST);
}

TEST_F(Strand, KindWhileAReturnIsAllThatIsLeftIsMasked)
{
    List inner{log('i')};
    List outer{[&](sim_strand *strand, sim_frame *f) { return inner.call(strand, f); }};
    outer.start(&s);
    step();
    step(); // inner is done, outer past its last step
    EXPECT_EQ(s.depth, 1u);
    EXPECT_EQ(sim_strand_kind(&s), SIM_MASKED);
}

// ---- work ----------------------------------------------------------------------------------------

TEST_F(Strand, WorkIsReportedUntilSomebodyTakesItAway)
{
    List list{[](sim_strand *strand, sim_frame *) { return sim_work(strand, 100); }, log('b')};
    list.kind(0, SIM_MASKED);
    list.kind(1, SIM_MASKED);
    list.start(&s);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(sim_strand_kind(&s), SIM_OPEN);
    EXPECT_EQ(step(), SIM_WORKING);
    EXPECT_EQ(cpu.worker, &s);
    s.work_left = 40; // the CPU accounts for what was done
    EXPECT_EQ(step(), SIM_WORKING);
    EXPECT_EQ(s.work_left, 40u);
    EXPECT_EQ(text, "");
    s.work_left = 0;
    EXPECT_EQ(step(), SIM_FINISHED);
    EXPECT_EQ(text, "b");
}

TEST_F(Strand, WorkWithoutLengthIsOverAtOnce)
{
    List list{[](sim_strand *strand, sim_frame *) { return sim_work(strand, 0); }, log('b')};
    list.start(&s);
    EXPECT_EQ(step(), SIM_RAN);
    EXPECT_EQ(step(), SIM_FINISHED);
    EXPECT_EQ(text, "b");
}

TEST_F(Strand, WorkDoneEndsWorkWithoutEnd)
{
    List list{[](sim_strand *strand, sim_frame *) { return sim_work(strand, SIM_FOREVER); }, log('b')};
    list.start(&s);
    step();
    EXPECT_EQ(step(), SIM_WORKING);
    sim_work_done(&s);
    EXPECT_EQ(step(), SIM_FINISHED);
}

TEST_F(Strand, WorkAsTheLastStepEndsTheList)
{
    List inner{[](sim_strand *strand, sim_frame *) { return sim_work(strand, 5); }};
    List outer{[&](sim_strand *strand, sim_frame *f) { return inner.call(strand, f); }, log('a')};
    outer.start(&s);
    step();
    step();
    EXPECT_EQ(step(), SIM_WORKING);
    sim_work_done(&s);
    EXPECT_EQ(step(), SIM_FINISHED);
    EXPECT_EQ(text, "a");
}

TEST_F(Strand, WorkAsTheVeryLastStepFinishesTheStrand)
{
    List list{[](sim_strand *strand, sim_frame *) { return sim_work(strand, 5); }};
    list.start(&s);
    step();
    sim_work_done(&s);
    EXPECT_EQ(step(), SIM_FINISHED);
}

TEST_F(Strand, WorkOfAnotherStrandIsPassedOnAndTheStepRunsAgain)
{
    sim_strand guest = {};
    guest.cpu = &cpu;
    List inner{[](sim_strand *strand, sim_frame *) { return sim_work(strand, 30); }, log('g')};
    inner.start(&guest);
    List outer{[&](sim_strand *, sim_frame *) {
        text += 'o';
        for (;;) {
            switch (sim_strand_step(&guest)) {
            case SIM_WORKING:
                return static_cast<int>(SIM_WORK);
            case SIM_FINISHED:
                return static_cast<int>(SIM_NEXT);
            default:
                break;
            }
        }
    }};
    outer.kind(0, SIM_GUEST);
    outer.start(&s);
    EXPECT_EQ(step(), SIM_WORKING);
    EXPECT_EQ(cpu.worker, &guest);
    EXPECT_FALSE(s.working);
    EXPECT_EQ(sim_strand_kind(&s), SIM_GUEST);
    guest.work_left = 10;
    EXPECT_EQ(step(), SIM_WORKING);
    guest.work_left = 0;
    EXPECT_EQ(step(), SIM_FINISHED);
    EXPECT_EQ(text, "ooog");
}

} // namespace
