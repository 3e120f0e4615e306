// SPDX-License-Identifier: Apache-2.0
//
// The share of the lock-step run that every test run does; `./dev soak` does more.
#include "differential.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace
{

using namespace trapline_test;

class Differential : public testing::TestWithParam<unsigned>
{
};

TEST_P(Differential, every_answer_and_every_wire_is_the_naive_gics)
{
    Coverage coverage;
    for (unsigned n = 0; n < 8; n++) {
        auto different = play_sequence(GetParam() * 8 + n, 500, coverage);
        ASSERT_FALSE(different.has_value()) << *different;
    }
    EXPECT_EQ(coverage.steps, 4000u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Differential, testing::Range(0u, 10u));

class RestoredAtEveryStep : public testing::TestWithParam<unsigned>
{
};

// 1,000 sequences in all. A step that the state does not hold everything for shows in the next ones.
TEST_P(RestoredAtEveryStep, goes_on_in_lock_step)
{
    Coverage coverage;
    for (unsigned n = 0; n < 50; n++) {
        auto different = play_sequence(1000 + GetParam() * 50 + n, 110, coverage, true);
        ASSERT_FALSE(different.has_value()) << *different;
    }
    EXPECT_GE(coverage.restores, 50u * 110u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RestoredAtEveryStep, testing::Range(0u, 20u));

// A comparison of two idle GICs would prove nothing: everything has to happen in the share above.
TEST(DifferentialCoverage, nothing_of_interest_is_missing)
{
    Coverage coverage;
    for (unsigned seed = 0; seed < 60; seed++)
        ASSERT_FALSE(play_sequence(seed, 500, coverage).has_value()) << "seed " << seed;
    std::cout << coverage.text();
    for (uint64_t count :
         {coverage.acks, coverage.nested, coverage.ties, coverage.group1_hidden, coverage.spurious, coverage.eois,
          coverage.deactivations, coverage.hw_deactivations, coverage.virt_acks, coverage.virt_nested,
          coverage.virt_eois, coverage.missing_entries, coverage.resets, coverage.restores, coverage.mistakes})
        EXPECT_GT(count, 0u);
    for (uint64_t count : coverage.raised)
        EXPECT_GT(count, 0u);
    for (uint64_t count : coverage.maintenance)
        EXPECT_GT(count, 0u);
}

} // namespace
