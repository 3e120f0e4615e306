// SPDX-License-Identifier: Apache-2.0
//
// Every conformance vector is a test, with gic_check after each operation; none is skipped, none may fail.
#include "vector_files.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <iostream>

namespace
{

using Entry = trapline_test::VectorEntry;
const auto &vectors = trapline_test::all_vectors;

gicvec_result replay(const gicvec *v)
{
    gicvec_gic options{};
    options.check = true;
    gicvec_result result{};
    gicvec_replay(v, gicvec_gic_ops(), &options, &result);
    return result;
}

// The name as an identifier of Google Test.
std::string test_name(const gicvec *v)
{
    std::string result = v->name;
    std::replace_if(
        result.begin(), result.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
    return result;
}

class GicVector : public testing::TestWithParam<size_t>
{
};

TEST_P(GicVector, replays)
{
    const Entry &entry = vectors()[GetParam()];
    gicvec_result result = replay(entry.vector);
    char why[300];
    gicvec_explain(&result, why, sizeof(why));
    EXPECT_EQ(result.verdict, GICVEC_PASSED)
        << entry.file << ":" << (result.op ? result.op->line : entry.vector->line) << ": " << entry.vector->name << " ("
        << entry.vector->about << "): " << why;
}

INSTANTIATE_TEST_SUITE_P(Vectors, GicVector, testing::Range<size_t>(0, vectors().size()),
                         [](const auto &param) { return test_name(vectors()[param.param].vector); });

TEST(GicVectors, all_512_are_there_46_with_two_security_states)
{
    size_t security = 0, operations = 0;
    for (const Entry &entry : vectors()) {
        security += entry.vector->config.security;
        operations += entry.vector->nops;
    }
    std::cout << "GIC vectors: " << vectors().size() << " with " << operations << " operations\n";
    EXPECT_EQ(vectors().size(), 512u);
    EXPECT_EQ(security, 46u);
    EXPECT_EQ(operations, 46004u);
}

// A GIC that makes the other choice is still right in everything that does not depend on it.
TEST(GicVectors, other_choices_fail_only_the_vectors_that_need_them)
{
    for (size_t i = 0; const gicvec_choice *choice = gicvec_gic_choice(i); i++) {
        if (!choice->other)
            continue;
        const gicvec_gic options{false, &choice->word, 1};
        for (const Entry &entry : vectors()) {
            gicvec_result result{};
            gicvec_replay(entry.vector, gicvec_gic_ops(), const_cast<gicvec_gic *>(&options), &result);
            const char *const *needs_end = entry.vector->needs + entry.vector->nneeds;
            bool needed = std::any_of(entry.vector->needs, needs_end,
                                      [&](const char *need) { return std::string(need) == choice->word; });
            EXPECT_EQ(result.verdict == GICVEC_SKIPPED, needed) << entry.vector->name << " without " << choice->word;
            if (!needed) {
                EXPECT_EQ(result.verdict, GICVEC_PASSED) << entry.vector->name << " without " << choice->word;
            }
        }
    }
}

} // namespace
