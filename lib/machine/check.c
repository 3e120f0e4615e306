/* SPDX-License-Identifier: Apache-2.0 */
/* Invariants of all layers, after every step in test builds (TRAPLINE_CHECKS). The first broken one ends the run. */
#include "internal.h"
#include <errno.h>

void machine_check(struct machine *m)
{
    char why[200];
    unsigned in_guest = 0;
    for (size_t i = 0; i < m->cfg.nvcpus; i++)
        if (m->vcpu[i].mode != OUTSIDE_GUEST_MODE)
            in_guest |= 1u << i;
    const char *who = NULL;
    if (gic_check(m->gic, why, sizeof why))
        who = "gic";
    else if (vgic_check(m->vgic, in_guest, why, sizeof why))
        who = "vgic";
    else if (host_check(m->host, why, sizeof why))
        who = "host";
    else if (irq_bypass_check(m->bypass, why, sizeof why))
        who = "irqbypass";
    for (size_t i = 0; !who && i < m->cfg.ndevices; i++)
        if (m->cfg.devices[i].kind != MACHINE_INJECTOR && vfio_platform_check(&m->dev[i].vfio, why, sizeof why))
            who = "vfio";
    if (who)
        machine_fail(m, -EFAULT, "%s: %s", who, why);
}
