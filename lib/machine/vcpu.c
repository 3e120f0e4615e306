/* SPDX-License-Identifier: Apache-2.0 */
/*
 * KVM's run loop for one vCPU (arch/arm64/kvm/arm.c, 6.1), kick and wake, halting the guest.
 *
 * Order of an exit: leave the guest, sync the vgic (fold, prune) with interrupts off (6.1), open them (the
 * host takes what is pending), tell the cause, handle it. An exit has one cause: a trap's own, else the
 * most telling of the host interrupts taken since the entry; EOI acks without one are maintenance.
 */
#include "internal.h"
#include <trapline/events.h>
#include <trapline/gic_regs.h>

/* Steps of the run loop. */
enum { LOOP, ENTER, GUEST, IRQS_FIRST, IRQS_ON, BLOCK, MMIO_DONE, USER_EXIT, USER_BACK };

/* On a non-VHE host the kernel runs below EL2 and calls into it. */
static void el2_entry(struct machine *m, bool only_nvhe)
{
    if (!only_nvhe || m->cfg.platform.host == MACHINE_NVHE)
        m->n.el2_entries++;
}

/* ---- load and put (preempt notifiers, and around user space) ------------------------------------------ */

static void sched_in(void *ctx)
{
    struct vcpu *v = ctx;
    vgic_load(v->m->vgic, &v->m->pcpu[v->thread.cpu].cpu, v->id);
    el2_entry(v->m, true);
    v->timer_unloaded = true;
    if (v->thread.wake_at != SIM_FOREVER)
        host_thread_wake_at(v->m->host, &v->thread, SIM_FOREVER);
}

/* While the vCPU is blocked, a timer of the host stands in for the guest's (kvm_timer_blocking). */
static void sched_out(void *ctx)
{
    struct vcpu *v = ctx;
    struct sim_cpu *cpu = &v->m->pcpu[v->thread.cpu].cpu;
    vgic_timer_put(&v->timer, cpu);
    if (v->blocked && vgic_timer_expiry(&v->timer) != SIM_FOREVER)
        host_thread_wake_at(v->m->host, &v->thread, vgic_timer_expiry(&v->timer));
    vgic_put(v->m->vgic, cpu, v->id);
    el2_entry(v->m, true);
}

/* ---- the run loop ----------------------------------------------------------------------------------------- */

/* The rest of a vcpu_load. It takes steps, so it is made up for when the vCPU's thread runs again. */
static int timer_load(struct sim_strand *s, struct sim_frame *f, int then)
{
    struct vcpu *v = f->obj;
    v->timer_unloaded = false;
    return sim_call(s, f, then, &vgic_timer_load_proc, &v->timer, 0, 0, 0, 0);
}

static int loop(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    struct machine *m = v->m;
    v->switching = false;
    if (v->timer_unloaded)
        return timer_load(s, f, LOOP);
    if (v->paused)
        host_spin_end_all(m->host); /* whoever halts the guest waits for this */
    if (v->dying) {
        vgic_timer_put(&v->timer, s->cpu);
        (void)host_thread_wake(m->host, &m->control); /* it waits for this */
        return SIM_RET;
    }
    if (host_need_resched(m->host, s->cpu->id))
        return SIM_YIELD;
    if (v->paused)
        return SIM_WAIT; /* KVM_REQ_SLEEP: until kvm_arm_resume_guest */
    v->request = false;
    v->switching = true;
    return sim_call(s, f, ENTER, &vgic_flush_proc, m->vgic, v->id, 0, 0, 0);
}

/* The exit whose handling ends here has cost this long. */
static void account_exit(struct vcpu *v)
{
    if (!v->left)
        return;
    v->left = false;
    struct exit_time *t = &v->m->exit_time[v->cause];
    sim_tick d = v->m->sim.now - v->left_at;
    if (!t->samples || d < t->min)
        t->min = d;
    if (d > t->max)
        t->max = d;
    t->samples++;
    t->total += d;
    t->sum_sq += (double)d * (double)d;
    v->m->n.world_switches++;
}

