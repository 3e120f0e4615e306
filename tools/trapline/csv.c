/* SPDX-License-Identifier: Apache-2.0 */
/* csv.c - every metric of every mode, one line each, numbers exact. */
#include "formats.h"
#include "values.h"

#include <string.h>

/* As RFC 4180 says: quotes where a character would be taken for something else. */
static void csv_field(FILE *f, const char *s, bool last)
{
    bool quote = strpbrk(s, ",\"\r\n") != NULL;

    if (quote)
        fputc('"', f);
    for (; *s; s++) {
        if (*s == '"')
            fputc('"', f);
        fputc(*s, f);
    }
    fputs(quote ? "\"" : "", f);
    fputc(last ? '\n' : ',', f);
}

void csv_fields(FILE *f, const char *const *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        csv_field(f, s[i], i + 1 == n);
}

/* What there is to say about a metric, or, without one, about a mode. Empty: nothing. */
struct line {
    const char *scenario, *mode;
    const struct results_metric *now, *base; /* NULL: there is none */
    const char *limit, *verdict, *reason;
};

static void put_line(FILE *f, const struct line *l)
{
    const struct results_metric *any = l->now ? l->now : l->base;
    char now[64], base[64];

    value_exact(l->now, now, sizeof now);
    value_exact(l->base, base, sizeof base);
    const char *const fields[] = {l->scenario,
                                  l->mode,
                                  any ? any->name : "",
                                  now,
                                  any ? any->unit : "",
                                  any ? results_better_name(any->better) : "",
                                  base,
                                  l->limit,
                                  l->verdict,
                                  l->reason};
    csv_fields(f, fields, sizeof fields / sizeof fields[0]);
}

static void put_mode(FILE *f, const char *scenario, const struct results_mode *mode, const struct baseline_mode *b)
{
    for (size_t i = 0; b && i < b->n; i++) {
        const struct results_change *c = &b->change[i];
        put_line(
            f, &(struct line){scenario, mode->name, c->with, c->base, c->limit, results_verdict_name(c->verdict), ""});
    }
    for (size_t i = 0; !b && i < mode->n; i++)
        put_line(f, &(struct line){scenario, mode->name, &mode->metric[i], NULL, "", "", ""});
}

/* Modes that have no metrics: their runs did not come to their ends, or the scenario has them no longer. */
static void put_others(FILE *f, const struct report *r, const struct baseline_verdict *v)
{
    const char *name = scenario_name(r->s);

    for (size_t m = 0; m < scenario_modes(r->s); m++)
        if (scenario_status(r->s, m) < 0)
            put_line(f, &(struct line){name, scenario_mode_name(r->s, m), NULL, NULL, "", "failed",
                                       scenario_error(r->s, m)});
    for (size_t k = 0; v && k < v->n; k++)
        if (!v->mode[k].now)
            put_line(f, &(struct line){name, v->mode[k].base->name, NULL, NULL, "", "gone",
                                       "the scenario has no such mode any more"});
}

bool csv_write(FILE *f, const void *subject)
{
    const struct run_subject *v = subject;

    fputs("scenario,mode,metric,value,unit,better,baseline,limit,verdict,reason\n", f);
    for (size_t i = 0; i < v->x->n; i++) {
        const struct report *r = &v->x->r[i];
        const struct results_scenario *s = r->res->scenario;
        const struct baseline_verdict *y = v->y->base ? &v->y->v[i] : NULL;
        for (size_t k = 0; k < s->n; k++) {
            const struct baseline_mode *m = NULL;
            for (size_t b = 0; y && b < y->n; b++)
                m = y->mode[b].now == &s->mode[k] ? &y->mode[b] : m;
            put_mode(f, s->name, &s->mode[k], m);
        }
        put_others(f, r, y);
    }
    return true;
}
