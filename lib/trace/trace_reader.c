/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_reader.c - reads trace files, chunk by chunk.
 *
 * Nothing in the file is believed before its checksum was right, and nothing after: every length and
 * count is compared with what is there. At most one chunk is in memory, and a length beyond the format's
 * limit is refused before anything is allocated for it.
 */
#include "trace_format.h"
#include "trace_tables.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum where { BEFORE_RUN, IN_RUN, AT_END };

struct trace_reader {
    FILE *f;
    int own;    /* close f at the end */
    int failed; /* the error that stopped the reader; repeated for ever */
    enum where where;
    struct trace_error *err;
    uint64_t offset;      /* of the next byte of the file */
    uint64_t chunk_at;    /* of the present chunk */
    uint32_t tag, length; /* of the present chunk */
    uint32_t used;        /* bytes of a RECS payload already handed out */
    unsigned char *buf;   /* the payload */
    uint32_t room;        /* bytes that fit into buf */
    uint64_t runs, records;
    sim_tick last;
    struct trace_pool tables; /* memory of what follows */
    struct trace_event_table events;
    struct trace_name_table names[TRACE_MAX_TABLES];
    unsigned nnames;
    struct trace_pool run_memory; /* memory of run */
    struct trace_run_info run;
};

static int fail(struct trace_reader *r, int ret, uint64_t offset, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 4, 5)))
#endif
    ;

static int fail(struct trace_reader *r, int ret, uint64_t offset, const char *format, ...)
{
    va_list ap;

    r->failed = ret;
    r->err->offset = offset;
    va_start(ap, format);
    (void)vsnprintf(r->err->text, sizeof r->err->text, format, ap);
    va_end(ap);
    return ret;
}

/* ---- chunks ---- */

/* Tag as text for messages. Tags come from the file: what is not printable becomes '?'. */
struct tag_text {
    char s[5];
};

static struct tag_text tag_text(uint32_t tag)
{
    struct tag_text t = {{0}};

    for (unsigned i = 0; i < 4; i++) {
        const unsigned char c = (unsigned char)(tag >> 8 * i);

        t.s[i] = c > 0x20 && c < 0x7f ? (char)c : '?';
        if (i == 3 && c == ' ')
            t.s[i] = '\0';
    }
    return t;
}

/* Reads exactly n bytes. */
static int read_bytes(struct trace_reader *r, unsigned char *p, uint32_t n)
{
    size_t got;

    errno = 0;
    got = fread(p, 1, n, r->f);
    r->offset += got;
    if (got == n)
        return 0;
    if (ferror(r->f)) {
        const int e = errno > 0 ? errno : EIO;

        return fail(r, -e, r->offset, "cannot read: %s", strerror(e));
    }
    return fail(r, -ENODATA, r->offset, "the file ends here, in the middle of a trace");
}

static int grow(struct trace_reader *r, uint32_t length)
{
    unsigned char *p;

    if (length <= r->room)
        return 0;
    p = realloc(r->buf, length);
    if (!p)
        return fail(r, -ENOMEM, r->chunk_at, "out of memory");
    r->buf = p;
    r->room = length;
    return 0;
}

/* Reads one chunk, whatever it is. */
static int read_chunk(struct trace_reader *r)
{
    unsigned char head[TRACE_CHUNK_HEAD];
    int ret;

    r->chunk_at = r->offset;
    r->used = 0;
    ret = read_bytes(r, head, sizeof head);
    if (ret)
        return ret;
    r->tag = trace_get32(head);
    r->length = trace_get32(head + 4);
    if (r->length > TRACE_MAX_CHUNK || r->length % 8)
        return fail(r, -EBADMSG, r->chunk_at, "chunk '%s' has an impossible length of %" PRIu32 " bytes",
                    tag_text(r->tag).s, r->length);
    ret = grow(r, r->length);
    if (!ret && r->length)
        ret = read_bytes(r, r->buf, r->length);
    if (ret)
        return ret;
    if (trace_checksum(r->tag, r->length, r->buf) != trace_get64(head + 8))
        return fail(r, -EBADMSG, r->chunk_at, "the checksum of chunk '%s' does not match", tag_text(r->tag).s);
    return 0;
}

/* Reads up to the next chunk that must be understood. */
static int next_chunk(struct trace_reader *r)
{
    int ret;

    do
        ret = read_chunk(r);
    while (!ret && TRACE_TAG_OPTIONAL(r->tag));
    return ret;
}

static int misplaced(struct trace_reader *r)
{
    return fail(r, -EBADMSG, r->chunk_at, "chunk '%s' is unknown or does not belong here", tag_text(r->tag).s);
}

