/* SPDX-License-Identifier: Apache-2.0 */
/* Trace records: the event tables of all layers, and handing records to sinks. */
#include <assert.h>
#include <errno.h>
#include <trapline/events.h>
#include <trapline/sim.h>

/* How the flow column of events.def reads. */
#define NONE    EV_FLOW_NONE, 0
#define PHYS(n) EV_FLOW_PHYS, n
#define VIRT(n) EV_FLOW_VIRT, n
#define EVENT_RANGE(base)
#define EVENT(ident, name, level, flow, args) {EV_##ident, name, args, SIM_##level, flow},
static const struct trapline_event_info event_table[] = {
#include <trapline/events.def>
};
#undef EVENT
#undef EVENT_RANGE
#define NEVENTS (sizeof event_table / sizeof event_table[0])

const struct trapline_event_info *trapline_events(size_t *count)
{
    *count = NEVENTS;
    return event_table;
}

const struct trapline_event_info *trapline_event_find(uint16_t id)
{
    size_t lo = 0, hi = NEVENTS;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (event_table[mid].id == id)
            return &event_table[mid];
        if (event_table[mid].id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

int sim_add_sink(struct sim *sim, struct sim_sink sink)
{
    if (sim->nsinks == SIM_MAX_SINKS)
        return -ENOSPC;
    sim->sink[sim->nsinks++] = sink;
    sim->levels |= sink.levels;
    return 0;
}

void sim_emit(struct sim *sim, unsigned level, unsigned cpu, uint16_t id, unsigned nargs, const int64_t *arg)
{
    assert(nargs <= SIM_TRACE_ARGS);
    struct sim_record r = {.at = sim->now, .id = id, .cpu = (uint8_t)cpu, .nargs = (uint8_t)nargs};
    for (unsigned i = 0; i < nargs; i++)
        r.arg[i] = arg[i];
    if (sim->flow_of)
        r.flow = sim->flow_of(sim->flow_ctx, &r);
    for (unsigned i = 0; i < sim->nsinks; i++)
        if (sim->sink[i].levels & level)
            sim->sink[i].record(sim->sink[i].ctx, &r);
}
