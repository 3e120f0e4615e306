/* SPDX-License-Identifier: Apache-2.0 */
#include "overlay.h"

#include "text.h"

#include <stdio.h>
#include <string.h>

/* A path that is being followed. */
struct path {
    struct decoder *d;
    const char *text;         /* whole path */
    struct where at;          /* of its first character */
    const struct node *value; /* goes to its end */
    bool failed;
};

static struct where path_where(const struct path *p, const char *here)
{
    struct where w = p->at;
    w.col += (uint32_t)(here - p->text);
    return w;
}

static struct node *copy_node(struct decoder *d, const struct node *n)
{
    struct node *c = arena_alloc(d->arena, sizeof *c);

    *c = *n;
    if (n->kind == NODE_MAP && n->n) {
        c->pair = arena_alloc(d->arena, n->n * sizeof *c->pair);
        memcpy(c->pair, n->pair, n->n * sizeof *c->pair);
    } else if (n->kind == NODE_LIST && n->n) {
        c->item = arena_alloc(d->arena, n->n * sizeof *c->item);
        memcpy(c->item, n->item, n->n * sizeof *c->item);
    }
    return c;
}

/* A copy of mapping n with one member added or replaced. */
static const struct node *with_member(struct decoder *d, const struct node *n, const char *key, struct where at,
                                      const struct node *value)
{
    struct node *c = copy_node(d, n);

    for (size_t i = 0; i < c->n; i++) {
        if (!strcmp(c->pair[i].key, key)) {
            c->pair[i].value = value;
            return c;
        }
    }
    c->pair = arena_alloc(d->arena, (n->n + 1) * sizeof *c->pair);
    if (n->n)
        memcpy(c->pair, n->pair, n->n * sizeof *c->pair);
    c->pair[c->n++] = (struct pair){key, at, value};
    return c;
}

/* A mapping is merged into a mapping, so that `vm: {eoi_mode: 1}` keeps the vCPUs. Everything else replaces. */
static const struct node *merge(struct decoder *d, const struct node *old, const struct node *value)
{
    if (!old || old->kind != NODE_MAP || value->kind != NODE_MAP)
        return value;
    for (size_t i = 0; i < value->n; i++)
        old = with_member(d, old, value->pair[i].key, value->pair[i].at,
                          merge(d, node_get(old, value->pair[i].key), value->pair[i].value));
    return old;
}

static const struct node *follow(struct path *p, const struct node *n, const char *rest);

static const struct node *fail(struct path *p, const struct node *n)
{
    p->failed = true;
    return n;
}

/* rest is behind the '[': an index, '*', or the name of an element. */
static const struct node *follow_list(struct path *p, const struct node *n, const char *rest)
{
    size_t len = strcspn(rest, "]");
    char *word = arena_strndup(p->d->arena, rest, len);
    struct where at = path_where(p, rest);
    struct text_nearest near;
    struct node *c;
    uint64_t index;

    if (rest[len] != ']' || !len) {
        diag_add(p->d->diags, at, "routes[0].forward, routes[*].forward, devices[NAME].clears",
                 "'[' must hold an index, '*' or a name and end with ']'");
        return fail(p, n);
    }
    if (!n || n->kind != NODE_LIST) {
        diag_add(p->d->diags, at, NULL, "there is no list before '[%.40s]'", word);
        return fail(p, n);
    }
    c = copy_node(p->d, n);
    rest += len + 1;
    if (!strcmp(word, "*")) {
        for (size_t i = 0; i < c->n && !p->failed; i++)
            c->item[i] = follow(p, c->item[i], rest);
        if (!c->n)
            diag_add(p->d->diags, at, NULL, "the list is empty, so '[*]' changes nothing");
        return c;
    }
    if (text_uint(word, &index) == TEXT_OK) {
        if (index < c->n) {
            c->item[index] = follow(p, c->item[index], rest);
            return c;
        }
        diag_add(p->d->diags, at, "the first element is [0]", "the list has %zu element%s, so there is no [%.20s]",
                 c->n, c->n == 1 ? "" : "s", word);
        return fail(p, n);
    }
    text_nearest_start(&near, word);
    for (size_t i = 0; i < c->n; i++) {
        const struct node *name = node_get(c->item[i], "name");
        if (!name || name->kind != NODE_SCALAR)
            continue;
        if (!strcmp(name->text, word)) {
            c->item[i] = follow(p, c->item[i], rest);
            return c;
        }
        text_nearest_try(&near, name->text);
    }
    diag_add(p->d->diags, at,
             text_nearest_found(&near) ? arena_printf(p->d->arena, "did you mean '%s'?", text_nearest_found(&near))
                                       : NULL,
             "no element of the list has the name '%.40s'", word);
    return fail(p, n);
}

