// SPDX-License-Identifier: Apache-2.0
// Numbers with units, exact division, "did you mean", and SHA-256.
#include <gtest/gtest.h>
#include <string>

extern "C" {
#include "sha256.h"
#include "text.h"
}

namespace
{

TEST(Text, WholeNumbers)
{
    uint64_t v;
    EXPECT_EQ(text_uint("112", &v), TEXT_OK);
    EXPECT_EQ(v, 112u);
    EXPECT_EQ(text_uint("070", &v), TEXT_OK); // no octal surprise
    EXPECT_EQ(v, 70u);
    EXPECT_EQ(text_uint("0xA0", &v), TEXT_OK);
    EXPECT_EQ(v, 160u);
    EXPECT_EQ(text_uint("18446744073709551615", &v), TEXT_OK);
    EXPECT_EQ(v, UINT64_MAX);
    EXPECT_EQ(text_uint("18446744073709551616", &v), TEXT_TOO_LARGE);
    EXPECT_EQ(text_uint("0x1ffffffffffffffff", &v), TEXT_TOO_LARGE);
    for (const char *bad : {"", "x", "-1", "+1", "1 ", " 1", "1.0", "0x", "0xg", "1e3", "12a", "99999999999999999999x"})
        EXPECT_EQ(text_uint(bad, &v), TEXT_BAD) << bad;
}

TEST(Text, Durations)
{
    const struct {
        const char *text;
        uint64_t ps;
    } good[] = {{"0ns", 0},
                {"1ns", 1000},
                {"1.5us", 1500000},
                {"0.001ns", 1},
                {"10ms", 10000000000},
                {"2s", 2000000000000},
                {"1.50ns", 1500},
                {"007us", 7000000},
                {"18446744s", 18446744000000000000u},
                {"0.000000000001s", 1}};
    for (const auto &g : good) {
        uint64_t ps = 0;
        EXPECT_EQ(text_duration(g.text, &ps), TEXT_OK) << g.text;
        EXPECT_EQ(ps, g.ps) << g.text;
    }
    uint64_t ps;
    EXPECT_EQ(text_duration("10", &ps), TEXT_NO_UNIT);
    EXPECT_EQ(text_duration("1.5", &ps), TEXT_NO_UNIT);
    EXPECT_EQ(text_duration("10 us", &ps), TEXT_BAD_UNIT);
    EXPECT_EQ(text_duration("10uz", &ps), TEXT_BAD_UNIT);
    EXPECT_EQ(text_duration("10US", &ps), TEXT_BAD_UNIT);
    EXPECT_EQ(text_duration("0.0001ns", &ps), TEXT_TOO_FINE);
    EXPECT_EQ(text_duration("0.0010ns", &ps), TEXT_OK); // a zero more is no finer
    EXPECT_EQ(text_duration("18446745s", &ps), TEXT_TOO_LARGE);
    EXPECT_EQ(text_duration("99999999999999999999999ns", &ps), TEXT_TOO_LARGE);
    for (const char *bad : {"", "us", ".5us", "1.us", "-1us", "us1"})
        EXPECT_EQ(text_duration(bad, &ps), TEXT_BAD) << bad;
}

TEST(Text, Rates)
{
    uint64_t hz;
    EXPECT_EQ(text_rate("1.7GHz", &hz), TEXT_OK);
    EXPECT_EQ(hz, 1700000000u);
    EXPECT_EQ(text_rate("40MHz", &hz), TEXT_OK);
    EXPECT_EQ(hz, 40000000u);
    EXPECT_EQ(text_rate("0.5Hz", &hz), TEXT_TOO_FINE);
    EXPECT_EQ(text_rate("5", &hz), TEXT_NO_UNIT);
    EXPECT_EQ(text_rate("5mhz", &hz), TEXT_BAD_UNIT);
}

TEST(Text, DurationsAreShownExactly)
{
    for (uint64_t ps : {UINT64_C(0), UINT64_C(1), UINT64_C(999), UINT64_C(1000), UINT64_C(1500), UINT64_C(1500000),
                        UINT64_C(10000000), UINT64_C(3000000000), UINT64_C(7000000000000), UINT64_C(1234567)}) {
        char buf[40];
        uint64_t back = 1;
        text_show_duration(ps, buf, sizeof buf);
        EXPECT_EQ(text_duration(buf, &back), TEXT_OK) << buf;
        EXPECT_EQ(back, ps) << buf;
    }
    char buf[40];
    text_show_duration(1500000, buf, sizeof buf);
    EXPECT_STREQ(buf, "1500ns");
    text_show_duration(500, buf, sizeof buf);
    EXPECT_STREQ(buf, "0.5ns");
    text_show_rate(1700000000, buf, sizeof buf);
    EXPECT_STREQ(buf, "1700MHz");
}

TEST(Text, MulDivRoundsHalfUpAndKeepsAllBits)
{
    EXPECT_EQ(text_muldiv(1, 1, 2), 1u); // 0.5
    EXPECT_EQ(text_muldiv(1, 1, 3), 0u);
    EXPECT_EQ(text_muldiv(2, 1, 3), 1u);
    EXPECT_EQ(text_muldiv(1000, 1700000000, 1000000000000), 2u); // 1 ns at 1.7 GHz = 1.7 cycles
    EXPECT_EQ(text_muldiv(UINT64_MAX, UINT64_MAX, UINT64_MAX), UINT64_MAX);
    EXPECT_EQ(text_muldiv(UINT64_MAX, 3, 4), 13835058055282163711u); // (2^64-1)*3/4 = ...711.25
    EXPECT_EQ(text_muldiv(UINT64_MAX, 2, 1), UINT64_MAX);            // does not fit
    EXPECT_EQ(text_muldiv(UINT64_C(1) << 63, 4, UINT64_C(1) << 63), 4u);
    EXPECT_EQ(text_muldiv(0, 5, 7), 0u);
}

TEST(Text, Nearest)
{
    EXPECT_EQ(text_distance("kernel", "kernel"), 0u);
    EXPECT_EQ(text_distance("kernl", "kernel"), 1u);
    EXPECT_EQ(text_distance("kerenl", "kernel"), 1u); // neighbours swapped
    EXPECT_EQ(text_distance("", "abc"), 3u);
    EXPECT_EQ(text_distance(std::string(100, 'a').c_str(), "a"), 99u);
    struct text_nearest near;
    text_nearest_start(&near, "list_register");
    for (const char *name : {"gic", "cpus", "list_registers"})
        text_nearest_try(&near, name);
    EXPECT_STREQ(text_nearest_found(&near), "list_registers");
    text_nearest_start(&near, "zzz");
    text_nearest_try(&near, "gic");
    EXPECT_EQ(text_nearest_found(&near), nullptr);
}

std::string sha(const std::string &s)
{
    char hex[SHA256_HEX];
    sha256_hex(s.data(), s.size(), hex);
    return hex;
}

// FIPS 180-4 examples, and lengths around the padding's edges (values of coreutils' sha256sum).
TEST(Sha256, Vectors)
{
    EXPECT_EQ(sha(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sha(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    EXPECT_EQ(sha(std::string(55, 'x')), "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
    EXPECT_EQ(sha(std::string(56, 'x')), "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
    EXPECT_EQ(sha(std::string(63, 'x')), "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2");
    EXPECT_EQ(sha(std::string(64, 'x')), "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
    EXPECT_EQ(sha(std::string(65, 'x')), "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9");
    EXPECT_EQ(sha(std::string(119, 'x')), "000b48d4edf0fa7bee3c6236ecd2785baa5db4eeb8bb54341b029e0d9fa5fb0c");
    EXPECT_EQ(sha(std::string(120, 'x')), "13f05a0b594787f5ecd315edc96141bd3243203d1b7d4f0836f37308b276ba98");
}

} // namespace
