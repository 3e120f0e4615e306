/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel profiles: one row a kernel, one column a behaviour (section 9.1 of the behavioural reference). */
#include <string.h>
#include <trapline/machine.h>

static const struct machine_kernel kernels[] = {
    {
        .name = "6.1",
        .lazy_disable = true,
        .sync_before_host_irq = true,
        .vgic = {.pa_suppress_level = true, .mapped_level = VGIC_MAPPED_LR_5_15, .timer_set_active = true},
    },
    {
        /* The kernel of the direct-EOI series v2: 4.12 with its patches on top. */
        .name = "4.12-deoi",
        .lazy_disable = true,
        .sync_before_host_irq = false,
        .irqfd_inject_work = true,
        .vgic = {.pa_suppress_level = false,
                 .multi_lr_sgi = true,
                 .wake_ignores_pmr = true,
                 .timer_set_active = true,
                 .mapped_level = VGIC_MAPPED_DEOI_LIVE},
    },
    {
        /*
         * For costs that were measured on 3.10: its world switch, which saves and restores the whole virtual interface,
         * around the vgic and the host of 6.1, and no active state that is set for the timer. Nothing else of 3.10 is
         * modelled.
         */
        .name = "3.10",
        .lazy_disable = true,
        .sync_before_host_irq = true,
        .vgic = {.pa_suppress_level = true, .mapped_level = VGIC_MAPPED_LR_5_15, .gich_switch = VGIC_SWITCH_FULL_3_10},
    },
};
#define NKERNELS (sizeof kernels / sizeof kernels[0])

static const char *const kernel_names[NKERNELS + 1] = {"6.1", "4.12-deoi", "3.10", NULL};

const struct machine_kernel *machine_kernel_find(const char *name)
{
    for (size_t i = 0; i < NKERNELS; i++)
        if (strcmp(kernels[i].name, name) == 0)
            return &kernels[i];
    return NULL;
}

const char *const *machine_kernel_names(void)
{
    return kernel_names;
}
