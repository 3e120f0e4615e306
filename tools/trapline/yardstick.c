/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "yardstick.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <trapline/version.h>

/* ---- before the run ------------------------------------------------------------------------------ */

/* A CI system says so in this variable; GitHub and GitLab set it to "true". */
static bool in_ci(void)
{
    const char *ci = getenv("CI");
    return ci && *ci && strcmp(ci, "0") && strcmp(ci, "false");
}

int yard_usage(const struct command *cmd, const struct options *o)
{
    struct stat st;

    if (o->update && !o->baseline)
        return usage_error(cmd, "'--update' needs the baseline that it writes: --baseline FILE");
    if (o->tolerances.n && !o->baseline)
        return usage_error(cmd, "'--tolerance' needs the baseline that it is about: --baseline FILE");
    if (o->baseline && !strcmp(o->baseline, "-"))
        return usage_error(cmd, "a baseline is a file; it cannot be '-'");
    if (o->update && !stat(o->baseline, &st) && !S_ISREG(st.st_mode))
        return usage_error(cmd, "'--update' cannot replace '%s': it is no regular file", o->baseline);
    if (o->update && o->modes.n)
        return usage_error(cmd, "'--update' needs the results of every mode; leave out '--mode'");
    if (o->update && in_ci()) {
        fprintf(
            stderr,
            "trapline %s: '--update' is refused because CI=%s: a CI job must not accept what it is there to notice\n"
            "      = help: run it on your own machine and commit '%s'\n",
            cmd->name, getenv("CI"), o->baseline);
        return EXIT_USAGE;
    }
    return EXIT_HOLDS;
}

static bool is_missing(const char *path)
{
    struct stat st;
    return stat(path, &st) && errno == ENOENT;
}

