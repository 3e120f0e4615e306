/* SPDX-License-Identifier: Apache-2.0 */
/* Creation of a vgic, its initial state (section 1.11) and the accessors. One allocation in all. */
#include "vgic_private.h"

#include <errno.h>
#include <stdlib.h>

#define VGIC_DEFAULT_IRQS 256u
#define VGIC_REV_6_1      3u /* KVM_VGIC_IMP_REV_LATEST of 6.1 */

/* Stand-ins for hooks that the user leaves out: nobody to kick, no physical interrupt pending or active. */
static void no_kick(void *ctx, struct sim_cpu *cpu, unsigned vcpu)
{
    (void)ctx;
    (void)cpu;
    (void)vcpu;
}

static bool no_state(void *ctx, struct sim_cpu *cpu, int host_irq)
{
    (void)ctx;
    (void)cpu;
    (void)host_irq;
    return false;
}

static void no_set_state(void *ctx, struct sim_cpu *cpu, int host_irq, bool on)
{
    (void)ctx;
    (void)cpu;
    (void)host_irq;
    (void)on;
}

/* Filled in once here, so that no caller of a hook has to ask whether it is there. */
static void set_hooks(struct vgic *v, const struct vgic_hooks *h)
{
    v->hooks = *h;
    if (!h->kick)
        v->hooks.kick = no_kick;
    if (!h->phys_pending)
        v->hooks.phys_pending = no_state;
    if (!h->phys_active)
        v->hooks.phys_active = no_state;
    if (!h->set_phys_pending)
        v->hooks.set_phys_pending = no_set_state;
    if (!h->set_phys_active)
        v->hooks.set_phys_active = no_set_state;
}

/* NR_IRQS is 64 to 992: 1024 is documented by the kernel but refused by its code (1.11). */
static bool config_ok(const struct vgic_config *cfg, unsigned nr_irqs)
{
    if (!cfg->sim || !cfg->ops || cfg->struct_size != sizeof *cfg)
        return false;
    if (cfg->vcpus < 1 || cfg->vcpus > VGIC_MAX_VCPUS || cfg->nr_lr < 1 || cfg->nr_lr > GIC_MAX_LRS)
        return false;
    if (nr_irqs < 64 || nr_irqs > VGIC_NR_PRIVATE + VGIC_MAX_SPIS || nr_irqs % 32 != 0)
        return false;
    return (cfg->ops != &vgic_v2_ops && cfg->ops != &vgic_v2_full_ops) || (cfg->port.read && cfg->port.write);
}

/* GICv2 guests start in group 0. SGIs are edge and enabled, PPIs level, SPIs edge and sent to vCPU 0. */
static void init_irqs(struct vgic *v)
{
    for (unsigned c = 0; c < v->vcpus; c++) {
        v->vcpu[c].priv = &v->irq[c * VGIC_NR_PRIVATE];
        v->vcpu[c].vif.hcr = VGIC_HCR_EN;
        v->vcpu[c].vif.nr_lrs = (uint8_t)v->nr_lr;
        for (uint32_t i = 0; i < VGIC_NR_PRIVATE; i++) {
            struct vgic_irq *irq = &v->vcpu[c].priv[i];
            irq->intid = i;
            irq->vcpu = VGIC_NO_VCPU;
            irq->target_vcpu = (int)c;
            irq->targets = (uint8_t)(1u << c);
            irq->enabled = vgic_is_sgi(i);
            irq->level_config = !vgic_is_sgi(i);
        }
    }
    v->spi = &v->irq[v->vcpus * VGIC_NR_PRIVATE];
    for (uint32_t i = 0; i < v->nr_irqs - VGIC_NR_PRIVATE; i++) {
        v->spi[i].intid = VGIC_NR_PRIVATE + i;
        v->spi[i].vcpu = VGIC_NO_VCPU;
    }
}

int vgic_new(const struct vgic_config *cfg, struct vgic **out)
{
    unsigned nr_irqs = cfg->nr_irqs ? cfg->nr_irqs : VGIC_DEFAULT_IRQS;
    if (!config_ok(cfg, nr_irqs))
        return -EINVAL;
    /* The interrupts lie behind the object: nothing is allocated later, and one free undoes it. */
    size_t irqs = cfg->vcpus * VGIC_NR_PRIVATE + (nr_irqs - VGIC_NR_PRIVATE);
    struct vgic *v = calloc(1, sizeof *v + irqs * sizeof v->irq[0]);
    if (!v)
        return -ENOMEM;
    v->sim = cfg->sim;
    v->ops = cfg->ops;
    v->port = cfg->port;
    v->profile = cfg->profile;
    v->vcpus = cfg->vcpus;
    v->nr_irqs = nr_irqs;
    v->nr_lr = cfg->nr_lr;
    v->implementation_rev = VGIC_REV_6_1;
    set_hooks(v, &cfg->hooks);
    init_irqs(v);
    *out = v;
    return 0;
}

void vgic_free(struct vgic *v)
{
    free(v);
}

void vgic_set_ack_notifier(struct vgic *v, const struct sim_proc *proc, void *obj)
{
    v->ack_proc = proc;
    v->ack_obj = obj;
}

/* load and put belong to scheduling, not to entry and exit: VMCR and APR stay in the hardware across exits (2.3). */
void vgic_load(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu)
{
    v->ops->load(&v->port, cpu, &v->vcpu[vcpu].vif);
}

void vgic_put(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu)
{
    v->ops->put(&v->port, cpu, &v->vcpu[vcpu].vif);
}

void vgic_vmcr_sync(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu)
{
    v->ops->vmcr_sync(&v->port, cpu, &v->vcpu[vcpu].vif);
}

const struct vgic_irq *vgic_irq_get(const struct vgic *v, unsigned vcpu, uint32_t intid)
{
    /* The lookup writes nothing; the result is const again. */
    return vgic_lookup((struct vgic *)(uintptr_t)v, vcpu, intid);
}

const struct vgic_vif *vgic_vif_get(const struct vgic *v, unsigned vcpu)
{
    return vcpu < v->vcpus ? &v->vcpu[vcpu].vif : NULL;
}

bool vgic_enabled(const struct vgic *v)
{
    return v->enabled;
}

unsigned vgic_nr_irqs(const struct vgic *v)
{
    return v->nr_irqs;
}

const struct vgic_stats *vgic_stats_get(const struct vgic *v)
{
    return &v->stats;
}
