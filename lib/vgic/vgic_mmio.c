/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accesses to the guest's distributor: the loop over the fields of a register, as a step list for the
 * guest and at one go for user space.
 *
 * Registers of the frame: r0 vCPU, r1 vgic_mmio_arg(), r2 value, r3 next field and the vCPU chosen for
 * its interrupt. The gaps between the steps are those of the kernel: before an interrupt is queued
 * (locks change hands, section 1.4), and while the guest is halted and resumed (1.10).
 */
#include "vgic_regs.h"

#include <errno.h>
#include <trapline/events.h>
#include <trapline/gic_regs.h>

enum { MMIO_BEGIN, MMIO_FIELDS, MMIO_QUEUE, MMIO_END };

enum { SGIR_LIST, SGIR_OTHERS, SGIR_SELF, SGIR_RESERVED }; /* GICD_SGIR.TargetListFilter */

/* Fields of one access: a place in a register. */
struct place {
    const struct vgic_reg *reg;
    uint32_t offset, value;
    unsigned fields;
};

static struct place place_of(const struct vgic *v, const struct vgic_reg *reg, uint32_t offset, unsigned size,
                             uint32_t value)
{
    unsigned fields = reg->bits ? size * 8 / reg->bits : 1;
    return (struct place){reg, offset, value, reg->flags & VGIC_SGIR ? v->vcpus : fields};
}

static uint32_t first_intid(const struct place *p)
{
    return (p->offset - p->reg->offset) * 8 / p->reg->bits;
}

static uint32_t sgir_targets(const struct vgic_access *a, uint32_t value)
{
    const uint32_t all = (1u << a->v->vcpus) - 1, self = 1u << a->vcpu;
    const uint32_t targets[] = {
        [SGIR_LIST] = GIC_FIELD_GET(GICD_SGIR_CPUTargetList, value),
        [SGIR_OTHERS] = all & ~self,
        [SGIR_SELF] = self,
        [SGIR_RESERVED] = 0,
    };
    return targets[GIC_FIELD_GET(GICD_SGIR_TargetListFilter, value)];
}

/* The interrupt and the value of field i; NULL for a register that is one word. */
static struct vgic_irq *field_at(const struct vgic_access *a, const struct place *p, unsigned i, uint32_t *value)
{
    if (p->reg->flags & VGIC_SGIR) {
        *value = sgir_targets(a, p->value) >> i & 1;
        return vgic_lookup(a->v, i, p->value & GICD_SGIR_SGIINTID);
    }
    *value = p->value;
    if (!p->reg->bits)
        return NULL;
    *value = p->value >> (i * p->reg->bits) & ((1u << p->reg->bits) - 1);
    return vgic_lookup(a->v, a->vcpu, first_intid(p) + i);
}

static uint32_t read_fields(struct vgic_access *a, const struct place *p)
{
    vgic_field_read *fn = !a->cpu && p->reg->user_read ? p->reg->user_read : p->reg->read;
    uint32_t word = 0, ignored;
    for (unsigned i = 0; fn && i < p->fields; i++)
        word |= fn(a, field_at(a, p, i, &ignored)) << (i * p->reg->bits);
    return word;
}

/*
 * Writes fields from *next on, up to one whose interrupt must be queued: returns that interrupt with the
 * chosen vCPU, *next on the field after it. NULL: all done.
 */
static struct vgic_irq *write_fields(struct vgic_access *a, const struct place *p, unsigned *next, int *chosen)
{
    vgic_field_write *fn = !a->cpu && p->reg->user_write ? p->reg->user_write : p->reg->write;
    while (fn && *next < p->fields) {
        uint32_t value;
        struct vgic_irq *irq = field_at(a, p, (*next)++, &value);
        if ((p->reg->flags & VGIC_SET) && !value)
            continue;
        if (!fn(a, irq, value))
            continue;
        *chosen = vgic_queue_choose(a->v, a->cpu, irq);
        if (*chosen != VGIC_NO_VCPU)
            return irq;
    }
    return NULL;
}

/* ---- the guest ---- */

static uint32_t arg_offset(const struct sim_frame *f)
{
    return (uint32_t)f->r[1];
}

static bool arg_is_write(const struct sim_frame *f)
{
    return f->r[1] >> 40 & 1;
}

static const struct vgic_reg *frame_reg(const struct sim_frame *f)
{
    return vgic_reg_find(f->obj, arg_offset(f), (uint8_t)(f->r[1] >> 32));
}

static struct place frame_place(const struct sim_frame *f)
{
    return place_of(f->obj, frame_reg(f), arg_offset(f), (uint8_t)(f->r[1] >> 32), (uint32_t)f->r[2]);
}

