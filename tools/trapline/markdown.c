/* SPDX-License-Identifier: Apache-2.0 */
/* markdown.c - a report for a pull request or the summary of a CI job. */
#include "conclusion.h"
#include "formats.h"
#include "values.h"

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

static void put_baseline(FILE *f, const struct run_subject *v, size_t i)
{
    const struct yard_scenario *s = v->y->base ? &v->y->s[i] : NULL;
    char text[YARD_TEXT];

    if (!s || !s->base)
        return;
    fputs("\nBaseline ", f);
    markdown_cell(f, v->x->o->baseline);
    if (!yard_failed(s)) {
        fprintf(f, ": %zu metrics hold", s->compared);
        fprintf(f, s->within ? ", %zu of them within a tolerance\n" : "\n", s->within);
        return;
    }
    yard_cause(s, v->x, i, text, sizeof text);
    fprintf(f, ": **%zu of %zu metrics differ**; %s.\n\n", s->differ, s->compared, text);
    fputs("| mode | metric | baseline | now | change | % | limit |\n|:---|:---|---:|---:|---:|---:|:---|\n", f);
    for (size_t k = 0; k < s->n; k++) {
        const struct yard_mode *m = &s->mode[k];
        if (!m->now) {
            fputs("| ", f);
            markdown_cell(f, m->base->name);
            fputs(" | (mode) |  | gone |  |  | exact |\n", f);
            continue;
        }
        for (size_t c = 0; c < m->n; c++) {
            struct value_texts t;
            if (m->change[c].verdict != RESULTS_DIFFERS && m->change[c].verdict != RESULTS_GONE)
                continue;
            value_texts(m->change[c].base, m->change[c].with, &t);
            fputs("| ", f);
            markdown_cell(f, m->now->name);
            fputs(" | ", f);
            markdown_cell(f, m->change[c].base->name);
            fprintf(f, " | %s | %s | %s | %s | %s |\n", t.base, t.with, t.change, t.percent, m->change[c].limit);
        }
    }
    yard_accept(v->x, i, text, sizeof text);
    if (!v->x->o->update)
        fprintf(f, "\nTo accept this:\n\n```\n%s\n```\n", text);
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
        if (s->n)
            put_metrics(f, s, v->x->o->verbose);
        put_checks(f, r);
        put_baseline(f, v, i);
        for (size_t k = 1; k < s->n; k++) {
            fputc('\n', f);
            conclusion_put(f, &plain, s->mode[0].name, &s->mode[0], s->mode[k].name, &s->mode[k]);
        }
    }
    return true;
}
