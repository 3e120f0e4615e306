// SPDX-License-Identifier: Apache-2.0
//
// The Distributor (IHI 0048B 4.3).
#include "naive_gic.hpp"

namespace trapline_test
{

namespace
{

// The arrays with one bit for each interrupt.
enum Array : uint32_t {
    IGROUPR = 0x080,
    ISENABLER = 0x100,
    ICENABLER = 0x180,
    ISPENDR = 0x200,
    ICPENDR = 0x280,
    ISACTIVER = 0x300,
    ICACTIVER = 0x380,
};

constexpr uint32_t id_registers[12] = {
    0x04, 0x00, 0x00, 0x00, // PIDR4-7
    0x90, 0xb4, 0x2b, 0x00, // PIDR0-3
    0x0d, 0xf0, 0x05, 0xb1, // CIDR0-3
};

} // namespace

// May this access see what belongs to the interrupt? A Non-secure one sees Group 1, and of Group 0 what
// GICD_NSACR grants at the level asked for (4.3.14); 4: is never granted.
bool NaiveGic::visible(Access a, uint32_t intid, unsigned nsaccess_needed) const
{
    if (!a.nonsecure)
        return true;
    const Interrupt &i = irq(a.cpu, intid);
    return i.group == 1 || i.nsaccess >= nsaccess_needed;
}

uint32_t NaiveGic::read_dist(Access a, uint32_t offset, unsigned size) const
{
    uint32_t value = 0;
    if (offset == 0x000) // GICD_CTLR: the Non-secure one holds Group 1's enable (4.3.1)
        return a.nonsecure ? dist_enable[1] : dist_enable[0] | dist_enable[1] << 1;
    if (offset == 0x004)
        return (cfg.spis + 31) / 32 | (cfg.cpus - 1) << 5 | (cfg.security ? 1u << 10 : 0);
    if (offset == 0x008)
        return cfg.dist_iidr;
    if (offset >= 0x080 && offset < 0x400) {
        for (uint32_t n = 0; n < 32; n++)
            if (read_bit(a, offset & ~0x7fu, (offset & 0x7f) * 8 + n))
                value |= 1u << n;
        return value;
    }
    if (offset >= 0xc00 && offset < 0xd00) { // GICD_ICFGR
        for (uint32_t n = 0; n < 16; n++) {
            uint32_t intid = (offset - 0xc00) * 4 + n;
            if (exists(intid) && visible(a, intid) && irq(a.cpu, intid).edge)
                value |= 2u << 2 * n;
        }
        return value;
    }
    if (offset >= 0xd00 && offset < 0xd80) { // GIC-400: GICD_PPISR, then GICD_SPISR
        uint32_t first = offset == 0xd00 ? 16 : 32 + (offset - 0xd04) * 8;
        for (uint32_t n = 0; n < (offset == 0xd00 ? 16 : 32); n++)
            if (exists(first + n) && visible(a, first + n) && irq(a.cpu, first + n).line)
                value |= 1u << n;
        return value;
    }
    if (offset >= 0xe00 && offset < 0xf00) { // GICD_NSACR
        for (uint32_t n = 0; n < 16 && cfg.security && !cfg.no_nsacr && !a.nonsecure; n++) {
            uint32_t intid = (offset - 0xe00) * 4 + n;
            if (exists(intid))
                value |= irq(a.cpu, intid).nsaccess << 2 * n;
        }
        return value;
    }
    if (offset >= 0xfd0 && offset < 0x1000)
        return id_registers[(offset - 0xfd0) / 4];
    for (uint32_t n = 0; n < size; n++)
        value |= read_dist_byte(a, offset + n) << 8 * n;
    return value;
}

bool NaiveGic::read_bit(Access a, uint32_t array, uint32_t intid) const
{
    if (!exists(intid))
        return false;
    const Interrupt &i = irq(a.cpu, intid);
    switch (array) {
    case IGROUPR:
        return !a.nonsecure && i.group == 1;
    case ISENABLER:
    case ICENABLER:
        return visible(a, intid) && i.enabled;
    case ISPENDR:
        return visible(a, intid, 1) && pending(a.cpu, intid);
    case ICPENDR:
        return visible(a, intid, 2) && pending(a.cpu, intid);
    default: // ISACTIVER, ICACTIVER
        return visible(a, intid, 2) && i.active;
    }
}

// The arrays with one byte for each interrupt.
uint32_t NaiveGic::read_dist_byte(Access a, uint32_t offset) const
{
    uint32_t intid = offset & 0x3ff;
    if (offset >= 0x400 && offset < 0x800) { // GICD_IPRIORITYR; the Non-secure view is shifted (3.5)
        if (!exists(intid) || !visible(a, intid))
            return 0;
        uint32_t priority = irq(a.cpu, intid).priority;
        return a.nonsecure ? priority << 1 & 0xff : priority;
    }
    if (offset >= 0x800 && offset < 0xc00) { // GICD_ITARGETSR
        if (!exists(intid) || cfg.cpus == 1 || !visible(a, intid, 3))
            return 0;
        return irq(a.cpu, intid).targets;
    }
    if (offset >= 0xf10 && offset < 0xf30) { // GICD_CPENDSGIR, GICD_SPENDSGIR
        uint32_t sgi = offset & 0xf, value = 0;
        if (!visible(a, sgi)) // GICD_NSACR names neither register (4.3.14)
            return 0;
        for (unsigned cpu = 0; cpu < cfg.cpus; cpu++)
            value |= static_cast<uint32_t>(irq(a.cpu, sgi).source[cpu]) << cpu;
        return value;
    }
    return 0;
}

void NaiveGic::write_dist(Access a, uint32_t offset, unsigned size, uint32_t value)
{
    if (offset == 0x000) {
        if (a.nonsecure) {
            dist_enable[1] = value & 1;
        } else {
            dist_enable[0] = value & 1;
            dist_enable[1] = value >> 1 & 1;
        }
    } else if (offset >= IGROUPR && offset < IGROUPR + 0x80) {
        for (uint32_t n = 0; n < 32; n++)
            if (exists((offset & 0x7f) * 8 + n) && !a.nonsecure)
                irq(a.cpu, (offset & 0x7f) * 8 + n).group = value >> n & 1;
    } else if (offset >= 0x100 && offset < 0x400) {
        for (uint32_t n = 0; n < 32; n++)
            if (value >> n & 1)
                write_bit(a, offset & ~0x7fu, (offset & 0x7f) * 8 + n);
    } else if (offset >= 0xc00 && offset < 0xd00) { // GICD_ICFGR: SGIs are edges for ever (4.3.13)
        for (uint32_t n = 0; n < 16; n++) {
            uint32_t intid = (offset - 0xc00) * 4 + n;
            if (intid >= 16 && exists(intid) && visible(a, intid) && !(intid < 32 && cfg.ppi_config_fixed))
                irq(a.cpu, intid).edge = value >> (2 * n + 1) & 1;
        }
    } else if (offset >= 0xe00 && offset < 0xf00) { // GICD_NSACR: PPIs have no field (4.3.14)
        for (uint32_t n = 0; n < 16 && cfg.security && !cfg.no_nsacr && !a.nonsecure; n++) {
            uint32_t intid = (offset - 0xe00) * 4 + n;
            if (exists(intid) && (intid < 16 || intid >= 32))
                irq(a.cpu, intid).nsaccess = value >> 2 * n & 3;
        }
    } else if (offset == 0xf00) {
        write_sgir(a, value);
    } else {
        for (uint32_t n = 0; n < size; n++)
            write_dist_byte(a, offset + n, value >> 8 * n & 0xff);
    }
}

// A 1 written to a set or clear register.
void NaiveGic::write_bit(Access a, uint32_t array, uint32_t intid)
{
    if (!exists(intid))
        return;
    Interrupt &i = irq(a.cpu, intid);
    bool fixed_enable = intid < 16 && !cfg.sgi_enable_writable;
    switch (array) {
    case ISENABLER:
    case ICENABLER:
        if (visible(a, intid) && !fixed_enable)
            i.enabled = array == ISENABLER;
        break;
    case ISPENDR: // of SGIs: read-only (4.3.7)
        if (visible(a, intid, 1) && intid >= 16)
            i.latched = true;
        break;
    case ICPENDR:
        if (visible(a, intid, 2) && intid >= 16)
            i.latched = false;
        break;
    default:
        if (visible(a, intid))
            i.active = array == ISACTIVER;
        break;
    }
}

void NaiveGic::write_dist_byte(Access a, uint32_t offset, uint32_t value)
{
    uint32_t intid = offset & 0x3ff;
    if (offset >= 0x400 && offset < 0x800) {
        if (!exists(intid) || !visible(a, intid))
            return;
        if (a.nonsecure)
            value = 0x80 | value >> 1;
        irq(a.cpu, intid).priority = value & priority_mask();
    } else if (offset >= 0x800 && offset < 0xc00) {
        if (!exists(intid) || intid < 32 || cfg.cpus == 1 || !visible(a, intid, 3))
            return;
        irq(a.cpu, intid).targets = value & ((1u << cfg.cpus) - 1);
    } else if (offset >= 0xf10 && offset < 0xf30) {
        uint32_t sgi = offset & 0xf;
        bool set = offset >= 0xf20;
        if (!visible(a, sgi))
            return;
        for (unsigned cpu = 0; cpu < cfg.cpus; cpu++)
            if (value >> cpu & 1)
                irq(a.cpu, sgi).source[cpu] = set;
    }
}

// 4.3.15. With the Security Extensions, the group of the SGI at its receiver must be the one asked for:
// Group 1 for a Non-secure write (or granted by GICD_NSACR), as NSATT says for a Secure one.
void NaiveGic::write_sgir(Access a, uint32_t value)
{
    uint32_t sgi = value & 0xf, filter = value >> 24 & 3;
    for (unsigned cpu = 0; cpu < cfg.cpus; cpu++) {
        bool meant = filter == 0   ? (value >> (16 + cpu) & 1) != 0
                     : filter == 1 ? cpu != a.cpu
                     : filter == 2 ? cpu == a.cpu
                                   : false;
        Interrupt &i = irq(cpu, sgi);
        if (a.nonsecure)
            meant = meant && (i.group == 1 || i.nsaccess >= 1);
        else if (cfg.security)
            meant = meant && i.group == (value >> 15 & 1);
        if (meant)
            i.source[a.cpu] = true;
    }
}

} // namespace trapline_test
