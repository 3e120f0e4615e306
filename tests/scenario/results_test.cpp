// SPDX-License-Identifier: Apache-2.0
// Results as data: read back, laid side by side, and held against baselines.
#include "load.h"
#include <cstdlib>
#include <gtest/gtest.h>
#include <set>

extern "C" {
#include "results.h"
}

namespace
{

std::string take(char *text)
{
    const std::string out = text ? text : "(no memory)";
    free(text);
    return out;
}

// A baseline with one scenario and one mode.
std::string baseline(const std::string &metrics, const std::string &tolerances = "")
{
    return "{\"scenarios\": {\"small\": {\"model_version\": 1, \"sha256\": \"aa\", \"version\": \"0\", \"modes\": "
           "{\"run\": "
           "{\"config_sha256\": \"bb\", \"metrics\": {" +
           metrics + "}}}}}, \"schema\": 1, \"tolerances\": [" + tolerances +
           "], \"tool\": \"trapline\", \"type\": \"baseline\"}";
}

class Read
{
  public:
    explicit Read(const std::string &text, const struct rename *renames = metric_renames)
    {
        scenario_diags_new(&diags);
        err = results_read_renamed("b.json", text.data(), text.size(), renames, diags, &r);
    }
    ~Read()
    {
        results_free(r);
        scenario_diags_free(diags);
    }
    Read(const Read &) = delete;
    Read &operator=(const Read &) = delete;

    std::string error() const
    {
        const struct scenario_diag *d = scenario_diags_get(diags, 0);
        return d ? std::to_string(d->line) + ":" + std::to_string(d->col) + " " + d->message : "";
    }
    const struct results_mode *mode() const
    {
        return &r->scenario[0].mode[0];
    }
    const struct results_metric *metric(const char *name) const
    {
        return results_metric_find(mode(), name);
    }