/* Returns the changed form of n (NULL: does not exist yet) for what is left of the path. */
static const struct node *follow(struct path *p, const struct node *n, const char *rest)
{
    const struct node *map = n, *child;
    size_t len;
    char *key;

    if (!*rest)
        return merge(p->d, n, p->value);
    if (*rest == '[')
        return follow_list(p, n, rest + 1);
    if (*rest == '.')
        rest++;
    len = strcspn(rest, ".[");
    if (!len) {
        diag_add(p->d->diags, path_where(p, rest), "routes[0].forward, vm.eoi_mode", "a key is missing in the path");
        return fail(p, n);
    }
    key = arena_strndup(p->d->arena, rest, len);
    if (!map) {
        struct node *fresh = arena_alloc(p->d->arena, sizeof *fresh);
        fresh->kind = NODE_MAP;
        fresh->at = p->at;
        map = fresh;
    }
    if (map->kind != NODE_MAP) {
        diag_add(p->d->diags, path_where(p, rest),
                 map->kind == NODE_LIST ? "say which element: [0], [*] or [NAME]" : NULL, "'%.40s' cannot be set in %s",
                 key, node_kind_text(map));
        return fail(p, n);
    }
    child = follow(p, node_get(map, key), rest + len);
    return p->failed ? n : with_member(p->d, map, key, path_where(p, rest), child);
}

static const struct node *apply(struct decoder *d, const struct table *root_table, const struct node *root,
                                const char *path, struct where at, const struct node *value)
{
    struct path p = {d, path, at, value, false};
    size_t len = strcspn(path, ".[");
    const struct field *f;
    const struct node *changed;

    for (size_t i = 0; i < root_table->n; i++) {
        f = &root_table->field[i];
        if (strlen(f->key) == len && !strncmp(f->key, path, len) && f->flags & FIELD_ONCE) {
            diag_add(d->diags, at, NULL, "'%s' is the same for all modes and cannot be set here", f->key);
            return root;
        }
    }
    changed = follow(&p, root, path);
    return p.failed ? root : changed;
}

const struct node *overlay_mode(struct decoder *d, const struct table *root_table, const struct node *root,
                                const struct node *mode)
{
    for (size_t i = 0; i < mode->n; i++)
        if (strncmp(mode->pair[i].key, "x-", 2))
            root = apply(d, root_table, root, mode->pair[i].key, mode->pair[i].at, mode->pair[i].value);
    return root;
}

const struct node *overlay_set(struct decoder *d, const struct table *root_table, const struct node *root,
                               const struct source *src)
{
    const char *eq = strchr(src->text, '=');
    const struct node *value;
    struct where at = {src, 0, 0};

    if (!eq || eq == src->text) {
        diag_add(d->diags, at, "--set 'routes[0].forward=true'", "this must be path=value");
        return root;
    }
    if (!eq[1]) {
        at.col = (uint32_t)(eq - src->text) + 1;
        diag_add(d->diags, at, NULL, "a value is missing behind '='");
        return root;
    }
    value = reader_parse(d->arena, d->diags, src, (size_t)(eq + 1 - src->text));
    if (!value)
        return root;
    return apply(d, root_table, root, arena_strndup(d->arena, src->text, (size_t)(eq - src->text)), at, value);
}
