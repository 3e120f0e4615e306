/* SPDX-License-Identifier: Apache-2.0 */
/*
 * junit.c - checks as JUnit XML: a suite for each scenario; a test case for each expectation, each condition of the
 * command line, and each group of metrics that is held against a baseline.
 *
 * Only what every schema of this format allows is written. Times are 0: nothing here depends on the clock, so
 * that equal results are equal byte for byte.
 */
#include "escape.h"
#include "formats.h"

#include <stdlib.h>
#include <string.h>

enum result { PASSED, FAILED, SKIPPED, BROKEN, RESULTS };

struct writer {
    FILE *f; /* NULL: only count */
    size_t count[RESULTS];
};

/* Begins a test case. false: it is only counted. */
static bool open_case(struct writer *w, enum result result, const char *scenario, const char *scope, const char *name)
{
    w->count[result]++;
    if (!w->f)
        return false;
    fputs("    <testcase classname=\"", w->f);
    xml_text(w->f, scenario);
    fputc('.', w->f);
    xml_text(w->f, scope);
    fputc('"', w->f);
    xml_attribute(w->f, "name", name);
    fputs(" time=\"0\"", w->f);
    fputs(result == PASSED ? "/>\n" : ">\n", w->f);
    return result != PASSED;
}

static void open_problem(FILE *f, const char *tag, const char *type, const char *message)
{
    fprintf(f, "      <%s", tag);
    xml_attribute(f, "type", type);
    xml_attribute(f, "message", message);
    fputc('>', f);
}

static void close_problem(FILE *f, const char *tag)
{
    fprintf(f, "</%s>\n    </testcase>\n", tag);
}

static void put_skipped(FILE *f)
{
    fputs("      <skipped/>\n    </testcase>\n", f);
}

static void put_outcome(struct writer *w, const struct report *r, const struct scenario_outcome *o)
{
    static const enum result results[] = {
        [SCENARIO_OK] = PASSED, [SCENARIO_FAILED] = FAILED, [SCENARIO_SKIPPED] = SKIPPED};
    const char *scope = outcome_scope(r->s, o);
    char name[1100], message[1400];

    outcome_text(o, name, sizeof name);
    if (!open_case(w, results[o->verdict], scenario_name(r->s), scope, name))
        return;
    if (o->verdict == SCENARIO_SKIPPED) {
        put_skipped(w->f);
        return;
    }
    snprintf(message, sizeof message, "got %s", *o->got ? o->got : "something else");
    open_problem(w->f, "failure", o->line ? "expectation" : "condition", message);
    if (o->line) {
        xml_text(w->f, scenario_file(r->s));
        fprintf(w->f, ":%u:%u: ", o->line, o->col);
    }
    xml_text(w->f, scope);
    fputs(": ", w->f);
    xml_text(w->f, name);
    fputs(": ", w->f);
    xml_text(w->f, message);
    close_problem(w->f, "failure");
}

/* Length of the first word of a metric's name: its group. */
static size_t group(const struct results_change *c)
{
    return strcspn((c->base ? c->base : c->with)->name, ".");
}

static const char *metric_name(const struct results_change *c)
{
    return (c->base ? c->base : c->with)->name;
}

static bool same_group(const struct results_change *a, const struct results_change *b)
{
    return group(a) == group(b) && !strncmp(metric_name(a), metric_name(b), group(a));
}

static void put_reason(struct writer *w, const struct run_subject *s, size_t i)
{
    char text[YARD_TEXT], *command = accept_command(s->x, i);

    yard_cause(&s->y->v[i], text, sizeof text);
    xml_text(w->f, text);
    fputs("\nto accept this: ", w->f);
    xml_text(w->f, command);
    free(command);
}

/* What differs in a group, one line each, and what to do about it. */
static void put_differences(struct writer *w, const struct run_subject *s, size_t i, const struct baseline_mode *m,
                            const struct results_change *first)
{
    const struct baseline_verdict *v = &s->y->v[i];
    char text[YARD_TEXT], message[YARD_TEXT + 40];
    size_t n = 0;

    for (size_t k = 0; k < m->n; k++) {
        if (!baseline_change_failed(&m->change[k]) || !same_group(first, &m->change[k]))
            continue;
        if (n++ == 0)
            yard_message(v, m, &m->change[k], text, sizeof text);
    }
    if (n > 1)
        snprintf(message, sizeof message, "%s, and %zu more", text, n - 1);
    else
        snprintf(message, sizeof message, "%s", text);
    open_problem(w->f, "failure", "baseline", message);
    for (size_t k = 0; k < m->n; k++) {
        if (!baseline_change_failed(&m->change[k]) || !same_group(first, &m->change[k]))
            continue;
        xml_text(w->f, s->x->o->baseline);
        fprintf(w->f, ":%u:%u: ", m->change[k].base->line, m->change[k].base->col);
        yard_message(v, m, &m->change[k], text, sizeof text);
        xml_text(w->f, text);
        fputc('\n', w->f);
    }
    put_reason(w, s, i);
    close_problem(w->f, "failure");
}

