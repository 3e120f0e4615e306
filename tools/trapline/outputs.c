/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "outputs.h"

#include <string.h>
#include <sys/stat.h>
#include <trapline/sim.h>

int output_failed(const char *path, int err)
{
    fprintf(stderr, "trapline: cannot write '%s': %s\n", path, trapline_strerror(err));
    return EXIT_OUTPUT;
}

bool output_same(const char *a, const char *b)
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
    bool is_stdout = !strcmp(path, "-");

    for (size_t i = 0; i < p->n; i++) {
        if (!output_same(p->out[i].path, path))
            continue;
        if (is_stdout)
            return usage_error(cmd, "--%s and --%s cannot both write to standard output", p->out[i].format->option,
                               format->option);
        return usage_error(cmd, "--%s and --%s cannot both write '%s'", p->out[i].format->option, format->option, path);
    }
    p->out[p->n].format = format;
    p->out[p->n].path = path;
    p->n++;
    p->to_stdout = p->to_stdout || is_stdout;
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
        if (format[i].direct && *direct && (!*path || strcmp(*path, "-")))
            code = plan_one(p, cmd, &format[i], "-");
        if (*path && code == EXIT_HOLDS)
            code = plan_one(p, cmd, &format[i], *path);
    }
    return code;
}

int outputs_open(struct outputs *p)
{
    for (size_t i = 0; i < p->n; i++) {
        int err = trace_out_open(&p->out[i].file, p->out[i].path);
        if (err)
            return output_failed(p->out[i].path, err);
        p->out[i].open = true;
    }
    return EXIT_HOLDS;
}

int outputs_write(struct outputs *p, const void *subject)
{
    int code = EXIT_HOLDS;

    for (size_t i = 0; i < p->n; i++) {
        bool made = p->out[i].format->write(p->out[i].file.f, subject);
        int err = 0;
        p->out[i].open = false;
        if (made && !strcmp(p->out[i].path, "-"))
            continue; /* the end of the program looks after standard output */
        if (made)
            err = trace_out_commit(&p->out[i].file);
        else
            trace_out_abort(&p->out[i].file);
        if (!made) {
            fprintf(stderr, "trapline: not enough memory for '%s'\n", p->out[i].path);
            code = EXIT_OUTPUT;
        } else if (err) {
            code = output_failed(p->out[i].path, err);
        }
    }
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
