// SPDX-License-Identifier: Apache-2.0
// The recordings of a real KVM host (tests/real-kvm) as tests read them.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

inline const std::string kDir = TRAPLINE_SOURCE_DIR "/tests/real-kvm/";

inline std::vector<std::string> split(const std::string &s, char by)
{
    std::vector<std::string> out;
    std::stringstream in(s);
    for (std::string part; std::getline(in, part, by);)
        out.push_back(part);
    return out;
}

// "kick_ipi=1 maint_eoi=1" of the recording's row.
inline std::map<std::string, uint64_t> expected(const std::string &scenario)
{
    std::ifstream in(kDir + "expected.csv");
    EXPECT_TRUE(in) << "expected.csv";
    std::map<std::string, uint64_t> out;
    for (std::string line; std::getline(in, line);) {
        const auto cell = split(line, ',');
        if (cell.size() < 7 || cell[1] != scenario)
            continue;
        EXPECT_EQ(cell[5], "D") << "only rows that repeat exactly";
        for (const auto &pair : split(cell[6], ' '))
            out[pair.substr(0, pair.find('='))] = std::stoull(pair.substr(pair.find('=') + 1));
    }
    return out;
}