/*
 * A list register with HW=1 should be loaded only while the physical interrupt is active (9.2, 3). The
 * window of section 6.4 breaks that without harm to the guest, so it is counted and no failure.
 */
static void check_hw_lrs(struct vcpu *v)
{
    const struct vgic_vif *vif = vgic_vif_get(v->m->vgic, v->id);
    for (unsigned i = 0; i < vif->used_lrs; i++) {
        uint32_t lr = vif->lr[i];
        if ((lr & GICH_LR_HW) && !(gic_state(v->m->gic, v->thread.cpu, lr >> 10 & 0x3ff) & GIC_ST_ACTIVE)) {
            v->m->n.hw_inactive++;
            return;
        }
    }
}

static int enter(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    struct machine *m = v->m;
    v->mode = IN_GUEST_MODE;
    if (v->request || v->paused || v->dying || host_need_resched(m->host, s->cpu->id)) {
        /* Something came up since the flush: not an exit, but flush and sync are done again. */
        v->mode = OUTSIDE_GUEST_MODE;
        return sim_call(s, f, LOOP, &vgic_sync_proc, m->vgic, v->id, 0, 0, 0);
    }
    vgic_restore(m->vgic, s->cpu, v->id);
    sim_charge(s->cpu, SIM_COST_TRAP_OUT);
    sim_charge(s->cpu, SIM_COST_TIMER_SWITCH);
    el2_entry(m, true);
    account_exit(v);
    check_hw_lrs(v);
    m->n.entries++;
    v->acks_at_entry = *host_cpu_acks_get(m->host, s->cpu->id);
    sim_trace(&m->sim, s->cpu->id, EV_KVM_ENTRY, v->id);
    return SIM_NEXT;
}

static int leave(struct sim_strand *s, struct sim_frame *f, enum guest_trap trap)
{
    struct vcpu *v = f->obj;
    struct machine *m = v->m;
    v->trap = (uint8_t)trap;
    v->left = true;
    v->left_at = m->sim.now;
    v->mode = OUTSIDE_GUEST_MODE;
    el2_entry(m, false);
    sim_charge(s->cpu, SIM_COST_TRAP_IN);
    sim_charge(s->cpu, SIM_COST_TIMER_SWITCH);
    sim_trace(&m->sim, s->cpu->id, EV_KVM_GUEST_LEFT, v->id, trap);
    bool sync_first = m->cfg.kernel.sync_before_host_irq;
    if (!sync_first || m->cfg.kernel.vgic.gich_switch == VGIC_SWITCH_FULL_3_10)
        vgic_save(m->vgic, s->cpu, v->id);
    if (!sync_first)
        return IRQS_FIRST;
    return sim_call(s, f, IRQS_ON, &vgic_sync_proc, m->vgic, v->id, 0, 0, 0);
}

/* Up to 4.x interrupts are opened before the sync: the host has taken what was pending, and injected. */
static int irqs_first(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    return sim_call(s, f, IRQS_ON, &vgic_sync_proc, v->m->vgic, v->id, 0, 0, 0);
}

/* One step of the guest. A physical interrupt takes the guest out, a virtual one into its handler. */
static int guest(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    const struct pcpu *p = &v->m->pcpu[s->cpu->id];
    v->guest.cpu = s->cpu;
    if (p->irq_seen)
        return leave(s, f, TRAP_IRQ);
    if (p->virq && !v->irq_masked) {
        v->irq_masked = true;
        sim_charge(s->cpu, SIM_COST_GUEST_VECTOR);
        sim_strand_interrupt(&v->guest, &guest_vector_proc, v, 0);
        return GUEST;
    }
    switch (sim_strand_step(&v->guest)) {
    case SIM_WORKING:
        return SIM_WORK;
    case SIM_TRAPPED:
        return leave(s, f, (enum guest_trap)v->guest.trap);
    default:
        return GUEST;
    }
}

