/* SPDX-License-Identifier: Apache-2.0 */
/* A user of the installed core: calls something of each library that is there. */
#include <stdio.h>
#include <string.h>

#ifdef WITH_GIC
#include <trapline/gic.h>
#endif
#include <trapline/irqbypass.h>
#include <trapline/sim.h>
#include <trapline/version.h>

int main(void)
{
    struct irq_bypass_manager *manager;
    if (irq_bypass_manager_new(0, &manager) != 0)
        return 1;
    irq_bypass_manager_free(manager);
#ifdef WITH_GIC
    struct gic_config config = {.struct_size = sizeof(config)};
    if (gic_size(&config) == 0)
        return 1;
#endif
    if (strcmp(sim_cost_name(SIM_COST_TRAP_IN), "trap_in") != 0)
        return 1;
    printf("trapline %s\n", TRAPLINE_VERSION);
    return 0;
}
