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

void github_begin(const char *level, const char *file, unsigned line, unsigned col, const char *title)
{
    printf("::%s ", level);
    if (*file != '<' && strncmp(file, "--", 2)) { /* standard input and options are no files */
        printf("file=");
        put_escaped(file, true);
        if (line)
            printf(",line=%u,col=%u", line, col);
        putchar(',');
    }
    printf("title=");
    put_escaped(title, true);
    printf("::");
}

void github_text(const char *s)
{
    put_escaped(s, false);
}

void github_check(const struct report *r, const struct scenario_outcome *o)
{
    bool condition = o->line == 0;
    char text[1100];

    outcome_text(o, text, sizeof text);
    github_begin("error", scenario_file(r->s), o->line, o->col, condition ? "condition" : "expectation");
    github_text(scenario_name(r->s));
    printf(", ");
    github_text(outcome_scope(r->s, o));
    printf(": ");
    github_text(text);
    if (*o->got) {
        printf(": got ");
        github_text(o->got);
    }
    putchar('\n');
}

void github_broken(const struct report *r)
{
    for (size_t m = 0; m < scenario_modes(r->s); m++) {
        int status = scenario_status(r->s, m);
        if (status >= 0)
            continue;
        github_begin("error", scenario_file(r->s), 0, 0, "run");
        github_text(scenario_name(r->s));
        printf(", mode ");
        github_text(scenario_mode_name(r->s, m));
        printf(": %s: ", session_failure(status));
        github_text(scenario_error(r->s, m));
        putchar('\n');
    }
}

static void put_accept(const struct session *x, size_t i)
{
    char *text = accept_command(x, i);

    github_text("\nto accept this: ");
    github_text(text);
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
            github_begin("error", x->o->baseline, c->base->line, c->base->col, "baseline");
            snprintf(text, sizeof text, "%s, mode %s: %zu of %zu metrics differ%s", v->base->name, m->now->name,
                     m->differ, m->compared, m->differ == 1 ? "s" : "");
            github_text(text);
        }
        first = false;
        yard_change(c, text, sizeof text);
        github_text("\n");
        github_text(text);
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
            github_begin("error", x->o->baseline, m->base->line, m->base->col, "baseline");
            yard_message(v, m, NULL, text, sizeof text);
            github_text(text);
        }
        put_accept(x, i);
    }
}

void github_left_out(const struct session *x, const struct results_scenario *s)
{
    github_begin("warning", x->o->baseline, s->line, s->col, "baseline");
    github_text("scenario ");
    github_text(s->name);
    github_text(" of the baseline was not run");
    putchar('\n');
}