static struct trace_cursor cursor(const struct trace_reader *r, struct trace_pool *pool)
{
    return (struct trace_cursor){.p = r->buf, .length = r->length, .pool = pool};
}

/* Turns what a decoder found into the reader's error. */
static int decoded(struct trace_reader *r, const struct trace_cursor *c)
{
    if (c->nomem)
        return fail(r, -ENOMEM, r->chunk_at, "out of memory");
    if (c->wrong)
        return fail(r, -EBADMSG, r->chunk_at + TRACE_CHUNK_HEAD + c->at, "chunk '%s': %s", tag_text(r->tag).s,
                    c->wrong);
    return 0;
}

/* ---- the head of the file ---- */

static int read_head(struct trace_reader *r)
{
    unsigned char magic[TRACE_MAGIC_SIZE];
    unsigned major;
    int ret = read_bytes(r, magic, sizeof magic);

    if (r->offset == 0 && ret == -ENODATA)
        return fail(r, -EBADMSG, 0, "the file is empty");
    if (r->offset && memcmp(magic, TRACE_MAGIC, (size_t)r->offset) != 0)
        return fail(r, -EBADMSG, 0, "this is not a Trapline trace");
    if (!ret)
        ret = read_chunk(r);
    if (ret)
        return ret;
    if (r->tag != TRACE_TAG_HEAD || r->length < 8)
        return misplaced(r);
    major = trace_get16(r->buf);
    if (major != TRACE_FILE_MAJOR)
        return fail(r, -ENOTSUP, r->chunk_at + TRACE_CHUNK_HEAD,
                    "the trace has format version %u.%u; this program reads version %u", major,
                    (unsigned)trace_get16(r->buf + 2), TRACE_FILE_MAJOR);
    return 0;
}

/* Everything before the first run; stops with the chunk after it read. */
static int read_tables(struct trace_reader *r)
{
    int ret = next_chunk(r);
    struct trace_cursor c;

    if (ret)
        return ret;
    if (r->tag != TRACE_TAG_EVTS)
        return misplaced(r);
    c = cursor(r, &r->tables);
    trace_decode_events(&c, &r->events);
    ret = decoded(r, &c);
    while (!ret) {
        ret = next_chunk(r);
        if (ret || r->tag != TRACE_TAG_NAME)
            break;
        if (r->nnames == TRACE_MAX_TABLES)
            return fail(r, -EBADMSG, r->chunk_at, "there are more name tables than the format allows");
        c = cursor(r, &r->tables);
        trace_decode_names(&c, &r->names[r->nnames]);
        ret = decoded(r, &c);
        r->nnames++;
    }
    return ret;
}

static int open_reader(struct trace_reader **out, FILE *f, int own, struct trace_error *err)
{
    struct trace_reader *r = calloc(1, sizeof *r);
    int ret;

    if (!r) {
        *err = (struct trace_error){.text = "out of memory"};
        if (own)
            (void)fclose(f);
        return -ENOMEM;
    }
    r->f = f;
    r->own = own;
    r->err = err;
    *err = (struct trace_error){0};
    ret = read_head(r);
    if (!ret)
        ret = read_tables(r);
    if (ret) {
        trace_reader_close(r);
        return ret;
    }
    *out = r;
    return 0;
}

int trace_reader_open(struct trace_reader **out, const char *path, struct trace_error *err)
{
    FILE *f = fopen(path, "rb");

    if (!f) {
        const int e = errno > 0 ? errno : EIO;

        *err = (struct trace_error){0};
        (void)snprintf(err->text, sizeof err->text, "cannot open: %s", strerror(e));
        return -e;
    }
    return open_reader(out, f, 1, err);
}

int trace_reader_open_stream(struct trace_reader **out, FILE *f, struct trace_error *err)
{
    return open_reader(out, f, 0, err);
}

void trace_reader_close(struct trace_reader *r)
{
    if (!r)
        return;
    if (r->own)
        (void)fclose(r->f);
    trace_pool_free(&r->tables);
    trace_pool_free(&r->run_memory);
    free(r->buf);
    free(r);
}

/* ---- runs ---- */

/* The FIN chunk: nothing was lost between runs, and nothing follows. */
static int read_fin(struct trace_reader *r)
{
    struct trace_cursor c = cursor(r, &r->tables);
    const uint64_t runs = trace_decode_u64(&c);

    if (c.wrong)
        return decoded(r, &c);
    if (runs != r->runs)
        return fail(r, -EBADMSG, r->chunk_at, "%" PRIu64 " runs are announced, %" PRIu64 " are there", runs, r->runs);
    if (fgetc(r->f) != EOF)
        return fail(r, -EBADMSG, r->offset, "there is something after the end of the trace");
    r->where = AT_END;
    return 0;
}

