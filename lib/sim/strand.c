/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strands: the interpreter of step lists. One call of sim_strand_step runs one step; what follows is
 * decided by the step's return value alone, so every bit of state between steps is in the frames.
 */
#include <assert.h>
#include <string.h>
#include <trapline/sim.h>

static struct sim_frame *top(struct sim_strand *s)
{
    return &s->stack[s->depth - 1];
}

static struct sim_frame *push(struct sim_strand *s, const struct sim_proc *proc, void *obj)
{
    assert(s->depth < SIM_STACK_DEPTH && "a step list calls too deep: raise SIM_STACK_DEPTH");
    struct sim_frame *f = &s->stack[s->depth++];
    f->proc = proc;
    f->obj = obj;
    f->pc = 0;
    f->interrupt = f->resume = false;
    return f;
}

void sim_strand_start(struct sim_strand *s, const struct sim_proc *proc, void *obj, uint64_t r0, uint64_t r1)
{
    s->depth = 0;
    s->working = false;
    s->work_left = 0;
    s->ret = 0;
    struct sim_frame *f = push(s, proc, obj);
    f->r[0] = r0;
    f->r[1] = r1;
    f->r[2] = f->r[3] = 0;
}

enum sim_kind sim_strand_kind(const struct sim_strand *s)
{
    const struct sim_frame *f = &s->stack[s->depth - 1];
    if (s->working)
        return SIM_OPEN;
    return f->pc < f->proc->nsteps ? f->proc->step[f->pc].kind : SIM_MASKED;
}

void sim_strand_interrupt(struct sim_strand *s, const struct sim_proc *proc, void *obj, uint64_t r0)
{
    /* Work in progress belongs to the frame below: put it aside until the interrupting list returns. */
    struct sim_frame *f = push(s, proc, obj);
    f->r[0] = r0;
    f->r[1] = f->r[2] = f->r[3] = 0;
    f->interrupt = true;
    f->ret = s->ret;
    f->resume = s->working;
    f->below = s->work_left;
    s->working = false;
}

int sim_call(struct sim_strand *s, struct sim_frame *f, int then, const struct sim_proc *proc, void *obj, uint64_t r0,
             uint64_t r1, uint64_t r2, uint64_t r3)
{
    f->pc = (uint8_t)(then == SIM_NEXT ? f->pc + 1 : then);
    struct sim_frame *n = push(s, proc, obj);
    n->r[0] = r0;
    n->r[1] = r1;
    n->r[2] = r2;
    n->r[3] = r3;
    return SIM_CALLED;
}

int sim_tail(struct sim_strand *s, struct sim_frame *f, const struct sim_proc *proc, void *obj, uint64_t r0,
             uint64_t r1, uint64_t r2, uint64_t r3)
{
    assert(f == top(s));
    (void)s;
    f->proc = proc;
    f->obj = obj;
    f->pc = 0;
    f->r[0] = r0;
    f->r[1] = r1;
    f->r[2] = r2;
    f->r[3] = r3;
    return SIM_CALLED;
}

/* Removes the top frame and gives the frame below its interrupted work back. */
static enum sim_ran pop(struct sim_strand *s)
{
    struct sim_frame *f = top(s);
    if (f->interrupt) {
        s->ret = f->ret;
        s->working = f->resume;
        s->work_left = f->below;
    }
    return --s->depth ? SIM_RAN : SIM_FINISHED;
}

static enum sim_ran advance(struct sim_strand *s, struct sim_frame *f, unsigned pc)
{
    if (pc >= f->proc->nsteps)
        return pop(s);
    f->pc = (uint8_t)pc;
    return SIM_RAN;
}

enum sim_ran sim_strand_step(struct sim_strand *s)
{
    struct sim_frame *f;
    while (s->working) { /* again if that ended an interrupt, which gives interrupted work back */
        if (s->work_left) {
            s->cpu->worker = s;
            return SIM_WORKING;
        }
        /* The work is over: what its step said comes next. */
        s->working = false;
        f = top(s);
        if (advance(s, f, f->pc + 1u) == SIM_FINISHED)
            return SIM_FINISHED;
    }
    f = top(s);
    if (f->pc >= f->proc->nsteps) /* a call was its last step */
        return pop(s);
    int next = f->proc->step[f->pc].run(s, f);
    /* The frequent ones first. */
    if (next >= SIM_NEXT)
        return advance(s, f, next == SIM_NEXT ? f->pc + 1u : (unsigned)next);
    if (next == SIM_CALLED)
        return SIM_RAN;
    if (next == SIM_RET)
        return pop(s);
    switch (next) {
    case SIM_WORK:
        /* Own work: the next call reports it. Another strand's (a guest's): it is on cpu->worker. */
        return s->working ? SIM_RAN : SIM_WORKING;
    case SIM_WAIT:
        return SIM_WAITING;
    case SIM_YIELD:
        return SIM_YIELDED;
    default:
        assert(next == SIM_TRAP && "a step returned what is no continuation");
        f->pc++; /* past the last step the list returns when the guest is entered again */
        return SIM_TRAPPED;
    }
}
