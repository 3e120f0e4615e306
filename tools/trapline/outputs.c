/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "outputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <trapline/sim.h>

int output_failed(const char *path, int err)
{
    bool known = strcmp(trapline_errname(err), "E?") != 0;

    fprintf(stderr, "trapline: cannot write '%s': %s\n", path, known ? trapline_strerror(err) : strerror(-err));
    return EXIT_OUTPUT;
}

bool output_text(FILE *f, char *text)
{
    if (text)
        fputs(text, f);
    free(text);
    return text != NULL;
}

/* Through another name than "-" it would be opened twice, and two streams would write over each other. */
static bool is_stdout(const char *path)
{
    static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!strcmp(path, names[i]))
            return true;
    return false;
}

/* Whether two names lead to one file; devices may be written twice. */
static bool output_same(const char *a, const char *b)
{
    struct stat s, t;

    if (!strncmp(a, "/dev/", 5))
        return false;
    if (!stat(a, &s) && !stat(b, &t))
        return S_ISREG(s.st_mode) && s.st_dev == t.st_dev && s.st_ino == t.st_ino;
    for (; !strncmp(a, "./", 2); a += 2)
        ;
    for (; !strncmp(b, "./", 2); b += 2)
        ;
    return !strcmp(a, b);
}

static int plan_one(struct outputs *p, const struct command *cmd, const struct output_format *format, const char *path)
{
    bool direct = is_stdout(path);

    path = direct ? "-" : path;
    for (size_t i = 0; i < p->n; i++) {
        if (!output_same(p->out[i].path, path))
            continue;
        if (direct)
            return usage_error(cmd, "--%s and --%s cannot both write to standard output", p->out[i].format->option,
                               format->option);
        return usage_error(cmd, "--%s and --%s cannot both write '%s'", p->out[i].format->option, format->option, path);
    }
    p->out[p->n].format = format;
    p->out[p->n].path = path;
    p->n++;
    p->to_stdout = p->to_stdout || direct;
    return EXIT_HOLDS;
}

int outputs_plan(struct outputs *p, const struct command *cmd, const struct options *o,
                 const struct output_format *format, size_t n)
{
    int code = EXIT_HOLDS;

    *p = (struct outputs){.n = 0};
    for (size_t i = 0; i < n && code == EXIT_HOLDS; i++) {
        const char *const *path = (const void *)((const char *)o + format[i].path);
        const bool *direct = (const void *)((const char *)o + format[i].direct);
        if (format[i].direct && *direct && (!*path || !is_stdout(*path)))
            code = plan_one(p, cmd, &format[i], "-");
        if (*path && code == EXIT_HOLDS)
            code = plan_one(p, cmd, &format[i], *path);
    }
    return code;
}

int outputs_spare(const struct outputs *p, const struct command *cmd, const char *input, const char *what)
{
    for (size_t i = 0; i < p->n; i++)
        if (output_same(p->out[i].path, input))
            return usage_error(cmd, "--%s would overwrite %s'%s'", p->out[i].format->option, what, input);
    return EXIT_HOLDS;
}

int outputs_open(struct outputs *p)
{
    for (size_t i = 0; i < p->n; i++) {
        int err;
        if (!p->out[i].format->write)
            continue;
        err = trace_out_open(&p->out[i].file, p->out[i].path);
        if (err)
            return output_failed(p->out[i].path, err);
        p->out[i].open = true;
    }
    return EXIT_HOLDS;
}

/* Returns 0 or an exit code. */
static int write_one(struct outputs *p, size_t i, const void *subject)
{
    bool made = p->out[i].format->write(p->out[i].file.f, subject);
    int err;

    p->out[i].open = false;
    if (!made) {
        trace_out_abort(&p->out[i].file);
        fprintf(stderr, "trapline: not enough memory for '%s'\n", p->out[i].path);
        return EXIT_OUTPUT;
    }
    if (!strcmp(p->out[i].path, "-")) /* the end of the program says what went wrong */
        return fflush(p->out[i].file.f) && errno != EPIPE ? EXIT_OUTPUT : EXIT_HOLDS;
    err = trace_out_commit(&p->out[i].file);
    return err ? output_failed(p->out[i].path, err) : EXIT_HOLDS;
}

int outputs_write(struct outputs *p, const void *subject)
{
    int code = EXIT_HOLDS;

    for (size_t i = 0; i < p->n; i++)
        if (p->out[i].open && write_one(p, i, subject) != EXIT_HOLDS)
            code = EXIT_OUTPUT;
    return code;
}

void outputs_abort(struct outputs *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->out[i].open)
            trace_out_abort(&p->out[i].file);
        p->out[i].open = false;
    }
}
