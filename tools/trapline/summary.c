/* SPDX-License-Identifier: Apache-2.0 */
/* summary.c - the end of a report: what was saved, and what was expected. */
#include "report.h"
#include "table.h"

#include <math.h>
#include <string.h>

/* Something that a mode may need less or more of than the first one, per interrupt. */
struct saving {
    const char *one, *many;
    double amount; /* positive: saved */
};

static double per_interrupt(const struct report *r, size_t mode, const char *const *names, size_t n)
{
    double sum = 0.0, v, irqs;

    report_value(r, mode, "interrupts.delivered", &irqs);
    for (size_t i = 0; i < n; i++) {
        report_value(r, mode, names[i], &v);
        sum += v;
    }
    return irqs > 0.0 ? sum / irqs : 0.0;
}

/* "3", "2.50" */
static void put_amount(double v)
{
    if (fabs(v - nearbyint(v)) < 0.005)
        printf("%.0f", v);
    else
        printf("%.2f", v);
}

/* "it saves 1 world switch, 1 host acknowledge and 5 GIC writes per interrupt" for one sign; number printed. */
static int put_savings(const struct saving *s, size_t n, int sign, const char *verb)
{
    int total = 0, done = 0;

    for (size_t i = 0; i < n; i++)
        total += s[i].amount * sign >= 0.005;
    for (size_t i = 0; i < n; i++) {
        double v = s[i].amount * sign;
        if (v < 0.005)
            continue;
        printf("%s", done == 0 ? verb : done == total - 1 ? " and " : ", ");
        put_amount(v);
        printf("%s %s", sign < 0 ? " more" : "", fabs(v - 1.0) < 0.005 ? s[i].one : s[i].many);
        done++;
    }
    if (done)
        printf(" per interrupt");
    return total;
}

static void compare_modes(const struct report *r, size_t base, size_t mode)
{
    static const char *const switches[] = {"world_switches"};
    static const char *const acks[] = {"host.acks"};
    static const char *const writes[] = {"host.eoir_writes", "host.dir_writes", "host.gicd_writes"};
    const char *name = scenario_mode_name(r->s, mode);
    double e0, e1, ws0, ws1;
    bool valid = report_value(r, base, "exits.per_interrupt", &e0);

    valid = report_value(r, mode, "exits.per_interrupt", &e1) && valid;
    report_value(r, base, "world_switches", &ws0);
    report_value(r, mode, "world_switches", &ws1);
    const struct saving s[] = {
        {"world switch", "world switches", per_interrupt(r, base, switches, 1) - per_interrupt(r, mode, switches, 1)},
        {"host acknowledge", "host acknowledges", per_interrupt(r, base, acks, 1) - per_interrupt(r, mode, acks, 1)},
        {"GIC write", "GIC writes", per_interrupt(r, base, writes, 3) - per_interrupt(r, mode, writes, 3)},
    };
    const size_t n = sizeof s / sizeof s[0];

    if (!valid) {
        printf("%s cannot be compared with %s: no interrupt was delivered\n", name, scenario_mode_name(r->s, base));
        return;
    }
    if (fabs(e0 - e1) < 0.005)
        printf("%s%s takes as many exits per interrupt as %s, %.2f", r->c.bold, name, scenario_mode_name(r->s, base),
               e1);
    else
        printf("%s%s takes %.2f exits per interrupt instead of %.2f", r->c.bold, name, e1, e0);
    if (put_savings(s, n, 1, ": it saves "))
        put_savings(s, n, -1, ", but costs ");
    else
        put_savings(s, n, -1, ": it costs ");
    if (ws0 > ws1)
        printf("; %.0f world switches in all", ws0 - ws1);
    printf("%s\n", r->c.off);
}

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
    } else if (r->n == 1)
        printf("%s: no interrupt was delivered\n", scenario_mode_name(r->s, r->mode[0]));
    for (size_t i = 1; i < r->n; i++) {
        put_name(r);
        compare_modes(r, r->mode[0], r->mode[i]);
    }
}

/* Whether outcome i repeats, for another mode, what outcome k says of `all`, with the same verdict. */
static bool same_check(const struct scenario_outcome *a, const struct scenario_outcome *b)
{
    return !strcmp(a->scope, "all") && !strcmp(b->scope, "all") && a->line == b->line && a->col == b->col;
}

/* One line for a check; checks of `all` that hold in every mode take one line together. */
static void check_row(const struct report *r, struct table *t, const struct scenario_outcome *o, bool together)
{
    const char *scope = together ? "all" : o->mode >= 0 ? scenario_mode_name(r->s, (size_t)o->mode) : o->scope;
    bool fine = o->verdict == SCENARIO_OK;
    /* What an equality that holds found is what it says. */
    bool told = fine && (together || (o->mode >= 0 && strstr(o->text, "==")));

    table_cell(t, "%s", fine ? "ok" : "FAILED");
    table_cell(t, ":%u", o->line);
    table_cell(t, "%s: %s", scope, o->text);
    if (told || !*o->got)
        table_cell(t, "%s", "");
    else
        table_cell(t, fine ? "%s" : "got %s", o->got);
    /* The full place only where somebody will want to go there. */
    if (!fine)
        table_cell(t, "%s:%u:%u", scenario_file(r->s), o->line, o->col);
    table_row_end(t);
    if (!fine)
        table_mark(t, r->c.red, r->c.off);
}

void report_checks(const struct report *r, size_t *passed, size_t *failed)
{
    size_t n, ok = 0, bad = 0, skipped = 0;
    const struct scenario_outcome *o = scenario_outcomes(r->s, &n);
    struct table *t = table_new("lrlll");

    for (size_t i = 0; i < n; i++) {
        bool together = o[i].verdict == SCENARIO_OK && !strcmp(o[i].scope, "all");
        bool first = true;
        ok += o[i].verdict == SCENARIO_OK;
        bad += o[i].verdict == SCENARIO_FAILED;
        skipped += o[i].verdict == SCENARIO_SKIPPED;
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
}
