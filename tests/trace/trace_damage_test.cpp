/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_damage_test.cpp - no damage to a trace file goes unnoticed, and none crashes the reader.
 *
 * Damaged files are tried exhaustively: cut at every byte, and with every byte changed.
 */
#include "fixture.h"

#include <cerrno>
#include <cstring>

namespace
{

/* ---- damaged files ---- */

TEST_F(TraceFile, EveryTruncationIsAnError)
{
    const std::string file = path("a.trace");

    write_sample(file, "modes");
    const std::string whole = bytes_of(file);
    ASSERT_EQ(read_all(whole).ret, 0);
    ASSERT_EQ(read_all(whole).runs, 2u);
    for (size_t n = 0; n < whole.size(); n++) {
        const Result res = read_all(whole.substr(0, n));

        ASSERT_EQ(res.ret, n == 0 ? -EBADMSG : -ENODATA) << "cut to " << n << " bytes";
        ASSERT_EQ(res.err.offset, n);
        ASSERT_STRNE(res.err.text, "");
    }
}

TEST_F(TraceFile, EveryChangedByteIsAnError)
{
    const std::string file = path("a.trace");

    write_sample(file, "modes");
    const std::string whole = bytes_of(file);
    for (size_t n = 0; n < whole.size(); n++) {
        for (unsigned flip : {0x01u, 0x20u, 0x80u, 0xffu}) {
            std::string bad = whole;

            bad[n] = static_cast<char>(static_cast<unsigned char>(bad[n]) ^ flip);
            const Result res = read_all(bad);
            ASSERT_LT(res.ret, 0) << "byte " << n << " changed by " << flip;
            ASSERT_LE(res.err.offset, whole.size());
        }
    }
}

/* What a checksum cannot catch: a file that is wrong on purpose. */
class Forged : public TraceFile
{
  protected:
    static uint32_t get32(const std::string &b, size_t at)
    {
        uint32_t v = 0;

        for (unsigned i = 0; i < 4; i++)
            v |= static_cast<uint32_t>(static_cast<unsigned char>(b[at + i])) << 8 * i;
        return v;
    }

    static void put32(std::string &b, size_t at, uint32_t v)
    {
        for (unsigned i = 0; i < 4; i++)
            b[at + i] = static_cast<char>(v >> 8 * i);
    }

    /* Gives every chunk the checksum of its contents, as far as the chunks can be followed. */
    static void seal(std::string &b)
    {
        for (size_t at = 8; at + 16 <= b.size();) {
            const uint32_t tag = get32(b, at), length = get32(b, at + 4);
            uint32_t s1 = tag + length, s2 = length;

            if (length % 4 || length > b.size() - at - 16)
                return;
            for (uint32_t i = 0; i < length; i += 4) {
                s1 += get32(b, at + 16 + i);
                s2 += s1;
            }
            put32(b, at + 8, s1);
            put32(b, at + 12, s2);
            at += 16 + static_cast<size_t>(length);
        }
    }

    std::string whole()
    {
        const std::string file = path("a.trace");

        write_sample(file, "modes");
        return bytes_of(file);
    }
};

TEST_F(Forged, SealIsTheWritersChecksum)
{
    const std::string good = whole();
    std::string again = good;

    seal(again);
    EXPECT_EQ(again, good);
}

/* Every 8-bit value would take long; these hit counts, lengths, tags and texts. */
TEST_F(Forged, NoChangedByteCrashesTheReader)
{
    const std::string good = whole();

    for (size_t n = 8; n < good.size(); n++) {
        for (int value : {0x00, 0x01, 0x20, 0x7f, 0xff}) {
            std::string bad = good;

            bad[n] = static_cast<char>(value);
            seal(bad);
            const Result res = read_all(bad);
            ASSERT_LE(res.ret, 0);
            if (res.ret < 0) {
                ASSERT_LE(res.err.offset, good.size());
            }
        }
    }
}

TEST_F(Forged, HugeLengthsAreRefusedAtOnce)
{
    std::string bad = whole();

    put32(bad, 36, 0xfffffff8u); /* length of EVTS */
    const Result res = read_all(bad);
    EXPECT_EQ(res.ret, -EBADMSG);
    EXPECT_EQ(res.err.offset, 32u);
    EXPECT_NE(std::strstr(res.err.text, "impossible length"), nullptr) << res.err.text;
}

TEST_F(Forged, HugeCountsAreRefused)
{
    std::string bad = whole();

    put32(bad, 48, 0xffffffffu); /* number of events */
    seal(bad);
    const Result res = read_all(bad);
    EXPECT_EQ(res.ret, -EBADMSG);
    EXPECT_NE(std::strstr(res.err.text, "more events"), nullptr) << res.err.text;
}

TEST_F(Forged, OtherMajorVersionIsRefusedMinorIsNot)
{
    std::string bad = whole();

    bad[26] = 9;
    seal(bad);
    EXPECT_EQ(read_all(bad).ret, 0);
    bad[24] = 2;
    seal(bad);
    const Result res = read_all(bad);
    EXPECT_EQ(res.ret, -ENOTSUP);
    EXPECT_NE(std::strstr(res.err.text, "version 2.9"), nullptr) << res.err.text;
}

TEST_F(Forged, UnknownChunksAreSkippedIfTheySaySo)
{
    const std::string good = whole();
    std::string more = good;
    std::string chunk = std::string("xtra") + std::string("\x08\0\0\0", 4) + std::string(16, '\0');

    more.insert(32, chunk);
    seal(more);
    EXPECT_EQ(read_all(more).ret, 0);
    EXPECT_EQ(read_all(more).records, read_all(good).records);
    more[32] = 'X';
    seal(more);
    EXPECT_EQ(read_all(more).ret, -EBADMSG);
}

TEST_F(Forged, NothingMayFollowTheEnd)
{
    const Result res = read_all(whole() + std::string(1, '\0'));

    EXPECT_EQ(res.ret, -EBADMSG);
    EXPECT_NE(std::strstr(res.err.text, "after the end"), nullptr) << res.err.text;
}

TEST_F(Forged, TimeMayNotRunBackwards)
{
    std::string bad = whole();
    const size_t recs = bad.find("RECS");

    bad[recs + 16 + 7] = 1; /* the first record is late */
    seal(bad);
    const Result res = read_all(bad);
    EXPECT_EQ(res.ret, -EBADMSG);
    EXPECT_NE(std::strstr(res.err.text, "backwards"), nullptr) << res.err.text;
}

} // namespace
