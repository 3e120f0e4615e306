/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode.h - from a tree of nodes into C structures, driven by tables.
 *
 * A mapping of a file is described by one table: its keys, their kinds, ranges, defaults and words of
 * explanation. The table is the parser, the source of the hints in messages, and what the resolved
 * configuration is written from; the key reference in docs/ is checked against it.
 *
 * Every decoded value begins with a struct head, so that later checks can point at it. Structures that a
 * table fills begin with a struct head of their own.
 */
#ifndef SCENARIO_DECODE_H
#define SCENARIO_DECODE_H

#include "json.h"
#include "reader.h"

struct head {
    struct where at; /* of the value; of the enclosing mapping when the default was taken */
    bool given;
};
struct f_str {
    struct head h;
    const char *v;
};
struct f_uint { /* also boolean (0, 1), choice (index), duration (ps), rate (Hz) */
    struct head h;
    uint64_t v;
};
struct f_list { /* elements are structs of the table's size, or struct f_str */
    struct head h;
    void *v;
    size_t n;
};
struct f_node { /* left as it is, for a decoder of its own */
    struct head h;
    const struct node *v;
};

enum field_kind {
    FIELD_TEXT,     /* f_str */
    FIELD_NAME,     /* f_str: letters, digits, '_', '-', '.' */
    FIELD_UINT,     /* f_uint */
    FIELD_BOOL,     /* f_uint */
    FIELD_CHOICE,   /* f_uint */
    FIELD_DURATION, /* f_uint */
    FIELD_RATE,     /* f_uint */
    FIELD_MAP,      /* struct described by `sub` */
    FIELD_LIST,     /* f_list of such structs */
    FIELD_TEXTS,    /* f_list of struct f_str */
    FIELD_NODE,     /* f_node */
};

enum {
    FIELD_REQUIRED = 1u << 0,
    FIELD_OPTIONAL = 1u << 1,  /* a mapping that stays empty when it is not given */
    FIELD_ONCE = 1u << 2,      /* the same for every mode: neither a mode nor --set may change it */
    FIELD_NOT_SHOWN = 1u << 3, /* no part of the resolved configuration */
};

struct table;
struct field {
    const char *key;
    enum field_kind kind;
    size_t offset;
    unsigned flags;
    uint64_t min, max; /* number; count of a list; length of a text. max 0: no limit */
    const char *def;   /* as a user would write it; NULL: empty or 0 */
    const char *const *choices;
    const struct table *sub;
    const char *doc;
    const char *hint; /* replaces the help made from the table; may be NULL */
};

struct table {
    const char *what; /* "device" */
    size_t size;
    const struct field *field;
    size_t n;
};
#define TABLE(ident, text, type, fields)                                                                               \
    const struct table ident = {text, sizeof(type), fields, sizeof(fields) / sizeof(fields)[0]}

struct decoder {
    struct arena *arena;
    struct scenario_diags *diags;
};

/* Decodes a mapping into `out` (t->size bytes, zeroed), defaults included. Errors go to the diags. */
void decode_map(struct decoder *d, const struct table *t, const struct node *n, void *out);
/* Field of a table by key; NULL if it has none. */
const struct field *table_field(const struct table *t, const char *key);
/* "unknown key": adds the error with the best help that the table can give. */
void decode_unknown_key(struct decoder *d, const struct table *t, const char *key, struct where at);
/* Writes a decoded structure as members of the JSON object that is open. */
void decode_json(struct json *j, const struct table *t, const void *obj);

#endif
