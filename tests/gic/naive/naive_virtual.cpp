// SPDX-License-Identifier: Apache-2.0
//
// The virtual interface control registers and the virtual CPU interface (IHI 0048B chapter 5).
#include "naive_gic.hpp"

namespace trapline_test
{

namespace
{

// Fields of a list register (5.3.8).
uint32_t lr_id(uint32_t lr)
{
    return lr & 0x3ff;
}
uint32_t lr_cpuid(uint32_t lr)
{
    return lr >> 10 & 7;
}
uint32_t lr_priority(uint32_t lr)
{
    return (lr >> 23 & 0x1f) << 3;
}
bool lr_pending(uint32_t lr)
{
    return (lr >> 28 & 1) != 0;
}
bool lr_active(uint32_t lr)
{
    return (lr >> 29 & 1) != 0;
}
unsigned lr_group(uint32_t lr)
{
    return lr >> 30 & 1;
}
bool lr_hw(uint32_t lr)
{
    return (lr >> 31 & 1) != 0;
}
bool lr_asks_for_eoi(uint32_t lr)
{
    return !lr_hw(lr) && (lr >> 19 & 1) != 0;
}
bool lr_is_sgi(uint32_t lr)
{
    return lr_id(lr) < 16 && !lr_hw(lr);
}

constexpr uint32_t lr_writable = 0xff8fffff; // bits 22:20 are reserved
constexpr uint32_t lr_state = 3u << 28, lr_state_pending = 1u << 28, lr_state_active = 2u << 28;

} // namespace

// The most urgent entry that is pending and nothing else; of equals the lowest list register.
NaiveGic::Best NaiveGic::highest_virtual(unsigned cpu) const
{
    const Cpu &c = cpus[cpu];
    Best best;
    if (!(c.hcr & 1))
        return best;
    for (unsigned n = 0; n < cfg.lrs; n++) {
        uint32_t lr = c.lr[n];
        if (!lr_pending(lr) || lr_active(lr) || lr_priority(lr) >= best.priority)
            continue;
        best.exists = true;
        best.lr = n;
        best.intid = lr_id(lr);
        best.source = lr_is_sgi(lr) ? lr_cpuid(lr) : 0;
        best.priority = lr_priority(lr);
        best.group = lr_group(lr);
    }
    return best;
}

unsigned NaiveGic::virtual_group_priority(unsigned cpu, unsigned group, unsigned priority) const
{
    const Cpu &c = cpus[cpu];
    unsigned point = group == 1 && !c.vcbpr ? c.vabpr - 1 : c.vbpr;
    return priority & 0xff << (point + 1) & 0xff;
}

unsigned NaiveGic::virtual_running_priority(unsigned cpu) const
{
    for (unsigned level = 0; level < 32; level++)
        if (cpus[cpu].vapr[level])
            return level << 3;
    return 0x100;
}

bool NaiveGic::sufficient_virtually(unsigned cpu, const Best &best) const
{
    const Cpu &c = cpus[cpu];
    return c.venable[best.group] && best.priority < c.vpmr &&
           virtual_group_priority(cpu, best.group, best.priority) < virtual_running_priority(cpu);
}

uint32_t NaiveGic::virtual_view(unsigned cpu, const Best &best, bool alias) const
{
    if (!best.exists)
        return 1023;
    if (best.group == 0 && alias)
        return 1023;
    if (best.group == 1 && !alias && !cpus[cpu].vackctl)
        return 1022;
    return best.source << 10 | best.intid;
}

uint32_t NaiveGic::virtual_acknowledge(unsigned cpu, bool alias)
{
    Cpu &c = cpus[cpu];
    Best best = highest_virtual(cpu);
    if (!best.exists || !sufficient_virtually(cpu, best))
        return 1023;
    uint32_t answer = virtual_view(cpu, best, alias);
    // Of a group that this register does not serve, or (UNPREDICTABLE) with an ID that says so by itself.
    if (answer != (best.source << 10 | best.intid) || answer == 1022 || answer == 1023)
        return answer;
    c.lr[best.lr] = (c.lr[best.lr] & ~lr_state) | lr_state_active;
    c.vapr[virtual_group_priority(cpu, best.group, best.priority) >> 3] = true;
    return answer;
}

// The active entry that an end or a deactivation names: by its ID, and below 16 by its source, which is 0 for a
// hardware entry.
int NaiveGic::find_active_entry(unsigned cpu, uint32_t value) const
{
    for (unsigned n = 0; n < cfg.lrs; n++) {
        uint32_t lr = cpus[cpu].lr[n];
        uint32_t source = lr_is_sgi(lr) ? lr_cpuid(lr) : 0;
        if (lr_active(lr) && lr_id(lr) == (value & 0x3ff) && (lr_id(lr) >= 16 || source == (value >> 10 & 7)))
            return static_cast<int>(n);
    }
    return -1;
}

// 5.2: a hardware entry takes its physical interrupt along, whoever acknowledged that. The virtual interface is
// Non-secure: with the Security Extensions it cannot end a Group 0 interrupt, as GICC_DIR cannot (4.4.15).
void NaiveGic::virtual_deactivate(unsigned cpu, unsigned n)
{
    uint32_t &lr = cpus[cpu].lr[n];
    lr &= ~lr_state_active;
    uint32_t intid = lr >> 10 & 0x3ff;
    if (lr_hw(lr) && exists(intid) && intid >= 16 && visible({cpu, cfg.security}, intid))
        irq(cpu, intid).active = false;
}

void NaiveGic::count_missing_entry(unsigned cpu)
{
    cpus[cpu].hcr += 1u << 27; // the field is at the top: it wraps
}

// GICV_EOIR and GICV_AEOIR (5.5.5, 5.5.10).
void NaiveGic::virtual_end(unsigned cpu, uint32_t value, bool alias)
{
    Cpu &c = cpus[cpu];
    if ((value & 0x3ff) >= 1020)
        return;
    int n = find_active_entry(cpu, value);
    if (n >= 0 && lr_group(c.lr[static_cast<unsigned>(n)]) == 0 && alias)
        return;
    bool dropped = false;
    for (bool &level : c.vapr) {
        if (level) {
            level = false;
            dropped = true;
            break;
        }
    }
    if (c.veoimode)
        return;
    if (n >= 0)
        virtual_deactivate(cpu, static_cast<unsigned>(n));
    else if (dropped)
        count_missing_entry(cpu);
}

// 5.3.4: the eight reasons for a maintenance interrupt.
uint32_t NaiveGic::misr(unsigned cpu) const
{
    const Cpu &c = cpus[cpu];
    unsigned valid = 0, pending_only = 0, ended = 0;
    for (uint32_t lr : c.lr) {
        valid += lr_pending(lr) || lr_active(lr);
        pending_only += lr_pending(lr) && !lr_active(lr);
        ended += !lr_pending(lr) && !lr_active(lr) && lr_asks_for_eoi(lr);
    }
    bool sources[8] = {
        ended > 0,
        (c.hcr >> 1 & 1) && valid <= 1,
        (c.hcr >> 2 & 1) && c.hcr >> 27,
        (c.hcr >> 3 & 1) && pending_only == 0,
        (c.hcr >> 4 & 1) && c.venable[0],
        (c.hcr >> 5 & 1) && !c.venable[0],
        (c.hcr >> 6 & 1) && c.venable[1],
        (c.hcr >> 7 & 1) && !c.venable[1],
    };
    uint32_t value = 0;
    for (unsigned n = 0; n < 8; n++)
        value |= static_cast<uint32_t>(sources[n]) << n;
    return value;
}

uint32_t NaiveGic::vmcr(unsigned cpu) const
{
    const Cpu &c = cpus[cpu];
    return c.venable[0] | c.venable[1] << 1 | c.vackctl << 2 | c.vfiqen << 3 | c.vcbpr << 4 | c.veoimode << 9 |
           c.vabpr << 18 | c.vbpr << 21 | (c.vpmr >> 3) << 27;
}

uint32_t NaiveGic::read_hyp(unsigned cpu, uint32_t offset) const
{
    const Cpu &c = cpus[cpu];
    uint32_t value = 0;
    switch (offset) {
    case 0x000:
        return c.hcr;
    case 0x004: // five priority and five preemption bits (5.3.2)
        return 4u << 29 | 4u << 26 | (cfg.lrs - 1);
    case 0x008:
        return vmcr(cpu);
    case 0x010:
        return misr(cpu);
    case 0x020: // GICH_EISR and
    case 0x024:
    case 0x030: // GICH_ELRSR: entries at their end, one bit each (5.3.5, 5.3.6)
    case 0x034:
        for (unsigned n = 0; n < cfg.lrs; n++) {
            uint32_t lr = c.lr[n];
            bool invalid = !lr_pending(lr) && !lr_active(lr);
            if (invalid && lr_asks_for_eoi(lr) == (offset < 0x030) && n / 32 == (offset >> 2 & 1))
                value |= 1u << n % 32;
        }
        return value;
    case 0x0f0:
        for (unsigned n = 0; n < 32; n++)
            value |= static_cast<uint32_t>(c.vapr[n]) << n;
        return value;
    default:
        if (offset >= 0x100 && offset < 0x100 + 4 * cfg.lrs)
            return c.lr[(offset - 0x100) / 4];
        return 0;
    }
}

void NaiveGic::write_hyp(unsigned cpu, uint32_t offset, uint32_t value)
{
    Cpu &c = cpus[cpu];
    if (offset == 0x000) {
        c.hcr = value & 0xf80000ff;
    } else if (offset == 0x008) { // GICH_VMCR: the guest's registers, seen by the hypervisor (5.3.3)
        write_vcpu(cpu, 0x000, value & 0x21f);
        write_vcpu(cpu, 0x01c, value >> 18 & 7);
        write_vcpu(cpu, 0x008, value >> 21 & 7);
        write_vcpu(cpu, 0x004, value >> 27 << 3);
    } else if (offset == 0x0f0) {
        for (unsigned n = 0; n < 32; n++)
            c.vapr[n] = value >> n & 1;
    } else if (offset >= 0x100 && offset < 0x100 + 4 * cfg.lrs) {
        c.lr[(offset - 0x100) / 4] = value & lr_writable;
    }
}

uint32_t NaiveGic::read_vcpu(unsigned cpu, uint32_t offset)
{
    const Cpu &c = cpus[cpu];
    uint32_t running = virtual_running_priority(cpu);
    switch (offset) {
    case 0x000:
        return vmcr(cpu) & 0x21f;
    case 0x004:
        return c.vpmr;
    case 0x008:
        return c.vbpr;
    case 0x00c:
        return virtual_acknowledge(cpu, false);
    case 0x014:
        return running != 0x100 ? running : cfg.vrpr_idle_f8 ? 0xf8 : 0xff;
    case 0x018:
        return virtual_view(cpu, highest_virtual(cpu), false);
    case 0x01c:
        return c.vabpr;
    case 0x020:
        return virtual_acknowledge(cpu, true);
    case 0x028:
        return virtual_view(cpu, highest_virtual(cpu), true);
    case 0x0d0:
        return read_hyp(cpu, 0x0f0);
    case 0x0fc:
        return cfg.cpu_iidr;
    default:
        return 0;
    }
}

void NaiveGic::write_vcpu(unsigned cpu, uint32_t offset, uint32_t value)
{
    Cpu &c = cpus[cpu];
    switch (offset) {
    case 0x000:
        c.venable[0] = value & 1;
        c.venable[1] = value >> 1 & 1;
        c.vackctl = value >> 2 & 1;
        c.vfiqen = value >> 3 & 1;
        c.vcbpr = value >> 4 & 1;
        c.veoimode = value >> 9 & 1;
        break;
    case 0x004:
        c.vpmr = value & 0xf8;
        break;
    case 0x008:
        c.vbpr = (value & 7) < 2 ? 2 : value & 7;
        break;
    case 0x010:
        virtual_end(cpu, value, false);
        break;
    case 0x01c:
        c.vabpr = (value & 7) < 3 ? 3 : value & 7;
        break;
    case 0x024:
        virtual_end(cpu, value, true);
        break;
    case 0x0d0:
        write_hyp(cpu, 0x0f0, value);
        break;
    case 0x1000: { // GICV_DIR (5.5.14)
        if (!c.veoimode && !cfg.dir_any_mode)
            break;
        int n = find_active_entry(cpu, value);
        if (n >= 0)
            virtual_deactivate(cpu, static_cast<unsigned>(n));
        else if ((value & 0x3ff) < 1020)
            count_missing_entry(cpu);
        break;
    }
    default:
        break;
    }
}

} // namespace trapline_test
