/* SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"

#include "text.h"

#include <stdio.h>
#include <string.h>

static struct head *head_of(void *obj, const struct field *f)
{
    return (struct head *)(void *)((char *)obj + f->offset);
}

static struct f_uint *uint_of(void *obj, const struct field *f)
{
    return (struct f_uint *)(void *)((char *)obj + f->offset);
}

static struct f_list *list_of(void *obj, const struct field *f)
{
    return (struct f_list *)(void *)((char *)obj + f->offset);
}

const struct field *table_field(const struct table *t, const char *key)
{
    for (size_t i = 0; i < t->n; i++)
        if (!strcmp(t->field[i].key, key))
            return &t->field[i];
    return NULL;
}

void decode_unknown_key(struct decoder *d, const struct table *t, const char *key, struct where at)
{
    struct text_nearest near;
    char help[512];
    const char *best;

    text_nearest_start(&near, key);
    for (size_t i = 0; i < t->n; i++)
        text_nearest_try(&near, t->field[i].key);
    best = text_nearest_found(&near);
    if (best) {
        snprintf(help, sizeof help, "did you mean '%s'?", best);
    } else {
        size_t n = (size_t)snprintf(help, sizeof help, "known keys:");
        for (size_t i = 0; i < t->n && n < sizeof help; i++)
            n += (size_t)snprintf(help + n, sizeof help - n, " %s", t->field[i].key);
    }
    diag_add(d->diags, at, help, "unknown key '%s' in this %s", key, t->what);
}

/* Why a number was refused, in words. */
static void bad_number(struct decoder *d, const struct field *f, const char *text, struct where at, enum text_error e)
{
    const char *kind = f->kind == FIELD_DURATION ? "duration" : f->kind == FIELD_RATE ? "frequency" : "whole number";
    const char *form = f->kind == FIELD_DURATION ? "a number and a unit: 250ns, 1.5us, 10ms, 1s"
                       : f->kind == FIELD_RATE   ? "a number and a unit: 40MHz, 1.7GHz"
                                                 : "a decimal or hexadecimal number: 112 or 0x70";
    char help[160];

    switch (e) {
    case TEXT_NO_UNIT:
        snprintf(help, sizeof help,
                 f->kind == FIELD_DURATION ? "for example %sns or %sus" : "for example %sMHz or %sGHz", text, text);
        diag_add(d->diags, at, help, "'%s' needs a unit: it is a %s", f->key, kind);
        break;
    case TEXT_TOO_LARGE:
        diag_add(d->diags, at, NULL, "%.60s is too large for '%s'", text, f->key);
        break;
    case TEXT_TOO_FINE:
        diag_add(d->diags, at,
                 f->kind == FIELD_DURATION ? "the smallest step is 1 ps = 0.001ns" : "the smallest step is 1Hz",
                 "'%.60s' is too fine for '%s'", text, f->key);
        break;
    default:
        diag_add(d->diags, at, f->hint ? f->hint : form, "'%.60s' is no %s, which '%s' must be", text, kind, f->key);
        break;
    }
}

static void out_of_range(struct decoder *d, const struct field *f, const char *text, struct where at)
{
    char help[160], lo[32], hi[32];

    if (f->kind == FIELD_DURATION) {
        text_show_duration(f->min, lo, sizeof lo);
        text_show_duration(f->max, hi, sizeof hi);
    } else {
        snprintf(lo, sizeof lo, "%llu", (unsigned long long)f->min);
        snprintf(hi, sizeof hi, "%llu", (unsigned long long)f->max);
    }
    if (f->max)
        snprintf(help, sizeof help, "allowed: %s to %s", lo, hi);
    else
        snprintf(help, sizeof help, "at least %s", lo);
    diag_add(d->diags, at, f->hint ? f->hint : help, "%.60s is out of range for '%s'", text, f->key);
}

static void decode_number(struct decoder *d, const struct field *f, const char *text, struct where at,
                          struct f_uint *out)
{
    enum text_error e = f->kind == FIELD_DURATION ? text_duration(text, &out->v)
                        : f->kind == FIELD_RATE   ? text_rate(text, &out->v)
                                                  : text_uint(text, &out->v);
    if (e != TEXT_OK)
        bad_number(d, f, text, at, e);
    else if (out->v < f->min || (f->max && out->v > f->max))
        out_of_range(d, f, text, at);
}

static void decode_choice(struct decoder *d, const struct field *f, const char *text, struct where at,
                          struct f_uint *out)
{
    struct text_nearest near;
    char help[256];
    size_t n;

