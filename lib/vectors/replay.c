/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - plays a vector on an implementation, and says in words what differed. */
#include "names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Does one operation; *got receives the answer of those that have one. 0 or a negative errno. */
static int perform(const struct gicvec_ops *ops, void *gic, const struct gicvec_op *op, uint32_t *got)
{
    bool level = false;
    int err;

    *got = op->value;
    switch (op->kind) {
    case GICVEC_WRITE:
        return ops->write(gic, op);
    case GICVEC_READ:
        return ops->read(gic, op, got);
    case GICVEC_SPI:
    case GICVEC_PPI:
        return ops->set_line(gic, op);
    case GICVEC_OUTPUT:
        err = ops->output(gic, op, &level);
        *got = level;
        return err;
    }
    return -EINVAL;
}

static bool right(const struct gicvec_op *op, uint32_t got)
{
    return (op->kind == GICVEC_READ ? got & op->mask : got) == op->value;
}

/* Plays the operations up to the first that fails. */
static void play(const struct gicvec *v, const struct gicvec_ops *ops, void *gic, struct gicvec_result *r)
{
    for (size_t i = 0; i < v->nops && r->verdict == GICVEC_PASSED; i++) {
        const struct gicvec_op *op = &v->ops[i];
        int broken = 0;
        r->err = perform(ops, gic, op, &r->got);
        r->differs = !r->err && !right(op, r->got);
        if (!r->err && ops->check)
            broken = ops->check(gic, r->why, sizeof r->why);
        if (!broken)
            r->why[0] = '\0';
        if (r->err || r->differs || broken) {
            r->verdict = GICVEC_FAILED;
            r->op = op;
            r->err = r->err ? r->err : broken;
        }
    }
}

enum gicvec_verdict gicvec_replay(const struct gicvec *v, const struct gicvec_ops *ops, void *ctx,
                                  struct gicvec_result *r)
{
    void *gic = NULL;
    int err;

    *r = (struct gicvec_result){.verdict = GICVEC_PASSED};
    for (size_t i = 0; i < v->nneeds; i++) {
        if (!ops->offers(ctx, v->needs[i])) {
            r->need = v->needs[i];
            return r->verdict = GICVEC_SKIPPED;
        }
    }
    err = ops->create(ctx, v, &gic);
    if (err == -ENOTSUP)
        return r->verdict = GICVEC_SKIPPED;
    if (err) {
        r->err = err;
        return r->verdict = GICVEC_FAILED;
    }
    play(v, ops, gic, r);
    ops->destroy(ctx, gic);
    return r->verdict;
}

/* "GICD_IPRIORITYR+0x24": the register that an access goes to; "GICD+0x34" where there is none. */
static void register_name(const struct gicvec_op *op, char *buf, size_t n)
{
    struct gic_register row;

    for (unsigned i = 0; gic_reg_info(op->frame, i, &row); i++) {
        if (op->offset < row.first || op->offset >= row.end)
            continue;
        if (op->offset == row.first)
            snprintf(buf, n, "%s", row.name);
        else
            snprintf(buf, n, "%s+0x%" PRIx32, row.name, op->offset - row.first);
        return;
    }
    snprintf(buf, n, "%s+0x%03" PRIx32, vectors_frames[op->frame].prefix, op->offset);
}

/* What an operation is about: "GICC_IAR of CPU 0", "wire virq of CPU 1", "the line of INTID 40". */
static void subject(const struct gicvec_op *op, char *buf, size_t n)
{
    char reg[64];

    switch (op->kind) {
    case GICVEC_WRITE:
    case GICVEC_READ:
        register_name(op, reg, sizeof reg);
        snprintf(buf, n, "%s of CPU %u", reg, op->cpu);
        break;
    case GICVEC_SPI:
    case GICVEC_PPI:
        snprintf(buf, n, "the line of INTID %" PRIu32, op->intid);
        break;
    case GICVEC_OUTPUT:
        snprintf(buf, n, "output %s of CPU %u", vectors_pins[op->pin], op->cpu);
        break;
    }
}

static void explain_failure(const struct gicvec_result *r, char *buf, size_t n)
{
    char what[96];

    if (!r->op) {
        snprintf(buf, n, "the GIC cannot be made: %s", strerror(-r->err));
        return;
    }
    subject(r->op, what, sizeof what);
    if (r->differs && r->op->kind == GICVEC_OUTPUT)
        snprintf(buf, n, "%s: expected %" PRIu32 ", got %" PRIu32, what, r->op->value, r->got);
    else if (r->differs && r->op->mask != UINT32_MAX)
        snprintf(buf, n,
                 "%s: expected 0x%08" PRIx32 ", got 0x%08" PRIx32 " (mask 0x%08" PRIx32 ", whole answer 0x%08" PRIx32
                 ")",
                 what, r->op->value, r->got & r->op->mask, r->op->mask, r->got);
    else if (r->differs)
        snprintf(buf, n, "%s: expected 0x%08" PRIx32 ", got 0x%08" PRIx32, what, r->op->value, r->got);
    else if (r->why[0])
        snprintf(buf, n, "%s: an invariant is broken: %s", what, r->why);
    else
        snprintf(buf, n, "%s: %s", what, strerror(-r->err));
}

void gicvec_explain(const struct gicvec_result *r, char *buf, size_t n)
{
    if (!n)
        return;
    buf[0] = '\0';
    if (r->verdict == GICVEC_FAILED)
        explain_failure(r, buf, n);
    else if (r->verdict == GICVEC_SKIPPED && r->need)
        snprintf(buf, n, "it needs %s, which is not offered", r->need);
    else if (r->verdict == GICVEC_SKIPPED)
        snprintf(buf, n, "a GIC of this configuration is not offered");
}
