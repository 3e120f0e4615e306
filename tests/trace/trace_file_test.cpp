/* SPDX-License-Identifier: Apache-2.0 */
/* trace_file_test.cpp - the trace file: what is written comes back, and errors of writing are told. */
#include "fixture.h"

#include <cerrno>
#include <cstring>

namespace
{

trace_run_info minimal()
{
    trace_run_info info = {};

    info.mode = "m";
    info.tick_hz = 1000;
    return info;
}

sim_record record(uint64_t at, std::vector<int64_t> args = {})
{
    sim_record r = {};

    r.at = at;
    r.id = EV_KVM_EXIT;
    for (int64_t a : args)
        r.arg[r.nargs++] = a;
    return r;
}

void put(trace_writer *w, const sim_record &r)
{
    const sim_sink sink = trace_writer_sink(w);

    sink.record(sink.ctx, &r);
}

/* ---- what is written comes back ---- */

TEST_F(TraceFile, RunsComeBackAsWritten)
{
    const std::string file = path("a.trace");
    trace_reader *r = nullptr;
    trace_error err;
    const trace_run_info *run = nullptr;
    sim_record rec;

    write_sample(file, "modes");
    ASSERT_EQ(trace_reader_open(&r, file.c_str(), &err), 0) << err.text;
    ASSERT_EQ(trace_reader_next_run(r, &run), 1) << err.text;
    EXPECT_STREQ(run->scenario, "sample");
    EXPECT_STREQ(run->mode, "trapped");
    EXPECT_STREQ(run->unit, "ns");
    EXPECT_STREQ(run->note, "kernel 6.1");
    EXPECT_EQ(run->tick_hz, 1000000000u);
    EXPECT_EQ(run->pcpus, 2u);
    ASSERT_EQ(run->vcpus, 2u);
    EXPECT_EQ(run->pinned[0], 0u);
    EXPECT_EQ(run->pinned[1], 1u);
    ASSERT_EQ(run->devices, 2u);
    EXPECT_STREQ(run->device[0].name, "xgmac");
    EXPECT_EQ(run->device[0].phys_intid, 112u);
    EXPECT_EQ(run->device[0].guest_intid, 40u);
    EXPECT_STREQ(run->device[1].name, "virtio net");
    EXPECT_EQ(run->device[1].phys_intid, 0u);

    ASSERT_EQ(trace_reader_next(r, &rec), 1);
    EXPECT_EQ(rec.at, 100u);
    EXPECT_EQ(rec.id, EV_GIC_IRQ_STATE);
    EXPECT_EQ(rec.nargs, 3u);
    EXPECT_EQ(rec.arg[0], 112);
    EXPECT_EQ(rec.arg[3], 0);

    /* The rest of a run may be left unread. */
    ASSERT_EQ(trace_reader_next_run(r, &run), 1);
    EXPECT_STREQ(run->mode, "forwarded");
    EXPECT_EQ(trace_reader_next_run(r, &run), 0);
    EXPECT_EQ(trace_reader_next_run(r, &run), 0);
    EXPECT_EQ(trace_reader_next(r, &rec), 0);
    trace_reader_close(r);
}

TEST_F(TraceFile, CarriesTheEventTableAndNames)
{
    const std::string file = path("a.trace");
    trace_reader *r = nullptr;
    trace_error err;
    size_t n = 0, expected = 0;
    const trapline_event_info *all = trapline_events(&expected);

    write_sample(file, "empty");
    ASSERT_EQ(trace_reader_open(&r, file.c_str(), &err), 0) << err.text;
    const trapline_event_info *ev = trace_reader_events(r, &n);
    ASSERT_EQ(n, expected);
    for (size_t i = 0; i < n; i++) {
        EXPECT_EQ(ev[i].id, all[i].id);
        EXPECT_STREQ(ev[i].name, all[i].name);
        EXPECT_STREQ(ev[i].args, all[i].args);
        EXPECT_EQ(ev[i].level, all[i].level);
        EXPECT_EQ(ev[i].flow_kind, all[i].flow_kind);
        EXPECT_EQ(ev[i].flow_arg, all[i].flow_arg);
    }
    ASSERT_NE(trace_reader_find(r, "kvm_exit"), nullptr);
    EXPECT_EQ(trace_reader_find(r, "kvm_exit")->id, EV_KVM_EXIT);
    EXPECT_EQ(trace_reader_find(r, "no_such_event"), nullptr);
    EXPECT_STREQ(trace_reader_value_name(r, EV_KVM_EXIT, 1, 3), "maint_eoi");
    EXPECT_EQ(trace_reader_value_name(r, EV_KVM_EXIT, 1, 1), nullptr);
    EXPECT_EQ(trace_reader_value_name(r, EV_KVM_EXIT, 1, -1), nullptr);
    EXPECT_EQ(trace_reader_value_name(r, EV_KVM_EXIT, 0, 3), nullptr);
    EXPECT_EQ(trace_reader_value_name(r, EV_KVM_ENTRY, 1, 3), nullptr);
    trace_reader_close(r);
}

TEST_F(TraceFile, ManyRecordsSpanChunksWithEveryBitKept)
{
    const std::string file = path("a.trace");
    constexpr uint64_t count = 20000;
    trace_writer *w = nullptr;
    trace_reader *r = nullptr;
    trace_error err;
    const trace_run_info info = minimal();
    const trace_run_info *run;
    sim_record rec;

    ASSERT_EQ(trace_writer_open(&w, file.c_str(), nullptr), 0);
    ASSERT_EQ(trace_writer_begin_run(w, &info), 0);
    for (uint64_t i = 0; i < count; i++) {
        sim_record out = record(UINT64_MAX - count + i);

        out.flow = UINT32_MAX - static_cast<uint32_t>(i);
        out.cpu = SIM_NO_CPU;
        out.nargs = static_cast<uint8_t>(i % 7);
        for (unsigned a = 0; a < out.nargs; a++)
            out.arg[a] = INT64_MIN + static_cast<int64_t>(i * a);
        put(w, out);
    }
    EXPECT_EQ(trace_writer_records(w), count);
    ASSERT_EQ(trace_writer_end_run(w), 0);
    ASSERT_EQ(trace_writer_close(w), 0);

    ASSERT_EQ(trace_reader_open(&r, file.c_str(), &err), 0) << err.text;
    ASSERT_EQ(trace_reader_next_run(r, &run), 1) << err.text;
    for (uint64_t i = 0; i < count; i++) {
        ASSERT_EQ(trace_reader_next(r, &rec), 1) << err.text;
        ASSERT_EQ(rec.at, UINT64_MAX - count + i);
        ASSERT_EQ(rec.flow, UINT32_MAX - static_cast<uint32_t>(i));
        ASSERT_EQ(rec.id, EV_KVM_EXIT);
        ASSERT_EQ(rec.cpu, SIM_NO_CPU);
        ASSERT_EQ(rec.nargs, i % 7);
        for (unsigned a = 0; a < SIM_TRACE_ARGS; a++)
            ASSERT_EQ(rec.arg[a], a < rec.nargs ? INT64_MIN + static_cast<int64_t>(i * a) : 0);
    }
    EXPECT_EQ(trace_reader_next(r, &rec), 0);
    trace_reader_close(r);
}

/* The bytes themselves are the contract with readers that are not ours: docs/trace-format.md. */
TEST_F(TraceFile, BytesAreAsDocumented)
{
    const std::string file = path("a.trace");
    trace_writer *w = nullptr;
    trapline_event_info ev = {0x0102, "e", "a,b", 4, 2, 1};
    trace_writer_options opt = {&ev, 1, nullptr, 0, 0};
    const trace_run_info info = minimal();

    ASSERT_EQ(trace_writer_open(&w, file.c_str(), &opt), 0);
    ASSERT_EQ(trace_writer_begin_run(w, &info), 0);
    put(w, record(0x0807060504030201, {-2}));
    ASSERT_EQ(trace_writer_end_run(w), 0);
    ASSERT_EQ(trace_writer_close(w), 0);

    const std::string b = bytes_of(file);
    auto at = [&b](size_t offset, const std::string &hex) {
        std::string got;
        char digits[3];

        for (size_t i = offset; i < offset + hex.size() / 2 && i < b.size(); i++) {
            std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(b[i]));
            got += digits;
        }
        EXPECT_EQ(got, hex) << "at offset " << offset;
    };
    at(0, "89544c540d0a1a0a");
    at(8, "48454144"
          "08000000"
          "51454144"
          "aa8a8288" /* checksum */ "0100"
          "0000"
          "00000000");
    ASSERT_EQ(b.substr(32, 4), "EVTS");
    at(48, "01000000"
           "0201"
           "04"
           "02"
           "01"
           "0100"
           "65"
           "0300"
           "612c62");
    ASSERT_EQ(b.substr(72, 4), "RUN ");
    at(88, "0000"
           "0100"
           "6d"
           "0000"
           "0000"
           "e803000000000000"
           "00000000"
           "00000000"
           "00000000");
    ASSERT_EQ(b.substr(120, 4), "RECS");
    at(136, "0102030405060708"
            "00000000"
            "0108"
            "00"
            "01"
            "feffffffffffffff");
    ASSERT_EQ(b.substr(160, 4), "END ");
    at(176, "0100000000000000");
    ASSERT_EQ(b.substr(184, 4), "FIN ");
    at(200, "0100000000000000");
    EXPECT_EQ(b.size(), 208u);
}