    text_nearest_start(&near, text);
    for (size_t i = 0; f->choices[i]; i++) {
        if (!strcmp(text, f->choices[i])) {
            out->v = i;
            return;
        }
        text_nearest_try(&near, f->choices[i]);
    }
    n = (size_t)snprintf(help, sizeof help, "one of:");
    for (size_t i = 0; f->choices[i] && n < sizeof help; i++)
        n += (size_t)snprintf(help + n, sizeof help - n, " %s", f->choices[i]);
    if (text_nearest_found(&near) && n < sizeof help)
        snprintf(help + n, sizeof help - n, "; did you mean '%s'?", text_nearest_found(&near));
    diag_add(d->diags, at, f->hint ? f->hint : help, "'%.60s' is no value of '%s'", text, f->key);
}

static void decode_bool(struct decoder *d, const struct field *f, const char *text, struct where at, struct f_uint *out)
{
    if (!strcmp(text, "true"))
        out->v = 1;
    else if (strcmp(text, "false"))
        diag_add(d->diags, at, "write true or false", "'%.60s' is neither true nor false, one of which '%s' must be",
                 text, f->key);
}

static void decode_text(struct decoder *d, const struct field *f, const char *text, struct where at)
{
    size_t len = strlen(text), bad = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    char help[100];

    if (f->max && len > f->max) {
        snprintf(help, sizeof help, "at most %llu characters", (unsigned long long)f->max);
        diag_add(d->diags, at, help, "'%s' is too long", f->key);
    } else if (f->kind == FIELD_NAME && text[bad]) {
        diag_add(d->diags, at, "letters, digits, '_', '-' and '.'", "'%.60s' is no name, which '%s' must be", text,
                 f->key);
    }
}

static void decode_scalar(struct decoder *d, const struct field *f, const char *text, struct where at, void *obj)
{
    switch (f->kind) {
    case FIELD_TEXT:
    case FIELD_NAME:
        decode_text(d, f, text, at);
        ((struct f_str *)(void *)((char *)obj + f->offset))->v = text;
        break;
    case FIELD_BOOL:
        decode_bool(d, f, text, at, uint_of(obj, f));
        break;
    case FIELD_CHOICE:
        decode_choice(d, f, text, at, uint_of(obj, f));
        break;
    default:
        decode_number(d, f, text, at, uint_of(obj, f));
        break;
    }
}

static bool check_count(struct decoder *d, const struct field *f, const struct node *n)
{
    char help[100];

    if (n->n < f->min) {
        diag_add(d->diags, n->at, f->doc, "'%s' needs at least %llu element%s", f->key, (unsigned long long)f->min,
                 f->min == 1 ? "" : "s");
        return false;
    }
    if (f->max && n->n > f->max) {
        snprintf(help, sizeof help, "at most %llu", (unsigned long long)f->max);
        diag_add(d->diags, n->at, help, "'%s' has %zu elements", f->key, n->n);
        return false;
    }
    return true;
}

static void decode_list(struct decoder *d, const struct field *f, const struct node *n, void *obj)
{
    struct f_list *l = list_of(obj, f);
    char *v;

    if (!check_count(d, f, n))
        return;
    l->v = v = arena_alloc(d->arena, n->n * (f->kind == FIELD_TEXTS ? sizeof(struct f_str) : f->sub->size));
    l->n = n->n;
    for (size_t i = 0; i < n->n; i++) {
        if (f->kind == FIELD_LIST) {
            decode_map(d, f->sub, n->item[i], v + i * f->sub->size);
        } else {
            struct f_str *s = (struct f_str *)(void *)v + i;
            s->h = (struct head){n->item[i]->at, true};
            s->v = n->item[i]->kind == NODE_SCALAR ? n->item[i]->text : "";
            if (n->item[i]->kind != NODE_SCALAR)
                diag_add(d->diags, n->item[i]->at, NULL, "'%s' holds single values, not %s", f->key,
                         node_kind_text(n->item[i]));
        }
    }
}

