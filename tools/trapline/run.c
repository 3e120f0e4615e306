/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - `trapline run` and `trapline check`. */
#include "commands.h"
#include "engine.h"
#include "formats.h"
#include "trace.h"

#include <stdlib.h>
#include <string.h>
#include <trapline/version.h>

/* ---- what is written ------------------------------------------------------------------------------ */

bool json_write(FILE *f, const void *subject)
{
    const struct run_subject *v = subject;
    char *accept = v->y->base ? accept_command(v->x, ACCEPT_ALL) : NULL;
    const struct baseline_report report = {
        .file = v->x->o->baseline, .base = v->y->base, .verdict = v->y->v, .accept = accept, .update = v->x->o->update};
    char *text = scenario_json_baseline(v->x->s, v->x->n, v->y->base ? &report : NULL, TRAPLINE_VERSION);

    free(accept);
    return output_text(f, text);
}

#define OFF(member) offsetof(struct options, member)
static const struct output_format formats[] = {
    {"json", OFF(json_file), OFF(json), json_write},
    {"junit", OFF(junit), 0, junit_write},
    {"md", OFF(md), 0, markdown_write},
    {"csv", OFF(csv), 0, csv_write},
    {"trace", OFF(trace), 0, NULL},
};

/* ---- before the run ------------------------------------------------------------------------------- */

static int check_usage(struct outputs *out, const struct options *o)
{
    const struct command *cmd = command_find("run");
    int code = yard_usage(cmd, o);

    if (code == EXIT_HOLDS)
        code = outputs_plan(out, cmd, o, formats, sizeof formats / sizeof formats[0]);
    if (code == EXIT_HOLDS && engine_is_systemc(o) && o->trace)
        code = usage_error(cmd, "'--trace' needs '--engine c': the engines make the same records");
    if (code == EXIT_HOLDS)
        code = engine_find(o);
    if (code == EXIT_HOLDS && github_wanted(o) && out->to_stdout)
        code = usage_error(cmd, "'--format github' and another output cannot both use standard output");
    if (code == EXIT_HOLDS && o->baseline)
        code = outputs_spare(out, cmd, o->baseline, "the baseline ");
    for (size_t k = 0; k < o->args.n && code == EXIT_HOLDS; k++)
        code = outputs_spare(out, cmd, o->args.v[k], "");
    return code;
}

/* Every mode that is asked for must be there. */
static int check_modes(const struct session *x)
{
    for (size_t i = 0; i < x->n; i++)
        for (size_t k = 0; k < x->o->modes.n; k++)
            if (session_mode(x, x->s[i], x->o->modes.v[k]) < 0)
                return EXIT_USAGE;
    return EXIT_HOLDS;
}

/*
 * A condition may name a mode that only some of the scenarios have; then it is about those. One that no scenario
 * understands is a mistake, explained with the first of them.
 */
static int add_condition(struct session *x, const char *text)
{
    size_t understood = 0;

    for (size_t i = 0; i < x->n; i++) {
        struct scenario_diags *d;
        if (scenario_diags_new(&d))
            return EXIT_USAGE;
        understood += scenario_fail_on(x->s[i], text, d) == 0;
        scenario_diags_free(d);
    }
    if (!understood)
        scenario_fail_on(x->s[0], text, x->diags);
    return EXIT_HOLDS;
}

static int add_conditions(struct session *x)
{
    int code = EXIT_HOLDS;

    for (size_t i = 0; i < x->o->fail_on.n && code == EXIT_HOLDS; i++)
        code = add_condition(x, x->o->fail_on.v[i]);
    if (code == EXIT_HOLDS)
        code = session_errors(x);
    for (size_t i = 0; i < x->n && code == EXIT_HOLDS && !x->o->baseline; i++)
        if (scenario_needs_baseline(x->s[i]))
            code = usage_error(command_find("run"), "a condition with '+' is about a change: --baseline FILE says "
                                                    "against what");
    return code;
}

/* ---- the run -------------------------------------------------------------------------------------- */

/* What is done with one command, besides the session. */
struct job {
    struct session x; /* first: session_guard hands it back */
    struct yardstick y;
    struct outputs out;
};

static void show(struct job *job, size_t i)
{
    struct session *x = &job->x;
    struct report *r = &x->r[i];
    bool tables = !x->o->quiet;

    if (tables)
        report_title(r);
    for (size_t m = 0; m < r->n && tables; m++)
        report_exits(r, r->mode[m]);
    if (tables && r->n) {
        report_side_by_side(r);
        report_latency(r);
        if (x->o->verbose)
            report_metrics(r);
    }
    if (github_wanted(x->o))
        github_broken(r);
    report_checks(r, &x->passed, &x->failed);
    yard_show(&job->y, x, i);
    if (tables && r->n)
        putchar('\n');
    report_notes(r);
    report_conclusion(r);
}