enum machine_exit_cause machine_trap_cause(int64_t trap)
{
    static const enum machine_exit_cause cause[] = {
        [TRAP_IRQ] = MACHINE_EXIT_COUNT,           [TRAP_WFI] = MACHINE_EXIT_WFX,
        [TRAP_MMIO] = MACHINE_EXIT_MMIO_GICD,      [TRAP_HVC] = MACHINE_EXIT_HVC,
        [TRAP_MMIO_USER] = MACHINE_EXIT_MMIO_USER, [TRAP_IOEVENTFD] = MACHINE_EXIT_MMIO_IOEVENTFD,
    };
    return trap >= 0 && (uint64_t)trap < sizeof cause / sizeof cause[0] ? cause[trap] : MACHINE_EXIT_COUNT;
}

/* What stands between the entry and here decides the cause; a trap has its own. */
static enum machine_exit_cause cause_of(const struct vcpu *v, uint64_t acks)
{
    if (v->trap != TRAP_IRQ)
        return machine_trap_cause(v->trap);
    const struct host_cpu_acks *now = host_cpu_acks_get(v->m->host, v->thread.cpu), *was = &v->acks_at_entry;
    if (now->device != was->device)
        return MACHINE_EXIT_PHYS_DEVICE_IRQ;
    if (now->ipi_reschedule != was->ipi_reschedule)
        return MACHINE_EXIT_KICK_IPI;
    if (now->ipi_call != was->ipi_call)
        return MACHINE_EXIT_IPI_CALL;
    if (now->percpu != was->percpu)
        return MACHINE_EXIT_PHYS_TIMER;
    if (now->timer != was->timer)
        return MACHINE_EXIT_WAKEUP_HRTIMER;
    return acks ? MACHINE_EXIT_MAINT_EOI : MACHINE_EXIT_MAINT_OTHER;
}

static void trace_mmio(const struct vcpu *v)
{
    const uint64_t *arg = v->guest.trap_arg;
    sim_trace(&v->m->sim, v->thread.cpu, EV_KVM_MMIO, v->id, (int64_t)(arg[0] >> 40 & 1),
              (int64_t)(arg[0] & 0xffffffff), (int64_t)arg[1]);
}

/* Interrupts were open just before this step: the host has taken what was pending. */
static int irqs_on(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    struct machine *m = v->m;
    uint64_t acks = (uint64_t)s->ret;
    enum machine_exit_cause cause = cause_of(v, acks);
    v->cause = (uint8_t)cause;
    v->switching = false;
    if (v->paused)
        host_spin_end_all(m->host);
    m->n.exits++;
    m->n.cause[cause]++;
    if (cause != MACHINE_EXIT_MAINT_EOI)
        m->n.maint_merged += acks;
    sim_trace(&m->sim, s->cpu->id, EV_KVM_EXIT, v->id, cause);
    switch ((enum guest_trap)v->trap) {
    case TRAP_WFI:
        sim_trace(&m->sim, s->cpu->id, EV_KVM_WFX, v->id);
        vgic_vmcr_sync(m->vgic, s->cpu, v->id); /* the wake predicate needs the guest's PMR */
        return BLOCK;
    case TRAP_MMIO:
        sim_charge(s->cpu, SIM_COST_MMIO_DECODE);
        trace_mmio(v);
        m->n.gicd_sgir += v->guest.trap_arg[0] == vgic_mmio_arg(GICD_SGIR, 4, true);
        return sim_call(s, f, MMIO_DONE, &vgic_mmio_proc, m->vgic, v->id, v->guest.trap_arg[0], v->guest.trap_arg[1],
                        0);
    case TRAP_MMIO_USER:
        sim_charge(s->cpu, SIM_COST_MMIO_DECODE);
        trace_mmio(v);
        return USER_EXIT;
    case TRAP_IOEVENTFD:
        sim_charge(s->cpu, SIM_COST_MMIO_DECODE);
        trace_mmio(v);
        return sim_call(s, f, LOOP, &host_eventfd_signal_proc, &m->ioeventfd, 0, 0, 0, 0);
    case TRAP_HVC: /* the first one says that the guest is up; others are null hypercalls */
        if (!v->booted) {
            v->booted = true;
            (void)host_thread_wake(m->host, &m->vmm);
        }
        break;
    case TRAP_IRQ:
        break;
    }
    return LOOP;
}