    struct scenario_diags *diags = nullptr;
    struct results *r = nullptr;
    int err = 0;
};

// What became of each metric that is not the same, "exits.total differs 2%".
std::set<std::string> changes(const Read &base, const Read &with)
{
    static const char *const words[] = {"same", "within", "differs", "new", "gone"};
    std::set<std::string> out;
    size_t n;
    struct results_change *c = results_diff(base.r, base.mode(), with.mode(), &n);
    for (size_t i = 0; i < n; i++)
        if (c[i].verdict != RESULTS_SAME)
            out.insert(std::string((c[i].base ? c[i].base : c[i].with)->name) + " " + words[c[i].verdict] + " " +
                       c[i].limit);
    free(c);
    return out;
}

using Set = std::set<std::string>;

TEST(Results, OfARun)
{
    Loaded l(small("modes: {a: {}, b: {vm.main: wfi}}\n"));
    ASSERT_EQ(l.err, 0) << l.all_errors();
    ASSERT_EQ(scenario_run(l.s, 0, nullptr), 0);
    struct results *r;
    ASSERT_EQ(results_of(&l.s, 1, &r), 0);
    ASSERT_EQ(r->n, 1u);
    // The other mode was not run, so there is nothing to say about it.
    ASSERT_EQ(r->scenario[0].n, 1u);
    EXPECT_STREQ(r->scenario[0].sha256, scenario_sha256(l.s));
    const struct results_mode *m = results_mode_find(&r->scenario[0], "a");
    ASSERT_TRUE(m);
    EXPECT_FALSE(results_mode_find(&r->scenario[0], "b"));
    const struct results_metric *metric = results_metric_find(m, "interrupts.delivered");
    ASSERT_TRUE(metric);
    EXPECT_EQ(results_value(metric), 3.0);
    results_free(r);
}

TEST(Results, FileSaysWhatTheRunSaid)
{
    Loaded l(small("costs: arndale-a15-gicv2-3.10\n"));
    ASSERT_EQ(l.err, 0) << l.all_errors();
    ASSERT_EQ(scenario_run(l.s, 0, nullptr), 0);
    struct results *run;
    ASSERT_EQ(results_of(&l.s, 1, &run), 0);
    const Read file(take(scenario_json(&l.s, 1, "1.2.3")));
    ASSERT_EQ(file.err, 0) << file.error();
    EXPECT_EQ(file.r->kind, RESULTS_RUN);
    EXPECT_STREQ(file.r->scenario[0].tool_version, "1.2.3");
    EXPECT_EQ(file.r->scenario[0].model_version, run->scenario[0].model_version);
    size_t n;
    struct results_change *c = results_diff(nullptr, file.mode(), &run->scenario[0].mode[0], &n);
    ASSERT_EQ(n, run->scenario[0].mode[0].n);
    for (size_t i = 0; i < n; i++) {
        EXPECT_EQ(c[i].verdict, RESULTS_SAME) << c[i].with->name;
        // Files are sorted by name; what is read has the order of all tables.
        EXPECT_STREQ(file.mode()->metric[i].name, c[i].with->name);
        EXPECT_STREQ(c[i].base->unit, c[i].with->unit);
    }
    free(c);
    results_free(run);
}

TEST(Results, BaselineReadsBackAsItWas)
{
    Loaded l(small("costs: arndale-a15-gicv2-3.10\nmodes: {a: {}, b: {vm.main: wfi}}\n"));
    ASSERT_EQ(l.err, 0) << l.all_errors();
    ASSERT_EQ(scenario_run(l.s, 0, nullptr), 0);
    ASSERT_EQ(scenario_run(l.s, 1, nullptr), 0);
    struct results *run, *empty;
    ASSERT_EQ(results_of(&l.s, 1, &run), 0);
    ASSERT_EQ(baseline_new(&empty), 0);
    const std::string text = take(baseline_json(empty, run, "0.1"));
    const Read file(text);
    ASSERT_EQ(file.err, 0) << file.error();
    EXPECT_EQ(file.r->kind, RESULTS_BASELINE);
    EXPECT_EQ(baseline_cause(&file.r->scenario[0], &run->scenario[0]), BASELINE_PROGRAM);
    for (size_t m = 0; m < 2; m++) {
        size_t n;
        struct results_change *c =
            results_diff(file.r, results_mode_find(&file.r->scenario[0], m ? "b" : "a"), &run->scenario[0].mode[m], &n);
        for (size_t i = 0; i < n; i++)
            EXPECT_EQ(c[i].verdict, RESULTS_SAME) << c[i].with->name;
        free(c);
    }
    // Written again from what was read, and by a newer program, it keeps its bytes.
    EXPECT_EQ(take(baseline_json(file.r, nullptr, "0.2")), text);
    EXPECT_EQ(take(baseline_json(file.r, run, "0.1")), text);
    results_free(run);
    results_free(empty);
}

TEST(Results, Values)
{
    const Read r(baseline(
        "\"exits.total\": 18446744073709551615, \"kicks\": null, \"latency.wire_to_iar.p50\": 4725.882352941177, "
        "\"entries\": 007, \"exits.per_interrupt\": 1e3"));
    ASSERT_EQ(r.err, 0) << r.error();
    EXPECT_EQ(r.metric("exits.total")->u, UINT64_MAX);
    EXPECT_FALSE(r.metric("exits.total")->real);
    EXPECT_FALSE(r.metric("kicks")->valid);
    EXPECT_EQ(r.metric("latency.wire_to_iar.p50")->r, 4725.882352941177);
    EXPECT_STREQ(r.metric("latency.wire_to_iar.p50")->unit, "ns");
    EXPECT_EQ(r.metric("entries")->u, 7u);
    EXPECT_EQ(r.metric("exits.per_interrupt")->r, 1000.0);
    EXPECT_EQ(r.metric("exits.total")->line, 1u);
    EXPECT_GT(r.metric("exits.total")->col, 1u);
}

TEST(Results, BadValues)
{
    for (const char *v : {"\"7\"", "ten", "1e999", "-", "nan", "0x10", "[1]", "{}", "true", "~", "1 2"}) {
        const Read r(baseline(std::string("\"exits.total\": ") + v));
        EXPECT_NE(r.err, 0) << v;
    }
}

TEST(Results, BadDocuments)
{
    const std::string good = baseline("\"exits.total\": 1");
    EXPECT_EQ(Read(good).err, 0);
    EXPECT_EQ(Read("").error(), "1:1 the file is empty");
    EXPECT_EQ(Read("{}").error(), "1:1 this is neither a result file nor a baseline");
    EXPECT_EQ(Read("[1]").error(), "1:1 this is neither a result file nor a baseline");
    std::string other = good;
    other.replace(other.find("\"schema\": 1"), 11, "\"schema\": 2");
    EXPECT_NE(Read(other).error().find("version 2 of the baseline format"), std::string::npos);
    // Cut anywhere, it is refused and nothing is read past its end.
    for (size_t n = 0; n < good.size(); n++)
        EXPECT_NE(Read(good.substr(0, n)).err, 0) << n;
}

TEST(Results, DamagedFilesDoNoHarm)
{
    const std::string good =
        baseline("\"exits.total\": 1, \"latency.wire_to_iar.p50\": 1.5", "\"*=any\", \"exits.*=2%\"");
    const std::string bytes = "\"{}[],:=%*.- \n0eE~\\";
    for (size_t at = 0; at < good.size(); at++) {
        for (char c : bytes) {
            std::string bad = good;
            bad[at] = c;
            const Read r(bad);
            EXPECT_TRUE(r.err || r.r->n <= 2u);
        }
    }
}

TEST(Results, TooMany)
{
    std::string metrics;
    for (int i = 0; i < 5000; i++)
        metrics += (i ? ", \"m" : "\"m") + std::to_string(i) + "\": 0";
    EXPECT_NE(Read(baseline(metrics)).error().find("there are 5000 metrics"), std::string::npos);
}

TEST(Results, ExactByDefault)
{
    const Read base(
        baseline("\"exits.total\": 1000, \"latency.wire_to_iar.p50\": 100.5, \"kicks\": null, \"entries\": 5"));
    const Read same(
        baseline("\"entries\": 5, \"kicks\": null, \"latency.wire_to_iar.p50\": 100.5, \"exits.total\": 1000"));
    const Read other(baseline(
        "\"exits.total\": 1001, \"latency.wire_to_iar.p50\": 100.50000000000001, \"kicks\": 0, \"exits.wfx\": 1"));
    EXPECT_EQ(changes(base, same), Set{});
    EXPECT_EQ(changes(base, other), (Set{"exits.total differs exact", "latency.wire_to_iar.p50 differs exact",
                                         "kicks differs exact", "exits.wfx new exact", "entries gone exact"}));
    // Counts that a double cannot tell apart.
    EXPECT_EQ(changes(Read(baseline("\"exits.total\": 9007199254740993")),
                      Read(baseline("\"exits.total\": 9007199254740992"))),
              (Set{"exits.total differs exact"}));
}

TEST(Results, Tolerances)
{
    const std::string base = "\"exits.total\": 1000, \"entries\": 50, \"latency.wire_to_iar.p50\": 100.5";
    const std::string with = "\"exits.total\": 1020, \"entries\": 49, \"latency.wire_to_iar.p50\": 100.4";
    const struct {
        const char *tolerances;
        Set want;
    } cases[] = {
        {"\"exits.*=2%\"", {"exits.total within 2%", "entries differs exact", "latency.wire_to_iar.p50 differs exact"}},
        {"\"exits.*=1.99%\"",
         {"exits.total differs 1.99%", "entries differs exact", "latency.wire_to_iar.p50 differs exact"}},
        {"\"exits.total=20\", \"entries=0.5\"",
         {"exits.total within 20", "entries differs 0.5", "latency.wire_to_iar.p50 differs exact"}},
        {"\"*=any\"", {"exits.total within any", "entries within any", "latency.wire_to_iar.p50 within any"}},
        // The last one that matches counts; 0 is exact again.
        {"\"*=any\", \"e*=5\", \"entries=0\"",
         {"exits.total differs 5", "entries differs exact", "latency.wire_to_iar.p50 within any"}},
        // A time is no limit for a count, and a plain number none for a time.
        {"\"*=100\"", {"exits.total within 100", "entries within 100", "latency.wire_to_iar.p50 differs exact"}},
        {"\"*=1ns\"", {"exits.total differs exact", "entries differs exact", "latency.wire_to_iar.p50 within 1ns"}},
        {"\"latency.*=50ps\"", {}},
        {"\"run.exits.total=3%\", \"r*n.entries=2\"",
         {"exits.total within 3%", "entries within 2", "latency.wire_to_iar.p50 differs exact"}},
    };
    for (const auto &c : cases) {
        const Read b(baseline(base, c.tolerances));
        if (c.want.empty()) { // no such unit
            EXPECT_NE(b.err, 0) << c.tolerances;
            continue;
        }
        ASSERT_EQ(b.err, 0) << b.error();
        EXPECT_EQ(changes(b, Read(baseline(with))), c.want) << c.tolerances;
    }
    // Nothing is within 2 % of 0 but 0.
    EXPECT_EQ(changes(Read(baseline("\"kicks\": 0", "\"*=2%\"")), Read(baseline("\"kicks\": 1"))),
              (Set{"kicks differs 2%"}));
    // What was not measured is not near to anything; only "any" allows that.
    EXPECT_EQ(changes(Read(baseline("\"kicks\": null", "\"*=2%\"")), Read(baseline("\"kicks\": 1"))),
              (Set{"kicks differs 2%"}));
    EXPECT_EQ(changes(Read(baseline("\"kicks\": null", "\"*=any\"")), Read(baseline("\"kicks\": 1"))),
              (Set{"kicks within any"}));
}

TEST(Results, BadTolerances)
{
    for (const char *t : {"exits.totl=2%", "exits.total", "=2%", "exits.total=", "exits.total=-1", "exits.total=1.2.3",
                          "exits.total=%", "exits.total=2 %", "exits.total=.5", "*x*y*z=2", "exits.total=any thing"})
        EXPECT_NE(Read(baseline("\"exits.total\": 1", std::string("\"") + t + "\"")).err, 0) << t;
    // A time needs a unit, and nothing else has one.
    for (const char *t : {"latency.*=250", "run.latency.wire_to_iar.p99=3", "exits.total=5ns", "exits.*=1us"})
        EXPECT_NE(Read(baseline("\"exits.total\": 1", std::string("\"") + t + "\"")).err, 0) << t;
    for (const char *t : {"latency.*=0", "latency.*=2%", "latency.*=any", "exits.total=0", "*=250ns", "*=5"})
        EXPECT_EQ(Read(baseline("\"exits.total\": 1", std::string("\"") + t + "\"")).err, 0) << t;
    // A rule in a baseline may have outlived its mode: the baseline can still be read.
    EXPECT_EQ(Read(baseline("\"exits.total\": 1", "\"walk.exits.total=1\"")).err, 0);
}

TEST(Results, RenamedMetrics)
{
    const struct rename table[] = {
        {"exits.old", "exits.middle"}, {"exits.middle", "exits.total"}, {"kick", "kicks"}, {nullptr, nullptr}};
    const Read base(baseline("\"exits.old\": 7, \"kick\": 2, \"entries\": 1"), table);
    ASSERT_EQ(base.err, 0) << base.error();
    EXPECT_EQ(base.metric("exits.total")->u, 7u);
    EXPECT_EQ(base.metric("kicks")->u, 2u);
    EXPECT_FALSE(base.metric("exits.old"));
    EXPECT_EQ(changes(base, Read(baseline("\"exits.total\": 7, \"kicks\": 2, \"entries\": 1"))), Set{});
    // Rules of the file know the old names too.
    const Read rules(baseline("\"exits.total\": 1", "\"exits.old=any\", \"run.kick=1\""), table);
    ASSERT_EQ(rules.err, 0) << rules.error();
    EXPECT_EQ(changes(rules, Read(baseline("\"exits.total\": 7"))), (Set{"exits.total within any"}));
}

// A file that was mended by hand, or merged: the newest name counts, wherever it stands.
TEST(Results, OfSeveralNamesTheNewestCounts)
{
    const struct rename table[] = {{"exits.old", "exits.middle"}, {"exits.middle", "exits.total"}, {nullptr, nullptr}};
    for (const char *text : {"\"exits.total\": 1, \"exits.old\": 7", "\"exits.old\": 7, \"exits.total\": 1",
                             "\"exits.old\": 7, \"exits.middle\": 1", "\"exits.middle\": 1, \"exits.old\": 7",
                             "\"exits.middle\": 8, \"exits.total\": 1, \"exits.old\": 7"}) {
        const Read both(baseline(text), table);
        ASSERT_EQ(both.err, 0) << both.error();
        ASSERT_EQ(both.mode()->n, 1u) << text;
        EXPECT_EQ(both.metric("exits.total")->u, 1u) << text;
    }
}

// One scenario with the modes a and b, held against a baseline of a and another mode.
TEST(Results, VerdictOfABaseline)
{
    Loaded l(small("modes: {a: {}, b: {vm.main: wfi}}\n"));
    ASSERT_EQ(l.err, 0) << l.all_errors();
    ASSERT_EQ(scenario_run(l.s, 0, nullptr), 0);
    struct results *run;
    ASSERT_EQ(results_of(&l.s, 1, &run), 0);
    std::string text = baseline("\"interrupts.delivered\": 3, \"exits.total\": 77777, \"exits.gone\": 1");
    text.replace(text.find("\"run\""), 5, "\"c\": {\"config_sha256\": \"\", \"metrics\": {}}, \"a\"");
    const Read base(text);
    ASSERT_EQ(base.err, 0) << base.error();
    struct baseline_verdict v;
    ASSERT_EQ(baseline_judge(base.r, l.s, &run->scenario[0], &v), 0);
    EXPECT_EQ(v.n, 2u);
    EXPECT_EQ(v.compared, 3u);
    EXPECT_EQ(v.differ, 2u); // one has another value, one is gone
    EXPECT_EQ(v.fresh, run->scenario[0].mode[0].n - 2);
    EXPECT_EQ(v.gone, 1u);
    EXPECT_EQ(v.broken, 0u);
    EXPECT_TRUE(baseline_failed(&v));

    const struct baseline_report report = {"b.json", base.r, &v, "accept", false};
    const std::string json = take(scenario_json_baseline(&l.s, 1, &report, "0"));
    EXPECT_NE(json.find("\"accept\": \"accept\""), std::string::npos);
    EXPECT_NE(json.find("\"verdict\": \"gone\""), std::string::npos);
    EXPECT_EQ(Read(json).err, 0); // it is a result file still
    baseline_verdict_free(&v);
    results_free(run);
}

TEST(Results, RenameTableIsSound)
{
    size_t n;
    const struct machine_metric_info *info = machine_metric_table(&n);
    std::set<std::string> now;
    for (size_t i = 0; i < n; i++)
        now.insert(info[i].name);
    for (const struct rename *r = metric_renames; r->from; r++) {
        EXPECT_FALSE(now.count(r->from)) << r->from << " is in use again";
        EXPECT_TRUE(now.count(rename_apply(metric_renames, r->from, nullptr))) << r->from << " leads nowhere";
    }
    // Every metric of today keeps its name.
    for (const auto &name : now)
        EXPECT_EQ(rename_apply(metric_renames, name.c_str(), nullptr), name);
}

TEST(Results, Causes)
{
    const struct results_mode a = {"run", "c1", nullptr, 0, 0, 0}, b = {"run", "c2", nullptr, 0, 0, 0};
    const struct results_scenario base = {"s", "s.yaml", "f1", "0", 3, &a, 1, nullptr, 0, 0, 0};
    struct results_scenario now = base;
    EXPECT_EQ(baseline_cause(&base, &now), BASELINE_PROGRAM);
    now.model_version = 4;
    EXPECT_EQ(baseline_cause(&base, &now), BASELINE_MODEL);
    now.mode = &b;
    EXPECT_EQ(baseline_cause(&base, &now), BASELINE_CONFIG);
    now.sha256 = "f2";
    EXPECT_EQ(baseline_cause(&base, &now), BASELINE_FILE);
}

TEST(Results, ConfigurationIsKnownByItsHash)
{
    Loaded one(small()), same(small() + "# a remark\n"), set(small(), {"traffic[0].count=4"}),
        priced(small("costs: arndale-a15-gicv2-3.10\n"));
    std::set<std::string> hashes;
    std::string first;
    for (Loaded *l : {&one, &same, &set, &priced}) {
        struct results *r;
        ASSERT_EQ(l->err, 0) << l->all_errors();
        ASSERT_EQ(scenario_run(l->s, 0, nullptr), 0);
        ASSERT_EQ(results_of(&l->s, 1, &r), 0);
        hashes.insert(r->scenario[0].mode[0].config);
        results_free(r);
    }
    EXPECT_EQ(hashes.size(), 3u);
}

// Verdicts of the conditions in order: '.' holds not, 'F' failed, 's' skipped.
std::string conditions(const std::vector<std::string> &list, const char *old_metrics = nullptr)
{
    Loaded l(small("modes: {a: {}, b: {'traffic[0].count': 4}}\n"));
    EXPECT_EQ(l.err, 0) << l.all_errors();
    for (const auto &c : list)
        EXPECT_EQ(scenario_fail_on(l.s, c.c_str(), l.diags), 0) << l.all_errors();
    scenario_run(l.s, 0, nullptr);
    scenario_run(l.s, 1, nullptr);
    std::string text = old_metrics ? baseline(old_metrics) : "";
    if (old_metrics)
        text.replace(text.find("\"run\""), 5, "\"a\"");
    const Read base(text.empty() ? baseline("") : text);
    if (old_metrics)
        scenario_set_baseline(l.s, &base.r->scenario[0]);
    scenario_evaluate(l.s);
    std::string out;
    size_t n;
    const struct scenario_outcome *o = scenario_outcomes(l.s, &n);
    for (size_t i = 0; i < n; i++) {
        EXPECT_STREQ(o[i].scope, "fail-on");
        EXPECT_EQ(o[i].line, 0u);
        out += o[i].verdict == SCENARIO_OK ? '.' : o[i].verdict == SCENARIO_FAILED ? 'F' : 's';
    }
    return out;
}

TEST(FailOn, EachModeOrTheOneThatIsNamed)
{
    EXPECT_EQ(conditions({"interrupts.delivered > 3"}), ".F");
    EXPECT_EQ(conditions({"interrupts.delivered == 3"}), "F.");
    EXPECT_EQ(conditions({"a.interrupts.delivered > 3"}), ".");
    EXPECT_EQ(conditions({"b.interrupts.delivered > 3"}), "F");
    // A mode and this mode in one condition: b against each.
    EXPECT_EQ(conditions({"b.interrupts.delivered > interrupts.delivered"}), "F.");
    EXPECT_EQ(conditions({"b.interrupts.delivered - a.interrupts.delivered >= 1"}), "F");
    EXPECT_EQ(conditions({"interrupts.lost > 0", "exits.user > 0"}), "....");
}

TEST(FailOn, Changes)
{
    // Mode a delivered 3; the baseline knows nothing of b, and what is not known is no guard.
    EXPECT_EQ(conditions({"a.interrupts.delivered > +0"}, "\"interrupts.delivered\": 3"), ".");
    EXPECT_EQ(conditions({"a.interrupts.delivered > +0"}, "\"interrupts.delivered\": 2"), "F");
    EXPECT_EQ(conditions({"a.interrupts.delivered > +1"}, "\"interrupts.delivered\": 2"), ".");
    EXPECT_EQ(conditions({"a.interrupts.delivered < +0"}, "\"interrupts.delivered\": 4"), "F");
    EXPECT_EQ(conditions({"a.interrupts.delivered < +-1"}, "\"interrupts.delivered\": 4"), ".");
    EXPECT_EQ(conditions({"a.interrupts.delivered != +0"}, "\"interrupts.delivered\": 3"), ".");
    EXPECT_EQ(conditions({"a.interrupts.delivered > +50%"}, "\"interrupts.delivered\": 2"), ".");
    EXPECT_EQ(conditions({"a.interrupts.delivered > +49.9%"}, "\"interrupts.delivered\": 2"), "F");
    EXPECT_EQ(conditions({"a.interrupts.delivered > +0%"}, "\"interrupts.delivered\": 0"), "F");
    EXPECT_EQ(conditions({"interrupts.delivered > +0"}, "\"interrupts.delivered\": 3"), ".F");
    EXPECT_EQ(conditions({"a.interrupts.delivered > +0"}, "\"entries\": 3"), "F");
    EXPECT_EQ(conditions({"interrupts.delivered > +0", "kicks > 0"}), "ss..");
}

TEST(FailOn, Refused)
{
    Loaded l(small("modes: {a: {}, b: {}}\n"));
    for (const char *c :
         {"", "exits.total", "exits.totl > 1", "c.exits.total > 1", "exits.total > + ", "exits.total > +1 x", "1 > +0",
          "exits.total > +1ns", "latency.wire_to_iar.p50 > +1ns%", "exits.total + > 1", "exits.total > ++1"})
        EXPECT_NE(scenario_fail_on(l.s, c, l.diags), 0) << c;
    EXPECT_FALSE(scenario_needs_baseline(l.s));
    EXPECT_EQ(scenario_fail_on(l.s, "latency.wire_to_iar.p50 > +1us", l.diags), 0);
    EXPECT_TRUE(scenario_needs_baseline(l.s));
    EXPECT_NE(scenario_fail_on(l.s, std::string(2000, '(').c_str(), l.diags), 0);
    // Expectations of a file know nothing of changes.
    Loaded file(small("expect: {all: [exits.total > +0]}\n"));
    EXPECT_NE(file.err, 0);
}

TEST(Results, Pairs)
{
    const Read a(baseline("\"exits.total\": 5, \"entries\": 1, \"latency.wire_to_iar.p50\": 1.5")),
        b(baseline("\"exits.total\": 3, \"entries\": 1, \"latency.wire_to_iar.p50\": null"));
    const struct results_pair p = {"small", nullptr, "before", "after", a.mode(), b.mode()};
    const std::string json = take(results_pairs_json(&p, 1, false, "0"));
    EXPECT_NE(json.find("\"change\": -2"), std::string::npos) << json;
    EXPECT_NE(json.find("\"change\": null"), std::string::npos) << json;
    EXPECT_EQ(json.find("entries"), std::string::npos) << json;
    EXPECT_NE(take(results_pairs_json(&p, 1, true, "0")).find("entries"), std::string::npos);
}

} // namespace
