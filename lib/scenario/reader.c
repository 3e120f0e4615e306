/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libyaml's event API is used on purpose: its document API needs quadratic time for deeply nested input
 * and expands aliases. Events come one at a time, so depth and count can be refused at once.
 */
#include "reader.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* A collection that is still open. */
struct level {
    struct node *node;
    const struct node **item;
    struct pair *pair;
    size_t n, cap;
    const char *key; /* mapping: key that waits for its value */
    struct where key_at;
};

struct reader {
    struct arena *arena;
    struct scenario_diags *diags;
    const struct source *src;
    struct where origin; /* of the first byte that libyaml sees */
    struct level level[READER_MAX_DEPTH];
    unsigned depth;
    size_t nodes;
    const struct node *root;
    bool root_done, stop;
};

static struct where where_of(const struct reader *r, yaml_mark_t m)
{
    struct where w = {r->src, r->origin.line + (uint32_t)m.line, (uint32_t)m.column};
    if (m.line == 0)
        w.col += r->origin.col;
    return w;
}

const struct node *node_get(const struct node *map, const char *key)
{
    for (size_t i = 0; map && map->kind == NODE_MAP && i < map->n; i++)
        if (!strcmp(map->pair[i].key, key))
            return map->pair[i].value;
    return NULL;
}

const char *node_kind_text(const struct node *n)
{
    return n->kind == NODE_MAP ? "a mapping" : n->kind == NODE_LIST ? "a list" : "a single value";
}

/* Room for one more element of an open collection. false: out of memory. */
static bool level_grow(struct level *l)
{
    size_t cap = l->cap ? l->cap * 2 : 8;
    void *more;

    if (l->n < l->cap)
        return true;
    if (l->node->kind == NODE_LIST) {
        more = realloc(l->item, cap * sizeof *l->item);
        if (more)
            l->item = more;
    } else {
        more = realloc(l->pair, cap * sizeof *l->pair);
        if (more)
            l->pair = more;
    }
    if (more)
        l->cap = cap;
    return more != NULL;
}

/* Puts a finished or just opened node where it belongs. */
static void attach(struct reader *r, const struct node *n)
{
    struct level *l;

    if (r->depth == 0) {
        r->root = n;
        return;
    }
    l = &r->level[r->depth - 1];
    if (!level_grow(l)) {
        diag_add(r->diags, n->at, NULL, "not enough memory");
        r->stop = true;
        return;
    }
    if (l->node->kind == NODE_LIST) {
        l->item[l->n++] = n;
    } else {
        l->pair[l->n++] = (struct pair){l->key, l->key_at, n};
        l->key = NULL;
    }
}

static struct node *new_node(struct reader *r, enum node_kind kind, yaml_mark_t at)
{
    struct node *n = arena_alloc(r->arena, sizeof *n);

    n->kind = kind;
    n->at = n->text_at = where_of(r, at);
    if (++r->nodes > READER_MAX_NODES) {
        diag_add(r->diags, n->at, NULL, "the file holds more than %u values", READER_MAX_NODES);
        r->stop = true;
    }
    return n;
}

/* A collection as a key: report it and go on as if it were an odd word. */
static void check_key(struct reader *r, struct where at)
{
    struct level *l = r->depth ? &r->level[r->depth - 1] : NULL;

    if (l && l->node->kind == NODE_MAP && !l->key) {
        diag_add(r->diags, at, NULL, "a key must be a single word");
        l->key = "";
        l->key_at = at;
        r->stop = true;
    }
}

static void open_level(struct reader *r, enum node_kind kind, const yaml_event_t *ev)
{
    struct node *n = new_node(r, kind, ev->start_mark);

    check_key(r, n->at);
    if (r->stop)
        return;
    if (r->depth == READER_MAX_DEPTH) {
        diag_add(r->diags, n->at, NULL, "nested more than %u deep", READER_MAX_DEPTH);
        r->stop = true;
        return;
    }
    attach(r, n);
    r->level[r->depth++] = (struct level){.node = n};
}

