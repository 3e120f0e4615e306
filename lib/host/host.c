/* SPDX-License-Identifier: Apache-2.0 */
/* Creation of a host and its small accessors. */
#include "internal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int host_new(const struct host_config *cfg, struct host **out)
{
    *out = NULL;
    if (cfg->struct_size != sizeof *cfg || cfg->cpus < 1 || cfg->cpus > HOST_MAX_CPUS || cfg->spis > HOST_MAX_IRQS - 32)
        return -EINVAL;
    struct host *h = calloc(1, sizeof *h);
    if (!h)
        return -ENOMEM;
    h->cfg = *cfg;
    if (!h->cfg.timer_ppi)
        h->cfg.timer_ppi = HOST_PTIMER_PPI;
    h->sim = cfg->sim;
    for (uint32_t i = 0; i < HOST_MAX_IRQS; i++)
        h->irq[i] = (struct host_irq){.intid = i, .depth = 1, .masked = true, .running = -1};
    host_irqchip_init(h);
    host_sched_init(h);
    host_workqueue_init(h);
    *out = h;
    return 0;
}

void host_free(struct host *h)
{
    free(h);
}

void host_set_this_cpu(struct host *h, struct sim_cpu *cpu)
{
    h->this_cpu = cpu;
}

struct sim_cpu *host_this_cpu(const struct host *h)
{
    return h->this_cpu;
}

const struct host_stats *host_stats_get(const struct host *h)
{
    return &h->stats;
}

const struct host_cpu_acks *host_cpu_acks_get(const struct host *h, unsigned cpu)
{
    return &h->cpu[cpu].acks;
}

void host_stats_reset(struct host *h)
{
    memset(&h->stats, 0, sizeof h->stats);
}
