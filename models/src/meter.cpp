// SPDX-License-Identifier: Apache-2.0
//
// What accesses and wires prove. How they get here is in meter_tap.cpp, what is made of them in meter_report.cpp.
#include <trapline/gic_regs.h>
#include <trapline/systemc/meter.hpp>

#include <algorithm>
#include <cmath>

using namespace sc_core;

namespace trapline
{
namespace
{

bool has(const std::vector<uint32_t> &list, uint32_t intid)
{
    return std::find(list.begin(), list.end(), intid) != list.end();
}

bool within(uint32_t offset, uint32_t first, uint32_t bytes)
{
    return offset - first < bytes;
}

unsigned ones(uint32_t word)
{
    return unsigned(__builtin_popcount(word));
}

// May a list register's end be an SPI's that asked for a maintenance interrupt? (IHI 0048B 5.3.9: EOI needs HW = 0)
bool asks_for_eoi(uint32_t lr)
{
    return !(lr & GICH_LR_HW) && lr & GICH_LR_EOI && (lr & GICH_LR_VirtualID) >= 32;
}

meter_latency latency_of(const sim_hist &h)
{
    return {h.count, sc_time::from_value(h.min), sc_time::from_value(sim_hist_permille(&h, 500)),
            sc_time::from_value(sim_hist_permille(&h, 990)), sc_time::from_value(h.max)};
}

} // namespace

meter_counts &meter_counts::operator+=(const meter_counts &other)
{
#define X(field, doc) field += other.field;
    TRAPLINE_METER_COUNTS(X)
#undef X
    return *this;
}

meter::meter(sc_module_name name, const meter_config &config)
    : sc_module(name), in("in"), out("out"), irq("irq", config.cpus), fiq("fiq", config.cpus),
      virq("virq", config.cpus), vfiq("vfiq", config.cpus), maintenance("maintenance", config.cpus),
      el("el", config.cpus), config_(config), cpu_(config.cpus)
{
    if (config.cpus < 1 || config.cpus > GIC_MAX_CPUS)
        SC_REPORT_ERROR("/trapline/meter", "cpus: 1 to 8");
    sim_hist_reset(&irq_hist_);
    sim_hist_reset(&virq_hist_);
    in.register_b_transport(this, &meter::b_transport);
    in.register_nb_transport_fw(this, &meter::nb_transport_fw);
    in.register_transport_dbg(this, &meter::transport_dbg);
    in.register_get_direct_mem_ptr(this, &meter::get_direct_mem_ptr);
    out.register_nb_transport_bw(this, &meter::nb_transport_bw);
}

// ---- accesses -----------------------------------------------------------------------------------------

void meter::gic_access(const gic400_access &a)
{
    if (a.cpu >= cpu_.size())
        return;
    cpu_state &c = cpu_[a.cpu];
    switch (a.frame) {
    case GIC_DIST:
        see_gicd(c, a);
        break;
    case GIC_CPU:
        see_gicc(c, a);
        break;
    case GIC_HYP:
        see_gich(c, a);
        break;
    case GIC_VCPU:
        see_gicv(c, a);
        break;
    default:
        break;
    }
}

void meter::see_gicd(cpu_state &c, const gic400_access &a)
{
    if (!a.write) {
        c.counts.gicd_reads++;
        return;
    }
    c.counts.gicd_writes++;
    if (within(a.offset, GICD_ICENABLER, 0x80))
        c.counts.masks += ones(a.value);
    else if (within(a.offset, GICD_ISENABLER, 0x80))
        c.counts.unmasks += ones(a.value);
    else if (a.offset == GICD_SGIR)
        c.counts.sgis_sent++;
}

// The wire has been answered. If it is still high, for another interrupt, that one waits from now on.
void meter::answered(waiting &w, sim_hist &h, const sc_time &at)
{
    if (w.armed && at >= w.since)
        sim_hist_add(&h, (at - w.since).value());
    w.armed = w.high != 0;
    w.since = w.last_ack = at;
}

void meter::see_ack(cpu_state &c, uint32_t intid)
{
    acks_[intid]++;
    if (intid < 16) {
        c.counts.acks_sgi++;
        c.seen.kick = c.seen.kick || has(config_.kick_sgis, intid);
        c.seen.call = c.seen.call || has(config_.call_sgis, intid);
    } else if (intid < 32) {
        c.counts.acks_ppi++;
        const bool guests = has(config_.guest_timer_ppis, intid), hosts = has(config_.host_timer_ppis, intid);
        c.seen.guest_timer = c.seen.guest_timer || guests;
        c.seen.host_timer = c.seen.host_timer || hosts;
        const bool ended = intid == config_.maintenance_ppi; // by a hypervisor that does take it as an interrupt
        c.seen.maintenance = c.seen.maintenance || ended;
        c.seen.device = c.seen.device || (!guests && !hosts && !ended);
    } else {
        c.counts.acks_spi++;
        c.seen.device = true;
    }
}

void meter::see_gicc(cpu_state &c, const gic400_access &a)
{
    if (a.write) {
        c.counts.gicc_writes++;
        c.counts.eois += a.offset == GICC_EOIR || a.offset == GICC_AEOIR;
        c.counts.dirs += a.offset == GICC_DIR;
        return;
    }
    c.counts.gicc_reads++;
    if (a.offset != GICC_IAR && a.offset != GICC_AIAR)
        return;
    const uint32_t intid = a.value & GICC_IAR_INTID;
    if (intid >= GIC_SPURIOUS_GROUP) {
        c.counts.spurious++;
        return;
    }
    see_ack(c, intid);
    answered(c.physical, irq_hist_, a.at);
}

/*
 * Whether a maintenance interrupt is about the end of an SPI is in what the hypervisor reads to find out: GICH_EISR, or
 * the list register itself, empty now. (GICH_ELRSR does not say: a list register whose end has not been seen yet is
 * not listed there, 5.3.8.)
 */
void meter::see_gich(cpu_state &c, const gic400_access &a)
{
    const bool is_lr = within(a.offset, GICH_LR, 4 * GIC_MAX_LRS);
    const uint32_t n = (a.offset - GICH_LR) / 4;
    if (a.write) {
        c.counts.gich_writes++;
        if (!is_lr)
            return;
        c.lr[n] = a.value;
        if (!(a.value & GICH_LR_State))
            c.counts.lr_writes_empty++;
        else if (a.value & GICH_LR_HW)
            c.counts.lr_writes_hw++;
        else
            c.counts.lr_writes_soft++;
        return;
    }
    c.counts.gich_reads++;
    if (is_lr && !(a.value & GICH_LR_State) && c.lr[n] & GICH_LR_State && asks_for_eoi(c.lr[n]))
        c.seen.spi_ended = true;
    for (uint32_t word = 0; word < 2; word++)
        if (a.offset == GICH_EISR + 4 * word)
            for (uint32_t bits = a.value; bits; bits &= bits - 1) {
                const uint32_t lr = c.lr[32 * word + uint32_t(__builtin_ctz(bits))];
                c.seen.spi_ended = c.seen.spi_ended || (lr & GICH_LR_State && asks_for_eoi(lr));
            }
}

void meter::see_gicv(cpu_state &c, const gic400_access &a)
{
    if (a.write) {
        c.counts.gicv_writes++;
        c.counts.virt_eois += a.offset == GICV_EOIR || a.offset == GICV_AEOIR;
        c.counts.virt_dirs += a.offset == GICV_DIR;
        return;
    }
    c.counts.gicv_reads++;
    if (a.offset != GICV_IAR && a.offset != GICV_AIAR)
        return;
    if ((a.value & GICV_IAR_INTID) >= GIC_SPURIOUS_GROUP) {
        c.counts.virt_spurious++;
        return;
    }
    c.counts.virt_acks++;
    answered(c.virtual_, virq_hist_, a.at);
}

// ---- wires --------------------------------------------------------------------------------------------

void meter::gic_output(unsigned cpu, gic_pin pin, bool level)
{
    if (cpu >= cpu_.size())
        return;
    cpu_state &c = cpu_[cpu];
    if (pin == GIC_MAINT) {
        c.counts.maintenance += level && !c.maintenance;
        c.maintenance = level;
        return;
    }
    const bool physical = pin == GIC_IRQ || pin == GIC_FIQ;
    waiting &w = physical ? c.physical : c.virtual_;
    const unsigned bit = 1u << pin, before = w.high;
    w.high = level ? before | bit : before & ~bit;
    if (level && !(before & bit))
        (physical ? c.counts.irq_raised : c.counts.virq_raised)++;
    const sc_time &now = sc_time_stamp();
    if (!before && w.high) {
        w.armed = true;
        w.since = now;
    } else if (!w.high && w.last_ack >= now) {
        w.armed = false; // a signal that falls a delta cycle after the acknowledge which lowered it
    }
}

// ---- exits --------------------------------------------------------------------------------------------

void meter::set_el(unsigned cpu, unsigned level, bool in_vm, machine_exit_cause cause)
{
    set_el(cpu, level, in_vm, cause, sc_time_stamp());
}

void meter::set_el(unsigned cpu, unsigned level, bool in_vm, machine_exit_cause cause, const sc_time &at)
{
    if (cpu >= cpu_.size())
        return;
    cpu_state &c = cpu_[cpu];
    const bool guest = in_vm && level < 2;
    levels_told_ = true;
    if (guest == c.guest)
        return;
    c.guest = guest;
    if (guest) {
        if (c.open)
            add_exit(cause_of(c), at >= c.left ? at - c.left : SC_ZERO_TIME);
        c.open = false;
        return;
    }
    c.open = true;
    c.left = at;
    c.told = unsigned(cause) < MACHINE_EXIT_COUNT ? cause : MACHINE_EXIT_COUNT;
    c.seen = {};
    c.seen.maintenance = c.maintenance;
}

/*
 * A trap has its own cause, which whoever told the exit knows. Else it was an interrupt: what the host acknowledges
 * before it enters the guest again says which. A maintenance interrupt is not acknowledged as a rule: its wire falls
 * when the hypervisor saves the list registers, before it lets interrupts in.
 */
machine_exit_cause meter::cause_of(const cpu_state &c) const
{
    if (c.told != MACHINE_EXIT_COUNT)
        return c.told;
    if (c.seen.device)
        return MACHINE_EXIT_PHYS_DEVICE_IRQ;
    if (c.seen.kick)
        return MACHINE_EXIT_KICK_IPI;
    if (c.seen.call)
        return MACHINE_EXIT_IPI_CALL;
    if (c.seen.guest_timer)
        return MACHINE_EXIT_PHYS_TIMER;
    if (c.seen.host_timer)
        return MACHINE_EXIT_HOST_TICK;
    if (c.seen.maintenance)
        return c.seen.spi_ended ? MACHINE_EXIT_MAINT_EOI : MACHINE_EXIT_MAINT_OTHER;
    return MACHINE_EXIT_COUNT;
}

void meter::add_exit(machine_exit_cause cause, const sc_time &time)
{
    exit_sum &e = exits_[cause];
    e.samples++;
    e.timed++;
    e.total += time;
    e.min = e.timed == 1 || time < e.min ? time : e.min;
    e.max = time > e.max ? time : e.max;
    const double value = double(time.value()), from_mean = value - e.mean;
    e.mean += from_mean / double(e.timed);
    e.squares += from_mean * (value - e.mean);
}

machine_exit_cause meter::cause_of_esr(uint64_t esr_el2)
{
    switch (esr_el2 >> 26 & 0x3f) {
    case 0x01:
        return MACHINE_EXIT_WFX;
    case 0x12: // HVC from AArch32
    case 0x16:
        return MACHINE_EXIT_HVC;
    case 0x18:
        return MACHINE_EXIT_SYSREG;
    case 0x24:
        return esr_el2 >> 24 & 1 ? MACHINE_EXIT_MMIO_USER : MACHINE_EXIT_S2FAULT;
    case 0x20:
        return MACHINE_EXIT_S2FAULT;
    default:
        return MACHINE_EXIT_COUNT;
    }
}

// ---- results ------------------------------------------------------------------------------------------

void meter::restart()
{
    for (cpu_state &c : cpu_) {
        c.counts = {};
        c.open = false;
    }
    acks_.fill(0);
    exits_.fill({});
    sim_hist_reset(&irq_hist_);
    sim_hist_reset(&virq_hist_);
    start_ = sc_time_stamp();
}

meter_counts meter::counts() const
{
    meter_counts sum;
    for (const cpu_state &c : cpu_)
        sum += c.counts;
    return sum;
}

uint64_t meter::acks_of(uint32_t intid) const
{
    return intid < acks_.size() ? acks_[intid] : 0;
}

meter_latency meter::irq_latency() const
{
    return latency_of(irq_hist_);
}

meter_latency meter::virq_latency() const
{
    return latency_of(virq_hist_);
}

meter_exits meter::exits(machine_exit_cause cause) const
{
    const exit_sum &e = exits_.at(cause);
    const double ns = sc_get_time_resolution().to_seconds() * 1e9;
    meter_exits out;
    out.samples = e.samples;
    out.timed = e.timed;
    out.total = e.total;
    out.min = e.min;
    out.max = e.max;
    out.stddev_ns = e.timed > 1 ? std::sqrt(e.squares / double(e.timed - 1)) * ns : 0.0;
    for (const cpu_state &c : cpu_)
        out.samples += c.open && cause_of(c) == cause;
    return out;
}

meter_exits meter::exits() const
{
    meter_exits all;
    for (size_t i = 0; i < ncauses; i++) {
        const meter_exits e = exits(machine_exit_cause(i));
        if (e.timed && (!all.timed || e.min < all.min))
            all.min = e.min;
        all.max = std::max(all.max, e.max);
        all.samples += e.samples;
        all.timed += e.timed;
        all.total += e.total;
    }
    return all;
}

const char *meter::exit_name(unsigned cause)
{
    return cause < MACHINE_EXIT_COUNT ? machine_exit_name(machine_exit_cause(cause)) : "unknown";
}

sc_time meter::elapsed() const
{
    return sc_time_stamp() - start_;
}

} // namespace trapline
