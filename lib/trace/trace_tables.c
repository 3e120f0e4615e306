/* SPDX-License-Identifier: Apache-2.0 */
/* trace_tables.c - decoding the payloads that describe a trace. See trace_tables.h. */
#include "trace_tables.h"

#include "trace_format.h"

#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

struct trace_block {
    struct trace_block *next;
    max_align_t data[];
};

void *trace_pool_get(struct trace_pool *pool, size_t count, size_t size)
{
    /* The limits of the format keep count * size far below SIZE_MAX. */
    struct trace_block *b = calloc(1, sizeof *b + count * size);

    if (!b)
        return NULL;
    b->next = pool->blocks;
    pool->blocks = b;
    return b->data;
}

void trace_pool_free(struct trace_pool *pool)
{
    while (pool->blocks) {
        struct trace_block *next = pool->blocks->next;

        free(pool->blocks);
        pool->blocks = next;
    }
}

/* ---- the cursor ---- */

static void wrong(struct trace_cursor *c, const char *what)
{
    if (!c->wrong)
        c->wrong = what;
}

/* The next n bytes, or NULL. */
static const unsigned char *take(struct trace_cursor *c, uint32_t n)
{
    const unsigned char *p = c->p + c->at;

    if (c->wrong || c->nomem)
        return NULL;
    if (n > c->length - c->at) {
        wrong(c, "the chunk is too short for its contents");
        return NULL;
    }
    c->at += n;
    return p;
}

static uint8_t get8(struct trace_cursor *c)
{
    const unsigned char *p = take(c, 1);

    return p ? *p : 0;
}

static uint16_t get16(struct trace_cursor *c)
{
    const unsigned char *p = take(c, 2);

    return p ? trace_get16(p) : 0;
}

static uint32_t get32(struct trace_cursor *c)
{
    const unsigned char *p = take(c, 4);

    return p ? trace_get32(p) : 0;
}

uint64_t trace_decode_u64(struct trace_cursor *c)
{
    const unsigned char *p = take(c, 8);

    return p ? trace_get64(p) : 0;
}

static const char *get_text(struct trace_cursor *c)
{
    const uint16_t n = get16(c);
    const unsigned char *p;
    char *s;

    if (n > TRACE_MAX_TEXT)
        wrong(c, "a text is longer than the format allows");
    p = take(c, n);
    if (p && !trace_text_ok((const char *)p, n))
        wrong(c, "a text has control characters");
    if (!p || c->wrong)
        return "";
    s = trace_pool_get(c->pool, (size_t)n + 1, 1);
    if (!s) {
        c->nomem = 1;
        return "";
    }
    memcpy(s, p, n);
    return s;
}

/* A count that the format limits; beyond the limit 0, so that nobody allocates for it. */
static uint32_t get_count(struct trace_cursor *c, uint32_t limit, const char *what)
{
    const uint32_t n = get32(c);

    if (n <= limit)
        return n;
    wrong(c, what);
    return 0;
}

static void *get_array(struct trace_cursor *c, uint32_t count, size_t size)
{
    void *p;

    if (!count || c->wrong || c->nomem)
        return NULL;
    p = trace_pool_get(c->pool, count, size);
    c->nomem = p == NULL;
    return p;
}

/* ---- the tables ---- */

void trace_decode_events(struct trace_cursor *c, struct trace_event_table *t)
{
    const uint32_t n = get_count(c, TRACE_MAX_EVENTS, "there are more events than the format allows");

    t->event = get_array(c, n, sizeof *t->event);
    for (uint32_t i = 0; t->event && i < n; i++) {
        struct trapline_event_info *ev = &t->event[i];

        ev->id = get16(c);
        ev->level = get8(c);
        ev->flow_kind = get8(c);
        ev->flow_arg = get8(c);
        ev->name = get_text(c);
        ev->args = get_text(c);
    }
    t->count = t->event ? n : 0;
}

void trace_decode_names(struct trace_cursor *c, struct trace_name_table *t)
{
    uint32_t n;

    t->event = get16(c);
    t->arg = get8(c);
    n = get_count(c, TRACE_MAX_NAMES, "there are more names than the format allows");
    t->name = get_array(c, n, sizeof *t->name);
    for (uint32_t i = 0; t->name && i < n; i++) {
        t->name[i].value = (int64_t)trace_decode_u64(c);
        t->name[i].name = get_text(c);
    }
    t->count = t->name ? n : 0;
}

static void decode_devices(struct trace_cursor *c, struct trace_run_info *run)
{
    const uint32_t n = get_count(c, TRACE_MAX_DEVICES, "there are more devices than the format allows");
    struct trace_device *dev = get_array(c, n, sizeof *dev);

    for (uint32_t i = 0; dev && i < n; i++) {
        dev[i].name = get_text(c);
        dev[i].phys_intid = get32(c);
        dev[i].guest_intid = get32(c);
        dev[i].cpu = get32(c);
        dev[i].vcpu = get32(c);
        dev[i].nvcpus = get32(c);
    }
    run->device = dev;
    run->devices = dev ? n : 0;
}

void trace_decode_run(struct trace_cursor *c, struct trace_run_info *run)
{
    uint32_t *pinned;

    run->scenario = get_text(c);
    run->mode = get_text(c);
    run->unit = get_text(c);
    run->note = get_text(c);
    run->tick_hz = trace_decode_u64(c);
    if (!run->tick_hz || run->tick_hz > TRACE_MAX_HZ)
        wrong(c, "the run has an impossible tick rate");
    run->pcpus = get_count(c, TRACE_MAX_CPUS, "there are more pCPUs than the format allows");
    run->vcpus = get_count(c, TRACE_MAX_CPUS, "there are more vCPUs than the format allows");
    pinned = get_array(c, run->vcpus, sizeof *pinned);
    for (uint32_t i = 0; pinned && i < run->vcpus; i++)
        pinned[i] = get32(c);
    run->pinned = pinned;
    decode_devices(c, run);
}
