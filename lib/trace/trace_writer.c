/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_writer.c - writes trace files.
 *
 * Records are encoded into one buffer that becomes a RECS chunk when it is full, so lengths are known
 * before anything is written and the output need not be seekable. The first error is remembered and
 * turns everything after it into nothing: a simulation need not look at it before the end.
 */
#include "trace_format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct trace_writer {
    struct trace_out out;
    int err; /* first error */
    int in_run;
    unsigned levels;
    uint64_t runs;
    uint64_t run_records;                                  /* of the open run */
    uint64_t records;                                      /* of all runs */
    sim_tick last;                                         /* time of the last record of the run */
    uint32_t used;                                         /* bytes of a payload that is being built */
    unsigned char buf[TRACE_CHUNK_HEAD + TRACE_MAX_CHUNK]; /* chunk head, payload */
};

static int fail(struct trace_writer *w, int err)
{
    if (!w->err)
        w->err = err;
    return w->err;
}

/* ---- building a payload ---- */

/* Room for n more bytes, or NULL and the error -E2BIG. */
static unsigned char *room(struct trace_writer *w, uint32_t n)
{
    unsigned char *p = w->buf + TRACE_CHUNK_HEAD + w->used;

    if (n > TRACE_MAX_CHUNK - w->used) {
        fail(w, -E2BIG);
        return NULL;
    }
    w->used += n;
    return p;
}

static void add8(struct trace_writer *w, uint8_t v)
{
    unsigned char *p = room(w, 1);

    if (p)
        *p = v;
}

static void add16(struct trace_writer *w, uint16_t v)
{
    unsigned char *p = room(w, 2);

    if (p)
        trace_put16(p, v);
}

static void add32(struct trace_writer *w, uint32_t v)
{
    unsigned char *p = room(w, 4);

    if (p)
        trace_put32(p, v);
}

static void add64(struct trace_writer *w, uint64_t v)
{
    unsigned char *p = room(w, 8);

    if (p)
        trace_put64(p, v);
}

static void add_text(struct trace_writer *w, const char *s)
{
    const size_t n = s ? strlen(s) : 0;
    unsigned char *p;

    if (n > TRACE_MAX_TEXT) {
        fail(w, -E2BIG);
        return;
    }
    if (n && !trace_text_ok(s, n)) {
        fail(w, -EINVAL);
        return;
    }
    add16(w, (uint16_t)n);
    p = room(w, (uint32_t)n);
    if (p && n)
        memcpy(p, s, n);
}

/* Writes the payload as a chunk and starts a new one. */
static void put_chunk(struct trace_writer *w, uint32_t tag)
{
    const unsigned char *payload = w->buf + TRACE_CHUNK_HEAD;
    const size_t pad = (8u - w->used % 8u) % 8u;
    unsigned char *p = room(w, (uint32_t)pad);
    const size_t size = TRACE_CHUNK_HEAD + (size_t)w->used;

    if (p)
        memset(p, 0, pad);
    if (!w->err) {
        trace_put32(w->buf, tag);
        trace_put32(w->buf + 4, w->used);
        trace_put64(w->buf + 8, trace_checksum(tag, w->used, payload));
        errno = 0;
        if (fwrite(w->buf, 1, size, w->out.f) != size)
            fail(w, errno > 0 ? -errno : -EIO);
    }
    w->used = 0;
}

/* ---- the head of the file ---- */

static void put_head(struct trace_writer *w)
{
    errno = 0;
    if (fwrite(TRACE_MAGIC, 1, TRACE_MAGIC_SIZE, w->out.f) != TRACE_MAGIC_SIZE)
        fail(w, errno > 0 ? -errno : -EIO);
    add16(w, TRACE_FILE_MAJOR);
    add16(w, TRACE_FILE_MINOR);
    put_chunk(w, TRACE_TAG_HEAD);
}

static void put_events(struct trace_writer *w, const struct trapline_event_info *ev, size_t n)
{
    if (n > TRACE_MAX_EVENTS) {
        fail(w, -E2BIG);
        return;
    }
    add32(w, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        add16(w, ev[i].id);
        add8(w, ev[i].level);
        add8(w, ev[i].flow_kind);
        add8(w, ev[i].flow_arg);
        add_text(w, ev[i].name);
        add_text(w, ev[i].args);
    }
    put_chunk(w, TRACE_TAG_EVTS);
}

static void put_names(struct trace_writer *w, const struct trace_names *t)
{
    uint32_t n = 0;

    if (t->count > TRACE_MAX_NAMES) {
        fail(w, -E2BIG);
        return;
    }
    for (size_t i = 0; i < t->count; i++)
        n += t->name[i] != NULL;
    add16(w, t->event);
    add8(w, t->arg);
    add32(w, n);
    for (size_t i = 0; i < t->count; i++) {
        if (t->name[i]) {
            add64(w, i);
            add_text(w, t->name[i]);
        }
    }
    put_chunk(w, TRACE_TAG_NAME);
}

static void put_tables(struct trace_writer *w, const struct trace_writer_options *opt)
{
    size_t n = opt->nevents;
    const struct trapline_event_info *ev = opt->event ? opt->event : trapline_events(&n);

    put_head(w);
    put_events(w, ev, n);
    if (opt->nnames > TRACE_MAX_TABLES) {
        fail(w, -E2BIG);
        return;
    }
    for (size_t i = 0; i < opt->nnames; i++)
        put_names(w, &opt->names[i]);
}

/* ---- opening ---- */

