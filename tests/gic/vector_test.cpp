// SPDX-License-Identifier: Apache-2.0
//
// Every conformance vector is a test, with gic_check after each operation. known_failures.txt names those that
// must fail and why; a vector that fails without being listed and one that is listed and passes are both errors,
// and none may be skipped.
#include <trapline/vectors.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace
{

struct Entry {
    std::string file;
    const gicvec *vector;
};

struct FileDeleter {
    void operator()(gicvec_file *file) const
    {
        gicvec_free(file);
    }
};

void complain(void *, const gicvec_error *e)
{
    throw std::runtime_error(std::string(e->file) + ":" + std::to_string(e->line) + ": " + e->message);
}

// All vectors of tests/gic/vectors, in the order of the files' names.
const std::vector<Entry> &vectors()
{
    static std::vector<std::unique_ptr<gicvec_file, FileDeleter>> files;
    static const std::vector<Entry> all = [] {
        std::vector<std::filesystem::path> paths;
        for (const auto &entry : std::filesystem::directory_iterator(GIC_TEST_DIR "/vectors"))
            if (entry.path().extension() == ".vec")
                paths.push_back(entry.path());
        std::sort(paths.begin(), paths.end());
        std::vector<Entry> result;
        for (const auto &path : paths) {
            gicvec_file *file = nullptr;
            if (gicvec_load(path.c_str(), complain, nullptr, &file) != 0)
                throw std::runtime_error("cannot read " + path.string());
            files.emplace_back(file);
            for (size_t i = 0; i < gicvec_count(file); i++)
                result.push_back({path.filename().string(), gicvec_get(file, i)});
        }
        return result;
    }();
    return all;
}

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
    const Entry &entry = vectors()[GetParam()];
    gicvec_result result = replay(entry.vector);
    char why[300];
    gicvec_explain(&result, why, sizeof(why));
    gicvec_verdict wanted = known_failures().count(entry.vector->name) ? GICVEC_FAILED : GICVEC_PASSED;
    EXPECT_EQ(result.verdict, wanted) << entry.file << ":" << (result.op ? result.op->line : entry.vector->line) << ": "
                                      << entry.vector->name << " (" << entry.vector->about << "): " << why;
}

INSTANTIATE_TEST_SUITE_P(Vectors, GicVector, testing::Range<size_t>(0, vectors().size()),
                         [](const auto &param) { return test_name(vectors()[param.param].vector); });

TEST(GicVectors, known_failures_name_vectors_and_reasons)
{
    for (const auto &[name, reason] : known_failures()) {
        bool exists = false;
        for (const Entry &entry : vectors())
            exists |= entry.vector->name == name;
        EXPECT_TRUE(exists) << name << " is no vector";
        EXPECT_FALSE(reason.empty()) << name << " has no reason";
    }
}

TEST(GicVectors, summary)
{
    size_t passed = 0, single = 0, single_passed = 0;
    for (const Entry &entry : vectors()) {
        bool ok = replay(entry.vector).verdict == GICVEC_PASSED;
        passed += ok;
        single += !entry.vector->config.security;
        single_passed += ok && !entry.vector->config.security;
    }
    std::cout << "GIC vectors: " << passed << " of " << vectors().size() << " passed; with one security state "
              << single_passed << " of " << single << "\n";
    EXPECT_EQ(passed + known_failures().size(), vectors().size());
    EXPECT_EQ(vectors().size(), 512u);
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
            if (!needed && !known_failures().count(entry.vector->name)) {
                EXPECT_EQ(result.verdict, GICVEC_PASSED) << entry.vector->name << " without " << choice->word;
            }
        }
    }
}

} // namespace