/* A message about what the baseline lacks, with the command that helps. */
static int complain(const struct session *x, size_t i, const char *fmt, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

static int complain(const struct session *x, size_t i, const char *fmt, ...)
{
    char *command = accept_command(x, i), text[YARD_TEXT];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    fprintf(stderr, "trapline %s: %s\n      = help: to add it: %s\n", x->command, text, command);
    if (github_wanted(x->o)) {
        github_begin("error", x->o->baseline, 0, 0, "baseline");
        github_text(text);
        github_text("\nto add it: ");
        github_text(command);
        putchar('\n');
    }
    free(command);
    return EXIT_USAGE;
}

int yard_read(struct yardstick *y, struct session *x)
{
    const struct options *o = x->o;
    int err;

    *y = (struct yardstick){.n = x->n};
    if (!o->baseline)
        return EXIT_HOLDS;
    y->v = calloc(x->n + 1, sizeof *y->v);
    if (!o->update && is_missing(o->baseline))
        return complain(x, ACCEPT_ALL, "there is no baseline '%s'", o->baseline);
    err = o->update && is_missing(o->baseline) ? baseline_new(&y->base) : results_read(o->baseline, x->diags, &y->base);
    if (err == -ENOMEM || !y->v) {
        fputs("trapline: not enough memory\n", stderr);
        return EXIT_USAGE;
    }
    if (y->base && y->base->kind != RESULTS_BASELINE) {
        fprintf(stderr,
                "trapline %s: '%s' holds results of a run and is no baseline\n"
                "      = help: baselines are made with --baseline FILE --update; 'trapline compare' compares results\n",
                x->command, o->baseline);
        return EXIT_USAGE;
    }
    for (size_t i = 0; y->base && i < o->tolerances.n; i++)
        baseline_tolerate(y->base, o->tolerances.v[i], x->s, x->n, x->diags);
    return session_errors(x);
}

static bool is_wanted(const struct options *o, const char *mode)
{
    for (size_t i = 0; i < o->modes.n; i++)
        if (!strcmp(o->modes.v[i], mode))
            return true;
    return !o->modes.n;
}

/* What is not there was renamed, as often as not: the nearest name helps. */
static int no_scenario(const struct session *x, size_t i, const struct results *base)
{
    const char *name = scenario_name(x->s[i]), *near, **names = calloc(base->n + 1, sizeof *names);

    for (size_t k = 0; names && k < base->n; k++)
        names[k] = base->scenario[k].name;
    near = names ? scenario_nearest(name, names, base->n) : NULL;
    free(names);
    if (near)
        return complain(x, i, "scenario '%s' is not in baseline '%s'; the nearest there is '%s'", name, x->o->baseline,
                        near);
    return complain(x, i, "scenario '%s' is not in baseline '%s'", name, x->o->baseline);
}

static int no_mode(const struct session *x, size_t i, const struct results_scenario *base, const char *mode)
{
    char list[512] = "none";
    size_t at = 0;

    for (size_t k = 0; k < base->n && at < sizeof list; k++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", k ? ", " : "", base->mode[k].name);
    return complain(x, i, "mode '%s' of scenario '%s' is not in baseline '%s'; modes there: %s", mode, base->name,
                    x->o->baseline, list);
}

/* Every mode that will be run is there, and has something that results can be held against. */
static int covers(const struct yardstick *y, const struct session *x, size_t i, const struct results_scenario *base)
{
    const char *name = scenario_name(x->s[i]);
    int code = EXIT_HOLDS;

    if (!base)
        return no_scenario(x, i, y->base);
    for (size_t m = 0; m < scenario_modes(x->s[i]); m++) {
        const char *mode = scenario_mode_name(x->s[i], m);
        const struct results_mode *old = results_mode_find(base, mode);
        if (!is_wanted(x->o, mode))
            continue;
        if (!old)
            code = no_mode(x, i, base, mode);
        else if (!old->n)
            code =
                complain(x, i, "baseline '%s' has no metric of mode '%s' of scenario '%s'", x->o->baseline, mode, name);
    }
    return code;
}

int yard_covers(const struct yardstick *y, const struct session *x)
{
    int code = EXIT_HOLDS;

    for (size_t i = 0; y->base && i < x->n; i++) {
        const char *name = scenario_name(x->s[i]);
        const struct results_scenario *base = results_scenario_find(y->base, name);
        for (size_t k = 0; k < i; k++) {
            if (strcmp(scenario_name(x->s[k]), name))
                continue;
            fprintf(stderr, "trapline %s: %s and %s are both called '%s', so a baseline cannot tell them apart\n",
                    x->command, scenario_file(x->s[k]), scenario_file(x->s[i]), name);
            return EXIT_USAGE;
        }
        if (!x->o->update)
            code = covers(y, x, i, base) == EXIT_HOLDS ? code : EXIT_USAGE;
    }
    return code;
}

int yard_open(struct yardstick *y, const struct options *o)
{
    int err = y->base && o->update ? trace_out_open(&y->out, o->baseline) : 0;

    if (err)
        return output_failed(o->baseline, err);
    y->open = y->base && o->update;
    return EXIT_HOLDS;
}

/* ---- after the run ------------------------------------------------------------------------------- */

void yard_measure(struct yardstick *y, const struct session *x, size_t i)
{
    if (!y->base || !baseline_judge(y->base, x->s[i], x->r[i].res->scenario, &y->v[i]))
        return;
    fputs("trapline: not enough memory for the baseline\n", stderr);
    abort(); /* as the library does: there is nothing useful left to do */
}

/* Gives the new baseline up, saying why. */
static void give_up(struct yardstick *y, const struct session *x)
{
    y->open = false;
    trace_out_abort(&y->out);
    fprintf(stderr, "trapline %s: baseline '%s' was not written: %s\n", x->command, x->o->baseline,
            x->code == EXIT_OUTPUT ? "another output could not be" : "it must not hold what failed");
}

int yard_write(struct yardstick *y, struct session *x)
{
    struct results *run = NULL;
    char *text = NULL;

    if (!y->open)
        return EXIT_HOLDS;
    if (x->code != EXIT_HOLDS) {
        give_up(y, x);
        return EXIT_HOLDS; /* what failed has its code already */
    }
    if (!results_of(x->s, x->n, &run))
        text = baseline_json(y->base, run, TRAPLINE_VERSION);
    results_free(run);
    if (!text) {
        y->open = false;
        trace_out_abort(&y->out);
        fputs("trapline: not enough memory for the baseline\n", stderr);
        return EXIT_OUTPUT;
    }
    fputs(text, y->out.f);
    free(text);
    if (!fflush(y->out.f))
        return EXIT_HOLDS;
    y->open = false;
    output_failed(x->o->baseline, -errno);
    trace_out_abort(&y->out);
    return EXIT_OUTPUT;
}

int yard_commit(struct yardstick *y, struct session *x, bool silent)
{
    int err;

    if (!y->open)
        return EXIT_HOLDS;
    if (x->code != EXIT_HOLDS) {
        give_up(y, x);
        return EXIT_HOLDS;
    }
    y->open = false;
    err = trace_out_commit(&y->out);
    if (err)
        return output_failed(x->o->baseline, err);
    if (!silent)
        printf("%sbaseline %s: written\n", x->o->quiet ? "" : "\n", x->o->baseline);
    return EXIT_HOLDS;
}

void yard_free(struct yardstick *y)
{
    if (y->open)
        trace_out_abort(&y->out);
    for (size_t i = 0; y->v && i < y->n; i++)
        baseline_verdict_free(&y->v[i]);
    free(y->v);
    results_free(y->base);
}
