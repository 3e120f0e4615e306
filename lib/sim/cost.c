/* SPDX-License-Identifier: Apache-2.0 */
/* Cost primitives and the profile that prices them. */
#include <string.h>
#include <trapline/sim.h>

static const struct {
    const char *name, *doc;
} cost_table[SIM_COST_COUNT] = {
#define X(id, name, doc) [SIM_COST_##id] = {name, doc},
    SIM_COSTS(X)
#undef X
};

const char *sim_cost_name(enum sim_cost_id id)
{
    return (unsigned)id < SIM_COST_COUNT ? cost_table[id].name : "?";
}

const char *sim_cost_doc(enum sim_cost_id id)
{
    return (unsigned)id < SIM_COST_COUNT ? cost_table[id].doc : "?";
}

enum sim_cost_id sim_cost_find(const char *name)
{
    for (unsigned i = 0; i < SIM_COST_COUNT; i++)
        if (strcmp(cost_table[i].name, name) == 0)
            return (enum sim_cost_id)i;
    return SIM_COST_COUNT;
}

void sim_set_costs(struct sim *sim, const struct sim_cost_profile *p)
{
    sim->costs = *p;
    for (unsigned i = 0; i < SIM_COST_COUNT; i++)
        if (!p->price[i].priced)
            sim->costs.price[i].net = 0;
}
