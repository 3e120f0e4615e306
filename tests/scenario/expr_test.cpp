// SPDX-License-Identifier: Apache-2.0
// The expressions of `expect:`, with metrics of our own behind the real names.
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <string>

extern "C" {
#include "expr.h"
}

namespace
{

class Expr : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        arena_init(&arena);
        ASSERT_EQ(scenario_diags_new(&diags), 0);
    }
    void TearDown() override
    {
        arena_fini(&arena);
        scenario_diags_free(diags);
    }

    const struct expr *parse(const std::string &text, bool compare = false)
    {
        static const char *const modes[] = {"trapped", "forwarded"};
        const struct expr_context c = {&arena, diags, compare ? modes : nullptr, compare ? 2u : 0u, false};
        return expr_parse(&c, text.c_str(), {source_text(&arena, "t", text.c_str(), text.size()), 0, 0}, true);
    }

    static const struct machine_metric *lookup(void *ctx, size_t mode, size_t metric)
    {
        auto *self = static_cast<Expr *>(ctx);
        size_t n;
        const std::string key = std::to_string(mode) + "." + machine_metric_table(&n)[metric].name;
        auto it = self->metrics.find(key);
        return it == self->metrics.end() ? nullptr : &it->second;
    }
    void set(const std::string &key, uint64_t u)
    {
        metrics[key] = {};
        metrics[key].valid = true;
        metrics[key].u = u;
    }
    void set_real(const std::string &key, double r, bool valid = true)
    {
        metrics[key] = {};
        metrics[key].name = "latency";
        metrics[key].valid = valid;
        metrics[key].real = true;
        metrics[key].r = r;
    }

    bool holds(const std::string &text, bool compare = false)
    {
        const struct expr *e = parse(text, compare);
        EXPECT_NE(e, nullptr) << text << ": " << error();
        const char *g = "";
        const bool ok = e && expr_holds(e, lookup, this, &arena, &g);
        got = g;
        return ok;
    }
    std::string error()
    {
        const struct scenario_diag *d = scenario_diags_get(diags, 0);
        return d ? std::to_string(d->col) + " " + d->message : "";
    }

    struct arena arena;
    struct scenario_diags *diags = nullptr;
    std::map<std::string, struct machine_metric> metrics;
    std::string got;
};

TEST_F(Expr, Comparisons)
{
    set("0.exits.total", 1000);
    for (const char *yes :
         {"exits.total == 1000", "exits.total != 999", "exits.total < 1001", "exits.total <= 1000", "exits.total > 999",
          "exits.total >= 1000", "exits.total == 0x3e8", "1000==exits.total", "exits.total == 1000.0"})
        EXPECT_TRUE(holds(yes)) << yes;
    for (const char *no : {"exits.total == 999", "exits.total != 1000", "exits.total < 1000", "exits.total <= 999",
                           "exits.total > 1000", "exits.total >= 1001"})
        EXPECT_FALSE(holds(no)) << no;
}

TEST_F(Expr, Arithmetic)
{
    set("0.exits.total", 7);
    set("0.interrupts.delivered", 2);
    for (const char *yes :
         {"exits.total + 3 * 2 == 13", "(exits.total + 3) * 2 == 20", "exits.total - 10 == -3", "-exits.total == 0 - 7",
          "exits.total / interrupts.delivered == 3.5", "exits.total / 3 * 3 == 7", "min(exits.total, 3, 5) == 3",
          "max(exits.total, interrupts.delivered) == 7", "exits.total - 1 - 1 == 5", "max(exits.total) == 7",
          "100 / exits.total / 2 > 7", "--exits.total == 7"})
        EXPECT_TRUE(holds(yes)) << yes << " got " << got;
}

TEST_F(Expr, CountsAreExact)
{
    set("0.exits.total", (UINT64_C(1) << 53) + 1); // a double cannot tell it from 2^53
    EXPECT_FALSE(holds("exits.total == 9007199254740992"));
    EXPECT_TRUE(holds("exits.total == 9007199254740993"));
    EXPECT_TRUE(holds("exits.total / 3 * 3 == 9007199254740993"));
    set("0.exits.total", UINT64_MAX);
    EXPECT_TRUE(holds("exits.total > 9223372036854775807"));
}