/* kvm_vcpu_block: asleep until an interrupt that would be signalled is pending. */
static int block(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    struct machine *m = v->m;
    if (v->dying)
        return LOOP;
    if (v->timer_unloaded)
        return timer_load(s, f, BLOCK);
    /* An expired timer ends the block whatever else holds (kvm_vcpu_check_block); who is paused sleeps in the loop
     * then. */
    if (!vgic_timer_should_fire(&v->timer) && (v->paused || !vgic_vcpu_pending(m->vgic, v->id))) {
        vgic_blocking(m->vgic, s->cpu, v->id);
        v->blocked = true;
        return SIM_WAIT;
    }
    if (v->blocked) {
        v->blocked = false;
        m->n.halt_wakeups++;
        sim_charge(s->cpu, SIM_COST_WAKEUP);
        sim_trace(&m->sim, s->cpu->id, EV_KVM_VCPU_WAKEUP, v->id, (int64_t)(m->sim.now - v->left_at));
    }
    return LOOP;
}

static int mmio_done(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    v->guest.ret = s->ret; /* what a load reads */
    return LOOP;
}

/* KVM_RUN returns (KVM_EXIT_MMIO) and is called again: vcpu_put and vcpu_load around user space. */
static int user_exit(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    struct machine *m = v->m;
    m->n.exits_user++;
    sched_out(v);
    sim_charge(s->cpu, SIM_COST_USER_RETURN);
    return SIM_NEXT;
}

static int user_back(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct vcpu *v = f->obj;
    sched_in(v);
    v->guest.ret = 0;
    return LOOP;
}

static const struct sim_step run_steps[] = {
    [LOOP] = {loop, "requests, flush", SIM_OPEN},
    [ENTER] = {enter, "last check, enter", SIM_MASKED},
    [GUEST] = {guest, "guest", SIM_GUEST},
    [IRQS_FIRST] = {irqs_first, "interrupts on before sync", SIM_OPEN},
    [IRQS_ON] = {irqs_on, "interrupts on, cause", SIM_OPEN},
    [BLOCK] = {block, "block", SIM_OPEN},
    [MMIO_DONE] = {mmio_done, "mmio done", SIM_OPEN},
    [USER_EXIT] = {user_exit, "return to user space", SIM_OPEN},
    [USER_BACK] = {user_back, "back from user space", SIM_OPEN},
};
static SIM_PROC(vcpu_run_proc, "kvm_arch_vcpu_ioctl_run", run_steps);

void vcpu_init(struct machine *m, unsigned id)
{
    struct vcpu *v = &m->vcpu[id];
    v->m = m;
    v->id = id;
    v->irq_masked = true; /* a CPU comes up with interrupts masked */
    v->thread.sched_in = sched_in;
    v->thread.sched_out = sched_out;
    v->thread.ctx = v;
}

void vcpu_start(struct machine *m, unsigned id)
{
    enum { VCPU_PRIO = 1 };
    struct vcpu *v = &m->vcpu[id];
    sim_strand_start(&v->guest, &guest_boot_proc, v, 0, 0);
    host_thread_start(m->host, &v->thread, m->cfg.vcpus[id].cpu, VCPU_PRIO, &vcpu_run_proc, v);
}

/* ---- kick ---------------------------------------------------------------------------------------------- */

