// SPDX-License-Identifier: Apache-2.0
//
// Reset, wires, outputs, and the decoding of an access. The registers of the Distributor are in
// naive_dist.cpp, of the CPU interface in naive_cpu.cpp, of the virtual side in naive_virtual.cpp.
#include "naive_gic.hpp"

namespace trapline_test
{

NaiveGic::NaiveGic(const NaiveConfig &config) : cfg(config), cpus(config.cpus), spis(config.spis)
{
    reset();
}

// Registers and latches as at power-on; wires keep their level. With one CPU there is no choice of a
// target (4.3.12).
void NaiveGic::reset()
{
    auto fresh = [this](const Interrupt &old, uint32_t intid, unsigned cpu) {
        Interrupt i;
        i.line = old.line;
        if (intid < 16) {
            i.edge = true;
            i.enabled = !cfg.sgi_enable_writable;
        }
        if (intid < 32)
            i.targets = 1u << cpu;
        else
            i.targets = cfg.cpus == 1 ? 1 : 0;
        return i;
    };
    for (unsigned n = 0; n < cfg.cpus; n++) {
        Cpu c;
        c.bpr = min_bpr();
        c.abpr = min_bpr() + 1;
        c.vbpr = 2; // 7 less the five bits of a virtual priority (5.3.3)
        c.vabpr = 3;
        c.lr.assign(cfg.lrs, 0);
        for (uint32_t intid = 0; intid < 32; intid++)
            c.bank[intid] = fresh(cpus[n].bank[intid], intid, n);
        cpus[n] = c;
    }
    for (uint32_t n = 0; n < cfg.spis; n++)
        spis[n] = fresh(spis[n], 32 + n, 0);
    dist_enable[0] = dist_enable[1] = false;
    settle_maintenance();
}

bool NaiveGic::exists(uint32_t intid) const
{
    return intid < 32 + cfg.spis;
}

NaiveGic::Interrupt &NaiveGic::irq(unsigned cpu, uint32_t intid)
{
    return intid < 32 ? cpus[cpu].bank[intid] : spis[intid - 32];
}

const NaiveGic::Interrupt &NaiveGic::irq(unsigned cpu, uint32_t intid) const
{
    return intid < 32 ? cpus[cpu].bank[intid] : spis[intid - 32];
}

// 4.3.7: an edge or a write to GICD_ISPENDR stays until acknowledged; a level is pending as long as it is
// high, whatever was written.
bool NaiveGic::pending(unsigned cpu, uint32_t intid) const
{
    const Interrupt &i = irq(cpu, intid);
    if (intid < 16) {
        for (bool from : i.source)
            if (from)
                return true;
        return false;
    }
    return i.latched || (!i.edge && i.line);
}

bool NaiveGic::goes_to(unsigned cpu, uint32_t intid) const
{
    return (irq(cpu, intid).targets >> cpu & 1) != 0;
}

void NaiveGic::set_spi(uint32_t intid, bool level)
{
    if (intid < 32 || !exists(intid))
        return;
    Interrupt &i = irq(0, intid);
    if (level && !i.line && i.edge)
        i.latched = true;
    i.line = level;
}

void NaiveGic::set_ppi(unsigned cpu, uint32_t intid, bool level)
{
    if (cpu >= cfg.cpus || intid < 16 || intid > 31 || intid == cfg.maint_ppi)
        return;
    Interrupt &i = irq(cpu, intid);
    if (level && !i.line && i.edge)
        i.latched = true;
    i.line = level;
}

bool NaiveGic::maintenance(unsigned cpu) const
{
    return (cpus[cpu].hcr & 1) && misr(cpu) != 0;
}

// The maintenance output is a wire to a PPI of the same CPU (5.1).
void NaiveGic::settle_maintenance()
{
    for (unsigned cpu = 0; cpu < cfg.cpus && cfg.maint_ppi; cpu++) {
        Interrupt &i = irq(cpu, cfg.maint_ppi);
        bool level = maintenance(cpu);
        if (level && !i.line && i.edge)
            i.latched = true;
        i.line = level;
    }
}

unsigned NaiveGic::outputs(unsigned cpu) const
{
    const Cpu &c = cpus[cpu];
    Best best = highest_pending(cpu), vbest = highest_virtual(cpu);
    unsigned wires = 0;
    if (best.exists && sufficient(cpu, best))
        wires |= 1u << (best.group == 0 && c.fiqen ? GIC_FIQ : GIC_IRQ);
    if (vbest.exists && sufficient_virtually(cpu, vbest))
        wires |= 1u << (vbest.group == 0 && c.vfiqen ? GIC_VFIQ : GIC_VIRQ);
    if (maintenance(cpu))
        wires |= 1u << GIC_MAINT;
    return wires;
}

bool NaiveGic::tie(unsigned cpu) const
{
    Best best = highest_pending(cpu);
    for (uint32_t intid = best.intid + 1; best.exists && exists(intid); intid++)
        if (candidate(cpu, intid) && irq(cpu, intid).priority == best.priority)
            return true;
    return false;
}

unsigned NaiveGic::nested(unsigned cpu) const
{
    unsigned n = 0;
    for (unsigned group = 0; group < 2; group++)
        for (bool level : cpus[cpu].apr[group])
            n += level;
    return n;
}

unsigned NaiveGic::nested_virtually(unsigned cpu) const
{
    unsigned n = 0;
    for (bool level : cpus[cpu].vapr)
        n += level;
    return n;
}

namespace
{

// Registers take words; four arrays of the Distributor also bytes (4.1.4).
bool acceptable(unsigned frame, uint32_t offset, unsigned size)
{
    if (size == 4)
        return offset % 4 == 0;
    if (size != 1 || frame != GIC_DIST)
        return false;
    return (offset >= 0x400 && offset < 0xc00) || (offset >= 0xf10 && offset < 0xf30);
}

} // namespace

uint32_t NaiveGic::read(unsigned cpu, bool secure, unsigned frame, uint32_t offset, unsigned size)
{
    if (cpu >= cfg.cpus || frame >= GIC_NFRAMES || !acceptable(frame, offset, size))
        return 0;
    Access a{cpu, cfg.security && !secure};
    uint32_t value = 0;
    if (frame == GIC_DIST)
        value = read_dist(a, offset, size);
    else if (frame == GIC_CPU)
        value = read_cpu(a, offset);
    else if (frame == GIC_HYP)
        value = read_hyp(cpu, offset);
    else
        value = read_vcpu(cpu, offset);
    settle_maintenance();
    return value;
}

void NaiveGic::write(unsigned cpu, bool secure, unsigned frame, uint32_t offset, unsigned size, uint32_t value)
{
    if (cpu >= cfg.cpus || frame >= GIC_NFRAMES || !acceptable(frame, offset, size))
        return;
    Access a{cpu, cfg.security && !secure};
    if (frame == GIC_DIST)
        write_dist(a, offset, size, value);
    else if (frame == GIC_CPU)
        write_cpu(a, offset, value);
    else if (frame == GIC_HYP)
        write_hyp(cpu, offset, value);
    else
        write_vcpu(cpu, offset, value);
    settle_maintenance();
}

} // namespace trapline_test