static int read_run(struct trace_reader *r)
{
    struct trace_cursor c;
    int ret;

    if (r->runs == TRACE_MAX_RUNS)
        return fail(r, -EBADMSG, r->chunk_at, "there are more runs than the format allows");
    trace_pool_free(&r->run_memory);
    c = cursor(r, &r->run_memory);
    r->run = (struct trace_run_info){0};
    trace_decode_run(&c, &r->run);
    ret = decoded(r, &c);
    if (ret)
        return ret;
    r->runs++;
    r->records = 0;
    r->last = 0;
    r->where = IN_RUN;
    return next_chunk(r);
}

int trace_reader_next_run(struct trace_reader *r, const struct trace_run_info **run)
{
    int ret = r->failed;

    while (!ret && r->where == IN_RUN) {
        struct sim_record rec;
        const int more = trace_reader_next(r, &rec);

        ret = more < 0 ? more : 0;
    }
    if (ret || r->where == AT_END)
        return ret;
    if (r->tag == TRACE_TAG_FIN)
        return read_fin(r);
    if (r->tag != TRACE_TAG_RUN)
        return misplaced(r);
    ret = read_run(r);
    if (ret)
        return ret;
    *run = &r->run;
    return 1;
}

/* ---- records ---- */

static int read_end(struct trace_reader *r)
{
    struct trace_cursor c = cursor(r, &r->tables);
    const uint64_t records = trace_decode_u64(&c);

    if (c.wrong)
        return decoded(r, &c);
    if (records != r->records)
        return fail(r, -EBADMSG, r->chunk_at, "%" PRIu64 " records are announced, %" PRIu64 " are there", records,
                    r->records);
    r->where = BEFORE_RUN;
    return next_chunk(r);
}

int trace_reader_next(struct trace_reader *r, struct sim_record *rec)
{
    const unsigned char *p;
    uint32_t size;
    int ret;

    if (r->failed || r->where != IN_RUN)
        return r->failed;
    while (r->tag == TRACE_TAG_RECS && r->used == r->length) {
        ret = next_chunk(r);
        if (ret)
            return ret;
    }
    if (r->tag == TRACE_TAG_END)
        return read_end(r);
    if (r->tag != TRACE_TAG_RECS)
        return misplaced(r);

    /* Lengths are multiples of 8, so at least the number of arguments can be looked at in two steps. */
    p = r->buf + r->used;
    size = r->length - r->used < TRACE_RECORD_HEAD ? UINT32_MAX : TRACE_RECORD_HEAD + 8u * p[15];
    if (size > r->length - r->used || size > TRACE_RECORD_MAX)
        return fail(r, -EBADMSG, r->chunk_at + TRACE_CHUNK_HEAD + r->used,
                    "a record is longer than its chunk or "
                    "has more than %d arguments",
                    SIM_TRACE_ARGS);
    *rec = (struct sim_record){
        .at = trace_get64(p),
        .flow = trace_get32(p + 8),
        .id = trace_get16(p + 12),
        .cpu = p[14],
        .nargs = p[15],
    };
    for (unsigned i = 0; i < rec->nargs; i++)
        rec->arg[i] = (int64_t)trace_get64(p + TRACE_RECORD_HEAD + 8 * i);
    if (rec->at < r->last)
        return fail(r, -EBADMSG, r->chunk_at + TRACE_CHUNK_HEAD + r->used,
                    "time runs backwards, from %" PRIu64 " to %" PRIu64, r->last, rec->at);
    r->last = rec->at;
    r->used += size;
    r->records++;
    return 1;
}

/* ---- tables ---- */

const struct trapline_event_info *trace_reader_events(const struct trace_reader *r, size_t *count)
{
    *count = r->events.count;
    return r->events.event;
}

const struct trapline_event_info *trace_reader_find(const struct trace_reader *r, const char *name)
{
    for (uint32_t i = 0; i < r->events.count; i++)
        if (strcmp(r->events.event[i].name, name) == 0)
            return &r->events.event[i];
    return NULL;
}

const char *trace_reader_value_name(const struct trace_reader *r, uint16_t event, unsigned arg, int64_t value)
{
    for (unsigned t = 0; t < r->nnames; t++) {
        const struct trace_name_table *names = &r->names[t];

        if (names->event != event || names->arg != arg)
            continue;
        for (uint32_t i = 0; i < names->count; i++)
            if (names->name[i].value == value)
                return names->name[i].name;
    }
    return NULL;
}
