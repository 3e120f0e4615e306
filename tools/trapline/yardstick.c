/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "yardstick.h"

#include "formats.h"
#include "table.h"
#include "values.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <trapline/version.h>

/* Metrics that are new are named up to this many. */
#define NAMED_NEW 3u

/* ---- before the run ------------------------------------------------------------------------------ */

/* A CI system says so in this variable; GitHub and GitLab set it to "true". */
static bool in_ci(void)
{
    const char *ci = getenv("CI");
    return ci && *ci && strcmp(ci, "0") && strcmp(ci, "false");
}

int yard_usage(const struct command *cmd, const struct options *o)
{
    if (o->update && !o->baseline)
        return usage_error(cmd, "'--update' needs the baseline that it writes: --baseline FILE");
    if (o->tolerances.n && !o->baseline)
        return usage_error(cmd, "'--tolerance' needs the baseline that it is about: --baseline FILE");
    if (o->baseline && !strcmp(o->baseline, "-"))
        return usage_error(cmd, "a baseline is a file; it cannot be '-'");
    if (o->update && o->modes.n)
        return usage_error(cmd, "'--update' needs the results of every mode; leave out '--mode'");
    if (o->update && in_ci()) {
        fprintf(
            stderr,
            "trapline %s: '--update' is refused because CI=%s: a CI job must not accept what it is there to notice\n"
            "      = help: run it on your own machine and commit '%s'\n",
            cmd->name, getenv("CI"), o->baseline);
        return EXIT_USAGE;
    }
    return EXIT_HOLDS;
}

static bool is_missing(const char *path)
{
    struct stat st;
    return stat(path, &st) && errno == ENOENT;
}

/* A message about the baseline as a whole, with the command that helps. */
static int complain(const struct session *x, size_t i, const char *fmt, ...)
{
    char command[YARD_TEXT];
    va_list ap;

    yard_accept(x, i, command, sizeof command);
    fprintf(stderr, "trapline %s: ", x->command);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\n      = help: to add it: %s\n", command);
    return EXIT_USAGE;
}

int yard_read(struct yardstick *y, struct session *x)
{
    const struct options *o = x->o;
    int err;

    *y = (struct yardstick){.n = x->n};
    if (!o->baseline)
        return EXIT_HOLDS;
    y->s = calloc(x->n + 1, sizeof *y->s);
    if (!o->update && is_missing(o->baseline))
        return complain(x, YARD_ALL, "there is no baseline '%s'", o->baseline);
    err = o->update && is_missing(o->baseline) ? baseline_new(&y->base) : results_read(o->baseline, x->diags, &y->base);
    if (err == -ENOMEM || !y->s) {
        fputs("trapline: not enough memory\n", stderr);
        return EXIT_USAGE;
    }
    if (y->base && y->base->kind != RESULTS_BASELINE) {
        fprintf(stderr,
                "trapline %s: '%s' holds results of a run and is no baseline\n"
                "      = help: baselines are made with --baseline FILE --update; 'trapline compare' compares results\n",
                x->command, o->baseline);
        return EXIT_USAGE;
    }
    for (size_t i = 0; y->base && i < o->tolerances.n; i++)
        baseline_tolerate(y->base, o->tolerances.v[i], x->s, x->n, x->diags);
    return session_errors(x);
}

static bool is_wanted(const struct options *o, const char *mode)
{
    for (size_t i = 0; i < o->modes.n; i++)
        if (!strcmp(o->modes.v[i], mode))
            return true;
    return !o->modes.n;
}

int yard_covers(const struct yardstick *y, const struct session *x)
{
    int code = EXIT_HOLDS;

    for (size_t i = 0; y->base && i < x->n; i++) {
        const char *name = scenario_name(x->s[i]);
        const struct results_scenario *base = results_scenario_find(y->base, name);
        for (size_t k = 0; k < i; k++) {
            if (strcmp(scenario_name(x->s[k]), name))
                continue;
            fprintf(stderr, "trapline %s: %s and %s are both called '%s', so a baseline cannot tell them apart\n",
                    x->command, scenario_file(x->s[k]), scenario_file(x->s[i]), name);
            return EXIT_USAGE;
        }
        if (x->o->update)
            continue;
        if (!base)
            code = complain(x, i, "scenario '%s' is not in baseline '%s'", name, x->o->baseline);
        for (size_t m = 0; base && m < scenario_modes(x->s[i]); m++) {
            const char *mode = scenario_mode_name(x->s[i], m);
            if (is_wanted(x->o, mode) && !results_mode_find(base, mode))
                code = complain(x, i, "mode '%s' of scenario '%s' is not in baseline '%s'", mode, name, x->o->baseline);
        }
    }
    return code;
}

