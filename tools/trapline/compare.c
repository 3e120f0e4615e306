/* SPDX-License-Identifier: Apache-2.0 */
/* compare.c - `trapline compare`: two modes of a scenario, or two files of results, side by side. */
#define _POSIX_C_SOURCE 200809L
#include "compare.h"

#include "commands.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- what is compared ------------------------------------------------------------------------------ */

void compare_add(struct comparison *c, const struct results_scenario *s, const char *base_name,
                 const struct results_mode *base, const char *with_name, const struct results_mode *with)
{
    struct results_pair *more = realloc(c->pair, (c->n + 1) * sizeof *more);

    if (!more) {
        fputs("trapline: not enough memory\n", stderr);
        session_code(&c->x, EXIT_USAGE);
        return;
    }
    c->pair = more;
    c->pair[c->n++] = (struct results_pair){s->name, s->file, base_name, with_name, base, with};
}

/* The mode that others are compared with: --base, or the first one that is not --with itself. */
static size_t base_of(const struct options *o, const char *const *names, size_t n)
{
    size_t i = 0;

    while (i + 1 < n && (o->base ? strcmp(names[i], o->base) : o->with && !strcmp(names[i], o->with)))
        i++;
    return i;
}

/* Whether a mode is compared with the base: --with, or every other one. */
static bool is_with(const struct options *o, const char *const *names, size_t base, size_t i)
{
    return o->with ? !strcmp(names[i], o->with) : i != base;
}

void compare_modes(struct comparison *c, const struct results_scenario *s)
{
    const char *names[64];
    size_t n = 0, base;

    for (; n < s->n && n < 64; n++)
        names[n] = s->mode[n].name;
    if (!n || (c->x.o->base && !results_mode_find(s, c->x.o->base)))
        return;
    base = base_of(c->x.o, names, n);
    for (size_t i = 0; i < n; i++)
        if (is_with(c->x.o, names, base, i))
            compare_add(c, s, names[base], &s->mode[base], names[i], &s->mode[i]);
}

/* ---- a scenario ------------------------------------------------------------------------------------ */

static void run_modes(struct session *x)
{
    struct comparison *c = (struct comparison *)x;

    session_run_modes(x, &x->r[0], c->wanted);
    if (!session_interrupted() && x->code == EXIT_HOLDS)
        compare_modes(c, x->r[0].res->scenario);
}

/* Finds out which modes must be run. */
static int want_modes(struct comparison *c)
{
    const struct scenario *s = c->x.s[0];
    const struct options *o = c->x.o;
    const char *names[64];
    size_t n = 0, base;

    if ((o->base && session_mode(&c->x, s, o->base) < 0) || (o->with && session_mode(&c->x, s, o->with) < 0))
        return EXIT_USAGE;
    for (; n < scenario_modes(s) && n < 64; n++)
        names[n] = scenario_mode_name(s, n);
    if (n == 1 && !o->with) {
        fprintf(stderr,
                "trapline compare: %s has one mode only, '%s'\n"
                "      = help: give it another one under 'modes:', or compare the results of two runs\n",
                scenario_file(s), names[0]);
        return EXIT_USAGE;
    }
    base = base_of(o, names, n);
    for (size_t i = 0; i < n; i++)
        c->wanted[i] = i == base || is_with(o, names, base, i);
    return EXIT_HOLDS;
}

/* ---- the command ------------------------------------------------------------------------------------ */

/* Whether a file can be read only once, so that it must be kept to find out what it is. */
static bool is_stream(const char *path)
{
    struct stat st;

    return !strcmp(path, "-") || (!stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
}

static int prepare(struct comparison *c, char **text)
{
    const struct words *args = &c->x.o->args;
    size_t len = 0;
    bool files;
    int code;

    if (scenario_diags_new(&c->x.diags)) {
        fputs("trapline: not enough memory\n", stderr);
        return EXIT_USAGE;
    }
    if (args->n == 1 && is_stream(args->v[0])) {
        *text = results_file_text(args->v[0], c->x.diags, &len);
        if (!*text)
            return session_errors(&c->x);
    }
    files = compare_is_files(c, *text, len);
    if (!files) {
        c->x.text = *text;
        c->x.text_len = len;
    }
    code = session_load(&c->x, args->v, files ? 0 : 1);
    if (code != EXIT_HOLDS)
        return code;
    return files ? compare_files(c, *text, len) : want_modes(c);
}

static void show_all(struct comparison *c)
{
    int code = outputs_open(&c->out);

    session_code(&c->x, code);
    if (code != EXIT_HOLDS)
        return;
    if (!c->file[0] && !session_guard(&c->x, run_modes)) {
        c->x.code = EXIT_INTERRUPTED;
        return;
    }
    if (c->x.code != EXIT_HOLDS)
        return; /* a run failed, and there is nothing to compare */
    if (!c->out.to_stdout)
        compare_show(c);
    session_code(&c->x, outputs_write(&c->out, c));
}

static int check_usage(struct comparison *c)
{
    const struct command *cmd = command_find("compare");
    const struct words *args = &c->x.o->args;
    int code = outputs_plan(&c->out, cmd, c->x.o, compare_formats, ncompare_formats);

    for (size_t i = 0; i < args->n && code == EXIT_HOLDS; i++)
        code = outputs_spare(&c->out, cmd, args->v[i], "");
    if (code == EXIT_HOLDS && args->n == 2 && !strcmp(args->v[0], "-") && !strcmp(args->v[1], "-"))
        code = usage_error(cmd, "standard input can be read only once");
    return code;
}

int cmd_compare(const struct options *o)
{
    static struct comparison c; /* static: siglongjmp would lose changes to a local one */
    char *text = NULL;

    memset(&c, 0, sizeof c);
    c.x.o = o;
    c.x.command = "compare";
    c.x.code = check_usage(&c);
    if (c.x.code != EXIT_HOLDS)
        return c.x.code;
    c.x.code = prepare(&c, &text);
    if (c.x.code == EXIT_HOLDS)
        show_all(&c);
    if (c.broken)
        session_code(&c.x, EXIT_FAILS);
    outputs_abort(&c.out);
    free(text);
    free(c.pair);
    results_free(c.file[0]);
    results_free(c.file[1]);
    session_free(&c.x);
    return c.x.code;
}
