/* SPDX-License-Identifier: Apache-2.0 */
/* github.c - annotations: "::error file=s.yaml,line=17,col=7::text". */
#include "formats.h"

#include <string.h>

/* The runner undoes this: a text may not end its line, a property not itself. */
static void put_escaped(const char *s, bool property)
{
    static const struct {
        char c;
        bool property;
        const char *text;
    } escapes[] = {
        {'%', false, "%25"}, {'\r', false, "%0D"}, {'\n', false, "%0A"}, {':', true, "%3A"}, {',', true, "%2C"},
    };

    for (; *s; s++) {
        const char *text = NULL;
        for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++)
            if (*s == escapes[i].c && (property || !escapes[i].property))
                text = escapes[i].text;
        if (text)
            fputs(text, stdout);
        else
            putchar(*s);
    }
}

static void begin(const char *level, const char *file, unsigned line, unsigned col, const char *title)
{
    printf("::%s file=", level);
    put_escaped(file, true);
    if (line)
        printf(",line=%u,col=%u", line, col);
    printf(",title=");
    put_escaped(title, true);
    printf("::");
}

void github_check(const struct report *r, const struct scenario_outcome *o)
{
    bool condition = o->line == 0;
    char text[1100];

    outcome_text(o, text, sizeof text);
    begin("error", scenario_file(r->s), o->line, o->col, condition ? "condition" : "expectation");
    put_escaped(scenario_name(r->s), false);
    printf(", ");
    put_escaped(outcome_scope(r->s, o), false);
    printf(": ");
    put_escaped(text, false);
    if (*o->got) {
        printf(": got ");
        put_escaped(o->got, false);
    }
    putchar('\n');
}

static void annotate(const struct session *x, const struct yard_scenario *s, size_t i, const struct yard_mode *m,
                     const struct results_change *c)
{
    unsigned line = c ? c->base->line : m->base->line, col = c ? c->base->col : m->base->col;
    char text[YARD_TEXT];

    begin("error", x->o->baseline, line, col, "baseline");
    yard_message(s, m, c, text, sizeof text);
    put_escaped(text, false);
    printf("; to accept this: ");
    yard_accept(x, i, text, sizeof text);
    put_escaped(text, false);
    putchar('\n');
}

void github_baseline(const struct session *x, const struct yardstick *y, size_t i)
{
    const struct yard_scenario *s = &y->s[i];

    for (size_t k = 0; k < s->n; k++) {
        const struct yard_mode *m = &s->mode[k];
        if (!m->now)
            annotate(x, s, i, m, NULL);
        for (size_t c = 0; c < m->n; c++)
            if (m->change[c].verdict == RESULTS_DIFFERS || m->change[c].verdict == RESULTS_GONE)
                annotate(x, s, i, m, &m->change[c]);
    }
}
