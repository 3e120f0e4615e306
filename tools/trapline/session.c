/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "session.h"

#include "engine.h"
#include "trace.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

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

/* A failed model outranks a failed output, which outranks a failed expectation. */
void session_code(struct session *x, int code)
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

int session_errors(const struct session *x)
{
    struct colors c = colors_for(x->o, stderr);
    const struct scenario_diag *d;

    if (!scenario_diags_count(x->diags))
        return EXIT_HOLDS;
    scenario_diags_print(x->diags, stderr, *c.off != '\0');
    for (size_t i = 0; github_wanted(x->o) && (d = scenario_diags_get(x->diags, i)); i++) {
        github_begin("error", d->file, d->line, d->col, "error");
        github_text(d->message);
        if (d->help) {
            github_text("\n");
            github_text(d->help);
        }
        putchar('\n');
    }
    return EXIT_USAGE;
}

static int load_one(struct session *x, size_t i, const char *file, const struct scenario_options *opt)
{
    if (i || !x->text)
        return scenario_load(file, opt, x->diags, &x->s[x->n]);
    return scenario_load_text(strcmp(file, "-") ? file : "<stdin>", x->text, x->text_len, opt, x->diags, &x->s[x->n]);
}

int session_load(struct session *x, const char *const *files, size_t n)
{
    const struct options *o = x->o;
    struct profile_dirs dirs;
    const char **sets = calloc(o->sets.n + 2, sizeof *sets);
    char *seed, *until;
    size_t nsets = 0;
    int err = x->diags ? 0 : scenario_diags_new(&x->diags);

    x->s = calloc(n + 1, sizeof *x->s);
    x->r = calloc(n + 1, sizeof *x->r);
    profile_dirs_find(o, &dirs);
    seed = joined("seed=", o->seed);
    until = joined("until=", o->until);
    if (err || !x->s || !x->r || !sets || !dirs.dir || !seed != !o->seed || !until != !o->until) {
        fputs("trapline: not enough memory\n", stderr);
        err = -ENOMEM;
    }
    for (size_t i = 0; i < o->sets.n && !err; i++)
        sets[nsets++] = o->sets.v[i];
    if (!err && seed)
        sets[nsets++] = seed;
    if (!err && until)
        sets[nsets++] = until;
    for (size_t i = 0; i < n && !err; i++) {
        const struct scenario_options opt = {.struct_size = sizeof opt,
                                             .profile_dirs = dirs.dir,
                                             .nprofile_dirs = dirs.n,
                                             .sets = sets,
                                             .nsets = nsets,
                                             .allow_unpriced = o->allow_unpriced};
        if (!load_one(x, i, files[i], &opt)) {
            x->r[x->n] = (struct report){.o = o, .c = colors_for(o, stdout), .s = x->s[x->n]};
            x->n++;
        }
    }
    profile_dirs_free(&dirs);
    free(sets);
    free(seed);
    free(until);
    return err ? EXIT_USAGE : session_errors(x);
}

void session_free(struct session *x)
{
    for (size_t i = 0; i < x->n; i++) {
        results_free(x->r[i].res);
        scenario_free(x->s[i]);
    }
    free(x->s);
    free(x->r);
    scenario_diags_free(x->diags);
}

int session_no_mode(const struct session *x, const char *file, const char *name, const char *const *names, size_t n)
{
    const char *near = scenario_nearest(name, names, n);

    fprintf(stderr, "trapline %s: %s has no mode '%s'%s%s%s\n      = help: modes:", x->command, file, name,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    for (size_t m = 0; m < n; m++)
        fprintf(stderr, " %s", names[m]);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

int session_mode(const struct session *x, const struct scenario *s, const char *name)
{
    const char *names[64];
    size_t n = 0;
    int found = scenario_mode_find(s, name);

    if (found >= 0)
        return found;
    for (; n < scenario_modes(s) && n < 64; n++)
        names[n] = scenario_mode_name(s, n);
    session_no_mode(x, scenario_file(s), name, names, n);
    return -1;
}

static int prepare(void *ctx, const struct scenario *s, size_t mode, struct machine *m)
{
    struct session *x = ctx;

    if (x->trace && !x->trace_error)
        x->trace_error = trace_run(x->trace, s, mode, m);
    return 0;
}

static void show(void *ctx, uint64_t done, uint64_t total)
{
    struct session *x = ctx;

    progress_show(&x->progress, done, total);
}

static void progress(void *ctx, uint64_t done, uint64_t total)
{
    if (interrupted)
        siglongjmp(on_interrupt, 1);
    show(ctx, done, total);
}

const char *session_failure(int err)
{
    return err == -ELOOP    ? "the run did not come to its end"
           : err == -EFAULT ? "the model broke an invariant of its own; please report it with this scenario"
                            : "the run could not be made";
}

static int run_by_systemc(void *ctx, struct machine *m)
{
    const struct engine_hooks hooks = {ctx, show, session_interrupted};
    int err = engine_systemc_run(m, &hooks);

    if (interrupted) /* not from within, where there is a process to end */
        siglongjmp(on_interrupt, 1);
    return err;
}

static void run_failed(struct session *x, const struct scenario *s, size_t mode, int err)
{
    fprintf(stderr, "trapline: %s: mode '%s': %s: %s\n", scenario_file(s), scenario_mode_name(s, mode),
            session_failure(err), scenario_error(s, mode));
    if (err == -ENOTSUP)
        fprintf(stderr,
                "      = help: choose another cost profile, or --allow-unpriced to go on without these prices\n");
    session_code(x, err == -ELOOP ? EXIT_FAILS : err == -EFAULT || err == -EPIPE ? EXIT_MODEL : EXIT_USAGE);
}

void session_run_modes(struct session *x, struct report *r, const bool *wanted)
{
    const struct scenario_hooks hooks = {x, prepare, progress, engine_is_systemc(x->o) ? run_by_systemc : NULL};

    for (size_t m = 0; m < scenario_modes(r->s); m++) {
        int err;
        if (!wanted[m] || interrupted)
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
    if (!interrupted && results_of(&r->s, 1, &r->res)) {
        fputs("trapline: not enough memory for the results\n", stderr);
        abort(); /* as the library does: there is nothing useful left to do */
    }
}

bool session_interrupted(void)
{
    return interrupted;
}

bool session_guard(struct session *x, void (*body)(struct session *x))
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction act = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};

    sigemptyset(&act.sa_mask);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        sigaction(ends[i], &act, NULL);
    signal(SIGPIPE, SIG_IGN); /* a reader that has gone is an output that cannot be written; files are still made */
    if (!sigsetjmp(on_interrupt, 1))
        body(x);
    progress_end(&x->progress);
    if (interrupted)
        fputs("trapline: interrupted\n", stderr);
    return !interrupted;
}
