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

#include <string.h>

enum result { PASSED, FAILED, SKIPPED, BROKEN, RESULTS };

struct writer {
    FILE *f; /* NULL: only count */
    size_t count[RESULTS];
};

/* Begins a test case. false: it is only counted. */
static bool open_case(struct writer *w, enum result result, const struct scenario *s, const char *scope,
                      const char *name)
{
    w->count[result]++;
    if (!w->f)
        return false;
    fputs("    <testcase", w->f);
    xml_attribute(w->f, "classname", "%s.%s", scenario_name(s), scope);
    xml_attribute(w->f, "name", "%s", name);
    fputs(" time=\"0\"", w->f);
    fputs(result == PASSED ? "/>\n" : ">\n", w->f);
    return result != PASSED;
}

static void open_problem(FILE *f, const char *tag, const char *type, const char *message)
{
    fprintf(f, "      <%s", tag);
    xml_attribute(f, "type", "%s", type);
    xml_attribute(f, "message", "%s", message);
    fputc('>', f);
}

static void close_problem(FILE *f, const char *tag)
{
    fprintf(f, "</%s>\n    </testcase>\n", tag);
}

static void put_outcome(struct writer *w, const struct report *r, const struct scenario_outcome *o)
{
    static const enum result results[] = {
        [SCENARIO_OK] = PASSED, [SCENARIO_FAILED] = FAILED, [SCENARIO_SKIPPED] = SKIPPED};
    const char *scope = outcome_scope(r->s, o);
    char name[1100], message[1400];

    outcome_text(o, name, sizeof name);
    if (!open_case(w, results[o->verdict], r->s, scope, name))
        return;
    if (o->verdict == SCENARIO_SKIPPED) {
        fputs("      <skipped/>\n    </testcase>\n", w->f);
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

static bool is_bad(const struct results_change *c)
{
    return c->verdict == RESULTS_DIFFERS || c->verdict == RESULTS_GONE;
}

static void put_reason(struct writer *w, const struct run_subject *v, size_t i)
{
    char text[YARD_TEXT];

    yard_cause(&v->y->s[i], v->x, i, text, sizeof text);
    xml_text(w->f, text);
    fputs("\nto accept this: ", w->f);
    yard_accept(v->x, i, text, sizeof text);
    xml_text(w->f, text);
}

/* What differs in a group, one line each, and what to do about it. */
static void put_differences(struct writer *w, const struct run_subject *v, size_t i, const struct yard_mode *m,
                            const struct results_change *first)
{
    const struct yard_scenario *s = &v->y->s[i];
    char text[512], message[600];
    size_t n = 0;

    for (size_t k = 0; k < m->n; k++) {
        if (!is_bad(&m->change[k]) || !same_group(first, &m->change[k]))
            continue;
        if (n++ == 0)
            yard_message(s, m, &m->change[k], text, sizeof text);
    }
    if (n > 1)
        snprintf(message, sizeof message, "%s, and %zu more", text, n - 1);
    else
        snprintf(message, sizeof message, "%s", text);
    open_problem(w->f, "failure", "baseline", message);
    for (size_t k = 0; k < m->n; k++) {
        if (!is_bad(&m->change[k]) || !same_group(first, &m->change[k]))
            continue;
        xml_text(w->f, v->x->o->baseline);
        fprintf(w->f, ":%u:%u: ", m->change[k].base->line, m->change[k].base->col);
        yard_message(s, m, &m->change[k], text, sizeof text);
        xml_text(w->f, text);
        fputc('\n', w->f);
    }
    put_reason(w, v, i);
    close_problem(w->f, "failure");
}

static void put_groups(struct writer *w, const struct run_subject *v, size_t i, const struct yard_mode *m)
{
    for (size_t a = 0; a < m->n; a++) {
        bool first = true, bad = false;
        char name[64];
        for (size_t b = 0; b < m->n; b++) {
            bool same = same_group(&m->change[a], &m->change[b]);
            first = first && !(same && b < a);
            bad = bad || (same && is_bad(&m->change[b]));
        }
        if (!first)
            continue;
        snprintf(name, sizeof name, "baseline: %.*s", (int)group(&m->change[a]), metric_name(&m->change[a]));
        bad = bad && !v->x->o->update;
        if (open_case(w, bad ? FAILED : PASSED, v->x->s[i], m->now->name, name))
            put_differences(w, v, i, m, &m->change[a]);
    }
}

static void put_baseline(struct writer *w, const struct run_subject *v, size_t i)
{
    const struct yard_scenario *s = v->y->base ? &v->y->s[i] : NULL;

    for (size_t k = 0; s && k < s->n; k++) {
        const struct yard_mode *m = &s->mode[k];
        char text[512];
        if (m->now) {
            put_groups(w, v, i, m);
        } else if (open_case(w, v->x->o->update ? PASSED : FAILED, v->x->s[i], m->base->name, "baseline: mode")) {
            yard_message(s, m, NULL, text, sizeof text);
            open_problem(w->f, "failure", "baseline", text);
            put_reason(w, v, i);
            close_problem(w->f, "failure");
        }
    }
}

static void put_scenario(struct writer *w, const struct run_subject *v, size_t i)
{
    const struct report *r = &v->x->r[i];
    size_t n;
    const struct scenario_outcome *o = scenario_outcomes(r->s, &n);

    for (size_t m = 0; m < scenario_modes(r->s); m++) {
        if (scenario_status(r->s, m) >= 0)
            continue;
        if (open_case(w, BROKEN, r->s, scenario_mode_name(r->s, m), "run")) {
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
    struct writer sum = {.f = NULL};

    for (size_t i = 0; i < v->x->n; i++)
        put_scenario(&sum, v, i);
    fprintf(f, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    fprintf(f, "<testsuites name=\"trapline\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"0\">\n", all(&sum),
            sum.count[FAILED], sum.count[BROKEN]);
    for (size_t i = 0; i < v->x->n; i++) {
        struct writer w = {.f = NULL};
        put_scenario(&w, v, i);
        fputs("  <testsuite", f);
        xml_attribute(f, "name", "%s", scenario_name(v->x->s[i]));
        fprintf(f, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\">\n", all(&w),
                w.count[FAILED], w.count[BROKEN], w.count[SKIPPED]);
        w.f = f;
        put_scenario(&w, v, i);
        fputs("  </testsuite>\n", f);
    }
    fputs("</testsuites>\n", f);
    return true;
}