void vcpu_kick(void *ctx, struct sim_cpu *cpu, unsigned vcpu)
{
    enum { WOKEN, SENT_IPI, NOTHING };
    struct machine *m = ctx;
    struct vcpu *v = &m->vcpu[vcpu];
    int how = NOTHING;
    v->request = true;
    if (v->blocked && v->thread.state == HOST_SLEEPING) {
        (void)host_thread_wake(m->host, &v->thread);
        how = WOKEN;
    } else if (v->mode == IN_GUEST_MODE) {
        v->mode = EXITING_GUEST_MODE;
        if (v->thread.cpu != cpu->id) {
            m->n.kicks++;
            host_send_ipi(m->host, v->thread.cpu, HOST_IPI_RESCHEDULE);
            how = SENT_IPI;
        }
    }
    sim_trace(&m->sim, cpu->id, EV_KVM_VCPU_KICK, vcpu, how);
}

/* ---- halting the whole guest (section 1.10) ------------------------------------------------------------- */

/*
 * kvm_arm_halt_guest: IRQ_BYPASS_PENDING until every vCPU is out and its list registers are folded (the kernel waits
 * for an IPI, which the vCPU's CPU takes after its sync). Sleeping vCPUs are not woken.
 */
int vcpu_halt_all(void *ctx)
{
    struct machine *m = ctx;
    unsigned here = host_this_cpu(m->host)->id;
    bool out = true;
    for (size_t i = 0; i < m->cfg.nvcpus; i++) {
        struct vcpu *v = &m->vcpu[i];
        v->paused = true;
        if (v->mode == IN_GUEST_MODE) {
            v->mode = EXITING_GUEST_MODE;
            if (v->thread.cpu != here)
                host_send_ipi(m->host, v->thread.cpu, HOST_IPI_CALL_FUNC);
        }
        out &= v->mode == OUTSIDE_GUEST_MODE && !v->switching;
    }
    return out ? 0 : IRQ_BYPASS_PENDING;
}

int vcpu_resume_all(void *ctx)
{
    struct machine *m = ctx;
    for (size_t i = 0; i < m->cfg.nvcpus; i++) {
        m->vcpu[i].paused = false;
        (void)host_thread_wake(m->host, &m->vcpu[i].thread);
    }
    return 0;
}

/*
 * The same for the vgic, on behalf of a vCPU that is out itself. Whoever halts holds a lock until the
 * resume (KVM's config_lock): a second one waits. r0: the vCPU; r1: mark.
 */
enum { HALT_TRY, HALT_WAIT, HALT_AGAIN };

static int halt_try(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct machine *m = f->obj;
    f->r[1] = host_spin_mark(m->host);
    if (m->halt_owner && m->halt_owner != f->r[0] + 1)
        return HALT_WAIT;
    m->halt_owner = f->r[0] + 1;
    return vcpu_halt_all(m) == 0 ? SIM_RET : HALT_WAIT;
}

static int halt_wait(struct sim_strand *s, struct sim_frame *f)
{
    struct machine *m = f->obj;
    return host_spin(m->host, s, f->r[1]);
}

static int halt_again(struct sim_strand *s, struct sim_frame *f)
{
    (void)s, (void)f;
    return HALT_TRY;
}

static const struct sim_step halt_steps[] = {
    [HALT_TRY] = {halt_try, "ask everybody out", SIM_OPEN},
    [HALT_WAIT] = {halt_wait, "wait", SIM_OPEN},
    [HALT_AGAIN] = {halt_again, "look again", SIM_OPEN},
};
SIM_PROC(vcpu_halt_proc, "kvm_arm_halt_guest", halt_steps);

static int resume(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct machine *m = f->obj;
    (void)vcpu_resume_all(m);
    m->halt_owner = 0;
    host_spin_end_all(m->host);
    return SIM_RET;
}

static const struct sim_step resume_steps[] = {{resume, "let everybody in", SIM_OPEN}};
SIM_PROC(vcpu_resume_proc, "kvm_arm_resume_guest", resume_steps);