static int pair_order(const void *a, const void *b)
{
    const struct pair *const *x = a, *const *y = b;
    int c = strcmp((*x)->key, (*y)->key);
    return c ? c : *x < *y ? -1 : *x > *y;
}

/* Reports keys that are given twice, sorting an index so that huge mappings stay cheap. */
static void check_twice(struct reader *r, const struct node *n)
{
    const struct pair **index = malloc((n->n ? n->n : 1) * sizeof(struct pair *));

    if (!index)
        return;
    for (size_t i = 0; i < n->n; i++)
        index[i] = &n->pair[i];
    qsort(index, n->n, sizeof *index, pair_order);
    for (size_t i = 1; i < n->n; i++) {
        if (!strcmp(index[i - 1]->key, index[i]->key)) {
            char help[64];
            snprintf(help, sizeof help, "first given on line %u", index[i - 1]->at.line + 1);
            diag_add(r->diags, index[i]->at, help, "key '%s' is given twice", index[i]->key);
        }
    }
    free(index);
}

static void close_level(struct reader *r)
{
    struct level *l = &r->level[--r->depth];
    struct node *n = l->node;

    assert(n); /* libyaml ends only what it began */
    n->n = l->n;
    if (n->kind == NODE_LIST) {
        n->item = arena_alloc(r->arena, l->n * sizeof *n->item);
        if (l->n)
            memcpy(n->item, l->item, l->n * sizeof *n->item);
    } else {
        n->pair = arena_alloc(r->arena, l->n * sizeof *n->pair);
        if (l->n)
            memcpy(n->pair, l->pair, l->n * sizeof *n->pair);
        check_twice(r, n);
    }
    free(l->item);
    free(l->pair);
}

static void scalar(struct reader *r, const yaml_event_t *ev)
{
    struct level *l = r->depth ? &r->level[r->depth - 1] : NULL;
    const char *text = (const char *)ev->data.scalar.value;
    size_t len = ev->data.scalar.length;
    yaml_scalar_style_t style = ev->data.scalar.style;
    bool quoted = style != YAML_PLAIN_SCALAR_STYLE;
    struct node *n;

    if (memchr(text, '\0', len))
        diag_add(r->diags, where_of(r, ev->start_mark), NULL, "a value must not contain a NUL character");
    if (l && l->node->kind == NODE_MAP && !l->key) {
        l->key = arena_strndup(r->arena, text, len);
        l->key_at = where_of(r, ev->start_mark);
        return;
    }
    n = new_node(r, NODE_SCALAR, ev->start_mark);
    n->text = arena_strndup(r->arena, text, len);
    n->quoted = quoted;
    if (style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE)
        n->text_at.col++;
    /* Folded lines and escapes move characters; then only the start of the value can be pointed at. */
    n->straight = ev->start_mark.line == ev->end_mark.line &&
                  ev->end_mark.index - ev->start_mark.index == len + (quoted ? 2u : 0u);
    attach(r, n);
}

/* What plain YAML leaves out: reported, then ignored, so that the rest of the file is checked too. */
static void check_plain(struct reader *r, const yaml_event_t *ev)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    struct where at = where_of(r, ev->start_mark);

    if (ev->type == YAML_SCALAR_EVENT) {
        anchor = ev->data.scalar.anchor;
        tag = ev->data.scalar.tag;
    } else if (ev->type == YAML_SEQUENCE_START_EVENT) {
        anchor = ev->data.sequence_start.anchor;
        tag = ev->data.sequence_start.tag;
    } else if (ev->type == YAML_MAPPING_START_EVENT) {
        anchor = ev->data.mapping_start.anchor;
        tag = ev->data.mapping_start.tag;
    }
    if (anchor)
        diag_add(r->diags, at, "write the value out; modes exist to share a scenario's parts",
                 "anchors such as '&%s' are not allowed", (const char *)anchor);
    if (tag) {
        static const char standard[] = "tag:yaml.org,2002:"; /* how libyaml spells out "!!" */
        const char *text = (const char *)tag;
        bool is_standard = !strncmp(text, standard, sizeof standard - 1);
        diag_add(r->diags, at, NULL, "tags such as '%s%s' are not allowed", is_standard ? "!!" : "",
                 is_standard ? text + sizeof standard - 1 : text);
    }
}