int yard_open(struct yardstick *y, const struct options *o)
{
    int err = y->base && o->update ? trace_out_open(&y->out, o->baseline) : 0;

    if (err)
        return output_failed(o->baseline, err);
    y->open = y->base && o->update;
    return EXIT_HOLDS;
}

/* ---- after the run ------------------------------------------------------------------------------- */

static void measure_mode(struct yard_scenario *s, const struct results *limits, const struct results_mode *base,
                         const struct results_mode *now)
{
    struct yard_mode *m = &s->mode[s->n++];

    *m = (struct yard_mode){.base = base, .now = now};
    if (!now) {
        s->gone++;
        return;
    }
    m->change = results_diff(limits, base, now, &m->n);
    for (size_t i = 0; m->change && i < m->n; i++) {
        enum results_verdict v = m->change[i].verdict;
        s->compared += v != RESULTS_NEW;
        s->fresh += v == RESULTS_NEW;
        s->within += v == RESULTS_WITHIN;
        s->differ += v == RESULTS_DIFFERS || v == RESULTS_GONE;
    }
}

void yard_measure(struct yardstick *y, const struct session *x, size_t i)
{
    const struct results_scenario *now = x->r[i].res->scenario;
    struct yard_scenario *s;

    if (!y->base)
        return;
    s = &y->s[i];
    s->base = results_scenario_find(y->base, now->name);
    if (!s->base)
        return;
    s->mode = calloc(s->base->n + now->n + 1, sizeof *s->mode);
    for (size_t k = 0; s->mode && k < now->n; k++) {
        const struct results_mode *base = results_mode_find(s->base, now->mode[k].name);
        if (base)
            measure_mode(s, y->base, base, &now->mode[k]);
    }
    for (size_t k = 0; s->mode && k < s->base->n; k++)
        if (scenario_mode_find(x->s[i], s->base->mode[k].name) < 0)
            measure_mode(s, y->base, &s->base->mode[k], NULL);
}

bool yard_failed(const struct yard_scenario *s)
{
    return s->differ || s->gone;
}

void yard_message(const struct yard_scenario *s, const struct yard_mode *m, const struct results_change *c, char *buf,
                  size_t n)
{
    char change[4 * VALUE_TEXT];

    if (!m->now) {
        snprintf(buf, n, "%s: mode %s is in the baseline and no longer in the scenario", s->base->name, m->base->name);
        return;
    }
    value_sentence(c->base, c->with, change, sizeof change);
    snprintf(buf, n, "%s, mode %s: %s %s, limit: %s", s->base->name, m->now->name, (c->base ? c->base : c->with)->name,
             change, c->limit);
}

void yard_cause(const struct yard_scenario *s, const struct session *x, size_t i, char *buf, size_t n)
{
    const struct results_scenario *now = x->r[i].res->scenario;

    switch (baseline_cause(s->base, now)) {
    case BASELINE_FILE:
        snprintf(buf, n, "the scenario file is another one than the baseline was made with");
        return;
    case BASELINE_CONFIG:
        snprintf(buf, n, "the scenario file is that of the baseline, but options, prices or defaults are not");
        return;
    case BASELINE_MODEL:
        snprintf(buf, n, "the scenario is that of the baseline; the model's version was %" PRIu64 " and is %" PRIu64,
                 s->base->model_version, now->model_version);
        return;
    case BASELINE_PROGRAM:
        break;
    }
    if (s->base->tool_version && strcmp(s->base->tool_version, TRAPLINE_VERSION))
        snprintf(buf, n,
                 "scenario and model version are those of the baseline: trapline %s behaves differently from %s",
                 TRAPLINE_VERSION, s->base->tool_version);
    else
        snprintf(buf, n, "scenario and model version are those of the baseline: the program behaves differently");
}