static void run_all(struct session *x)
{
    struct job *job = (struct job *)x;
    bool tables = !job->out.to_stdout;

    for (size_t i = 0; i < x->n; i++) {
        struct report *r = &x->r[i];
        bool wanted[64];
        for (size_t m = 0; m < scenario_modes(r->s); m++) {
            wanted[m] = x->o->modes.n == 0;
            for (size_t k = 0; k < x->o->modes.n; k++)
                wanted[m] |= !strcmp(x->o->modes.v[k], scenario_mode_name(r->s, m));
        }
        if (i && tables && !x->o->quiet)
            putchar('\n');
        session_run_modes(x, r, wanted);
        if (session_interrupted())
            return;
        yard_measure(&job->y, x, i);
        if (job->y.base && !x->o->update) {
            scenario_set_baseline(r->s, job->y.v[i].base);
            session_code(x, baseline_failed(&job->y.v[i]) ? EXIT_FAILS : EXIT_HOLDS);
        }
        if (scenario_evaluate(r->s))
            session_code(x, EXIT_FAILS);
        if (tables)
            show(job, i);
    }
    if (tables)
        yard_show_rest(&job->y, x);
    if (x->n > 1 && tables && !x->o->quiet)
        printf("\n%zu scenarios: %zu checks passed, %zu failed\n", x->n, x->passed, x->failed);
}

static void close_trace(struct session *x)
{
    int err = x->trace_error;

    if (!x->trace)
        return;
    if (err)
        trace_writer_abort(x->trace);
    else
        err = trace_writer_close(x->trace);
    x->trace = NULL;
    if (err)
        session_code(x, output_failed(x->o->trace, err));
}

/* Outputs are opened before the first run: a long run for nothing would be a nuisance. */
static int open_all(struct job *job)
{
    const char *trace = job->x.o->trace;
    int code = outputs_open(&job->out), err;

    if (code == EXIT_HOLDS)
        code = yard_open(&job->y, job->x.o);
    if (code == EXIT_HOLDS && trace) {
        err = trace_start(&job->x.trace, trace);
        if (err) {
            job->x.trace = NULL;
            code = output_failed(trace, err);
        }
    }
    return code;
}

static void run_job(struct job *job)
{
    struct session *x = &job->x;
    const struct run_subject subject = {x, &job->y};

    if (!session_guard(x, run_all)) {
        x->code = EXIT_INTERRUPTED;
        return;
    }
    close_trace(x);
    session_code(x, yard_write(&job->y, x));
    session_code(x, outputs_write(&job->out, &subject));
    session_code(x, yard_commit(&job->y, x, job->out.to_stdout));
}

int cmd_run(const struct options *o)
{
    static struct job job; /* static: siglongjmp would lose changes to a local one */
    struct session *x = &job.x;

    memset(&job, 0, sizeof job);
    x->o = o;
    x->command = "run";
    x->code = check_usage(&job.out, o);
    if (x->code != EXIT_HOLDS)
        return x->code;
    x->code = session_load(x, o->args.v, o->args.n);
    if (x->code == EXIT_HOLDS)
        x->code = check_modes(x);
    if (x->code == EXIT_HOLDS)
        x->code = yard_read(&job.y, x);
    if (x->code == EXIT_HOLDS)
        x->code = yard_covers(&job.y, x);
    if (x->code == EXIT_HOLDS)
        x->code = add_conditions(x);
    if (x->code == EXIT_HOLDS)
        x->code = open_all(&job);
    if (x->code == EXIT_HOLDS)
        run_job(&job);
    outputs_abort(&job.out);
    trace_writer_abort(x->trace);
    yard_free(&job.y);
    session_free(x);
    return x->code;
}

int cmd_check(const struct options *o)
{
    struct session x = {.o = o, .command = "check"};

    x.code = session_load(&x, o->args.v, o->args.n);
    for (size_t i = 0; i < x.n && !o->quiet; i++) {
        size_t checks, modes = scenario_modes(x.s[i]);
        scenario_outcomes(x.s[i], &checks);
        printf("%s: ok, %zu mode%s, %zu check%s\n", scenario_file(x.s[i]), modes, modes == 1 ? "" : "s", checks,
               checks == 1 ? "" : "s");
    }
    session_free(&x);
    return x.code;
}
