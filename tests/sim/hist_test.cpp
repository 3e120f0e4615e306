// SPDX-License-Identifier: Apache-2.0
// Histograms: what is exact, and how far a percentile may be from the sorted values.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include <trapline/sim.h>

namespace
{

class Hist : public ::testing::Test
{
  protected:
    Hist() : h(std::make_unique<sim_hist>())
    {
        sim_hist_reset(h.get());
    }
    void add(const std::vector<uint64_t> &values)
    {
        for (uint64_t v : values)
            sim_hist_add(h.get(), v);
    }
    uint64_t at(unsigned permille) const
    {
        return sim_hist_permille(h.get(), permille);
    }
    std::unique_ptr<sim_hist> h;
};

TEST_F(Hist, EmptyHistogramIsZero)
{
    EXPECT_EQ(h->count, 0u);
    EXPECT_EQ(at(0), 0u);
    EXPECT_EQ(at(500), 0u);
    EXPECT_EQ(at(1000), 0u);
}

TEST_F(Hist, CountAndSumAreExact)
{
    add({3, 1000, 5, 0});
    EXPECT_EQ(h->count, 4u);
    EXPECT_EQ(h->sum, 1008u);
}

TEST_F(Hist, MinAndMaxAreExactWhateverTheOrder)
{
    add({1000003, 17, 123456789, 18});
    EXPECT_EQ(h->min, 17u);
    EXPECT_EQ(h->max, 123456789u);
}

TEST_F(Hist, ResetForgetsEverything)
{
    add({1, 2, 3});
    sim_hist_reset(h.get());
    EXPECT_EQ(h->count, 0u);
    EXPECT_EQ(at(1000), 0u);
    add({9});
    EXPECT_EQ(h->min, 9u);
    EXPECT_EQ(h->max, 9u);
}

TEST_F(Hist, RankIsTheSmallestThatCoversTheShare)
{
    // Below 128 every value has its own bucket: percentiles are the sorted list's.
    add({40, 10, 30, 20});
    EXPECT_EQ(at(0), 10u);
    EXPECT_EQ(at(1), 10u);
    EXPECT_EQ(at(250), 10u);
    EXPECT_EQ(at(251), 20u);
    EXPECT_EQ(at(500), 20u);
    EXPECT_EQ(at(750), 30u);
    EXPECT_EQ(at(751), 40u);
    EXPECT_EQ(at(1000), 40u);
}

class HistEqual : public Hist, public ::testing::WithParamInterface<uint64_t>
{
};

TEST_P(HistEqual, EqualValuesAreExactAtEveryPercentile)
{
    add({GetParam(), GetParam(), GetParam()});
    EXPECT_EQ(h->min, GetParam());
    EXPECT_EQ(h->max, GetParam());
    for (unsigned permille : {0u, 1u, 500u, 990u, 1000u})
        EXPECT_EQ(at(permille), GetParam()) << permille;
}
INSTANTIATE_TEST_SUITE_P(Hist, HistEqual,
                         ::testing::Values(UINT64_C(0), UINT64_C(1), UINT64_C(127), UINT64_C(128), UINT64_C(129),
                                           UINT64_C(255), UINT64_C(256), UINT64_C(1000003), UINT64_C(1) << 32,
                                           (UINT64_C(1) << 61) + 12345));

class HistOne : public Hist, public ::testing::WithParamInterface<uint64_t>
{
};

TEST_P(HistOne, ExtremeValueAloneIsExact)
{
    add({GetParam()});
    EXPECT_EQ(at(0), GetParam());
    EXPECT_EQ(at(1000), GetParam());
}
INSTANTIATE_TEST_SUITE_P(Hist, HistOne,
                         ::testing::Values(UINT64_C(0), UINT64_MAX, UINT64_MAX - 1, UINT64_C(1) << 63,
                                           (UINT64_C(1) << 63) - 1));

TEST_F(Hist, ExtremesSideBySide)
{
    add({UINT64_MAX, 0});
    EXPECT_EQ(h->min, 0u);
    EXPECT_EQ(h->max, UINT64_MAX);
    EXPECT_EQ(at(500), 0u);
    EXPECT_EQ(at(501), UINT64_MAX);
}

TEST_F(Hist, RepeatedExtremesStayBetweenMinAndMax)
{
    add({UINT64_MAX, UINT64_MAX - 2, UINT64_MAX});
    EXPECT_GE(at(500), h->min);
    EXPECT_LE(at(500), h->max);
}

class HistRandom : public Hist, public ::testing::WithParamInterface<unsigned>
{
};

TEST_P(HistRandom, PercentilesAreWithinABucketOfTheSortedList)
{
    std::mt19937_64 rng(GetParam());
    std::vector<uint64_t> values;
    const size_t n = 1 + rng() % 3000;
    for (size_t i = 0; i < n; i++)
        values.push_back(rng() >> (8 + rng() % 56)); // all magnitudes
    add(values);
    std::sort(values.begin(), values.end());
    for (unsigned permille = 1; permille <= 1000; permille++) {
        const uint64_t exact = values[(n * permille + 999) / 1000 - 1];
        const uint64_t width = exact / SIM_HIST_SUB; // a bucket's, rounded up to the leading power of two
        ASSERT_GE(at(permille) + width, exact) << permille;
        ASSERT_LE(at(permille), exact + width) << permille;
    }
}
INSTANTIATE_TEST_SUITE_P(Hist, HistRandom, ::testing::Range(1u, 9u));

} // namespace
