/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_tables.h - decoding the payloads that describe a trace: events, names, runs.
 *
 * A trace_cursor walks over one payload. It never reads beyond the end: after the first failure every
 * get returns 0 or "" and `wrong` says what the matter was, so decoders need to look only once.
 */
#ifndef TRAPLINE_TRACE_TABLES_H
#define TRAPLINE_TRACE_TABLES_H

#include <stddef.h>
#include <stdint.h>
#include <trapline/trace_file.h>

/* Texts and arrays of one table: freed together. */
struct trace_pool {
    struct trace_block *blocks;
};
/* count * size zeroed bytes that live until trace_pool_free; NULL without memory. */
void *trace_pool_get(struct trace_pool *pool, size_t count, size_t size);
void trace_pool_free(struct trace_pool *pool);

struct trace_cursor {
    const unsigned char *p;
    uint32_t at, length;
    const char *wrong; /* NULL: all well so far */
    int nomem;
    struct trace_pool *pool; /* takes the texts */
};

struct trace_event_table {
    struct trapline_event_info *event;
    uint32_t count;
};

struct trace_value_name {
    int64_t value;
    const char *name;
};

struct trace_name_table {
    uint16_t event;
    uint8_t arg;
    uint32_t count;
    struct trace_value_name *name;
};

/* Each decodes a whole payload; c->wrong or c->nomem tells whether the result is good. */
void trace_decode_events(struct trace_cursor *c, struct trace_event_table *t);
void trace_decode_names(struct trace_cursor *c, struct trace_name_table *t);
void trace_decode_run(struct trace_cursor *c, struct trace_run_info *run);
uint64_t trace_decode_u64(struct trace_cursor *c);

#endif