/* One value that the file gives. */
static void decode_value(struct decoder *d, const struct field *f, const struct node *n, void *obj)
{
    struct head *h = head_of(obj, f);

    *h = (struct head){n->at, true};
    if (n->kind == NODE_SCALAR && !n->quoted && !n->text[0] && f->kind != FIELD_NODE) {
        diag_add(d->diags, n->at, f->doc, "'%s' has no value", f->key);
        return;
    }
    switch (f->kind) {
    case FIELD_NODE:
        ((struct f_node *)(void *)h)->v = n;
        break;
    case FIELD_MAP:
        decode_map(d, f->sub, n, h);
        break;
    case FIELD_LIST:
    case FIELD_TEXTS:
        if (n->kind != NODE_LIST)
            diag_add(d->diags, n->at, f->doc, "'%s' must be a list, not %s", f->key, node_kind_text(n));
        else
            decode_list(d, f, n, obj);
        break;
    default:
        if (n->kind != NODE_SCALAR)
            diag_add(d->diags, n->at, f->doc, "'%s' must be a single value, not %s", f->key, node_kind_text(n));
        else
            decode_scalar(d, f, n->text, n->at, obj);
        break;
    }
}

/* A key that the file leaves out. */
static void decode_default(struct decoder *d, const struct table *t, const struct field *f, const struct node *n,
                           void *obj)
{
    static const struct node nothing = {.kind = NODE_MAP};
    struct node empty = nothing;

    empty.at = n->at;
    head_of(obj, f)->at = n->at;
    if (f->flags & FIELD_REQUIRED) {
        diag_add(d->diags, n->at, f->doc, "this %s has no '%s'", t->what, f->key);
    } else if (f->kind == FIELD_MAP && !(f->flags & FIELD_OPTIONAL)) {
        decode_map(d, f->sub, &empty, head_of(obj, f));
        head_of(obj, f)->given = false;
    } else if (f->def && (f->kind <= FIELD_RATE)) {
        decode_scalar(d, f, f->def, n->at, obj);
    }
}

void decode_map(struct decoder *d, const struct table *t, const struct node *n, void *out)
{
    *(struct head *)out = (struct head){n->at, true};
    if (n->kind != NODE_MAP) {
        diag_add(d->diags, n->at, "key: value", "this %s must be a mapping, not %s", t->what, node_kind_text(n));
        return;
    }
    for (size_t i = 0; i < n->n; i++) {
        const struct field *f = table_field(t, n->pair[i].key);
        /* The second of two equal keys was reported by the reader. */
        if (f && !head_of(out, f)->given)
            decode_value(d, f, n->pair[i].value, out);
        else if (!f && strncmp(n->pair[i].key, "x-", 2))
            decode_unknown_key(d, t, n->pair[i].key, n->pair[i].at);
    }
    for (size_t i = 0; i < t->n; i++)
        if (!head_of(out, &t->field[i])->given)
            decode_default(d, t, &t->field[i], n, out);
}

void decode_json(struct json *j, const struct table *t, const void *obj)
{
    char buf[32];

    for (size_t i = 0; i < t->n; i++) {
        const struct field *f = &t->field[i];
        const void *p = (const char *)obj + f->offset;
        const struct f_uint *u = p;
        const struct f_list *l = p;

        if (f->flags & FIELD_NOT_SHOWN || (f->flags & FIELD_OPTIONAL && !((const struct head *)p)->given))
            continue;
        json_key(j, f->key);
        switch (f->kind) {
        case FIELD_TEXT:
        case FIELD_NAME:
            json_text(j, ((const struct f_str *)p)->v ? ((const struct f_str *)p)->v : "");
            break;
        case FIELD_UINT:
            json_uint(j, u->v);
            break;
        case FIELD_BOOL:
            json_bool(j, u->v != 0);
            break;
        case FIELD_CHOICE:
            if (f->choices[u->v][0] >= '0' && f->choices[u->v][0] <= '9')
                json_uint(j, (uint64_t)(f->choices[u->v][0] - '0'));
            else
                json_text(j, f->choices[u->v]);
            break;
        case FIELD_DURATION:
            text_show_duration(u->v, buf, sizeof buf);
            json_text(j, buf);
            break;
        case FIELD_RATE:
            text_show_rate(u->v, buf, sizeof buf);
            json_text(j, buf);
            break;
        case FIELD_MAP:
            json_object(j);
            decode_json(j, f->sub, p);
            json_end(j);
            break;
        case FIELD_LIST:
        case FIELD_TEXTS:
            json_array(j);
            for (size_t k = 0; k < l->n; k++) {
                if (f->kind == FIELD_TEXTS) {
                    json_text(j, ((const struct f_str *)l->v)[k].v);
                    continue;
                }
                json_object(j);
                decode_json(j, f->sub, (const char *)l->v + k * f->sub->size);
                json_end(j);
            }
            json_end(j);
            break;
        case FIELD_NODE:
            json_null(j);
            break;
        }
    }
}
