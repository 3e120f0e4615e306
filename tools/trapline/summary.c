/* SPDX-License-Identifier: Apache-2.0 */
/* summary.c - the end of a report: what was saved, and what was expected. */
#include "conclusion.h"
#include "formats.h"
#include "table.h"

#include <string.h>

/* Without the tables above it, a sentence must say which scenario it is about. */
static void put_name(const struct report *r)
{
    if (r->o->quiet && r->o->args.n > 1)
        printf("%s: ", scenario_name(r->s));
}

void report_conclusion(const struct report *r)
{
    double e, irqs, exits;

    if (r->n == 1)
        put_name(r);
    if (r->n == 1 && report_value(r, r->mode[0], "exits.per_interrupt", &e)) {
        report_value(r, r->mode[0], "interrupts.delivered", &irqs);
        report_value(r, r->mode[0], "exits.total", &exits);
        printf("%s%s takes %.2f exits per interrupt: %.0f in %.0f interrupts%s\n", r->c.bold,
               scenario_mode_name(r->s, r->mode[0]), e, exits, irqs, r->c.off);
    } else if (r->n == 1 && report_value(r, r->mode[0], "ops.time.p50", &e)) {
        double ops = 1.0;
        report_value(r, r->mode[0], "ops.count", &ops);
        report_value(r, r->mode[0], "exits.total", &exits);
        printf("%s%s: an operation of the guest takes %.3f us and %.2f exits%s\n", r->c.bold,
               scenario_mode_name(r->s, r->mode[0]), e / 1e3, exits / ops, r->c.off);
    } else if (r->n == 1)
        printf("%s: no interrupt was delivered\n", scenario_mode_name(r->s, r->mode[0]));
    for (size_t i = 1; i < r->n; i++) {
        const char *base = scenario_mode_name(r->s, r->mode[0]), *name = scenario_mode_name(r->s, r->mode[i]);
        put_name(r);
        conclusion_put(stdout, &r->c, base, results_mode_find(r->res->scenario, base), name,
                       results_mode_find(r->res->scenario, name));
    }
}

/* Whether outcome i repeats, for another mode, what outcome k says of `all`, with the same verdict. */
static bool same_check(const struct scenario_outcome *a, const struct scenario_outcome *b)
{
    return !strcmp(a->scope, "all") && !strcmp(b->scope, "all") && a->line == b->line && a->col == b->col;
}

const char *outcome_scope(const struct scenario *s, const struct scenario_outcome *o)
{
    return o->mode >= 0 ? scenario_mode_name(s, (size_t)o->mode) : o->scope;
}

void outcome_text(const struct scenario_outcome *o, char *buf, size_t n)
{
    snprintf(buf, n, "%s%s", o->line || o->mode < 0 ? "" : "--fail-on ", o->text);
}

/* One line for a check; checks of `all` that hold in every mode take one line together. */
static void check_row(const struct report *r, struct table *t, const struct scenario_outcome *o, bool together)
{
    const char *scope = together ? "all" : outcome_scope(r->s, o);
    bool fine = o->verdict == SCENARIO_OK;
    char text[1100];
    /* What an equality that holds found is what it says. */
    bool told = fine && (together || (o->mode >= 0 && o->line && strstr(o->text, "==")));

    outcome_text(o, text, sizeof text);
    table_cell(t, "%s", fine ? "ok" : "FAILED");
    if (o->line)
        table_cell(t, ":%u", o->line);
    else
        table_cell(t, "%s", "");
    table_cell(t, "%s: %s", scope, text);
    if (told || !*o->got)
        table_cell(t, "%s", "");
    else
        table_cell(t, fine ? "%s" : "got %s", o->got);
    /* The full place only where somebody will want to go there. */
    if (!fine && o->line)
        table_cell(t, "%s:%u:%u", scenario_file(r->s), o->line, o->col);
    table_row_end(t);
    if (!fine)
        table_mark(t, r->c.red, r->c.off);
}

void report_checks(const struct report *r, size_t *passed, size_t *failed)
{
    bool github = github_wanted(r->o);
    size_t n, ok = 0, bad = 0, skipped = 0;
    const struct scenario_outcome *o = scenario_outcomes(r->s, &n);
    struct table *t = table_new("lrlll");

    for (size_t i = 0; i < n; i++) {
        bool together = o[i].verdict == SCENARIO_OK && !strcmp(o[i].scope, "all");
        bool first = true;
        ok += o[i].verdict == SCENARIO_OK;
        bad += o[i].verdict == SCENARIO_FAILED;
        /* Conditions about a change have nothing to say when the change is being accepted. */
        skipped += o[i].verdict == SCENARIO_SKIPPED && (o[i].line || !r->o->update);
        if (github && o[i].verdict == SCENARIO_FAILED)
            continue; /* an annotation takes its place */
        if (o[i].verdict == SCENARIO_SKIPPED || (o[i].verdict == SCENARIO_OK && !r->o->verbose))
            continue;
        for (size_t k = 0; k < n && together; k++) {
            if (!same_check(&o[i], &o[k]))
                continue;
            first = first && k >= i;
            together = o[k].verdict != SCENARIO_FAILED;
        }
        if (!together || first)
            check_row(r, t, &o[i], together);
    }
    *passed += ok;
    *failed += bad;
    if (n && !r->o->quiet) {
        printf("\n%schecks%s   %zu passed", r->c.bold, r->c.off, ok);
        if (bad)
            printf(", %s%zu FAILED%s", r->c.red, bad, r->c.off);
        if (skipped)
            printf(", %zu skipped (their modes were not run)", skipped);
        printf("%s\n", ok && !r->o->verbose ? "   (-v lists them)" : "");
    }
    table_print(t, 2);
    table_free(t);
    for (size_t i = 0; i < n && github; i++)
        if (o[i].verdict == SCENARIO_FAILED)
            github_check(r, &o[i]);
}
