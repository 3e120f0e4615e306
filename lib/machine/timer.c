/* SPDX-License-Identifier: Apache-2.0 */
/* The guests' virtual timer: the hardware of each CPU, KVM's handling of it for each vCPU, and what guests write. */
#include "internal.h"

static void set_line(void *ctx, unsigned cpu, bool level)
{
    struct machine *m = ctx;
    port_set_ppi(m, cpu, HOST_VTIMER_PPI, level);
}

static void hw_read(void *ctx, unsigned cpu, uint32_t *ctl, sim_tick *cval)
{
    struct machine *m = ctx;
    *ctl = arch_timer_ctl(&m->pcpu[cpu].vtimer);
    *cval = m->pcpu[cpu].vtimer.cval;
}

static void hw_write(void *ctx, unsigned cpu, uint32_t ctl, sim_tick cval)
{
    struct machine *m = ctx;
    arch_timer_write(&m->pcpu[cpu].vtimer, ctl, cval);
}

int timer_build(struct machine *m)
{
    const struct vgic_timer_hw hw = {m, hw_read, hw_write};
    for (unsigned i = 0; i < m->cfg.platform.cpus; i++)
        m->pcpu[i].vtimer =
            (struct arch_timer){.sim = &m->sim, .cpu = i, .intid = HOST_VTIMER_PPI, .ctx = m, .set_line = set_line};
    bool vhe = m->cfg.platform.host == MACHINE_VHE;
    vgic_timer_host_init(&m->timers, &hw, vhe ? (int)HOST_PTIMER_PPI : 0);
    int err = host_percpu_irq_request(m->host, HOST_VTIMER_PPI, &vgic_timer_irq_proc, &m->timers, true);
    for (unsigned i = 0; !err && i < m->cfg.nvcpus; i++)
        err = vgic_timer_init(&m->vcpu[i].timer, &m->timers, m->vgic, i, HOST_VTIMER_PPI);
    return err;
}

void timer_guest_start(struct vcpu *v, sim_tick at)
{
    arch_timer_write(&v->m->pcpu[v->thread.cpu].vtimer, CNTV_CTL_ENABLE, at);
}

void timer_guest_mask(struct vcpu *v)
{
    struct arch_timer *t = &v->m->pcpu[v->thread.cpu].vtimer;
    arch_timer_write(t, CNTV_CTL_ENABLE | CNTV_CTL_IMASK, t->cval);
}
