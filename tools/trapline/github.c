/* SPDX-License-Identifier: Apache-2.0 */
/* github.c - annotations: "::error file=s.yaml,line=17,col=7::text". */
#include "formats.h"

#include <stdlib.h>
#include <string.h>

bool github_wanted(const struct options *o)
{
    return o->format && !strcmp(o->format, "github");
}

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

void github_broken(const struct report *r)
{
    for (size_t m = 0; m < scenario_modes(r->s); m++) {
        int status = scenario_status(r->s, m);
        if (status >= 0)
            continue;
        begin("error", scenario_file(r->s), 0, 0, "run");
        put_escaped(scenario_name(r->s), false);
        printf(", mode ");
        put_escaped(scenario_mode_name(r->s, m), false);
        printf(": %s: ", session_failure(status));
        put_escaped(scenario_error(r->s, m), false);
        putchar('\n');
    }
}

static void put_accept(const struct session *x, size_t i)
{
    char *text = accept_command(x, i);

    put_escaped("\nto accept this: ", false);
    put_escaped(text, false);
    putchar('\n');
    free(text);
}

/* All that differs in one mode: how much of it, and each metric on a line of its own. */
static void annotate(const struct session *x, const struct baseline_verdict *v, const struct baseline_mode *m)
{
    bool first = true;
    char text[YARD_TEXT];

    for (size_t i = 0; i < m->n; i++) {
        const struct results_change *c = &m->change[i];
        if (!baseline_change_failed(c))
            continue;
        if (first) {
            begin("error", x->o->baseline, c->base->line, c->base->col, "baseline");
            snprintf(text, sizeof text, "%s, mode %s: %zu of %zu metrics differ%s", v->base->name, m->now->name,
                     m->differ, m->compared, m->differ == 1 ? "s" : "");
            put_escaped(text, false);
        }
        first = false;
        yard_change(c, text, sizeof text);
        put_escaped("\n", false);
        put_escaped(text, false);
    }
}

void github_baseline(const struct session *x, const struct baseline_verdict *v, size_t i)
{
    char text[YARD_TEXT];

    for (size_t k = 0; k < v->n; k++) {
        const struct baseline_mode *m = &v->mode[k];
        if (m->now && !m->differ)
            continue;
        if (m->now) {
            annotate(x, v, m);
        } else {
            begin("error", x->o->baseline, m->base->line, m->base->col, "baseline");
            yard_message(v, m, NULL, text, sizeof text);
            put_escaped(text, false);
        }
        put_accept(x, i);
    }
}

void github_left_out(const struct session *x, const struct results_scenario *s)
{
    begin("warning", x->o->baseline, s->line, s->col, "baseline");
    put_escaped("scenario ", false);
    put_escaped(s->name, false);
    put_escaped(" of the baseline was not run", false);
    putchar('\n');
}
