/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - `trapline run` and `trapline check`. */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "report.h"
#include "trace.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <trapline/version.h>

/* Everything a run of the program holds. */
struct session {
    const struct options *o;
    struct scenario_diags *diags;
    struct scenario **s;
    size_t n;
    struct trace_writer *trace;
    struct trace_out json;
    bool json_open;
    struct progress progress;
    int trace_error, code;
    size_t passed, failed;
};

/*
 * ^C: the first one ends the run at the next progress call, so that unfinished outputs are removed; the
 * handler is gone then, and a second one ends the program at once.
 */
static volatile sig_atomic_t interrupted;
static sigjmp_buf on_interrupt;

static void interrupt(int sig)
{
    (void)sig;
    interrupted = 1;
}

static int warn(const char *what, const char *file, int err, int code)
{
    fprintf(stderr, "trapline: %s '%s': %s\n", what, file, trapline_strerror(err));
    return code;
}

/* A failed model outranks a failed output, which outranks a failed expectation. */
static void set_code(struct session *x, int code)
{
    static const int rank[] = {EXIT_HOLDS, EXIT_FAILS, EXIT_OUTPUT, EXIT_USAGE, EXIT_MODEL};
    size_t old = 0, new = 0;

    for (size_t i = 0; i < sizeof rank / sizeof rank[0]; i++) {
        old = rank[i] == x->code ? i : old;
        new = rank[i] == code ? i : new;
    }
    if (new > old)
        x->code = code;
}

/* head and value in one string to be freed; NULL if there is no value, or no memory. */
static char *joined(const char *head, const char *value)
{
    size_t n = value ? strlen(head) + strlen(value) + 1 : 0;
    char *s = n ? malloc(n) : NULL;

    if (s)
        snprintf(s, n, "%s%s", head, value);
    return s;
}

/* Loads every file, so that all mistakes of all files are told before anything is run. */
static int load(struct session *x)
{
    const struct options *o = x->o;
    struct profile_dirs dirs;
    const char **sets = calloc(o->sets.n + 2, sizeof *sets);
    char *seed, *until;
    size_t nsets = 0;
    int err = scenario_diags_new(&x->diags);

    x->s = calloc(o->args.n, sizeof *x->s);
    profile_dirs_find(o, &dirs);
    seed = joined("seed=", o->seed);
    until = joined("until=", o->until);
    if (err || !x->s || !sets || !dirs.dir || !seed != !o->seed || !until != !o->until) {
        fputs("trapline: not enough memory\n", stderr);
        err = -ENOMEM;
    }
    for (size_t i = 0; i < o->sets.n && !err; i++)
        sets[nsets++] = o->sets.v[i];
    if (!err && seed)
        sets[nsets++] = seed;
    if (!err && until)
        sets[nsets++] = until;
    for (size_t i = 0; i < o->args.n && !err; i++) {
        const struct scenario_options opt = {.struct_size = sizeof opt,
                                             .profile_dirs = dirs.dir,
                                             .nprofile_dirs = dirs.n,
                                             .sets = sets,
                                             .nsets = nsets,
                                             .allow_unpriced = o->allow_unpriced};
        if (!scenario_load(o->args.v[i], &opt, x->diags, &x->s[x->n]))
            x->n++;
    }
    if (!err && scenario_diags_count(x->diags)) {
        struct colors c = colors_for(o, stderr);
        scenario_diags_print(x->diags, stderr, *c.off != '\0');
        err = -EINVAL;
    }
    profile_dirs_free(&dirs);
    free(sets);
    free(seed);
    free(until);
    return err ? EXIT_USAGE : EXIT_HOLDS;
}

static void unload(struct session *x)
{
    for (size_t i = 0; i < x->n; i++)
        scenario_free(x->s[i]);
    free(x->s);
    scenario_diags_free(x->diags);
}