/* A group of metrics passes if something in it was compared and holds, or is being accepted. */
static void put_group(struct writer *w, const struct run_subject *s, size_t i, const struct baseline_mode *m,
                      const struct results_change *first)
{
    bool bad = false, compared = false;
    enum result result;
    char name[64];

    for (size_t k = 0; k < m->n; k++) {
        if (!same_group(first, &m->change[k]))
            continue;
        bad = bad || baseline_change_failed(&m->change[k]);
        compared = compared || m->change[k].verdict != RESULTS_NEW;
    }
    result = s->x->o->update ? PASSED : bad ? FAILED : compared ? PASSED : SKIPPED;
    snprintf(name, sizeof name, "baseline: %.*s", (int)group(first), metric_name(first));
    if (!open_case(w, result, scenario_name(s->x->s[i]), m->now->name, name))
        return;
    if (result == FAILED)
        put_differences(w, s, i, m, first);
    else
        put_skipped(w->f);
}

static void put_groups(struct writer *w, const struct run_subject *s, size_t i, const struct baseline_mode *m)
{
    for (size_t a = 0; a < m->n; a++) {
        size_t b = 0;
        while (b < a && !same_group(&m->change[a], &m->change[b]))
            b++;
        if (b == a)
            put_group(w, s, i, m, &m->change[a]);
    }
}

static void put_baseline(struct writer *w, const struct run_subject *s, size_t i)
{
    const struct baseline_verdict *v = s->y->base ? &s->y->v[i] : NULL;

    for (size_t k = 0; v && k < v->n; k++) {
        const struct baseline_mode *m = &v->mode[k];
        char text[YARD_TEXT];
        if (m->now) {
            put_groups(w, s, i, m);
        } else if (open_case(w, s->x->o->update ? PASSED : FAILED, v->base->name, m->base->name, "baseline: mode")) {
            yard_message(v, m, NULL, text, sizeof text);
            open_problem(w->f, "failure", "baseline", text);
            put_reason(w, s, i);
            close_problem(w->f, "failure");
        }
    }
}

/* A scenario that only the baseline has is a suite with a single case that was skipped. */
static void put_left_out(FILE *f, const struct results_scenario *s)
{
    struct writer w = {.f = f};

    fputs("  <testsuite", f);
    xml_attribute(f, "name", s->name);
    fputs(" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\" time=\"0\">\n", f);
    open_case(&w, SKIPPED, s->name, "baseline", "scenario");
    put_skipped(f);
    fputs("  </testsuite>\n", f);
}

static void put_scenario(struct writer *w, const struct run_subject *v, size_t i)
{
    const struct report *r = &v->x->r[i];
    size_t n;
    const struct scenario_outcome *o = scenario_outcomes(r->s, &n);

    for (size_t m = 0; m < scenario_modes(r->s); m++) {
        if (scenario_status(r->s, m) >= 0)
            continue;
        if (open_case(w, BROKEN, scenario_name(r->s), scenario_mode_name(r->s, m), "run")) {
            open_problem(w->f, "error", trapline_errname(scenario_status(r->s, m)), scenario_error(r->s, m));
            close_problem(w->f, "error");
        }
    }
    for (size_t k = 0; k < n; k++)
        put_outcome(w, r, &o[k]);
    put_baseline(w, v, i);
}

static size_t all(const struct writer *w)
{
    size_t n = 0;
    for (int i = 0; i < RESULTS; i++)
        n += w->count[i];
    return n;
}

bool junit_write(FILE *f, const void *subject)
{
    const struct run_subject *v = subject;
    const struct results *base = v->y->base;
    struct writer sum = {.f = NULL};

    for (size_t i = 0; i < v->x->n; i++)
        put_scenario(&sum, v, i);
    for (size_t i = 0; base && i < base->n; i++)
        sum.count[SKIPPED] += baseline_left_out(&base->scenario[i], v->x->s, v->x->n);
    fprintf(f, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    fprintf(f, "<testsuites name=\"trapline\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"0\">\n", all(&sum),
            sum.count[FAILED], sum.count[BROKEN]);
    for (size_t i = 0; i < v->x->n; i++) {
        struct writer w = {.f = NULL};
        put_scenario(&w, v, i);
        fputs("  <testsuite", f);
        xml_attribute(f, "name", scenario_name(v->x->s[i]));
        fprintf(f, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\">\n", all(&w),
                w.count[FAILED], w.count[BROKEN], w.count[SKIPPED]);
        w.f = f;
        put_scenario(&w, v, i);
        fputs("  </testsuite>\n", f);
    }
    for (size_t i = 0; base && i < base->n; i++)
        if (baseline_left_out(&base->scenario[i], v->x->s, v->x->n))
            put_left_out(f, &base->scenario[i]);
    fputs("</testsuites>\n", f);
    return true;
}
