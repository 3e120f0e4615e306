/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - a JSON writer whose output is the same for the same facts: members sorted by key, two spaces
 * of indentation, numbers exact.
 *
 * Calls mirror the document: json_object, json_key, a value, ..., json_end. Members may come in any
 * order; they are sorted when their object ends.
 */
#ifndef SCENARIO_JSON_H
#define SCENARIO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_MAX_DEPTH 32u

struct json_member {
    char *key; /* NULL in an array */
    char *text;
};
struct json_level {
    struct json_member *member;
    size_t n, cap;
    bool object;
    char *key; /* waits for its value */
};
struct json {
    struct json_level level[JSON_MAX_DEPTH];
    unsigned depth;
    char *done;  /* the finished document */
    bool failed; /* out of memory or unbalanced calls; nothing is produced then */
};

void json_init(struct json *j);
void json_object(struct json *j);
void json_array(struct json *j);
void json_end(struct json *j);
void json_key(struct json *j, const char *key);
void json_text(struct json *j, const char *s);
void json_uint(struct json *j, uint64_t v);
void json_int(struct json *j, int64_t v);
void json_real(struct json *j, double v); /* shortest text that reads back as v */
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
/* A measured value: null if there is none, else r or u. */
void json_number(struct json *j, bool valid, bool real, uint64_t u, double r);
/* Returns the document with a final newline (free() it) or NULL, and releases everything else. */
char *json_finish(struct json *j);

#endif
