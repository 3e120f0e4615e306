// SPDX-License-Identifier: Apache-2.0
//
// Every conformance vector is a test; none is skipped, none may fail.
#include "vector_replay.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace
{

using namespace trapline_test;

const std::vector<Vector> &vectors()
{
    static const std::vector<Vector> all = load_vectors(GIC_TEST_DIR "/vectors");
    return all;
}

class GicVector : public testing::TestWithParam<size_t>
{
};

TEST_P(GicVector, replays)
{
    const Vector &vector = vectors()[GetParam()];
    ReplayResult result = replay(vector);
    EXPECT_TRUE(result.passed) << vector.file << ": " << vector.name << " (" << vector.about << "): " << result.message;
}

INSTANTIATE_TEST_SUITE_P(Vectors, GicVector, testing::Range<size_t>(0, vectors().size()),
                         [](const auto &param) { return vectors()[param.param].test_name(); });

TEST(GicVectors, all_512_are_there_46_with_two_security_states)
{
    size_t security = 0, operations = 0;
    for (const Vector &vector : vectors()) {
        security += vector.security;
        operations += vector.operations.size();
    }
    std::cout << "GIC vectors: " << vectors().size() << " with " << operations << " operations\n";
    EXPECT_EQ(vectors().size(), 512u);
    EXPECT_EQ(security, 46u);
    EXPECT_EQ(operations, 46004u);
}

} // namespace
