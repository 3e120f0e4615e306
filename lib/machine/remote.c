/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine's configuration, and its results, as bytes for another process of the same build. Structures are copied as
 * they are; the head says whose they are, so that another build refuses them.
 */
#include "internal.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <trapline/machine_version.h>
#include <trapline/version.h>

enum image_kind { IMAGE_JOB = 1, IMAGE_RESULTS };

struct head {
    char magic[8];
    char version[24];
    uint32_t kind, model, config_size, machine_size;
    uint64_t size; /* of the whole image */
};

static struct head head_of(enum image_kind kind, size_t size)
{
    struct head h = {.magic = "traplin", .version = TRAPLINE_VERSION};
    h.kind = kind;
    h.model = TRAPLINE_MODEL_VERSION;
    h.config_size = (uint32_t)sizeof(struct machine_config);
    h.machine_size = (uint32_t)sizeof(struct machine);
    h.size = size;
    return h;
}

/*
 * One list of what an image holds serves for its size, for writing and for reading: at NULL nothing is copied, `in`
 * tells the direction.
 */
struct cursor {
    unsigned char *at;
    size_t size;
    bool in;
};

static void pass(struct cursor *c, void *p, size_t n)
{
    if (c->at && n) {
        memcpy(c->in ? p : c->at + c->size, c->in ? c->at + c->size : p, n);
    }
    c->size += n;
}

/* ---- the job ------------------------------------------------------------------------------------------ */

struct watch_job {
    uint64_t armed, device, cpu, nth;
};

/* The arrays of a configuration, in the order of the image. */
#define CONFIG_ARRAYS(X)                                                                                               \
    X(vcpus, nvcpus)                                                                                                   \
    X(devices, ndevices) X(routes, nroutes) X(handlers, nhandlers) X(traffic, ntraffic) X(actions, nactions)

/* Arrays are used where they lie: each begins at a multiple of what malloc aligns for. */
static size_t padded(size_t n)
{
    const size_t unit = _Alignof(max_align_t);
    return (n + unit - 1) / unit * unit;
}

/* What stands before them. */
static size_t fixed_size(void)
{
    return padded(sizeof(struct head) + sizeof(struct machine_config) + sizeof(struct watch_job));
}

static size_t arrays_size(const struct machine_config *c)
{
    size_t n = 0;
#define X(array, count) n += padded(c->count * sizeof *c->array);
    CONFIG_ARRAYS(X)
#undef X
    return n;
}

size_t machine_job_size(const struct machine *m)
{
    return fixed_size() + arrays_size(&m->cfg);
}

static void pad(struct cursor *c)
{
    memset(c->at + c->size, 0, padded(c->size) - c->size);
    c->size = padded(c->size);
}

int machine_job_save(const struct machine *m, void *buf, size_t size)
{
    if (size < machine_job_size(m))
        return -ENOSPC;
    struct head h = head_of(IMAGE_JOB, machine_job_size(m));
    struct watch_job w = {m->watch.armed, m->watch.device, m->watch.cpu, m->watch.nth};
    struct machine_config cfg = m->cfg; /* its pointers go with it and mean nothing there */
    struct cursor c = {.at = buf};
    pass(&c, &h, sizeof h);
    pass(&c, &cfg, sizeof cfg);
    pass(&c, &w, sizeof w);
    pad(&c);
#define X(array, count)                                                                                                \
    pass(&c, (void *)(uintptr_t)cfg.array, cfg.count * sizeof *cfg.array);                                             \
    pad(&c);
    CONFIG_ARRAYS(X)
#undef X
    return 0;
}

static int head_check(const void *buf, size_t size, enum image_kind kind)
{
    struct head got, want = head_of(kind, size);
    if (size < sizeof got)
        return -EPROTO;
    memcpy(&got, buf, sizeof got);
    return memcmp(&got, &want, sizeof got) == 0 ? 0 : -EPROTO;
}

/* Points the configuration's arrays into the image; false if they are not all there. */
static bool find_arrays(struct machine_config *cfg, const unsigned char *at, size_t size)
{
    size_t left = size;
#define X(array, count)                                                                                                \
    if (cfg->count > left / sizeof *cfg->array || padded(cfg->count * sizeof *cfg->array) > left)                      \
        return false;                                                                                                  \
    cfg->array = (const void *)(at + (size - left));                                                                   \
    left -= padded(cfg->count * sizeof *cfg->array);
    CONFIG_ARRAYS(X)
#undef X
    return left == 0;
}

int machine_job_gic_config(const void *buf, size_t size, struct gic_config *out)
{
    struct machine_config cfg;
    int err = head_check(buf, size, IMAGE_JOB);
    if (err || size < fixed_size())
        return -EPROTO;
    memcpy(&cfg, (const unsigned char *)buf + sizeof(struct head), sizeof cfg);
    machine_gic_config(&cfg, out);
    return 0;
}

