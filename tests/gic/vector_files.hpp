// SPDX-License-Identifier: Apache-2.0
//
// The conformance vectors of this folder, for tests that play them.
#pragma once

#include <trapline/vectors.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace trapline_test
{

struct VectorEntry {
    std::string file;
    const gicvec *vector;
};

// All vectors of GIC_TEST_DIR/vectors, in the order of the files' names. Throws std::runtime_error with file and line
// if one is not understood.
inline const std::vector<VectorEntry> &all_vectors()
{
    static std::vector<std::unique_ptr<gicvec_file, void (*)(gicvec_file *)>> files;
    static const std::vector<VectorEntry> all = [] {
        std::vector<std::filesystem::path> paths;
        for (const auto &entry : std::filesystem::directory_iterator(GIC_TEST_DIR "/vectors"))
            if (entry.path().extension() == ".vec")
                paths.push_back(entry.path());
        std::sort(paths.begin(), paths.end());
        auto complain = [](void *, const gicvec_error *e) {
            throw std::runtime_error(std::string(e->file) + ":" + std::to_string(e->line) + ": " + e->message);
        };
        std::vector<VectorEntry> result;
        for (const auto &path : paths) {
            gicvec_file *file = nullptr;
            if (gicvec_load(path.c_str(), complain, nullptr, &file) != 0)
                throw std::runtime_error("cannot read " + path.string());
            files.emplace_back(file, gicvec_free);
            for (size_t i = 0; i < gicvec_count(file); i++)
                result.push_back({path.filename().string(), gicvec_get(file, i)});
        }
        return result;
    }();
    return all;
}

} // namespace trapline_test