TEST_F(TraceFile, LevelsAreThoseAskedFor)
{
    trace_writer *w = nullptr;
    trace_writer_options opt = {};
    FILE *f = fopen("/dev/null", "wb");

    ASSERT_EQ(trace_writer_open_stream(&w, f, nullptr), 0);
    EXPECT_EQ(trace_writer_sink(w).levels, static_cast<unsigned>(SIM_LIFE | SIM_TRANSITION | SIM_ACCESS));
    EXPECT_EQ(trace_writer_close(w), 0);
    opt.levels = SIM_LIFE;
    ASSERT_EQ(trace_writer_open_stream(&w, f, &opt), 0);
    EXPECT_EQ(trace_writer_sink(w).levels, static_cast<unsigned>(SIM_LIFE));
    trace_writer_abort(w);
    fclose(f);
}

/* ---- errors of writing ---- */

TEST_F(TraceFile, FullDiskIsReportedByClose)
{
    trace_writer *w = nullptr;

    ASSERT_EQ(trace_writer_open(&w, "/dev/full", nullptr), 0);
    ASSERT_TRUE(sample::write(w, "modes"));
    EXPECT_EQ(trace_writer_close(w), -ENOSPC);
}

TEST_F(TraceFile, FullDiskIsReportedWhenTheBufferIsWritten)
{
    trace_writer *w = nullptr;
    const trace_run_info info = minimal();

    ASSERT_EQ(trace_writer_open(&w, "/dev/full", nullptr), 0);
    ASSERT_EQ(trace_writer_begin_run(w, &info), 0);
    for (uint64_t i = 0; i < 20000; i++)
        put(w, record(i, {1, 2}));
    EXPECT_EQ(trace_writer_error(w), -ENOSPC);
    EXPECT_EQ(trace_writer_end_run(w), -ENOSPC);
    EXPECT_EQ(trace_writer_begin_run(w, &info), -ENOSPC);
    EXPECT_EQ(trace_writer_close(w), -ENOSPC);
}