/* A word as a shell takes it. */
static void put_word(char *buf, size_t n, const char *word)
{
    bool plain =
        *word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@%")];
    size_t at = strlen(buf);

    at += (size_t)snprintf(buf + at, n - at, plain ? " " : " '");
    for (; *word && at + 8 < n; word++) {
        if (*word == '\'' && !plain)
            at += (size_t)snprintf(buf + at, n - at, "'\\''");
        else {
            buf[at++] = *word;
            buf[at] = '\0';
        }
    }
    if (!plain && at + 2 < n)
        snprintf(buf + at, n - at, "'");
}

static void put_option(char *buf, size_t n, const char *name, const char *value)
{
    if (!value)
        return;
    put_word(buf, n, name);
    put_word(buf, n, value);
}

void yard_accept(const struct session *x, size_t i, char *buf, size_t n)
{
    const struct options *o = x->o;

    snprintf(buf, n, "trapline run");
    for (size_t k = 0; k < x->n; k++)
        if (i == k || i == YARD_ALL)
            put_word(buf, n, strcmp(scenario_file(x->s[k]), "<stdin>") ? scenario_file(x->s[k]) : "-");
    for (size_t k = 0; k < o->profile_dirs.n; k++)
        put_option(buf, n, "--profile-dir", o->profile_dirs.v[k]);
    for (size_t k = 0; k < o->sets.n; k++)
        put_option(buf, n, "--set", o->sets.v[k]);
    put_option(buf, n, "--seed", o->seed);
    put_option(buf, n, "--until", o->until);
    if (o->allow_unpriced)
        put_word(buf, n, "--allow-unpriced");
    put_option(buf, n, "--baseline", o->baseline);
    put_word(buf, n, "--update");
}

/* ---- showing ------------------------------------------------------------------------------------- */

static void row(const struct session *x, struct table *t, const struct yard_mode *m, const struct results_change *c)
{
    const struct colors *color = &x->r[0].c;
    bool bad = c->verdict == RESULTS_DIFFERS || c->verdict == RESULTS_GONE;
    struct value_texts v;

    value_texts(c->base, c->with, &v);
    table_cell(t, "%s", !bad ? "ok" : x->o->update ? "accepted" : "FAILED");
    table_cell(t, "%s: %s", m->now->name, c->base->name);
    table_cell(t, "%s -> %s", v.base, v.with);
    table_cell(t, "%s%s%s", v.change, *v.percent ? ", " : "", v.percent);
    table_cell(t, "limit: %s", c->limit);
    table_cell(t, "%s:%u:%u", x->o->baseline, c->base->line, c->base->col);
    if (bad && !x->o->update)
        table_mark(t, color->red, color->off);
}

static void show_rows(const struct yard_scenario *s, const struct session *x)
{
    struct table *t = table_new("llllll");

    for (size_t k = 0; k < s->n; k++) {
        const struct yard_mode *m = &s->mode[k];
        if (!m->now) {
            table_cell(t, "%s", x->o->update ? "accepted" : "FAILED");
            table_cell(t, "%s: the scenario has no such mode any more", m->base->name);
            for (int c = 0; c < 3; c++)
                table_cell(t, "%s", "");
            table_cell(t, "%s:%u:%u", x->o->baseline, m->base->line, m->base->col);
        }
        for (size_t i = 0; i < m->n; i++) {
            enum results_verdict v = m->change[i].verdict;
            if (v == RESULTS_DIFFERS || v == RESULTS_GONE || (v == RESULTS_WITHIN && x->o->verbose))
                row(x, t, m, &m->change[i]);
        }
    }
    table_print(t, 2);
    table_free(t);
}

static bool is_first(const struct yard_scenario *s, size_t mode, const char *name)
{
    for (size_t k = 0; k < mode; k++)
        for (size_t i = 0; i < s->mode[k].n; i++)
            if (s->mode[k].change[i].verdict == RESULTS_NEW && !strcmp(s->mode[k].change[i].with->name, name))
                return false;
    return true;
}

/* "note: 2 metrics are not in the baseline (a, b); --update adds them" */
static void show_new(const struct yard_scenario *s, const struct options *o)
{
    size_t n = 0;

    for (int print = 0; print < 2; print++) {
        size_t total = n;
        if (print)
            printf("  note: %zu metric%s not in the baseline (", total, total == 1 ? " is" : "s are");
        n = 0;
        for (size_t k = 0; k < s->n; k++) {
            for (size_t i = 0; i < s->mode[k].n; i++) {
                const struct results_change *c = &s->mode[k].change[i];
                if (c->verdict != RESULTS_NEW || !is_first(s, k, c->with->name))
                    continue;
                if (print && n < NAMED_NEW)
                    printf("%s%s", n ? ", " : "", c->with->name);
                n++;
            }
        }
        if (print)
            printf("%s)%s\n", total > NAMED_NEW ? ", ..." : "", o->update ? "; added" : "; --update adds them");
    }
}

