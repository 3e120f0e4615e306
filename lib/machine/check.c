/* SPDX-License-Identifier: Apache-2.0 */
/* Invariants of all layers, after every step in test builds (TRAPLINE_CHECKS). The first broken one ends the run. */
#include "internal.h"
#include <errno.h>
#include <trapline/gic_regs.h>

/*
 * A pCPU on which no vCPU has list registers in use has none in the hardware, and GICH_HCR is 0 (9.2, 5). Where
 * the whole interface is switched it is on in the guest and off outside, whatever the list registers hold.
 */
static const char *check_hardware(const struct machine *m)
{
    const bool full = m->cfg.kernel.vgic.gich_switch == VGIC_SWITCH_FULL_3_10;
    bool used[GIC_MAX_CPUS] = {false};
    for (size_t i = 0; i < m->cfg.nvcpus; i++)
        used[m->vcpu[i].thread.cpu] |=
            full ? m->vcpu[i].mode != OUTSIDE_GUEST_MODE : vgic_vif_get(m->vgic, (unsigned)i)->used_lrs != 0;
    for (unsigned c = 0; c < m->cfg.platform.cpus; c++) {
        if (used[c])
            continue;
        if (gic_peek(m->gic, c, GIC_HYP, GICH_HCR, 4))
            return "GICH_HCR is not 0 though no list register is in use";
        for (unsigned n = 0; !full && n < m->cfg.platform.list_registers; n++)
            if (gic_peek(m->gic, c, GIC_HYP, GICH_LR0 + 4 * n, 4))
                return "a list register is loaded though none is in use";
    }
    return NULL;
}

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
    const char *hardware = who ? NULL : check_hardware(m);
    if (hardware)
        machine_fail(m, -EFAULT, "%s", hardware);
    if (who)
        machine_fail(m, -EFAULT, "%s: %s", who, why);
}
