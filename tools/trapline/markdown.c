/* SPDX-License-Identifier: Apache-2.0 */
/* markdown.c - a report for a pull request or the summary of a CI job. */
#include "conclusion.h"
#include "formats.h"
#include "values.h"

#include <stdlib.h>
#include <string.h>

/* What would end the cell or start an element. */
void markdown_cell(FILE *f, const char *s)
{
    for (; *s; s++) {
        if (strchr("|\\`*<>[]", *s))
            fputc('\\', f);
        fputc(*s == '\n' ? ' ' : *s, f);
    }
}

/* A metric that is 0 in every mode says nothing. */
static bool is_told(const struct results_scenario *s, const char *name)
{
    for (size_t k = 0; k < s->n; k++) {
        const struct results_metric *m = results_metric_find(&s->mode[k], name);
        if (m && m->valid && results_value(m) != 0.0) /* NOLINT: just 0 */
            return true;
    }
    return false;
}

static void put_metrics(FILE *f, const struct results_scenario *s, bool all)
{
    bool change = s->n == 2;

    fputs("| metric |", f);
    for (size_t k = 0; k < s->n; k++) {
        fputc(' ', f);
        markdown_cell(f, s->mode[k].name);
        fputs(" |", f);
    }
    fputs(change ? " change | % |\n|:---|" : "\n|:---|", f);
    for (size_t k = 0; k < s->n + 2 * change; k++)
        fputs("---:|", f);
    fputc('\n', f);
    for (size_t i = 0; s->n && i < s->mode[0].n; i++) {
        const struct results_metric *first = &s->mode[0].metric[i];
        struct value_texts t;
        if (!all && !is_told(s, first->name))
            continue;
        fputs("| ", f);
        markdown_cell(f, first->name);
        value_texts(first, results_metric_find(&s->mode[change], first->name), &t);
        fprintf(f, " | %s |", t.base);
        for (size_t k = 1; k < s->n; k++) {
            struct value_texts other;
            value_texts(first, results_metric_find(&s->mode[k], first->name), &other);
            fprintf(f, " %s |", other.with);
        }
        fprintf(f, change ? " %s | %s |\n" : "\n", t.change, t.percent);
    }
}

static void put_checks(FILE *f, const struct report *r)
{
    size_t n, count[3] = {0};
    const struct scenario_outcome *o = scenario_outcomes(r->s, &n);

    for (size_t i = 0; i < n; i++)
        count[o[i].verdict]++;
    if (!n)
        return;
    fprintf(f, "\nChecks: %zu passed", count[SCENARIO_OK]);
    if (count[SCENARIO_FAILED])
        fprintf(f, ", **%zu failed**", count[SCENARIO_FAILED]);
    if (count[SCENARIO_SKIPPED])
        fprintf(f, ", %zu skipped", count[SCENARIO_SKIPPED]);
    fputs("\n", f);
    for (size_t i = 0; i < n; i++) {
        char text[1100];
        if (o[i].verdict != SCENARIO_FAILED)
            continue;
        outcome_text(&o[i], text, sizeof text);
        fputs(count[SCENARIO_FAILED] ? "\n- " : "- ", f);
        count[SCENARIO_FAILED] = 0; /* a blank line in front of the first one only */
        markdown_cell(f, outcome_scope(r->s, &o[i]));
        fputs(": ", f);
        markdown_cell(f, text);
        fputs(": got ", f);
        markdown_cell(f, o[i].got);
        if (o[i].line)
            fprintf(f, " (%s:%u:%u)", scenario_file(r->s), o[i].line, o[i].col);
        fputc('\n', f);
    }
}

/* Modes whose runs did not come to their ends have no numbers, and must not be missed. */
static void put_broken(FILE *f, const struct report *r)
{
    for (size_t m = 0; m < scenario_modes(r->s); m++) {
        int status = scenario_status(r->s, m);
        if (status >= 0)
            continue;
        fputs("**Mode ", f);
        markdown_cell(f, scenario_mode_name(r->s, m));
        fprintf(f, " failed**: %s: ", session_failure(status));
        markdown_cell(f, scenario_error(r->s, m));
        fputs("\n\n", f);
    }
}