/* Does this access halt the guest? A private interrupt cannot be active anywhere but here. */
static bool halts(const struct vgic_reg *reg, uint32_t offset)
{
    return (reg->flags & VGIC_HALT) && (offset - reg->offset) * 8 / reg->bits >= VGIC_NR_PRIVATE;
}

static int mmio_end(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic *v = f->obj;
    sim_trace(v->sim, s->cpu->id, EV_VGIC_MMIO, (int64_t)f->r[0], arg_is_write(f), arg_offset(f), (int64_t)f->r[2]);
    s->ret = arg_is_write(f) ? 0 : (int64_t)f->r[2];
    return SIM_RET;
}

/* Reads are atomic; a write stops at each interrupt to be queued and comes back through mmio_queue. */
static int mmio_fields(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic *v = f->obj;
    struct vgic_access a = {v, s->cpu, (unsigned)f->r[0], 0};
    struct place p = frame_place(f);

    if (arg_is_write(f)) {
        unsigned next = (uint8_t)f->r[3];
        int chosen;
        if (write_fields(&a, &p, &next, &chosen)) {
            f->r[3] = next | (uint64_t)chosen << 8;
            return MMIO_QUEUE;
        }
    } else {
        f->r[2] = read_fields(&a, &p);
    }
    if (halts(p.reg, p.offset) && v->hooks.resume)
        return sim_call(s, f, MMIO_END, v->hooks.resume, v->hooks.ctx, f->r[0], 0, 0, 0);
    return mmio_end(s, f);
}

/* The second half of a write whose interrupt is to be queued; goes straight on to the fields after it. */
static int mmio_queue(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic *v = f->obj;
    struct vgic_access a = {v, s->cpu, (unsigned)f->r[0], 0};
    struct place p = frame_place(f);
    uint32_t ignored;
    struct vgic_irq *irq = field_at(&a, &p, (uint8_t)f->r[3] - 1u, &ignored);

    int again = vgic_queue_commit(v, s->cpu, irq, (int)(f->r[3] >> 8));
    if (again == VGIC_NO_VCPU)
        return mmio_fields(s, f);
    f->r[3] = (uint8_t)f->r[3] | (uint64_t)again << 8;
    return MMIO_QUEUE;
}

static int mmio_begin(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic *v = f->obj;
    const struct vgic_reg *reg = frame_reg(f);

    sim_charge(s->cpu, SIM_COST_VGIC_EMUL);
    f->r[3] = 0;
    if (!reg) { /* RAZ/WI: no abort reaches the guest */
        v->stats.mmio_ignored++;
        if (!arg_is_write(f))
            f->r[2] = 0;
        return mmio_end(s, f);
    }
    if (halts(reg, arg_offset(f)) && v->hooks.halt)
        return sim_call(s, f, MMIO_FIELDS, v->hooks.halt, v->hooks.ctx, f->r[0], 0, 0, 0);
    return MMIO_FIELDS; /* a kick comes after the emulation has taken its time */
}

static const struct sim_step mmio_steps[] = {
    [MMIO_BEGIN] = {mmio_begin, "vgic_mmio: decode", SIM_MASKED},
    [MMIO_FIELDS] = {mmio_fields, "vgic_mmio: fields", SIM_MASKED},
    [MMIO_QUEUE] = {mmio_queue, "vgic_mmio: queue", SIM_MASKED},
    [MMIO_END] = {mmio_end, "vgic_mmio: end", SIM_MASKED},
};
SIM_PROC(vgic_mmio_proc, "vgic_mmio", mmio_steps);

/* ---- user space: every vCPU is out, so there is no gap to show and nobody to kick ---- */

int vgic_uaccess(struct vgic *v, unsigned vcpu, uint32_t offset, bool is_write, uint32_t *value)
{
    if (vcpu >= v->vcpus)
        return -EINVAL;
    const struct vgic_reg *reg = vgic_reg_find(v, offset, 4);
    if (!reg) {
        if (!is_write)
            *value = 0;
        return 0;
    }
    struct vgic_access a = {v, NULL, vcpu, 0};
    struct place p = place_of(v, reg, offset, 4, *value);
    if (!is_write) {
        *value = read_fields(&a, &p);
        return 0;
    }
    unsigned next = 0;
    int chosen;
    struct vgic_irq *irq;
    while ((irq = write_fields(&a, &p, &next, &chosen)))
        vgic_queue_commit(v, NULL, irq, chosen);
    return a.err;
}

int vgic_has_reg(uint32_t offset)
{
    return offset % 4 == 0 && vgic_reg_exists(offset) ? 0 : -ENXIO;
}
