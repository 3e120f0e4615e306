/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - a file of vectors: getting its text, cutting it into lines, and what is asked of it as a whole. */
#include "reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE   ((size_t)256 << 20)
#define MAX_ERRORS 20u

void vectors_mistake(struct reader *r, unsigned col, const char *help, const char *fmt, ...)
{
    char message[200];
    struct gicvec_error e = {
        .file = r->name, .line = r->line, .col = col, .message = message, .help = help, .text = r->text};
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    r->errors++;
    if (r->error)
        r->error(r->ctx, &e);
}

/* Column of the first character that no line may have; 0: there is none. */
static unsigned bad_character(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)s[i];
        if ((c < 0x20 && c != '\t') || c >= 0x7f)
            return (unsigned)i + 1;
    }
    return 0;
}

/* Length of a line without the blanks (and the CR of other systems) at its end. */
static size_t trimmed(const char *s, size_t len)
{
    while (len && (s[len - 1] == ' ' || s[len - 1] == '\t' || s[len - 1] == '\r'))
        len--;
    return len;
}

static void read_lines(struct reader *r, char *text, size_t len)
{
    static const char first[] = "gicvec 1";
    char *p = text, *end = text + len;

    while (p < end && r->errors < MAX_ERRORS && !r->no_memory) {
        char *newline = memchr(p, '\n', (size_t)(end - p));
        const size_t whole = (size_t)((newline ? newline : end) - p), used = trimmed(p, whole);
        const unsigned bad = bad_character(p, used);
        p[used] = '\0';
        r->line++;
        r->text = p;
        if (r->line == 1 && strcmp(p, first) != 0) {
            vectors_mistake(r, 1, "its first line is 'gicvec 1'", "this is no file of GIC vectors");
            return;
        }
        if (bad)
            vectors_mistake(r, bad, NULL, "a byte that is not plain ASCII text");
        else if (r->line > 1 && p[0] && p[0] != '#')
            vectors_line(r, p);
        p += whole + (newline != NULL);
    }
    r->text = NULL;
    if (r->line == 0) {
        r->line = 1;
        vectors_mistake(r, 1, "its first line is 'gicvec 1'", "the file is empty");
    } else if (r->open && r->errors < MAX_ERRORS && !r->no_memory) {
        r->line = r->file->records[r->file->n - 1].v.line;
        vectors_mistake(r, 1, NULL, "this vector has no 'end'");
    }
}

static int by_name(const void *a, const void *b)
{
    const struct gicvec *const *v = a, *const *w = b;
    const int order = strcmp((*v)->name, (*w)->name);

    return order ? order : (*v)->line > (*w)->line ? 1 : -1;
}

/* A name stands for one vector. */
static void check_names(struct reader *r)
{
    const size_t n = r->file->n;
    const struct gicvec **sorted = n ? malloc(n * sizeof *sorted) : NULL;

    if (n && !sorted) {
        r->no_memory = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        sorted[i] = &r->file->records[i].v;
    if (n)
        qsort(sorted, n, sizeof *sorted, by_name);
    for (size_t i = 1; i < n && r->errors < MAX_ERRORS; i++) {
        r->line = sorted[i]->line;
        if (!strcmp(sorted[i - 1]->name, sorted[i]->name))
            vectors_mistake(r, sizeof "vector ", NULL, "the vector of line %u has the name '%.80s' too",
                            sorted[i - 1]->line, sorted[i]->name);
    }
    free(sorted);
}

/* Vectors moved while their file grew; now they stay where they are. */
static void settle(struct gicvec_file *file)
{
    for (size_t i = 0; i < file->n; i++) {
        file->records[i].v.ops = file->records[i].ops;
        file->records[i].v.needs = file->records[i].needs;
    }
}

/* Takes over text, which has len bytes and room for one more. */
static int load(const char *name, char *text, size_t len, gicvec_error_fn *error, void *ctx, struct gicvec_file **out)
{
    struct reader r = {.name = name, .error = error, .ctx = ctx};

    r.file = calloc(1, sizeof *r.file);
    if (!r.file) {
        free(text);
        return -ENOMEM;
    }
    r.file->text = text;
    read_lines(&r, text, len);
    if (!r.errors && !r.no_memory)
        check_names(&r);
    if (r.errors || r.no_memory) {
        gicvec_free(r.file);
        return r.no_memory ? -ENOMEM : -EINVAL;
    }
    settle(r.file);
    *out = r.file;
    return 0;
}

/* Reads all of a stream; *text has room for one byte more than *len. */
static int slurp(FILE *f, char **text, size_t *len)
{
    size_t room = 1 << 16, n = 0, got;
    char *buf = malloc(room + 1), *more;

    while (buf) {
        got = fread(buf + n, 1, room - n, f);
        n += got;
        if (!got || n > MAX_FILE)
            break;
        if (n < room)
            continue;
        room *= 2;
        more = realloc(buf, room + 1);
        if (!more) {
            free(buf);
            return -ENOMEM;
        }
        buf = more;
    }
    if (!buf)
        return -ENOMEM;
    if (ferror(f) || n > MAX_FILE) {
        const int e = errno > 0 ? errno : EIO;
        free(buf);
        return n > MAX_FILE ? -EFBIG : -e;
    }
    *text = buf;
    *len = n;
    return 0;
}

int gicvec_load(const char *path, gicvec_error_fn *error, void *ctx, struct gicvec_file **out)
{
    const bool is_stdin = !strcmp(path, "-");
    FILE *f;
    char *text = NULL;
    size_t len = 0;
    int err;

    errno = 0;
    f = is_stdin ? stdin : fopen(path, "rb");
    if (!f)
        return errno > 0 ? -errno : -EIO;
    err = slurp(f, &text, &len);
    if (!is_stdin)
        fclose(f);
    return err ? err : load(is_stdin ? "<stdin>" : path, text, len, error, ctx, out);
}

int gicvec_load_text(const char *name, const char *text, size_t len, gicvec_error_fn *error, void *ctx,
                     struct gicvec_file **out)
{
    char *copy = len > MAX_FILE ? NULL : malloc(len + 1);

    if (!copy)
        return len > MAX_FILE ? -EFBIG : -ENOMEM;
    if (len)
        memcpy(copy, text, len);
    return load(name, copy, len, error, ctx, out);
}

void gicvec_free(struct gicvec_file *file)
{
    if (!file)
        return;
    for (size_t i = 0; i < file->n; i++) {
        free(file->records[i].ops);
        free(file->records[i].needs);
    }
    free(file->records);
    free(file->text);
    free(file);
}

size_t gicvec_count(const struct gicvec_file *file)
{
    return file->n;
}

const struct gicvec *gicvec_get(const struct gicvec_file *file, size_t index)
{
    return index < file->n ? &file->records[index].v : NULL;
}