TEST_F(TraceFile, NothingAppearsBeforeClose)
{
    const std::string file = path("a.trace");
    trace_writer *w = nullptr;

    write_bytes(file, "older");
    ASSERT_EQ(trace_writer_open(&w, file.c_str(), nullptr), 0);
    ASSERT_TRUE(sample::write(w, "modes"));
    EXPECT_EQ(bytes_of(file), "older");
    trace_writer_abort(w);
    EXPECT_EQ(bytes_of(file), "older");

    ASSERT_EQ(trace_writer_open(&w, file.c_str(), nullptr), 0);
    ASSERT_TRUE(sample::write(w, "modes"));
    ASSERT_EQ(trace_writer_close(w), 0);
    EXPECT_EQ(read_all(bytes_of(file)).ret, 0);
}

TEST_F(TraceFile, TwoWritersOfOneNameDoNotMix)
{
    const std::string file = path("a.trace");
    trace_writer *a = nullptr, *b = nullptr;

    ASSERT_EQ(trace_writer_open(&a, file.c_str(), nullptr), 0);
    ASSERT_EQ(trace_writer_open(&b, file.c_str(), nullptr), 0);
    sample::write(a, "modes");
    sample::write(b, "ideal");
    EXPECT_EQ(trace_writer_close(b), 0);
    EXPECT_EQ(read_all(bytes_of(file)).runs, 1u);
    EXPECT_EQ(trace_writer_close(a), 0);
    EXPECT_EQ(read_all(bytes_of(file)).runs, 2u);
}

TEST_F(TraceFile, FailedWriterLeavesNothing)
{
    const std::string file = path("a.trace");
    trace_writer *w = nullptr;
    trace_run_info info = minimal();

    ASSERT_EQ(trace_writer_open(&w, file.c_str(), nullptr), 0);
    ASSERT_EQ(trace_writer_begin_run(w, &info), 0);
    put(w, record(5));
    put(w, record(4)); /* earlier than the one before */
    EXPECT_EQ(trace_writer_end_run(w), -EINVAL);
    EXPECT_EQ(trace_writer_close(w), -EINVAL);
    EXPECT_FALSE(exists(file));
}