/* Every mode that is asked for must be there. */
static int check_modes(const struct session *x)
{
    for (size_t i = 0; i < x->n; i++) {
        for (size_t k = 0; k < x->o->modes.n; k++) {
            const char *names[64], *near;
            size_t n = 0;
            if (scenario_mode_find(x->s[i], x->o->modes.v[k]) >= 0)
                continue;
            for (; n < scenario_modes(x->s[i]) && n < 64; n++)
                names[n] = scenario_mode_name(x->s[i], n);
            near = scenario_nearest(x->o->modes.v[k], names, n);
            fprintf(stderr, "trapline run: %s has no mode '%s'%s%s%s\n      = help: modes:", scenario_file(x->s[i]),
                    x->o->modes.v[k], near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
            for (size_t m = 0; m < n; m++)
                fprintf(stderr, " %s", names[m]);
            fputc('\n', stderr);
            return EXIT_USAGE;
        }
    }
    return EXIT_HOLDS;
}

/* Outputs are opened before the first run: a long run for nothing would be a nuisance. */
static int open_outputs(struct session *x)
{
    int err;

    if (x->o->json_file) {
        err = trace_out_open(&x->json, x->o->json_file);
        if (err)
            return warn("cannot write", x->o->json_file, err, EXIT_OUTPUT);
        x->json_open = true;
    }
    if (x->o->trace) {
        err = trace_start(&x->trace, x->o->trace);
        if (err) {
            x->trace = NULL;
            return warn("cannot write", x->o->trace, err, EXIT_OUTPUT);
        }
    }
    return EXIT_HOLDS;
}

static void abort_outputs(struct session *x)
{
    if (x->json_open)
        trace_out_abort(&x->json);
    x->json_open = false;
    trace_writer_abort(x->trace);
    x->trace = NULL;
}

static int prepare(void *ctx, const struct scenario *s, size_t mode, struct machine *m)
{
    struct session *x = ctx;

    if (x->trace && !x->trace_error)
        x->trace_error = trace_run(x->trace, s, mode, m);
    return 0;
}

static void progress(void *ctx, uint64_t done, uint64_t total)
{
    struct session *x = ctx;

    if (interrupted)
        siglongjmp(on_interrupt, 1);
    progress_show(&x->progress, done, total);
}

/* What a run that did not end means. */
static void run_failed(struct session *x, const struct scenario *s, size_t mode, int err)
{
    const char *what = err == -ELOOP    ? "the run did not come to its end"
                       : err == -EFAULT ? "the model broke an invariant of its own; please report it with this scenario"
                                        : "the run could not be made";

    fprintf(stderr, "trapline: %s: mode '%s': %s: %s\n", scenario_file(s), scenario_mode_name(s, mode), what,
            scenario_error(s, mode));
    if (err == -ENOTSUP)
        fprintf(stderr,
                "      = help: choose another cost profile, or --allow-unpriced to go on without these prices\n");
    set_code(x, err == -ELOOP ? EXIT_FAILS : err == -EFAULT ? EXIT_MODEL : EXIT_USAGE);
}

static void run_modes(struct session *x, struct report *r)
{
    const struct scenario_hooks hooks = {x, prepare, progress};

    for (size_t m = 0; m < scenario_modes(r->s); m++) {
        bool wanted = x->o->modes.n == 0;
        int err;
        for (size_t k = 0; k < x->o->modes.n; k++)
            wanted |= !strcmp(x->o->modes.v[k], scenario_mode_name(r->s, m));
        if (!wanted || interrupted)
            continue;
        progress_start(&x->progress, x->o, scenario_mode_name(r->s, m));
        err = scenario_run(r->s, m, &hooks);
        progress_end(&x->progress);
        if (x->trace && !x->trace_error)
            x->trace_error = trace_writer_end_run(x->trace);
        if (err)
            run_failed(x, r->s, m, err);
        else
            r->mode[r->n++] = m;
    }
}

static void show(struct session *x, struct report *r)
{
    bool tables = !x->o->json && !x->o->quiet;

    if (tables)
        report_title(r);
    for (size_t i = 0; i < r->n && tables; i++)
        report_exits(r, r->mode[i]);
    if (tables && r->n) {
        report_side_by_side(r);
        report_latency(r);
        if (x->o->verbose)
            report_metrics(r);
    }
    if (!x->o->json) {
        report_checks(r, &x->passed, &x->failed);
        if (tables && r->n)
            putchar('\n');
        report_notes(r);
        report_conclusion(r);
    }
}

static void run_all(struct session *x)
{
    for (size_t i = 0; i < x->n && !interrupted; i++) {
        struct report r = {.o = x->o, .c = colors_for(x->o, stdout), .s = x->s[i]};
        if (i && !x->o->json && !x->o->quiet)
            putchar('\n');
        run_modes(x, &r);
        if (interrupted)
            return;
        if (scenario_evaluate(r.s))
            set_code(x, EXIT_FAILS);
        show(x, &r);
    }
    if (x->n > 1 && !x->o->json && !x->o->quiet)
        printf("\n%zu scenarios: %zu checks passed, %zu failed\n", x->n, x->passed, x->failed);
}

static void write_json(struct session *x)
{
    char *text = scenario_json(x->s, x->n, TRAPLINE_VERSION);
    int err;

    if (!text) {
        fputs("trapline: not enough memory for the results\n", stderr);
        set_code(x, EXIT_OUTPUT);
        return;
    }
    if (x->o->json)
        fputs(text, stdout);
    if (x->json_open) {
        fputs(text, x->json.f);
        x->json_open = false;
        err = trace_out_commit(&x->json);
        if (err)
            set_code(x, warn("cannot write", x->o->json_file, err, EXIT_OUTPUT));
    }
    free(text);
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
        set_code(x, warn("cannot write", x->o->trace, err, EXIT_OUTPUT));
}

int cmd_run(const struct options *o)
{
    static struct session session; /* static: siglongjmp would lose changes to a local one */
    struct session *x = &session;
    struct sigaction act = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};

    memset(x, 0, sizeof *x);
    x->o = o;
    x->code = load(x);
    if (x->code == EXIT_HOLDS)
        x->code = check_modes(x);
    if (x->code == EXIT_HOLDS) {
        x->code = open_outputs(x);
        if (x->code == EXIT_HOLDS) {
            sigemptyset(&act.sa_mask);
            sigaction(SIGINT, &act, NULL);
            if (!sigsetjmp(on_interrupt, 1))
                run_all(x);
            progress_end(&x->progress);
            if (interrupted) {
                fputs("trapline: interrupted\n", stderr);
                x->code = EXIT_INTERRUPTED;
            } else {
                close_trace(x);
                if (o->json || o->json_file)
                    write_json(x);
            }
        }
        abort_outputs(x);
    }
    unload(x);
    return x->code;
}

int cmd_check(const struct options *o)
{
    struct session x = {.o = o};

    x.code = load(&x);
    for (size_t i = 0; i < x.n && !o->quiet; i++) {
        size_t checks, modes = scenario_modes(x.s[i]);
        scenario_outcomes(x.s[i], &checks);
        printf("%s: ok, %zu mode%s, %zu check%s\n", scenario_file(x.s[i]), modes, modes == 1 ? "" : "s", checks,
               checks == 1 ? "" : "s");
    }
    unload(&x);
    return x.code;
}
