// SPDX-License-Identifier: Apache-2.0
//
// Every conformance vector is a test. known_failures.txt names those that must fail and why; a vector that
// fails without being listed and one that is listed and passes are both errors, so nothing is skipped.
#include "vector_replay.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>

namespace
{

using namespace trapline_test;

const std::vector<Vector> &vectors()
{
    static const std::vector<Vector> all = load_vectors(GIC_TEST_DIR "/vectors");
    return all;
}

// Name and reason of the vectors that must fail.
const std::map<std::string, std::string> &known_failures()
{
    static const std::map<std::string, std::string> table = [] {
        std::map<std::string, std::string> result;
        std::ifstream in(GIC_TEST_DIR "/known_failures.txt");
        for (std::string line; std::getline(in, line);) {
            size_t space = line.find(' ');
            if (!line.empty() && line[0] != '#')
                result[line.substr(0, space)] = space == std::string::npos ? "" : line.substr(space + 1);
        }
        return result;
    }();
    return table;
}

class GicVector : public testing::TestWithParam<size_t>
{
};

TEST_P(GicVector, replays)
{
    const Vector &vector = vectors()[GetParam()];
    ReplayResult result = replay(vector);
    if (known_failures().count(vector.name))
        EXPECT_FALSE(result.passed) << vector.name << " passes: take it out of known_failures.txt";
    else
        EXPECT_TRUE(result.passed) << vector.file << ": " << vector.name << " (" << vector.about
                                   << "): " << result.message;
}

INSTANTIATE_TEST_SUITE_P(Vectors, GicVector, testing::Range<size_t>(0, vectors().size()),
                         [](const auto &param) { return vectors()[param.param].test_name(); });

TEST(GicVectors, known_failures_name_vectors_and_reasons)
{
    for (const auto &[name, reason] : known_failures()) {
        bool exists = false;
        for (const Vector &vector : vectors())
            exists |= vector.name == name;
        EXPECT_TRUE(exists) << name << " is no vector";
        EXPECT_FALSE(reason.empty()) << name << " has no reason";
    }
}

TEST(GicVectors, summary)
{
    size_t passed = 0, single = 0, single_passed = 0;
    for (const Vector &vector : vectors()) {
        bool ok = replay(vector).passed;
        passed += ok;
        single += vector.security == 0;
        single_passed += ok && vector.security == 0;
    }
    std::cout << "GIC vectors: " << passed << " of " << vectors().size() << " passed; with one security state "
              << single_passed << " of " << single << "\n";
    EXPECT_EQ(passed + known_failures().size(), vectors().size());
}

} // namespace
