/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariants (section 9.2, 1 to 5) that hold after every step. Only the vgic's own state is looked at: whether a
 * physical interrupt is active, or a hardware register clear, can be asked of the hardware alone.
 */
#include "vgic_private.h"

#include <errno.h>
#include <stdio.h>

struct report {
    char *why;
    size_t n;
};

static int broken(const struct report *r, const char *rule, unsigned vcpu, unsigned what)
{
    if (r->n)
        snprintf(r->why, r->n, "vCPU %u, %u: %s", vcpu, what, rule);
    return -EFAULT;
}

/* The value belongs to one of this vgic's interrupts (a stray pointer must be told before it is followed). */
static bool known(const struct vgic *v, const struct vgic_irq *irq)
{
    size_t all = v->vcpus * (size_t)VGIC_NR_PRIVATE + v->nr_irqs - VGIC_NR_PRIVATE;
    uintptr_t at = (uintptr_t)irq - (uintptr_t)v->irq;
    return at / sizeof *irq < all && at % sizeof *irq == 0;
}

/* Invariant 2, from the list's side. Stores the length. */
static int check_list(const struct vgic *v, unsigned c, unsigned *length, const struct report *r)
{
    const struct vgic_vcpu *vc = &v->vcpu[c];
    const struct vgic_irq *last = NULL;
    unsigned n = 0;

    for (const struct vgic_irq *irq = vc->head; irq; irq = irq->ap_next) {
        if (!known(v, irq))
            return broken(r, "entry of the ap_list is no interrupt of this vgic", c, n);
        if (irq->vcpu != (int)c)
            return broken(r, "INTID is on an ap_list that irq->vcpu does not name (2)", c, irq->intid);
        if (++n > VGIC_NR_PRIVATE + v->nr_irqs)
            return broken(r, "ap_list is a circle", c, irq->intid);
        last = irq;
    }
    if (vc->tail != last)
        return broken(r, "tail of the ap_list is not its last entry", c, n);
    *length = n;
    return 0;
}

/* Invariants 1, 3 and 4 for one list register in use. */
static int check_lr(const struct vgic *v, unsigned c, unsigned n, const struct report *r)
{
    const struct vgic_vif *vif = &v->vcpu[c].vif;
    struct vgic_lr lr, other;

    v->ops->decode(&lr, vif->lr[n]);
    if (!lr.pending && !lr.active)
        return 0; /* empty since the guest finished: only its EOI bit still means something */
    const struct vgic_irq *irq = vgic_irq_get(v, c, lr.intid);
    if (!irq || irq->vcpu != (int)c)
        return broken(r, "list register holds an INTID whose vcpu is another (1)", c, lr.intid);
    if (lr.hw && lr.pending && lr.active)
        return broken(r, "HW list register is pending and active (3)", c, lr.intid);
    if (lr.hw && (!irq->hw || irq->hwintid != lr.phys))
        return broken(r, "HW list register of an INTID that is not mapped to that physical one (3)", c, lr.intid);
    if (lr.hw && lr.eoi)
        return broken(r, "list register has EOI beside HW (4)", c, lr.intid);
    for (unsigned i = 0; i < n; i++) {
        v->ops->decode(&other, vif->lr[i]);
        if ((other.pending || other.active) && other.intid == lr.intid && other.source == lr.source)
            return broken(r, "INTID and source are in two list registers (1)", c, lr.intid);
    }
    return 0;
}

/* Invariant 5: a list register is in use between flush and the end of sync, and at no other time. */
static int check_vif(const struct vgic *v, unsigned c, bool in_guest, const struct report *r)
{
    const struct vgic_vcpu *vc = &v->vcpu[c];

    if (vc->vif.used_lrs > v->nr_lr)
        return broken(r, "more list registers in use than there are", c, vc->vif.used_lrs);
    if (vc->stage == VGIC_IDLE && vc->vif.used_lrs)
        return broken(r, "list registers in use after sync (5)", c, vc->vif.used_lrs);
    if (vc->stage == VGIC_IDLE && vc->vif.hcr != VGIC_HCR_EN)
        return broken(r, "shadow HCR asks for a maintenance interrupt after sync (5)", c, vc->vif.hcr);
    if (in_guest && vc->stage == VGIC_FOLDING)
        return broken(r, "vCPU is in the guest while its list registers are folded", c, vc->vif.used_lrs);
    for (unsigned n = 0; n < vc->vif.used_lrs; n++) {
        int err = check_lr(v, c, n, r);
        if (err)
            return err;
    }
    return 0;
}

/* Invariant 2 from the interrupt's side, and what its fields promise. */
static int check_irq(const struct vgic *v, const struct vgic_irq *irq, unsigned count[], const struct report *r)
{
    if (irq->vcpu < VGIC_NO_VCPU || irq->vcpu >= (int)v->vcpus || irq->target_vcpu >= (int)v->vcpus)
        return broken(r, "INTID names a vCPU that does not exist", 0, irq->intid);
    if (irq->source && (!vgic_is_sgi(irq->intid) || !irq->pending_latch))
        return broken(r, "INTID has a source without being a pending SGI", 0, irq->intid);
    if (irq->vcpu == VGIC_NO_VCPU)
        return irq->ap_next ? broken(r, "INTID is linked but on no list (2)", 0, irq->intid) : 0;
    count[irq->vcpu]++;
    return 0;
}

int vgic_check(const struct vgic *v, unsigned in_guest, char *why, size_t n)
{
    const struct report r = {why, n};
    unsigned length[VGIC_MAX_VCPUS] = {0}, count[VGIC_MAX_VCPUS] = {0};
    size_t all = v->vcpus * (size_t)VGIC_NR_PRIVATE + v->nr_irqs - VGIC_NR_PRIVATE;
    int err = 0;

    for (unsigned c = 0; c < v->vcpus && !err; c++) {
        err = check_list(v, c, &length[c], &r);
        if (!err)
            err = check_vif(v, c, in_guest >> c & 1, &r);
    }
    for (size_t i = 0; i < all && !err; i++)
        err = check_irq(v, &v->irq[i], count, &r);
    /* Each entry names its list; equal numbers then mean that each interrupt that names a list is on it. */
    for (unsigned c = 0; c < v->vcpus && !err; c++) {
        if (count[c] != length[c])
            err = broken(&r, "some INTID names this vCPU's ap_list without being on it (2)", c, count[c]);
    }
    return err;
}