static int job_build(const unsigned char *buf, size_t size, const struct machine_outside *outside, struct machine **out,
                     char *why, size_t n)
{
    struct machine_config cfg;
    struct watch_job w;
    size_t fixed = fixed_size();
    if (size < fixed)
        return -EPROTO;
    memcpy(&cfg, buf + sizeof(struct head), sizeof cfg);
    memcpy(&w, buf + sizeof(struct head) + sizeof cfg, sizeof w);
    if (!find_arrays(&cfg, buf + fixed, size - fixed))
        return -EPROTO;
    cfg.outside = outside;
    int err = machine_new(&cfg, out, why, n);
    if (!err && w.armed)
        err = machine_watch_accesses(*out, (unsigned)w.device, w.nth, (unsigned)w.cpu);
    if (err) {
        machine_free(*out);
        *out = NULL;
    }
    return err;
}

int machine_job_load(const void *buf, size_t size, const struct machine_outside *outside, struct machine **out,
                     char *why, size_t n)
{
    *out = NULL;
    if (why && n)
        why[0] = '\0';
    int err = head_check(buf, size, IMAGE_JOB);
    if (err)
        return err;
    /* The arrays have to be aligned as malloc aligns, wherever buf lies. */
    unsigned char *copy = malloc(size);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, buf, size);
    err = job_build(copy, size, outside, out, why, n);
    free(copy);
    return err;
}

/* ---- the results ----------------------------------------------------------------------------------------- */

/* Everything that the functions which look at a finished machine read. */
static void pass_results(struct cursor *c, struct machine *m, uint64_t *accesses)
{
    pass(c, &m->n, sizeof m->n);
    pass(c, m->exit_time, sizeof m->exit_time);
    pass(c, m->to_iar, sizeof *m->to_iar);
    pass(c, m->to_free, sizeof *m->to_free);
    pass(c, m->op_time, sizeof *m->op_time);
    pass(c, &m->t0, sizeof m->t0);
    pass(c, &m->end, sizeof m->end);
    pass(c, &m->status, sizeof m->status);
    pass(c, m->error, sizeof m->error);
    pass(c, m->sim.charged, sizeof m->sim.charged);
    pass(c, m->sim.unpriced, sizeof m->sim.unpriced);
    pass(c, &m->nnotes, sizeof m->nnotes);
    pass(c, m->note_text, sizeof m->note_text);
    pass(c, accesses, sizeof *accesses);
}

size_t machine_results_size(struct machine *m)
{
    struct cursor c = {.size = sizeof(struct head)};
    uint64_t accesses = m->watch.count;
    pass_results(&c, m, &accesses);
    return c.size + m->watch.count * sizeof *m->watch.list;
}

int machine_results_save(struct machine *m, void *buf, size_t size)
{
    if (size < machine_results_size(m))
        return -ENOSPC;
    metrics_gather(m);
    struct head h = head_of(IMAGE_RESULTS, machine_results_size(m));
    uint64_t accesses = m->watch.count;
    struct cursor c = {.at = buf};
    pass(&c, &h, sizeof h);
    pass_results(&c, m, &accesses);
    pass(&c, m->watch.list, m->watch.count * sizeof *m->watch.list);
    return 0;
}

int machine_results_load(struct machine *m, const void *buf, size_t size)
{
    if (m->phase != PHASE_NEW)
        return -EINVAL;
    int err = head_check(buf, size, IMAGE_RESULTS);
    if (err)
        return err;
    struct cursor c = {.size = sizeof(struct head)};
    uint64_t accesses = 0;
    pass_results(&c, m, &accesses);
    if (size < c.size)
        return -EPROTO;
    c = (struct cursor){.at = (unsigned char *)(uintptr_t)buf, .size = sizeof(struct head), .in = true};
    pass_results(&c, m, &accesses);
    bool whole = m->watch.capacity >= accesses && size == c.size + accesses * sizeof *m->watch.list;
    if (!whole || m->nnotes > MACHINE_NOTES) {
        m->nnotes = 0;
        return -EINVAL;
    }
    m->watch.count = (size_t)accesses;
    pass(&c, m->watch.list, m->watch.count * sizeof *m->watch.list);
    for (unsigned i = 0; i < m->nnotes; i++) {
        m->note_text[i][sizeof m->note_text[i] - 1] = '\0';
        m->note[i] = m->note_text[i];
    }
    m->note[m->nnotes] = NULL;
    m->error[sizeof m->error - 1] = '\0';
    m->phase = PHASE_DONE;
    m->gathered = true;
    return 0;
}
