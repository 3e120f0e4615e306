/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations that vCPU 0 repeats from the end of set-up on, after the micro-benchmarks of kvm-unit-tests
 * (arm/micro-bench.c). An operation is timed from its first instruction to the next one behind it; an IPI, and a timer
 * from its expiry, up to where the benchmark stops its clock in the handler. The benchmark's own loop costs nothing
 * here.
 */
#include "internal.h"
#include <trapline/gic_regs.h>

/* An address with neither memory nor a device of the kernel behind it; one with an ioeventfd; an SGI; its CPU; "no
 * interrupt". */
enum { NOBODYS_ADDRESS = 0x0a000008, DOORBELL = 0x0a000050, OPS_SGI = 1, OPS_TARGET = 1, NO_INTERRUPT = 1023 };

static bool is_ipi(const struct machine *m)
{
    return m->cfg.ops.op == MACHINE_OP_IPI || m->cfg.ops.op == MACHINE_OP_IPI_ENTRY;
}

/* From the start of an operation with a timer to its expiry, which does not count: 10 ms, as in the benchmark. */
static sim_tick timer_period(const struct machine *m)
{
    return m->sim.costs.tick_hz / 100;
}

/* Whether the operation is over only when its interrupt has been taken. */
static bool is_awaited(const struct machine *m)
{
    return is_ipi(m) || m->cfg.ops.op == MACHINE_OP_TIMER;
}

static int trap(struct sim_strand *s, enum guest_trap why, uint32_t address, bool is_write, uint32_t value)
{
    s->trap = (uint8_t)why;
    s->trap_arg[0] = vgic_mmio_arg(address, 4, is_write);
    s->trap_arg[1] = value;
    return SIM_TRAP;
}

enum { OP_START, OP_WAIT, OP_AGAIN, OP_DONE };

static int op_start(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    struct machine *m = v->m;
    if (!m->ops.left)
        return SIM_RET;
    m->ops.begin = m->sim.now;
    m->ops.taken = false;
    uint32_t iar = NO_INTERRUPT;
    switch (m->cfg.ops.op) {
    case MACHINE_OP_HVC:
        return trap(s, TRAP_HVC, 0, false, 0);
    case MACHINE_OP_GICD_READ:
        return trap(s, TRAP_MMIO, GICD_IIDR, false, 0);
    case MACHINE_OP_MMIO_USER:
        return trap(s, TRAP_MMIO_USER, NOBODYS_ADDRESS, false, 0);
    case MACHINE_OP_IOEVENTFD:
        return trap(s, TRAP_IOEVENTFD, DOORBELL, true, 0);
    case MACHINE_OP_TIMER:
        m->ops.begin += timer_period(m);
        timer_guest_start(v, m->ops.begin);
        return SIM_NEXT;
    case MACHINE_OP_IPI:
    case MACHINE_OP_IPI_ENTRY:
        return trap(s, TRAP_MMIO, GICD_SGIR, true, 1u << (16 + OPS_TARGET) | OPS_SGI);
    case MACHINE_OP_ACK_EOI:
        iar = port_read(m, v->thread.cpu, GIC_VCPU, GICV_IAR);
        break;
    case MACHINE_OP_EOI:
    case MACHINE_OP_NONE:
    case MACHINE_OP_COUNT:
        break;
    }
    port_write(m, v->thread.cpu, GIC_VCPU, GICV_EOIR, iar);
    return SIM_NEXT;
}

/* The sender of an IPI polls until the target has taken it. Who waits for a timer polls too, or sits in WFI. */
static int op_wait(struct sim_strand *s, struct sim_frame *f)
{
    const struct vcpu *v = f->obj;
    const struct machine *m = v->m;
    if (!is_awaited(m) || m->ops.taken)
        return OP_DONE;
    if (is_ipi(m) || m->cfg.guest_loop == MACHINE_SPIN)
        return sim_work(s, SIM_FOREVER);
    if (m->pcpu[v->thread.cpu].virq)
        return OP_AGAIN; /* WFI with an interrupt pending does not wait */
    return trap(s, TRAP_WFI, 0, false, 0);
}

static int op_again(struct sim_strand *s, struct sim_frame *f)
{
    (void)s, (void)f;
    return OP_WAIT;
}

static int op_done(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    const struct vcpu *v = f->obj;
    struct machine *m = v->m;
    if (!is_awaited(m))
        sim_hist_add(m->op_time, m->sim.now - m->ops.begin);
    m->n.ops++;
    m->ops.left--;
    flow_cause_done(m);
    return OP_START;
}

static const struct sim_step ops_steps[] = {
    [OP_START] = {op_start, "operation", SIM_GUEST},
    [OP_WAIT] = {op_wait, "wait for the interrupt", SIM_GUEST},
    [OP_AGAIN] = {op_again, "look again", SIM_GUEST},
    [OP_DONE] = {op_done, "operation done", SIM_GUEST},
};
SIM_PROC(guest_ops_proc, "guest operations", ops_steps);

/* Ends a wait of vCPU 0, also one that an interrupt of its own has put aside. */
static void go_on(struct machine *m)
{
    struct vcpu *v = &m->vcpu[0];
    for (unsigned d = 0; d < v->guest.depth; d++)
        if (v->guest.stack[d].resume && v->guest.stack[d].below == SIM_FOREVER)
            v->guest.stack[d].below = 0;
    if (v->guest.working && v->guest.work_left == SIM_FOREVER) {
        sim_work_done(&v->guest);
        pcpu_poke(m, v->thread.cpu);
    }
}

void guest_ops_begin(struct machine *m)
{
    if (!m->cfg.ops.op)
        return;
    m->ops.left = m->cfg.ops.count;
    m->causes_left += m->cfg.ops.count;
    go_on(m);
}

void guest_ops_vector(struct vcpu *v)
{
    if (v->id == OPS_TARGET)
        v->m->ops.vector_at = v->m->sim.now;
}

void guest_ops_acked(struct vcpu *v, uint32_t intid)
{
    struct machine *m = v->m;
    bool mine = is_ipi(m) ? v->id == OPS_TARGET && intid == OPS_SGI : v->id == 0 && intid == VGIC_TIMER_PPI;
    if (!m->ops.left || m->ops.taken || !is_awaited(m) || !mine)
        return;
    m->ops.taken = true;
    sim_tick end = m->cfg.ops.op == MACHINE_OP_IPI_ENTRY ? m->ops.vector_at : m->sim.now;
    sim_hist_add(m->op_time, end - m->ops.begin);
    go_on(m);
}