static void event(struct reader *r, const yaml_event_t *ev)
{
    check_plain(r, ev);
    switch (ev->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (r->root_done) {
            diag_add(r->diags, where_of(r, ev->start_mark), "put each into a file of its own",
                     "a file holds one document");
            r->stop = true;
        }
        break;
    case YAML_DOCUMENT_END_EVENT:
        r->root_done = true;
        break;
    case YAML_SCALAR_EVENT:
        scalar(r, ev);
        break;
    case YAML_ALIAS_EVENT: {
        struct node *n;
        diag_add(r->diags, where_of(r, ev->start_mark),
                 "write the value out; a value that starts with '*' needs quotes",
                 "aliases such as '*%s' are not allowed", (const char *)ev->data.alias.anchor);
        check_key(r, where_of(r, ev->start_mark));
        n = new_node(r, NODE_SCALAR, ev->start_mark);
        n->text = "";
        n->quoted = true;
        attach(r, n);
        break;
    }
    case YAML_SEQUENCE_START_EVENT:
        open_level(r, NODE_LIST, ev);
        break;
    case YAML_MAPPING_START_EVENT:
        open_level(r, NODE_MAP, ev);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_level(r);
        break;
    default:
        break;
    }
}

/* libyaml's own words, made into a sentence of ours. */
static void syntax_error(struct reader *r, const yaml_parser_t *p, size_t from)
{
    char help[160] = "";
    struct where at;

    if (p->error == YAML_MEMORY_ERROR) {
        diag_add(r->diags, (struct where){r->src, 0, 0}, NULL, "not enough memory");
        return;
    }
    if (p->error == YAML_READER_ERROR) { /* an offset in bytes, no mark */
        at = source_where(r->src, from + p->problem_offset);
        diag_add(r->diags, at, "scenario files are UTF-8 text", "not a text file: %s", p->problem);
        return;
    }
    at = where_of(r, p->problem_mark);
    /* A problem that libyaml notices at the end of the file is shown on the last line that has text. */
    while (at.line > 0 && at.line + 1 >= r->src->nlines && at.col == 0) {
        size_t len;
        source_line(r->src, at.line, &len);
        if (len)
            break;
        at.line--;
        source_line(r->src, at.line, &len);
        at.col = (uint32_t)len;
    }
    if (p->context && (p->context_mark.line || p->context_mark.column || p->problem_mark.line == 0))
        snprintf(help, sizeof help, "%s that starts on line %u", p->context, where_of(r, p->context_mark).line + 1);
    else if (p->context)
        snprintf(help, sizeof help, "%s", p->context);
    diag_add(r->diags, at, help[0] ? help : NULL, "%s", p->problem ? p->problem : "not YAML");
}

const struct node *reader_parse(struct arena *a, struct scenario_diags *d, const struct source *src, size_t from)
{
    struct reader *r = calloc(1, sizeof *r);
    const struct node *root;
    yaml_parser_t parser;
    yaml_event_t ev;
    bool more = true;

    if (!r || !yaml_parser_initialize(&parser)) {
        free(r);
        diag_add(d, (struct where){src, 0, 0}, NULL, "not enough memory");
        return NULL;
    }
    r->arena = a;
    r->diags = d;
    r->src = src;
    if (from < src->line[0])
        from = src->line[0]; /* behind a byte order mark */
    r->origin = source_where(src, from);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)src->text + from, src->len - from);
    while (more && !r->stop) {
        if (!yaml_parser_parse(&parser, &ev)) {
            syntax_error(r, &parser, from);
            r->stop = true;
            break;
        }
        more = ev.type != YAML_STREAM_END_EVENT;
        event(r, &ev);
        yaml_event_delete(&ev);
    }
    yaml_parser_delete(&parser);
    while (r->depth) {
        r->depth--;
        free(r->level[r->depth].item);
        free(r->level[r->depth].pair);
    }
    root = r->stop ? NULL : r->root;
    if (!r->stop && !root)
        diag_add(d, (struct where){src, 0, 0}, NULL, "the file is empty");
    free(r);
    return root;
}
