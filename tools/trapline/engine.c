/* SPDX-License-Identifier: Apache-2.0 */
/* engine.c - the machine goes to trapline-systemc through one pipe, and its results come back through another. */
#define _POSIX_C_SOURCE 200809L
#include "engine.h"

#include "../trapline-systemc/frame.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <trapline/machine_engine.h>
#include <unistd.h>

#define PROGRAM "trapline-systemc"

extern char **environ;

static char program[PATH_MAX]; /* found by engine_find */

bool engine_is_systemc(const struct options *o)
{
    return o->engine && !strcmp(o->engine, "systemc");
}

/* Is there a program of this name, `len` bytes of a directory before it? Remembers it. */
static bool found(const char *dir, size_t len, const char *name)
{
    int n = snprintf(program, sizeof program, "%.*s%s%s", (int)len, dir, len ? "/" : "", name);
    struct stat st;

    return n > 0 && (size_t)n < sizeof program && !stat(program, &st) && S_ISREG(st.st_mode) && !access(program, X_OK);
}

static bool found_beside_us(void)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *slash;

    if (n <= 0)
        return false;
    self[n] = '\0';
    slash = strrchr(self, '/');
    return slash && found(self, (size_t)(slash - self), PROGRAM);
}

static bool found_in_path(void)
{
    const char *path = getenv("PATH");

    for (const char *at = path; at && *at;) {
        size_t len = strcspn(at, ":");
        if (len && found(at, len, PROGRAM))
            return true;
        at += len + (at[len] == ':');
    }
    return false;
}

int engine_find(const struct options *o)
{
    const char *told = getenv("TRAPLINE_SYSTEMC");

    if (!engine_is_systemc(o))
        return EXIT_HOLDS;
    if (told && *told ? found("", 0, told) : found_beside_us() || found_in_path())
        return EXIT_HOLDS;
    fprintf(stderr,
            "trapline run: there is no %s%s%s\n"
            "      = help: build it with -DTRAPLINE_WITH_SYSTEMC=ON (needs SystemC), or name it in TRAPLINE_SYSTEMC\n",
            told && *told ? "program '" : PROGRAM, told && *told ? told : "", told && *told ? "'" : "");
    return EXIT_USAGE;
}

/* ---- a run --------------------------------------------------------------------------------------------- */

struct worker {
    pid_t pid;
    int to, from; /* pipes; -1: closed */
    const struct engine_hooks *hooks;
};

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/*
 * The two ends of a pipe, for nobody but us: the child gets copies of its own. Where our standard input is closed, the
 * next descriptor would be 0, which means something else over there.
 */
static int open_pipe(int fd[2])
{
    if (pipe(fd))
        return errno;
    for (int i = 0; i < 2; i++) {
        int above = fcntl(fd[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1), err = errno;
        if (above < 0)
            return err;
        close(fd[i]);
        fd[i] = above;
    }
    return 0;
}

/* Its banner would stand in the middle of our messages. 0 or an errno. */
static int start(struct worker *w)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    char *argv[] = {program, NULL};
    posix_spawn_file_actions_t files;
    int err = open_pipe(in);

    if (!err)
        err = open_pipe(out);
    setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);
    if (!err)
        err = posix_spawn_file_actions_init(&files);
    if (!err) {
        err = posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
        if (!err)
            err = posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
        if (!err)
            err = posix_spawn(&w->pid, program, &files, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&files);
    }
    close_end(&in[0]);
    close_end(&out[1]);
    w->to = in[1];
    w->from = out[0];
    if (err) {
        close_end(&w->to);
        close_end(&w->from);
    }
    return err;
}

static bool interrupted(const struct worker *w)
{
    return w->hooks->interrupted && w->hooks->interrupted();
}

/*
 * Waits until there is something to read, or room to write. false: a signal has come that ends the run. It may come
 * just before the wait, so that is no longer than a moment.
 */
static bool ready(const struct worker *w, int fd, short events)
{
    enum { MOMENT_MS = 100 };
    struct pollfd p = {.fd = fd, .events = events};
    int n;

    do {
        if (interrupted(w))
            return false;
        n = poll(&p, 1, MOMENT_MS);
    } while (n == 0 || (n < 0 && errno == EINTR));
    return n > 0;
}

static bool send_all(struct worker *w, const unsigned char *p, size_t n)
{
    while (n) {
        ssize_t done = ready(w, w->to, POLLOUT) ? write(w->to, p, n < PIPE_BUF ? n : PIPE_BUF) : 0;
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static bool receive_all(struct worker *w, void *into, size_t n)
{
    unsigned char *p = into;

    while (n) {
        ssize_t done = ready(w, w->from, POLLIN) ? read(w->from, p, n) : 0;
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static int send_job(struct worker *w, const struct machine *m)
{
    size_t size = machine_job_size(m);
    unsigned char *job = malloc(size);
    bool sent = job && !machine_job_save(m, job, size) && send_all(w, job, size);

    free(job);
    close_end(&w->to);
    return sent ? 0 : -EPIPE;
}

/* Frames until the results; nothing that is longer than results of ours is believed. */
static int receive_results(struct worker *w, struct machine *m)
{
    enum { ACCESSES = 4096 };
    const size_t most = machine_results_size(m) + ACCESSES * sizeof(struct machine_access);
    struct frame f = {.kind = FRAME_PROGRESS};
    unsigned char *image;
    int err = -EPIPE;

    for (;;) {
        if (!receive_all(w, &f, sizeof f))
            return -EPIPE;
        if (f.kind != FRAME_PROGRESS)
            break;
        if (w->hooks->progress)
            w->hooks->progress(w->hooks->ctx, f.a, f.b);
    }
    if (f.kind != FRAME_RESULTS || f.a > most)
        return -EPROTO;
    image = malloc((size_t)f.a + 1);
    if (image && receive_all(w, image, (size_t)f.a))
        err = machine_results_load(m, image, (size_t)f.a);
    free(image);
    return err;
}

static int reap(struct worker *w)
{
    int status = 0;

    close_end(&w->to);
    close_end(&w->from);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

/* Why there are no results, as a sentence about the program. */
static int failed(struct machine *m, int err, int status)
{
    char why[PATH_MAX + 100];

    if (err == -EPROTO || err == -EINVAL)
        snprintf(why, sizeof why, "%s sent something else than results; is it of the same build?", program);
    else if (WIFSIGNALED(status))
        snprintf(why, sizeof why, "%s was ended by signal %d", program, WTERMSIG(status));
    else
        snprintf(why, sizeof why, "%s sent no results (exit status %d)", program, WEXITSTATUS(status));
    return machine_set_error(m, -EPIPE, why);
}

int engine_systemc_run(struct machine *m, const struct engine_hooks *hooks)
{
    struct worker w = {.to = -1, .from = -1, .hooks = hooks};
    char why[PATH_MAX + 100];
    int err = start(&w), status;

    if (err) {
        snprintf(why, sizeof why, "%s cannot be started: %s", program, strerror(err));
        return machine_set_error(m, -EPIPE, why);
    }
    err = send_job(&w, m);
    if (!err)
        err = receive_results(&w, m);
    if (err && interrupted(&w)) {
        kill(w.pid, SIGTERM);
        (void)reap(&w);
        return -EINTR;
    }
    status = reap(&w);
    return err ? failed(m, err, status) : machine_status(m);
}
