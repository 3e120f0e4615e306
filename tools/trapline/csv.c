/* SPDX-License-Identifier: Apache-2.0 */
/* csv.c - every metric of every mode, one line each, numbers exact. */
#include "formats.h"
#include "values.h"

#include <string.h>

/* As RFC 4180 says: quotes where a character would be taken for something else. */
void csv_field(FILE *f, const char *s, bool last)
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

/* m: what was measured, NULL if it is only in the baseline; any: the one of both that is there. */
static void put_line(FILE *f, const char *scenario, const char *mode, const struct results_metric *any,
                     const struct results_metric *m, const struct results_change *c)
{
    static const char *const better[] = {"less", "more", "exact"};
    static const char *const verdict[] = {"same", "within", "differs", "new", "gone"};
    char value[64];

    csv_field(f, scenario, false);
    csv_field(f, mode, false);
    csv_field(f, any->name, false);
    value_exact(m, value, sizeof value);
    csv_field(f, value, false);
    csv_field(f, any->unit, false);
    csv_field(f, better[any->better], false);
    value_exact(c ? c->base : NULL, value, sizeof value);
    csv_field(f, value, false);
    csv_field(f, c ? c->limit : "", false);
    csv_field(f, c ? verdict[c->verdict] : "", true);
}

bool csv_write(FILE *f, const void *subject)
{
    const struct run_subject *v = subject;

    fputs("scenario,mode,metric,value,unit,better,baseline,limit,verdict\n", f);
    for (size_t i = 0; i < v->x->n; i++) {
        const struct results_scenario *s = v->x->r[i].res->scenario;
        const struct yard_scenario *y = v->y->base ? &v->y->s[i] : NULL;
        for (size_t k = 0; k < s->n; k++) {
            const struct yard_mode *m = NULL;
            for (size_t b = 0; y && b < y->n; b++)
                m = y->mode[b].now == &s->mode[k] ? &y->mode[b] : m;
            for (size_t c = 0; m && c < m->n; c++)
                put_line(f, s->name, s->mode[k].name, m->change[c].with ? m->change[c].with : m->change[c].base,
                         m->change[c].with, &m->change[c]);
            for (size_t c = 0; !m && c < s->mode[k].n; c++)
                put_line(f, s->name, s->mode[k].name, &s->mode[k].metric[c], &s->mode[k].metric[c], NULL);
        }
    }
    return true;
}
