/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct colors colors_for(const struct options *o, FILE *f)
{
    static const struct colors off = {"", "", "", "", ""};
    static const struct colors on = {"\033[1m", "\033[1;31m", "\033[32m", "\033[2m", "\033[0m"};
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    if (o->color && !strcmp(o->color, "always"))
        return on;
    if (o->color && !strcmp(o->color, "never"))
        return off;
    if ((no_color && *no_color) || !term || !strcmp(term, "dumb") || !isatty(fileno(f)))
        return off;
    return on;
}

int output_finish(int code)
{
    bool bad = fflush(stdout) != 0 || ferror(stdout);

    if (!bad)
        return code;
    if (errno == EPIPE) /* the reader has seen enough */
        return code == EXIT_MODEL ? code : EXIT_OUTPUT;
    fprintf(stderr, "trapline: cannot write to standard output: %s\n", strerror(errno ? errno : EIO));
    return code == EXIT_MODEL ? code : EXIT_OUTPUT;
}

/* ../share/trapline/profiles as seen from the program, so that an installed tree may be moved. */
static char *beside_program(void)
{
    static const char tail[] = "/../share/trapline/profiles";
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof tail);

    while (n > 0 && path[n - 1] != '/')
        n--;
    if (n <= 0)
        return NULL;
    memcpy(path + n - 1, tail, sizeof tail);
    return strdup(path);
}

void profile_dirs_find(const struct options *o, struct profile_dirs *p)
{
    const char *env = getenv("TRAPLINE_PROFILES");
    size_t max = o->profile_dirs.n + 3;

    memset(p, 0, sizeof *p);
    for (const char *s = env; s && *s; s++)
        max += *s == ':';
    p->dir = calloc(max + 1, sizeof *p->dir);
    if (!p->dir)
        return;
    for (size_t i = 0; i < o->profile_dirs.n; i++)
        p->dir[p->n++] = o->profile_dirs.v[i];
    p->env = env && *env ? strdup(env) : NULL;
    if (p->env) {
        for (char *s = strtok(p->env, ":"); s; s = strtok(NULL, ":"))
            p->dir[p->n++] = s;
    }
    p->beside = beside_program();
    if (p->beside && !access(p->beside, R_OK))
        p->dir[p->n++] = p->beside;
    if (!access(TRAPLINE_SHARE_DIR "/profiles", R_OK))
        p->dir[p->n++] = TRAPLINE_SHARE_DIR "/profiles";
    if (!access(TRAPLINE_SOURCE_PROFILES, R_OK))
        p->dir[p->n++] = TRAPLINE_SOURCE_PROFILES;
}

void profile_dirs_free(struct profile_dirs *p)
{
    free(p->dir);
    free(p->env);
    free(p->beside);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void progress_start(struct progress *p, const struct options *o, const char *what)
{
    *p = (struct progress){.on = !o->no_progress && !o->quiet && isatty(STDERR_FILENO), .what = what};
    if (p->on)
        p->start = now();
}

void progress_show(struct progress *p, uint64_t done, uint64_t total)
{
    double t;

    if (!p->on || !total)
        return;
    t = now();
    if (t - p->start < 1.0 || t - p->last < 0.2)
        return;
    p->last = t;
    p->shown = true;
    fprintf(stderr, "\r%s: %llu of %llu interrupts (%.0f %%)\033[K", p->what, (unsigned long long)done,
            (unsigned long long)total, total ? 100.0 * (double)done / (double)total : 0.0);
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}
