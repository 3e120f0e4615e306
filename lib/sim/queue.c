/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event queue: a binary heap ordered by (time, insertion), so that equal times fire in the order
 * they were scheduled. Events are the caller's and know their place in the heap; nothing is allocated
 * after sim_init.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <trapline/sim.h>

static bool earlier(const struct sim_event *a, const struct sim_event *b)
{
    return a->at < b->at || (a->at == b->at && a->seq < b->seq);
}

static void place(struct sim *sim, struct sim_event *ev, uint32_t i)
{
    sim->heap[i] = ev;
    ev->pos = i + 1;
}

/* Moves ev, whose place i is free, towards the root or the leaves until the heap order holds. */
static void settle(struct sim *sim, struct sim_event *ev, uint32_t i)
{
    while (i > 0) {
        uint32_t parent = (i - 1) / 2;
        if (!earlier(ev, sim->heap[parent]))
            break;
        place(sim, sim->heap[parent], i);
        i = parent;
    }
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= sim->queued)
            break;
        if (child + 1 < sim->queued && earlier(sim->heap[child + 1], sim->heap[child]))
            child++;
        if (!earlier(sim->heap[child], ev))
            break;
        place(sim, sim->heap[child], i);
        i = child;
    }
    place(sim, ev, i);
}

int sim_init(struct sim *sim, uint32_t capacity)
{
    memset(sim, 0, sizeof *sim);
    sim->heap = calloc(capacity ? capacity : 1, sizeof(struct sim_event *));
    if (!sim->heap)
        return -ENOMEM;
    sim->capacity = capacity;
    return 0;
}

void sim_fini(struct sim *sim)
{
    free(sim->heap);
    sim->heap = NULL;
    sim->queued = sim->capacity = 0;
}

int sim_at(struct sim *sim, struct sim_event *ev, sim_tick at)
{
    assert(at >= sim->now); /* the past is over */
    uint32_t i;
    if (ev->pos) {
        i = ev->pos - 1;
    } else {
        if (sim->queued == sim->capacity)
            return -ENOSPC;
        i = sim->queued++;
    }
    ev->at = at;
    ev->seq = ++sim->seq;
    settle(sim, ev, i);
    return 0;
}

void sim_cancel(struct sim *sim, struct sim_event *ev)
{
    if (!ev->pos)
        return;
    uint32_t i = ev->pos - 1;
    struct sim_event *last = sim->heap[--sim->queued];
    ev->pos = 0;
    if (last != ev)
        settle(sim, last, i);
}

bool sim_fire_next(struct sim *sim)
{
    if (!sim->queued)
        return false;
    struct sim_event *ev = sim->heap[0];
    sim_cancel(sim, ev);
    sim->now = ev->at;
    ev->fire(sim, ev);
    return true;
}
