// SPDX-License-Identifier: Apache-2.0
//
// The physical CPU interface (IHI 0048B 4.4) and the choice of the interrupt it signals (3.3, 3.4).
#include "naive_gic.hpp"

namespace trapline_test
{

unsigned NaiveGic::min_bpr() const
{
    return cfg.prio_bits >= 7 ? 0 : 7 - cfg.prio_bits;
}

unsigned NaiveGic::priority_mask() const
{
    return 0xff << (8 - cfg.prio_bits) & 0xff;
}

// Preemption levels: the bits of a priority that can be told apart, at most seven (4.4.3).
unsigned NaiveGic::levels() const
{
    return cfg.prio_bits >= 7 ? 128 : 1u << cfg.prio_bits;
}

// Does the Distributor forward this interrupt to this CPU?
bool NaiveGic::candidate(unsigned cpu, uint32_t intid) const
{
    const Interrupt &i = irq(cpu, intid);
    return i.enabled && pending(cpu, intid) && !i.active && goes_to(cpu, intid) && dist_enable[i.group];
}

// The most urgent interrupt that the Distributor forwards to this CPU: the lowest priority value, of equals
// the lowest INTID, of an SGI's sources the lowest.
NaiveGic::Best NaiveGic::highest_pending(unsigned cpu) const
{
    Best best;
    for (uint32_t intid = 0; exists(intid); intid++) {
        const Interrupt &i = irq(cpu, intid);
        if (!candidate(cpu, intid) || i.priority >= best.priority)
            continue;
        best.exists = true;
        best.intid = intid;
        best.priority = i.priority;
        best.group = i.group;
        best.source = 0;
        while (intid < 16 && !i.source[best.source])
            best.source++;
    }
    return best;
}

// The part of a priority that decides preemption (3.3.3): above the binary point, which for Group 1 is one
// place lower unless it shares Group 0's.
unsigned NaiveGic::group_priority(unsigned cpu, unsigned group, unsigned priority) const
{
    const Cpu &c = cpus[cpu];
    unsigned point = group == 1 && !c.cbpr ? c.abpr - 1 : c.bpr;
    return priority & 0xff << (point + 1) & 0xff;
}

unsigned NaiveGic::running_priority(unsigned cpu) const
{
    for (unsigned level = 0; level < levels(); level++)
        if (cpus[cpu].apr[0][level] || cpus[cpu].apr[1][level])
            return level * (256 / levels());
    return 0x100;
}

bool NaiveGic::sufficient(unsigned cpu, const Best &best) const
{
    const Cpu &c = cpus[cpu];
    return c.enable[best.group] && best.priority < c.pmr &&
           group_priority(cpu, best.group, best.priority) < running_priority(cpu);
}

// What an acknowledge or GICC_HPPIR says of an interrupt (3.2.5, 4.4.4). The Non-secure view, which the
// aliased registers are too, is of Group 1 only; the other one hides Group 1 as 1022 unless AckCtl is 1.
uint32_t NaiveGic::view(Access a, const Best &best, bool alias) const
{
    if (!best.exists)
        return 1023;
    if (best.group == 0 && (a.nonsecure || alias))
        return 1023;
    if (best.group == 1 && !a.nonsecure && !alias && !cpus[a.cpu].ackctl)
        return 1022;
    return best.source << 10 | best.intid;
}

uint32_t NaiveGic::acknowledge(Access a, bool alias)
{
    Best best = highest_pending(a.cpu);
    if (!best.exists || !sufficient(a.cpu, best))
        return 1023;
    uint32_t answer = view(a, best, alias);
    if ((answer & 0x3ff) >= 1020)
        return answer;
    Interrupt &i = irq(a.cpu, best.intid);
    if (best.intid < 16)
        i.source[best.source] = false;
    i.latched = false;
    i.active = true;
    cpus[a.cpu].apr[best.group][group_priority(a.cpu, best.group, best.priority) / (256 / levels())] = true;
    return answer;
}

// 4.4.5: drops the running priority and, unless EOImode says otherwise, deactivates.
void NaiveGic::end(Access a, uint32_t value, bool alias)
{
    Cpu &c = cpus[a.cpu];
    uint32_t intid = value & 0x3ff;
    if (!exists(intid))
        return;
    unsigned group = irq(a.cpu, intid).group;
    if (group == 0 && (a.nonsecure || alias))
        return;
    for (bool &level : c.apr[group]) {
        if (level) {
            level = false;
            break;
        }
    }
    // GICC_AEOIR is the Secure alias of the Non-secure GICC_EOIR (4.4.10).
    bool split = a.nonsecure || (alias && cfg.security) ? c.eoimode_ns : c.eoimode_s;
    if (!split)
        irq(a.cpu, intid).active = false;
}

// GICC_DIR (4.4.15).
void NaiveGic::deactivate(Access a, uint32_t value)
{
    const Cpu &c = cpus[a.cpu];
    uint32_t intid = value & 0x3ff;
    if (!(a.nonsecure ? c.eoimode_ns : c.eoimode_s) && !cfg.dir_any_mode)
        return;
    if (exists(intid) && visible(a, intid))
        irq(a.cpu, intid).active = false;
}

// One word of active priorities (4.4.12, 4.4.13). The Non-secure GICC_APR is the half of GICC_NSAPR that
// Non-secure priorities can reach, from its bit 0 on.
uint32_t NaiveGic::read_apr(Access a, bool ns_register, unsigned word) const
{
    if (a.nonsecure && ns_register)
        return 0;
    unsigned group = a.nonsecure || ns_register ? 1 : 0, first = a.nonsecure ? levels() / 2 : 0;
    uint32_t value = 0;
    for (unsigned n = 0; n < 32; n++)
        if (first + 32 * word + n < levels() && cpus[a.cpu].apr[group][first + 32 * word + n])
            value |= 1u << n;
    return value;
}

void NaiveGic::write_apr(Access a, bool ns_register, unsigned word, uint32_t value)
{
    if (a.nonsecure && ns_register)
        return;
    unsigned group = a.nonsecure || ns_register ? 1 : 0, first = a.nonsecure ? levels() / 2 : 0;
    for (unsigned n = 0; n < 32; n++)
        if (first + 32 * word + n < levels())
            cpus[a.cpu].apr[group][first + 32 * word + n] = value >> n & 1;
}

uint32_t NaiveGic::read_cpu(Access a, uint32_t offset)
{
    const Cpu &c = cpus[a.cpu];
    bool aliases = !a.nonsecure; // the aliased registers are Secure (4.4.8 to 4.4.11)
    uint32_t running = running_priority(a.cpu);
    switch (offset) {
    case 0x000: // GICC_CTLR; the Non-secure one holds what concerns Group 1 (4.4.1)
        if (a.nonsecure)
            return c.enable[1] | c.bypass[2] << 5 | c.bypass[3] << 6 | c.eoimode_ns << 9;
        return c.enable[0] | c.enable[1] << 1 | c.ackctl << 2 | c.fiqen << 3 | c.cbpr << 4 | c.bypass[0] << 5 |
               c.bypass[1] << 6 | c.bypass[2] << 7 | c.bypass[3] << 8 | c.eoimode_s << 9 | c.eoimode_ns << 10;
    case 0x004: // GICC_PMR: the Non-secure view of a priority in the upper half is shifted (3.5)
        if (a.nonsecure)
            return c.pmr & 0x80 ? c.pmr << 1 & 0xff : 0;
        return c.pmr;
    case 0x008: // GICC_BPR
        if (a.nonsecure)
            return !c.cbpr ? c.abpr : c.bpr == 7 ? 7 : c.bpr + 1;
        return c.bpr;
    case 0x00c:
        return acknowledge(a, false);
    case 0x014: // GICC_RPR
        if (running == 0x100)
            return 0xff;
        if (a.nonsecure)
            return running & 0x80 ? running << 1 & 0xff : 0;
        return running;
    case 0x018:
        return view(a, highest_pending(a.cpu), false);
    case 0x01c:
        return aliases ? c.abpr : 0;
    case 0x020:
        return aliases ? acknowledge(a, true) : 0;
    case 0x028:
        return aliases ? view(a, highest_pending(a.cpu), true) : 0;
    case 0x0fc:
        return cfg.cpu_iidr;
    default:
        if (offset >= 0x0d0 && offset < 0x0f0)
            return read_apr(a, offset >= 0x0e0, offset / 4 % 4);
        return 0;
    }
}

void NaiveGic::write_cpu(Access a, uint32_t offset, uint32_t value)
{
    Cpu &c = cpus[a.cpu];
    auto bit = [value](unsigned n) { return (value >> n & 1) != 0; };
    auto point = [value](unsigned least) { return (value & 7) < least ? least : value & 7; };
    switch (offset) {
    case 0x000:
        if (a.nonsecure) {
            c.enable[1] = bit(0);
            c.bypass[2] = bit(5);
            c.bypass[3] = bit(6);
            c.eoimode_ns = bit(9);
            break;
        }
        c.enable[0] = bit(0);
        c.enable[1] = bit(1);
        c.ackctl = bit(2);
        c.fiqen = bit(3);
        c.cbpr = bit(4);
        for (unsigned n = 0; n < 4; n++)
            c.bypass[n] = bit(5 + n);
        c.eoimode_s = bit(9);
        c.eoimode_ns = cfg.security && bit(10);
        break;
    case 0x004: // a Non-secure write stays in the upper half, and out of a mask in the lower half
        if (!a.nonsecure)
            c.pmr = value & priority_mask();
        else if (c.pmr & 0x80)
            c.pmr = (0x80 | (value & 0xff) >> 1) & priority_mask();
        break;
    case 0x008:
        if (!a.nonsecure)
            c.bpr = point(min_bpr());
        else if (!c.cbpr)
            c.abpr = point(min_bpr() + 1);
        break;
    case 0x010:
        end(a, value, false);
        break;
    case 0x01c:
        if (!a.nonsecure)
            c.abpr = point(min_bpr() + 1);
        break;
    case 0x024:
        if (!a.nonsecure)
            end(a, value, true);
        break;
    case 0x1000:
        deactivate(a, value);
        break;
    default:
        if (offset >= 0x0d0 && offset < 0x0f0)
            write_apr(a, offset >= 0x0e0, offset / 4 % 4, value);
        break;
    }
}

} // namespace trapline_test
