/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include <trapline/gic_regs.h>

const struct frame_name vectors_frames[GIC_NFRAMES] = {
    [GIC_DIST] = {"dist", "GICD", 0x1000, 0},
    [GIC_CPU] = {"cpu", "GICC", 0x100, GICC_DIR},
    [GIC_HYP] = {"hyp", "GICH", 0x200, 0},
    [GIC_VCPU] = {"vcpu", "GICV", 0x100, GICV_DIR},
};

const char *const vectors_pins[GIC_NPINS] = {
    [GIC_IRQ] = "irq", [GIC_FIQ] = "fiq", [GIC_VIRQ] = "virq", [GIC_VFIQ] = "vfiq", [GIC_MAINT] = "maint",
};
