/* SPDX-License-Identifier: Apache-2.0 */
/* engine.c - the machine goes to trapline-systemc through one pipe, and its results come back through another. */
#define _POSIX_C_SOURCE 200809L
#include "engine.h"

#include "../trapline-systemc/frame.h"

#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

    return n > 0 && (size_t)n < sizeof program && !access(program, X_OK);
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
    void (*progress)(void *ctx, uint64_t done, uint64_t total);
    void *ctx;
};

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Its banner would stand in the middle of our messages. */
static int start(struct worker *w)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    char *argv[] = {program, NULL};
    posix_spawn_file_actions_t files;
    int err = pipe(in) || pipe(out) ? errno : 0;

    setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);
    if (!err)
        err = posix_spawn_file_actions_init(&files);
    if (!err) {
        posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
        for (int i = 0; i < 2; i++) {
            posix_spawn_file_actions_addclose(&files, in[i]);
            posix_spawn_file_actions_addclose(&files, out[i]);
        }
        err = posix_spawn(&w->pid, program, &files, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&files);
    }
    close_end(&in[0]);
    close_end(&out[1]);
    w->to = in[1];
    w->from = out[0];
    if (err) {
        fprintf(stderr, "trapline: cannot start %s: %s\n", program, strerror(err));
        close_end(&w->to);
        close_end(&w->from);
        w->pid = 0;
    }
    return err ? -EPIPE : 0;
}

/* A signal may have come that ends the run: whoever watches progress knows. */
static void interrupted(const struct worker *w)
{
    if (w->progress)
        w->progress(w->ctx, 0, 0);
}

static bool send_all(struct worker *w, const unsigned char *p, size_t n)
{
    while (n) {
        ssize_t done = write(w->to, p, n);
        if (done < 0 && errno == EINTR) {
            interrupted(w);
            continue;
        }
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
        ssize_t done = read(w->from, p, n);
        if (done < 0 && errno == EINTR) {
            interrupted(w);
            continue;
        }
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
    struct frame f;
    unsigned char *image;
    int err = -EPIPE;

    while (receive_all(w, &f, sizeof f) && f.kind == FRAME_PROGRESS)
        if (w->progress)
            w->progress(w->ctx, f.a, f.b);
    if (f.kind != FRAME_RESULTS || f.a > most)
        return -EPIPE;
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

int engine_systemc_run(struct machine *m, void (*progress)(void *ctx, uint64_t done, uint64_t total), void *ctx)
{
    struct worker w = {.to = -1, .from = -1, .progress = progress, .ctx = ctx};
    int err = start(&w), status;

    if (err)
        return err;
    err = send_job(&w, m);
    if (!err)
        err = receive_results(&w, m);
    status = reap(&w);
    if (!err)
        return machine_status(m);
    if (WIFSIGNALED(status))
        fprintf(stderr, "trapline: %s was ended by signal %d\n", program, WTERMSIG(status));
    else
        fprintf(stderr, "trapline: no results from %s (exit status %d)\n", program, WEXITSTATUS(status));
    return -EPIPE;
}
