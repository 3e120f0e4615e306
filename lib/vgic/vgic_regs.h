/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's distributor as a table (section 1.9). Every register is an array of fields, one per
 * interrupt (or one word): a row names the functions that read and write one field, and one loop in
 * vgic_mmio.c does the rest.
 */
#ifndef VGIC_REGS_H
#define VGIC_REGS_H

#include "vgic_private.h"

/* An access under way. cpu is NULL when user space makes it (no physical side effects, nobody to kick). */
struct vgic_access {
    struct vgic *v;
    struct sim_cpu *cpu;
    unsigned vcpu; /* who accesses */
    int err;       /* of a user-space write */
};

/* One field. irq is NULL for a register that is not per interrupt. */
typedef uint32_t vgic_field_read(struct vgic_access *a, struct vgic_irq *irq);
/* true: the interrupt may belong on a list now, queue it. */
typedef bool vgic_field_write(struct vgic_access *a, struct vgic_irq *irq, uint32_t value);

enum {
    VGIC_W8 = 1u << 0,   /* byte accesses allowed, beside words */
    VGIC_SET = 1u << 1,  /* fields written as 0 change nothing */
    VGIC_HALT = 1u << 2, /* the guest is halted around an access to SPIs */
    VGIC_SGIR = 1u << 3, /* one field per target vCPU, made from the word that is written */
};

struct vgic_reg {
    uint16_t offset, length;
    uint8_t bits; /* per interrupt; 0: one word */
    uint8_t flags;
    vgic_field_read *read;   /* NULL: reads as zero */
    vgic_field_write *write; /* NULL: writes are ignored */
    /* What user space gets instead; NULL: the same. */
    vgic_field_read *user_read;
    vgic_field_write *user_write;
};

/* The row for an access; NULL: nothing there, so it reads as zero and ignores writes. */
const struct vgic_reg *vgic_reg_find(const struct vgic *v, uint32_t offset, unsigned size);
/* Is there a register at this offset at all? */
bool vgic_reg_exists(uint32_t offset);

#endif