/* Starts the file in w->out. On error the caller's *out is untouched and w is freed. */
static int start(struct trace_writer **out, struct trace_writer *w, const struct trace_writer_options *opt)
{
    static const struct trace_writer_options all_default;
    const struct trace_writer_options *o = opt ? opt : &all_default;

    w->levels = o->levels ? o->levels : SIM_LIFE | SIM_TRANSITION | SIM_ACCESS;
    put_tables(w, o);
    if (w->err) {
        const int err = w->err;

        trace_writer_abort(w);
        return err;
    }
    *out = w;
    return 0;
}

/* The megabyte of buffer is not cleared: pages that are never used are never touched. */
static struct trace_writer *new_writer(void)
{
    struct trace_writer *w = malloc(sizeof *w);

    if (w)
        memset(w, 0, offsetof(struct trace_writer, buf));
    return w;
}

int trace_writer_open(struct trace_writer **out, const char *path, const struct trace_writer_options *opt)
{
    struct trace_writer *w = new_writer();
    int ret;

    if (!w)
        return -ENOMEM;
    ret = trace_out_open(&w->out, path);
    if (ret) {
        free(w);
        return ret;
    }
    return start(out, w, opt);
}

int trace_writer_open_stream(struct trace_writer **out, FILE *f, const struct trace_writer_options *opt)
{
    struct trace_writer *w = new_writer();

    if (!w)
        return -ENOMEM;
    w->out.f = f;
    return start(out, w, opt);
}

/* ---- runs and records ---- */

int trace_writer_begin_run(struct trace_writer *w, const struct trace_run_info *run)
{
    if (w->err)
        return w->err;
    if (w->in_run || !run->tick_hz || run->tick_hz > TRACE_MAX_HZ)
        return fail(w, -EINVAL);
    if (run->pcpus > TRACE_MAX_CPUS || run->vcpus > TRACE_MAX_CPUS || run->devices > TRACE_MAX_DEVICES ||
        w->runs == TRACE_MAX_RUNS)
        return fail(w, -E2BIG);

    add_text(w, run->scenario);
    add_text(w, run->mode);
    add_text(w, run->unit);
    add_text(w, run->note);
    add64(w, run->tick_hz);
    add32(w, run->pcpus);
    add32(w, run->vcpus);
    for (uint32_t i = 0; i < run->vcpus; i++)
        add32(w, run->pinned ? run->pinned[i] : TRACE_NOT_PINNED);
    add32(w, run->devices);
    for (uint32_t i = 0; i < run->devices; i++) {
        const struct trace_device *d = &run->device[i];

        add_text(w, d->name);
        add32(w, d->phys_intid);
        add32(w, d->guest_intid);
        add32(w, d->cpu);
        add32(w, d->vcpu);
        add32(w, d->nvcpus);
    }
    put_chunk(w, TRACE_TAG_RUN);
    w->in_run = 1;
    w->last = 0;
    w->run_records = 0;
    w->runs++;
    return w->err;
}

/* The sink. Between begin and end of a run the buffer holds nothing but records. */
static void write_record(void *ctx, const struct sim_record *r)
{
    struct trace_writer *w = ctx;
    const unsigned nargs = r->nargs < SIM_TRACE_ARGS ? r->nargs : SIM_TRACE_ARGS;
    unsigned char *p = w->buf + TRACE_CHUNK_HEAD + w->used;

    if (!w->in_run || w->err)
        return;
    if (r->at < w->last) {
        fail(w, -EINVAL);
        return;
    }
    w->last = r->at;
    trace_put64(p, r->at);
    trace_put32(p + 8, r->flow);
    trace_put16(p + 12, r->id);
    p[14] = r->cpu;
    p[15] = (unsigned char)nargs;
    for (unsigned i = 0; i < nargs; i++)
        trace_put64(p + TRACE_RECORD_HEAD + 8 * i, (uint64_t)r->arg[i]);
    w->used += TRACE_RECORD_HEAD + 8 * nargs;
    w->run_records++;
    if (w->used > TRACE_RECS_SIZE - TRACE_RECORD_MAX)
        put_chunk(w, TRACE_TAG_RECS);
}

struct sim_sink trace_writer_sink(struct trace_writer *w)
{
    return (struct sim_sink){.record = write_record, .ctx = w, .levels = w->levels};
}

int trace_writer_end_run(struct trace_writer *w)
{
    if (w->err)
        return w->err;
    if (!w->in_run)
        return fail(w, -EINVAL);
    if (w->used)
        put_chunk(w, TRACE_TAG_RECS);
    add64(w, w->run_records);
    put_chunk(w, TRACE_TAG_END);
    w->records += w->run_records;
    w->run_records = 0;
    w->in_run = 0;
    return w->err;
}

int trace_writer_error(const struct trace_writer *w)
{
    return w->err;
}

uint64_t trace_writer_records(const struct trace_writer *w)
{
    return w->records + w->run_records;
}

/* ---- closing ---- */

int trace_writer_close(struct trace_writer *w)
{
    int ret;

    if (w->in_run)
        fail(w, -EINVAL);
    add64(w, w->runs);
    put_chunk(w, TRACE_TAG_FIN);
    ret = w->err;
    if (ret)
        trace_out_abort(&w->out);
    else
        ret = trace_out_commit(&w->out);
    free(w);
    return ret;
}

void trace_writer_abort(struct trace_writer *w)
{
    if (!w)
        return;
    trace_out_abort(&w->out);
    free(w);
}
