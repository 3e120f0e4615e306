/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual interrupts tied to physical ones: the HW bit makes the guest's deactivation reach the
 * physical distributor. vgic_map_irq is the mapping alone (the arch timer's); forwarding adds the
 * host's consent not to deactivate the interrupt itself (sections 6.3 and 6.5).
 */
#include "vgic_private.h"

#include <errno.h>
#include <trapline/events.h>

static int map(struct vgic *v, struct vgic_irq *irq, int host_irq)
{
    int hwintid = v->hooks.hwintid ? v->hooks.hwintid(v->hooks.ctx, host_irq) : -EINVAL;
    if (hwintid < 0)
        return -EINVAL;
    irq->hw = true;
    irq->host_irq = host_irq;
    irq->hwintid = (uint32_t)hwintid;
    return 0;
}

static void unmap(struct vgic_irq *irq)
{
    irq->hw = false;
    irq->hwintid = 0;
    irq->unpresented = false;
    irq->get_input_level = NULL;
}

/* The result is ignored, as the kernel's tree with forwarding did: the mapping stands either way. */
static void tell_host(struct vgic *v, int host_irq, bool on)
{
    if (v->hooks.set_forwarded)
        v->hooks.set_forwarded(v->hooks.ctx, host_irq, on);
}

static int set_forwarding(struct vgic *v, struct vgic_irq *irq, int host_irq)
{
    if (!irq || irq->hw)
        return -EINVAL;
    if (irq->target_vcpu == VGIC_NO_VCPU)
        return -EAGAIN;
    int err = map(v, irq, host_irq);
    if (err)
        return err;
    /*
     * Nobody upstream of here checks an edge interrupt: an instance in flight gets the HW bit while its
     * physical side is inactive. For a level the host's automasked test has caught it.
     */
    if (!irq->level_config && (irq->active || irq->pending_latch))
        v->stats.forward_busy_edge++;
    tell_host(v, host_irq, true);
    return 0;
}

int vgic_set_forwarding(struct vgic *v, struct sim_cpu *cpu, int host_irq, uint32_t vintid)
{
    struct vgic_irq *irq = vgic_valid_spi(v, vintid) ? vgic_lookup(v, 0, vintid) : NULL;
    int err = set_forwarding(v, irq, host_irq);
    sim_trace(v->sim, vgic_cpu_id(cpu), EV_VGIC_FORWARD_SET, vintid, err ? 0 : irq->hwintid, err);
    return err;
}

/* Virtual state stays as it is; only the physical active state must not outlive the guest's duty to clear it. */
void vgic_unset_forwarding(struct vgic *v, struct sim_cpu *cpu, int host_irq, uint32_t vintid)
{
    struct vgic_irq *irq = vgic_valid_spi(v, vintid) ? vgic_lookup(v, 0, vintid) : NULL;
    if (!irq || !irq->hw)
        return;
    if (v->hooks.phys_active(v->hooks.ctx, cpu, host_irq))
        v->hooks.set_phys_active(v->hooks.ctx, cpu, host_irq, false);
    sim_trace(v->sim, vgic_cpu_id(cpu), EV_VGIC_FORWARD_UNSET, vintid, irq->hwintid);
    unmap(irq);
    tell_host(v, host_irq, false);
}

int vgic_map_irq(struct vgic *v, unsigned vcpu, int host_irq, uint32_t vintid)
{
    struct vgic_irq *irq = vgic_is_sgi(vintid) ? NULL : vgic_lookup(v, vcpu, vintid);
    return irq ? map(v, irq, host_irq) : -EINVAL;
}

int vgic_unmap_irq(struct vgic *v, unsigned vcpu, uint32_t vintid)
{
    struct vgic_irq *irq = vgic_is_sgi(vintid) ? NULL : vgic_lookup(v, vcpu, vintid);
    if (!irq)
        return -EINVAL;
    unmap(irq);
    return 0;
}