TEST_F(TraceFile, CallsInTheWrongOrderAreErrors)
{
    trace_writer *w = nullptr;
    trace_run_info info = minimal();

    ASSERT_EQ(trace_writer_open(&w, path("a").c_str(), nullptr), 0);
    put(w, record(0)); /* outside a run: ignored */
    EXPECT_EQ(trace_writer_records(w), 0u);
    EXPECT_EQ(trace_writer_end_run(w), -EINVAL);
    EXPECT_EQ(trace_writer_close(w), -EINVAL);

    ASSERT_EQ(trace_writer_open(&w, path("b").c_str(), nullptr), 0);
    ASSERT_EQ(trace_writer_begin_run(w, &info), 0);
    EXPECT_EQ(trace_writer_begin_run(w, &info), -EINVAL);
    trace_writer_abort(w);

    ASSERT_EQ(trace_writer_open(&w, path("c").c_str(), nullptr), 0);
    ASSERT_EQ(trace_writer_begin_run(w, &info), 0);
    EXPECT_EQ(trace_writer_close(w), -EINVAL);
    trace_writer_abort(nullptr);
}

TEST_F(TraceFile, LimitsOfTheFormatAreKept)
{
    trace_writer *w = nullptr;
    const std::string long_name(TRACE_MAX_TEXT + 1, 'x');
    std::vector<trace_run_info> bad(6, minimal());
    const int expected[] = {-E2BIG, -EINVAL, -EINVAL, -EINVAL, -E2BIG, -E2BIG};

    bad[0].mode = long_name.c_str();
    bad[1].mode = "two\nlines";
    bad[2].tick_hz = 0;
    bad[3].tick_hz = TRACE_MAX_HZ + 1;
    bad[4].vcpus = TRACE_MAX_CPUS + 1;
    bad[5].devices = TRACE_MAX_DEVICES + 1;
    for (size_t i = 0; i < bad.size(); i++) {
        ASSERT_EQ(trace_writer_open(&w, path("a").c_str(), nullptr), 0);
        EXPECT_EQ(trace_writer_begin_run(w, &bad[i]), expected[i]) << i;
        EXPECT_EQ(trace_writer_close(w), expected[i]) << i;
    }
}

TEST_F(TraceFile, LargestRunFits)
{
    const std::string file = path("a.trace"), name(TRACE_MAX_TEXT, 'n');
    std::vector<trace_device> devices(TRACE_MAX_DEVICES);
    trace_run_info info = minimal();
    trace_writer *w = nullptr;

    for (trace_device &d : devices)
        d.name = name.c_str();
    info.pcpus = info.vcpus = TRACE_MAX_CPUS;
    info.devices = TRACE_MAX_DEVICES;
    info.device = devices.data();
    ASSERT_EQ(trace_writer_open(&w, file.c_str(), nullptr), 0);
    ASSERT_EQ(trace_writer_begin_run(w, &info), 0);
    ASSERT_EQ(trace_writer_end_run(w), 0);
    ASSERT_EQ(trace_writer_close(w), 0);
    EXPECT_EQ(read_all(bytes_of(file)).ret, 0);
}

TEST_F(TraceFile, MissingFolderAndMissingFile)
{
    trace_writer *w = nullptr;
    trace_reader *r = nullptr;
    trace_error err;

    EXPECT_EQ(trace_writer_open(&w, (dir_ + "/no/a.trace").c_str(), nullptr), -ENOENT);
    EXPECT_EQ(trace_reader_open(&r, (dir_ + "/no").c_str(), &err), -ENOENT);
    EXPECT_NE(std::strstr(err.text, "cannot open"), nullptr);
    EXPECT_LT(trace_reader_open(&r, dir_.c_str(), &err), 0);
}

TEST_F(TraceFile, SymbolicLinkStaysALink)
{
    const std::string target = path("target"), link = path("link");
    struct stat st;

    write_bytes(target, "older");
    ASSERT_EQ(symlink(target.c_str(), link.c_str()), 0);
    write_sample(link, "empty");
    ASSERT_EQ(lstat(link.c_str(), &st), 0);
    EXPECT_TRUE(S_ISLNK(st.st_mode));
    EXPECT_EQ(read_all(bytes_of(target)).ret, 0);
}

} // namespace