/* "small: 3 of 140 metrics differ, 1 mode is gone" */
static void show_count(const struct yard_scenario *s, const char *on, const char *off)
{
    printf("%s%s: ", on, s->base->name);
    if (s->differ)
        printf("%zu of %zu metrics differ%s", s->differ, s->compared, s->differ == 1 ? "s" : "");
    if (s->gone)
        printf("%s%zu mode%s gone", s->differ ? ", " : "", s->gone, s->gone == 1 ? " is" : "s are");
    printf("%s\n", off);
}

void yard_show(const struct yardstick *y, const struct session *x, size_t i)
{
    const struct yard_scenario *s = y->base ? &y->s[i] : NULL;
    const struct options *o = x->o;
    const struct colors *c = &x->r[i].c;
    char text[YARD_TEXT];

    if (!s || (o->quiet && !yard_failed(s) && !s->fresh))
        return;
    printf("%s%sbaseline%s   %s: ", o->quiet ? "" : "\n", c->bold, c->off, o->baseline);
    if (!s->base) {
        printf("scenario %s is new\n", scenario_name(x->s[i]));
        return;
    }
    if (yard_failed(s))
        show_count(s, o->update ? "" : c->red, o->update ? "" : c->off);
    else
        printf("%zu metrics hold\n", s->compared);
    if (s->within)
        printf("  %zu within %s%s\n", s->within, s->within == 1 ? "its limit" : "their limits",
               o->verbose ? "" : "   (-v lists them)");
    if (o->format && !strcmp(o->format, "github") && !o->update)
        github_baseline(x, y, i);
    else
        show_rows(s, x);
    if (s->fresh)
        show_new(s, o);
    yard_cause(s, x, i, text, sizeof text);
    if (yard_failed(s))
        printf("  %s\n", text);
    else if (baseline_cause(s->base, x->r[i].res->scenario) != BASELINE_PROGRAM)
        printf("  note: %s\n", text);
    if (yard_failed(s) && !o->update) {
        yard_accept(x, i, text, sizeof text);
        printf("  to accept this: %s\n", text);
    }
}

void yard_show_rest(const struct yardstick *y, const struct session *x)
{
    for (size_t i = 0; y->base && i < y->base->n; i++) {
        const char *name = y->base->scenario[i].name;
        size_t k = 0;
        while (k < x->n && strcmp(scenario_name(x->s[k]), name))
            k++;
        if (k == x->n)
            printf("note: scenario %s of baseline %s was not run\n", name, x->o->baseline);
    }
}

/* ---- writing ------------------------------------------------------------------------------------- */

int yard_write(struct yardstick *y, struct session *x, bool silent)
{
    const char *path = x->o->baseline;
    struct results *run = NULL;
    char *text = NULL;
    int err;

    if (!y->open)
        return EXIT_HOLDS;
    y->open = false;
    if (x->code != EXIT_HOLDS) {
        trace_out_abort(&y->out);
        fprintf(stderr, "trapline %s: baseline '%s' was not written: it must not hold what failed\n", x->command, path);
        return EXIT_HOLDS; /* what failed has its code already */
    }
    err = results_of(x->s, x->n, &run);
    if (!err)
        text = baseline_json(y->base, run, TRAPLINE_VERSION);
    results_free(run);
    if (!text) {
        trace_out_abort(&y->out);
        fputs("trapline: not enough memory for the baseline\n", stderr);
        return EXIT_OUTPUT;
    }
    fputs(text, y->out.f);
    free(text);
    err = trace_out_commit(&y->out);
    if (err)
        return output_failed(path, err);
    if (!silent)
        printf("%sbaseline %s: written\n", x->o->quiet ? "" : "\n", path);
    return EXIT_HOLDS;
}

void yard_free(struct yardstick *y)
{
    if (y->open)
        trace_out_abort(&y->out);
    for (size_t i = 0; y->s && i < y->n; i++) {
        for (size_t k = 0; k < y->s[i].n; k++)
            free(y->s[i].mode[k].change);
        free(y->s[i].mode);
    }
    free(y->s);
    results_free(y->base);
}