TEST_F(Expr, RealsAreComparedAsTheDoublesTheyAre)
{
    set_real("0.latency.wire_to_iar.p99", 0.1);
    EXPECT_TRUE(holds("latency.wire_to_iar.p99 == 0.1"));
    set_real("0.latency.wire_to_iar.p99", 1500.0);
    EXPECT_TRUE(holds("latency.wire_to_iar.p99 == 1.5us"));
    EXPECT_TRUE(holds("latency.wire_to_iar.p99 == 1500"));
    EXPECT_TRUE(holds("latency.wire_to_iar.p99 < 2ms"));
    EXPECT_FALSE(holds("latency.wire_to_iar.p99 < 1us"));
    EXPECT_EQ(got, "1500 ns");
    EXPECT_TRUE(holds("latency.wire_to_iar.p99 / 1us == 1.5"));
    EXPECT_TRUE(holds("2 * latency.wire_to_iar.p99 == 3us"));
}

TEST_F(Expr, ComparesModes)
{
    set("0.exits.total", 2000);
    set("1.exits.total", 1000);
    EXPECT_TRUE(holds("forwarded.exits.total < trapped.exits.total", true));
    EXPECT_EQ(got, "1000 < 2000");
    EXPECT_FALSE(holds("forwarded.exits.total >= trapped.exits.total", true));
    const struct expr *e = parse("forwarded.exits.total == 3", true);
    ASSERT_NE(e, nullptr);
    EXPECT_EQ(expr_modes(e), 2u);
}

TEST_F(Expr, WhatWasNotMeasuredDoesNotHold)
{
    set_real("0.latency.wire_to_iar.max", 0.0, false);
    EXPECT_FALSE(holds("latency.wire_to_iar.max >= 0"));
    EXPECT_NE(got.find("was not measured"), std::string::npos);
    EXPECT_FALSE(holds("kicks == 0")); // no such value at all
    set("0.kicks", 0);
    EXPECT_FALSE(holds("1 / kicks == 1"));
    EXPECT_EQ(got, "division by zero");
}

TEST_F(Expr, ErrorsPointAtTheirColumn)
{
    const struct {
        const char *text, *error;
    } cases[] = {
        {"exits.totl == 1", "1 there is no metric 'exits.totl'"},
        {"exits.total = 1", "13 a comparison is expected here"},
        {"exits.total ==", "15 the expression ends too early"},
        {"exits.total == 1 +", "19 the expression ends too early"},
        {"(exits.total == 1", "14 ')' expected"},
        {"exits.total == 1)", "17 the expression should end here"},
        {"exits.total < 5us", "13 a time and a count do not go together"},
        {"latency.wire_to_iar.p99 * latency.wire_to_iar.p99 > 1", "25 two times cannot be multiplied"},
        {"min(exits.total; 1) == 1", "16 ',' or ')' expected"},
        {"abs(exits.total) == 1", "1 there is no such function"},
        {"exits.total == 99999999999999999999", "16 this is no number, or too large"},
        {"1 < 2", "1 the expression names no metric"},
        {"", "1 the expression ends too early"},
        {"$ == 1", "1 a metric or a number expected here"},
    };
    for (const auto &c : cases) {
        scenario_diags_free(diags);
        ASSERT_EQ(scenario_diags_new(&diags), 0);
        EXPECT_EQ(parse(c.text), nullptr) << c.text;
        EXPECT_EQ(error(), c.error) << c.text;
        EXPECT_EQ(scenario_diags_count(diags), 1u) << c.text;
    }
}

TEST_F(Expr, DepthIsLimited)
{
    EXPECT_EQ(parse(std::string(500, '(') + "1" + std::string(500, ')') + " == exits.total"), nullptr);
    EXPECT_EQ(parse(std::string(500, '-') + "1 == exits.total"), nullptr);
    set("0.exits.total", 1);
    EXPECT_TRUE(holds(std::string(15, '(') + "exits.total" + std::string(15, ')') + " == 1"));
}

} // namespace
