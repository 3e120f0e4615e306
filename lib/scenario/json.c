/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trapline/scenario.h>

/* A growing string. */
struct text {
    char *s;
    size_t n, cap;
};

static bool put(struct text *t, const char *s, size_t n)
{
    if (t->n + n + 1 > t->cap) {
        size_t cap = t->cap ? t->cap : 64;
        char *more;
        while (cap < t->n + n + 1)
            cap *= 2;
        more = realloc(t->s, cap);
        if (!more)
            return false;
        t->s = more;
        t->cap = cap;
    }
    memcpy(t->s + t->n, s, n);
    t->n += n;
    t->s[t->n] = '\0';
    return true;
}

static bool put_str(struct text *t, const char *s)
{
    return put(t, s, strlen(s));
}

static bool put_indent(struct text *t, unsigned depth)
{
    bool ok = put(t, "\n", 1);
    for (unsigned i = 0; i < depth; i++)
        ok = put(t, "  ", 2) && ok;
    return ok;
}

static bool put_quoted(struct text *t, const char *s)
{
    bool ok = put(t, "\"", 1);
    char esc[8];

    for (size_t n; *s; s += n ? n : 1) {
        unsigned char c = (unsigned char)*s;
        n = scenario_utf8_length(s);
        if (c == '"' || c == '\\') {
            esc[0] = '\\';
            esc[1] = *s;
            ok = put(t, esc, 2) && ok;
        } else if (c < 0x20) {
            snprintf(esc, sizeof esc, "\\u%04x", c);
            ok = put_str(t, c == '\n' ? "\\n" : c == '\t' ? "\\t" : esc) && ok;
        } else { /* a byte that is no character would spoil the document */
            ok = put(t, n ? s : "?", n ? n : 1) && ok;
        }
    }
    return put(t, "\"", 1) && ok;
}

void json_init(struct json *j)
{
    memset(j, 0, sizeof *j);
}

/* Takes ownership of a rendered value. */
static void value(struct json *j, char *text)
{
    struct json_level *l;

    if (!text || j->failed) {
        free(text);
        j->failed = true;
        return;
    }
    if (j->depth == 0) {
        if (j->done)
            free(text), j->failed = true;
        else
            j->done = text;
        return;
    }
    l = &j->level[j->depth - 1];
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 8;
        struct json_member *more = realloc(l->member, cap * sizeof *more);
        if (!more) {
            free(text);
            j->failed = true;
            return;
        }
        l->member = more;
        l->cap = cap;
    }
    if (l->object && !l->key)
        j->failed = true;
    l->member[l->n++] = (struct json_member){l->key, text};
    l->key = NULL;
}

static void open_level(struct json *j, bool object)
{
    if (j->depth == JSON_MAX_DEPTH) {
        j->failed = true;
        return;
    }
    j->level[j->depth++] = (struct json_level){.object = object};
}

void json_object(struct json *j)
{
    open_level(j, true);
}

void json_array(struct json *j)
{
    open_level(j, false);
}

static int by_key(const void *a, const void *b)
{
    const struct json_member *x = a, *y = b;
    return strcmp(x->key, y->key);
}

static void free_level(struct json_level *l)
{
    for (size_t i = 0; i < l->n; i++) {
        free(l->member[i].key);
        free(l->member[i].text);
    }
    free(l->member);
    free(l->key);
}

void json_end(struct json *j)
{
    struct json_level *l;
    struct text t = {0};
    bool ok;

    if (j->depth == 0) {
        j->failed = true;
        return;
    }
    l = &j->level[--j->depth];
    if (l->object && !j->failed && l->n > 1)
        qsort(l->member, l->n, sizeof *l->member, by_key);
    ok = !j->failed && put(&t, l->object ? "{" : "[", 1);
    for (size_t i = 0; ok && i < l->n; i++) {
        ok = (i == 0 || put(&t, ",", 1)) && put_indent(&t, j->depth + 1);
        if (ok && l->object)
            ok = put_quoted(&t, l->member[i].key) && put(&t, ": ", 2);
        ok = ok && put_str(&t, l->member[i].text);
    }
    if (ok && l->n)
        ok = put_indent(&t, j->depth);
    ok = ok && put(&t, l->object ? "}" : "]", 1);
    free_level(l);
    if (!ok) {
        free(t.s);
        t.s = NULL;
    }
    value(j, t.s);
}

void json_key(struct json *j, const char *key)
{
    struct text t = {0};

    if (j->depth == 0 || !put_str(&t, key)) {
        j->failed = true;
        free(t.s);
        return;
    }
    free(j->level[j->depth - 1].key);
    j->level[j->depth - 1].key = t.s;
}

static void value_str(struct json *j, const char *s)
{
    struct text t = {0};
    put_str(&t, s);
    value(j, t.s);
}

void json_text(struct json *j, const char *s)
{
    struct text t = {0};
    if (!put_quoted(&t, s)) {
        free(t.s);
        t.s = NULL;
    }
    value(j, t.s);
}

void json_uint(struct json *j, uint64_t v)
{
    char buf[24];
    snprintf(buf, sizeof buf, "%" PRIu64, v);
    value_str(j, buf);
}

void json_int(struct json *j, int64_t v)
{
    char buf[24];
    snprintf(buf, sizeof buf, "%" PRId64, v);
    value_str(j, buf);
}

void json_real(struct json *j, double v)
{
    char buf[40];

    if (!isfinite(v)) {
        json_null(j);
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buf, sizeof buf, "%.*g", digits, v);
        if (strtod(buf, NULL) == v) /* NOLINT: exact on purpose */
            break;
    }
    value_str(j, buf);
}

void json_bool(struct json *j, bool v)
{
    value_str(j, v ? "true" : "false");
}

void json_null(struct json *j)
{
    value_str(j, "null");
}

void json_number(struct json *j, bool valid, bool real, uint64_t u, double r)
{
    if (!valid)
        json_null(j);
    else if (real)
        json_real(j, r);
    else
        json_uint(j, u);
}

char *json_finish(struct json *j)
{
    struct text t = {j->done, j->done ? strlen(j->done) : 0, j->done ? strlen(j->done) + 1 : 0};
    bool ok = !j->failed && j->depth == 0 && j->done && put(&t, "\n", 1);

    while (j->depth)
        free_level(&j->level[--j->depth]);
    if (!ok) {
        free(t.s);
        t.s = NULL;
    }
    json_init(j);
    return t.s;
}
