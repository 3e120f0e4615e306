/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.h - plain YAML into a tree of nodes that know where they were written.
 *
 * Plain YAML: no anchors, aliases, tags or several documents; nesting at most READER_MAX_DEPTH. Every
 * scalar is text; what it means is the decoder's business, so 'off' is no boolean by accident.
 */
#ifndef SCENARIO_READER_H
#define SCENARIO_READER_H

#include "diag.h"

#define READER_MAX_DEPTH 64u
#define READER_MAX_NODES 1000000u

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node;
struct pair {
    const char *key;
    struct where at; /* of the key */
    const struct node *value;
};

struct node {
    enum node_kind kind;
    bool quoted;     /* scalar in quotes or a block scalar */
    bool straight;   /* scalar whose characters stand in the file as they are, from text_at on */
    struct where at; /* first character */
    struct where text_at;
    const char *text; /* scalar */
    size_t n;         /* items or pairs */
    const struct node **item;
    struct pair *pair;
};

/*
 * Parses bytes [from, len) of a source. Returns the root node, or NULL after adding at least one error
 * to d. A tree is returned together with errors when the rest of the file can still be checked.
 */
const struct node *reader_parse(struct arena *a, struct scenario_diags *d, const struct source *src, size_t from);

/* Value of a key of a mapping; NULL if there is none. */
const struct node *node_get(const struct node *map, const char *key);
/* "a mapping", "a list", "a single value" */
const char *node_kind_text(const struct node *n);

#endif
