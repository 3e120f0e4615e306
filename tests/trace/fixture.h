/* SPDX-License-Identifier: Apache-2.0 */
/* fixture.h - what the tests of the trace file share: a folder of their own, files as strings. */
#ifndef TRAPLINE_TESTS_TRACE_FIXTURE_H
#define TRAPLINE_TESTS_TRACE_FIXTURE_H

#include "sample.h"

#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

/* A folder of its own for each test, removed with what is in it. */
class TraceFile : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        char name[] = "/tmp/trapline-trace-XXXXXX";

        ASSERT_NE(mkdtemp(name), nullptr);
        dir_ = name;
    }

    void TearDown() override
    {
        for (const std::string &f : files_)
            std::remove(f.c_str());
        EXPECT_EQ(rmdir(dir_.c_str()), 0) << "something was left behind in " << dir_;
    }

    std::string path(const std::string &name)
    {
        files_.push_back(dir_ + "/" + name);
        return files_.back();
    }

    std::string dir_;
    std::vector<std::string> files_;
};

inline std::string bytes_of(const std::string &path)
{
    std::ifstream f(path, std::ios::binary);
    std::stringstream s;

    s << f.rdbuf();
    return s.str();
}

inline void write_bytes(const std::string &path, const std::string &bytes)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline bool exists(const std::string &path)
{
    struct stat st;

    return stat(path.c_str(), &st) == 0;
}

inline void write_sample(const std::string &path, const std::string &name)
{
    trace_writer *w = nullptr;

    ASSERT_EQ(trace_writer_open(&w, path.c_str(), sample::options()), 0);
    ASSERT_TRUE(sample::write(w, name));
    ASSERT_EQ(trace_writer_close(w), 0);
}

struct Result {
    int ret = 0;
    unsigned runs = 0;
    uint64_t records = 0;
    trace_error err = {};
};

/* Reads a whole file from memory. */
inline Result read_all(const std::string &bytes)
{
    Result res;
    trace_reader *r = nullptr;
    const trace_run_info *info;
    sim_record rec;
    std::string copy = bytes;
    FILE *f = copy.empty() ? fopen("/dev/null", "rb") : fmemopen(&copy[0], copy.size(), "rb");

    res.ret = trace_reader_open_stream(&r, f, &res.err);
    while (res.ret == 0 && (res.ret = trace_reader_next_run(r, &info)) == 1) {
        res.runs++;
        while ((res.ret = trace_reader_next(r, &rec)) == 1)
            res.records++;
    }
    trace_reader_close(r);
    fclose(f);
    return res;
}

#endif