static void put_change(FILE *f, const struct baseline_mode *m, const struct results_change *c)
{
    struct value_texts t;

    value_texts(c->base, c->with, &t);
    fputs("| ", f);
    markdown_cell(f, m->now->name);
    fputs(" | ", f);
    markdown_cell(f, c->base->name);
    fprintf(f, " | %s | %s | %s | %s | %s |\n", t.base, t.with, t.change, t.percent, c->limit);
}

static void put_changes(FILE *f, const struct baseline_verdict *v)
{
    fputs("| mode | metric | baseline | now | change | % | limit |\n|:---|:---|---:|---:|---:|---:|:---|\n", f);
    for (size_t k = 0; k < v->n; k++) {
        const struct baseline_mode *m = &v->mode[k];
        if (!m->now) {
            fputs("| ", f);
            markdown_cell(f, m->base->name);
            fputs(" | (mode) |  | gone |  |  | exact |\n", f);
            continue;
        }
        for (size_t c = 0; c < m->n; c++)
            if (baseline_change_failed(&m->change[c]))
                put_change(f, m, &m->change[c]);
    }
}

/* "68 of 69 metrics hold, 2 of them within a tolerance; 3 are not in it" */
static void put_counts(FILE *f, const struct baseline_verdict *v)
{
    if (baseline_failed(v))
        fprintf(f, ": **%zu of %zu metrics differ**", v->differ, v->compared);
    else if (v->compared || !v->broken)
        fprintf(f, ": %zu metrics hold", v->compared);
    else
        fputs(": nothing could be compared", f);
    if (v->within)
        fprintf(f, ", %zu of them within a tolerance", v->within);
    if (v->fresh)
        fprintf(f, ", %zu %s not in it", v->fresh, v->fresh == 1 ? "is" : "are");
}

static void put_baseline(FILE *f, const struct run_subject *s, size_t i)
{
    const struct baseline_verdict *v = s->y->base ? &s->y->v[i] : NULL;
    char text[YARD_TEXT], *command;

    if (!v)
        return;
    fputs("\nBaseline ", f);
    markdown_cell(f, s->x->o->baseline);
    if (!v->base) {
        fputs(": this scenario is new\n", f);
        return;
    }
    put_counts(f, v);
    yard_cause(v, text, sizeof text);
    if (!baseline_failed(v)) {
        if (yard_model_changed(v))
            fprintf(f, "; %s.", text);
        fputc('\n', f);
        return;
    }
    fprintf(f, "; %s.\n\n", text);
    put_changes(f, v);
    if (s->x->o->update)
        return;
    command = accept_command(s->x, i);
    fprintf(f, "\nTo accept this:\n\n```\n%s\n```\n", command);
    free(command);
}

static void put_left_out(FILE *f, const struct run_subject *s)
{
    for (size_t i = 0; s->y->base && i < s->y->base->n; i++) {
        const struct results_scenario *base = &s->y->base->scenario[i];
        if (!baseline_left_out(base, s->x->s, s->x->n))
            continue;
        fputs("\nScenario ", f);
        markdown_cell(f, base->name);
        fputs(" of the baseline was not run.\n", f);
    }
}

bool markdown_write(FILE *f, const void *subject)
{
    static const struct colors plain = {"", "", "", "", ""};
    const struct run_subject *v = subject;

    for (size_t i = 0; i < v->x->n; i++) {
        const struct report *r = &v->x->r[i];
        const struct results_scenario *s = r->res->scenario;
        fprintf(f, "%s## ", i ? "\n" : "");
        markdown_cell(f, s->name);
        fputs("\n\n", f);
        if (*scenario_doc(r->s)) {
            markdown_cell(f, scenario_doc(r->s));
            fputs("\n\n", f);
        }
        put_broken(f, r);
        if (s->n)
            put_metrics(f, s, v->x->o->verbose);
        put_checks(f, r);
        put_baseline(f, v, i);
        for (size_t k = 1; k < s->n; k++) {
            fputc('\n', f);
            conclusion_put(f, &plain, s->mode[0].name, &s->mode[0], s->mode[k].name, &s->mode[k]);
        }
    }
    put_left_out(f, v);
    return true;
}
