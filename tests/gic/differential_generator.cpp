// SPDX-License-Identifier: Apache-2.0
//
// Random but purposeful: interrupts are enabled, raised, taken, nested, forwarded to the guest and ended,
// with enough of everything else in between.
#include "differential.hpp"

#include <trapline/gic_regs.h>

#include <algorithm>

namespace trapline_test
{

gic_config differential_config(unsigned seed)
{
    static const uint32_t cpus[] = {1, 2, 3, 4, 8}, spis[] = {32, 96, 40, 256, 1, 988, GIC_NO_SPIS, 100, 987},
                          lrs[] = {4, 1, 8, 33, 64};
    static const uint32_t bits[] = {5, 8, 4, 6, 7};
    std::mt19937 rng(seed * 2654435761u + 1);
    gic_config cfg{};
    cfg.struct_size = sizeof(cfg);
    cfg.cpus = cpus[rng() % 5];
    cfg.spis = spis[rng() % 9];
    cfg.lrs = lrs[rng() % 5];
    cfg.security = seed % 2 == 1;
    cfg.prio_bits = bits[rng() % 5];
    if (cfg.security && cfg.prio_bits < 5)
        cfg.prio_bits = 5;
    cfg.maint_ppi = rng() % 2 ? 25 : 0;
    cfg.ppi_config_fixed = rng() % 4 == 0;
    cfg.sgi_enable_writable = rng() % 4 == 0;
    cfg.dir_any_mode = rng() % 4 == 0;
    cfg.vrpr_idle_f8 = rng() % 4 == 0;
    cfg.no_nsacr = cfg.security && rng() % 4 == 0;
    return cfg;
}

Generator::Generator(unsigned seed, const gic_config &config) : rng(seed), cfg(config)
{
    // A few interrupts that everything happens to: SGIs, PPIs, SPIs next to each other and far apart.
    for (uint32_t intid : {0u, 1u, 7u, 16u, 25u, 27u, 30u, 32u, 33u, 34u, 40u, 63u})
        hot_ids.push_back(intid);
    uint32_t spis = cfg.spis == GIC_NO_SPIS ? 1 : cfg.spis;
    for (int n = 0; n < 6; n++)
        hot_ids.push_back(32 + pick(spis));
    hot_ids.push_back(31 + spis);
    for (unsigned n = 0; n < 24 + 8 * cfg.cpus; n++)
        pending_setup.push_back(setup(n));
    std::reverse(pending_setup.begin(), pending_setup.end());
}

uint32_t Generator::pick(uint32_t n)
{
    return static_cast<uint32_t>(rng()) % n;
}

bool Generator::one_in(uint32_t n)
{
    return pick(n) == 0;
}

uint32_t Generator::hot()
{
    return hot_ids[pick(static_cast<uint32_t>(hot_ids.size()))];
}

bool Generator::secure_for(uint32_t frame)
{
    return cfg.security && frame <= GIC_CPU ? pick(2) : one_in(16);
}

Step Generator::write(unsigned cpu, unsigned frame, uint32_t offset, uint32_t value, unsigned size)
{
    Step s;
    s.kind = Step::Write;
    s.cpu = cpu;
    s.frame = frame;
    s.offset = offset;
    s.size = size;
    s.value = value;
    s.secure = secure_for(frame);
    return s;
}

Step Generator::read(unsigned cpu, unsigned frame, uint32_t offset, unsigned size)
{
    Step s = write(cpu, frame, offset, 0, size);
    s.kind = Step::Read;
    return s;
}

// Opens the interfaces and enables the hot interrupts, so that the rest is not silence.
Step Generator::setup(unsigned n)
{
    Step s;
    if (n < 24) {
        uint32_t intid = n < hot_ids.size() ? hot_ids[n] : hot();
        switch (pick(4)) {
        case 0:
            s = write(pick(cfg.cpus), GIC_DIST, GICD_IGROUPR + intid / 32 * 4, static_cast<uint32_t>(rng()));
            break;
        case 1:
            s = write(pick(cfg.cpus), GIC_DIST, GICD_ITARGETSR + intid, static_cast<uint32_t>(rng()) & 0xff, 1);
            break;
        default:
            s = write(pick(cfg.cpus), GIC_DIST, GICD_ISENABLER + intid / 32 * 4,
                      static_cast<uint32_t>(rng()) | 1u << intid % 32);
            break;
        }
    } else {
        unsigned cpu = (n - 24) / 8;
        switch (n % 8) {
        case 0:
            s = write(cpu, GIC_DIST, GICD_CTLR, 3);
            break;
        case 1:
            s = write(cpu, GIC_CPU, GICC_PMR, 0xff);
            break;
        case 2: // sometimes with AckCtl, FIQEn, CBPR, EOImodes
            s = write(cpu, GIC_CPU, GICC_CTLR, (static_cast<uint32_t>(rng()) & 0x61c) | (one_in(2) ? 0x603 : 3));
            break;
        case 3:
            s = write(cpu, GIC_HYP, GICH_HCR, (static_cast<uint32_t>(rng()) & (one_in(2) ? 0x0e : 0xfe)) | GICH_HCR_En);
            break;
        case 4:
            s = write(cpu, GIC_VCPU, GICV_PMR, 0xff);
            break;
        case 5:
            s = write(cpu, GIC_VCPU, GICV_CTLR, (static_cast<uint32_t>(rng()) & 0x21c) | 3);
            break;
        case 6:
            s = write(cpu, GIC_CPU, one_in(2) ? GICC_BPR : GICC_ABPR, pick(8));
            break;
        default:
            s = write(cpu, GIC_DIST, GICD_ISENABLER, 0xffffffff);
            break;
        }
    }
    s.secure = cfg.security;
    return s;
}

Step Generator::wire()
{
    Step s;
    s.intid = one_in(24) ? pick(1100) : hot();
    s.kind = s.intid < 32 ? Step::Ppi : Step::Spi;
    s.cpu = one_in(64) ? pick(10) : pick(cfg.cpus);
    s.value = pick(2);
    return s;
}

// Ends what was taken last, or (seldom) something else.
Step Generator::end_physical(unsigned cpu)
{
    auto &list = taken[cpu];
    bool drop = !list.empty() && (dropped[cpu].empty() || pick(3));
    if (!drop && !dropped[cpu].empty()) {
        size_t at = pick(static_cast<uint32_t>(dropped[cpu].size()));
        Taken t = dropped[cpu][at];
        dropped[cpu].erase(dropped[cpu].begin() + static_cast<std::ptrdiff_t>(at));
        Step s = write(one_in(8) ? pick(cfg.cpus) : cpu, GIC_CPU, GICC_DIR, t.iar);
        s.secure = t.secure;
        return s;
    }
    if (!drop)
        return write(cpu, GIC_CPU, one_in(3) ? GICC_AEOIR : GICC_EOIR, hot() | (one_in(8) ? pick(8) << 10 : 0));
    size_t at = one_in(16) ? pick(static_cast<uint32_t>(list.size())) : list.size() - 1;
    Taken t = list[at];
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
    dropped[cpu].push_back(t);
    Step s = write(cpu, GIC_CPU, t.alias ? GICC_AEOIR : GICC_EOIR, t.iar);
    if (!one_in(16))
        s.secure = t.secure;
    return s;
}

Step Generator::end_virtual(unsigned cpu)
{
    auto &list = virt_taken[cpu];
    if (!virt_dropped[cpu].empty() && (list.empty() || one_in(3))) {
        Taken t = virt_dropped[cpu].back();
        virt_dropped[cpu].pop_back();
        return write(cpu, GIC_VCPU, GICV_DIR, t.iar);
    }
    if (list.empty())
        return write(cpu, GIC_VCPU, one_in(3) ? GICV_AEOIR : GICV_EOIR, pick(64) | (one_in(4) ? pick(8) << 10 : 0));
    Taken t = list.back();
    list.pop_back();
    virt_dropped[cpu].push_back(t);
    return write(cpu, GIC_VCPU, t.alias ? GICV_AEOIR : GICV_EOIR, t.iar);
}

// A list register: an acknowledged interrupt for the guest, or anything.
Step Generator::list_register(unsigned cpu)
{
    uint32_t offset = GICH_LR0 + 4 * pick(one_in(8) ? cfg.lrs : std::min(cfg.lrs, 5u));
    uint32_t priority = pick(6) * 4 << GICH_LR_Priority_SHIFT, vid = pick(48);
    uint32_t group = one_in(2) ? GICH_LR_Grp1 : 0;
    if (one_in(8))
        return write(cpu, GIC_HYP, offset, one_in(2) ? 0 : static_cast<uint32_t>(rng()));
    unsigned host = one_in(3) ? pick(cfg.cpus) : cpu;
    auto &source = !dropped[host].empty() ? dropped[host] : taken[host];
    if (!source.empty() && pick(6)) {
        size_t at = pick(static_cast<uint32_t>(source.size()));
        uint32_t pid = source[at].iar & 0x3ff;
        if (pick(4) && &source == &dropped[host]) // from now on it is the guest's to end
            source.erase(source.begin() + static_cast<std::ptrdiff_t>(at));
        return write(cpu, GIC_HYP, offset,
                     GICH_LR_HW | GICH_LR_State_Pending | group | priority | pid << GICH_LR_PhysicalID_SHIFT | vid);
    }
    uint32_t eoi = one_in(2) ? GICH_LR_EOI : 0, cpuid = vid < 16 ? pick(8) << GICH_LR_CPUID_SHIFT : 0;
    return write(cpu, GIC_HYP, offset, (1 + pick(3)) << GICH_LR_State_SHIFT | group | priority | eoi | cpuid | vid);
}

Step Generator::distributor(unsigned cpu)
{
    uint32_t few = static_cast<uint32_t>(rng() & rng());
    uint32_t intid = hot(), any = static_cast<uint32_t>(rng()), bit = one_in(4) ? any : 1u << intid % 32;
    uint32_t word = intid / 32 * 4;
    switch (pick(16)) {
    case 0:
    case 1:
        return write(cpu, GIC_DIST, GICD_SGIR,
                     hot_ids[pick(3)] | (any & 0x8000) | (any & 0x00ff0000) | (one_in(3) ? pick(4) << 24 : 0));
    case 2:
        return write(cpu, GIC_DIST, GICD_ISENABLER + word, bit);
    case 3:
        return write(cpu, GIC_DIST, GICD_ICENABLER + word, one_in(3) ? any & few : bit);
    case 4:
    case 5:
        return write(cpu, GIC_DIST, GICD_ISPENDR + word, bit);
    case 6:
        return write(cpu, GIC_DIST, GICD_ICPENDR + word, bit);
    case 7:
        return write(cpu, GIC_DIST, GICD_ISACTIVER + word, 1u << intid % 32);
    case 8:
        return write(cpu, GIC_DIST, GICD_ICACTIVER + word, bit);
    case 9:
    case 10: // few different priorities, so that they tie
        return write(cpu, GIC_DIST, GICD_IPRIORITYR + intid, one_in(4) ? any & 0xff : 0x40 * pick(4), 1);
    case 11:
        return write(cpu, GIC_DIST, GICD_ITARGETSR + intid, one_in(4) ? 0 : any & 0xff, 1);
    case 12:
        return write(cpu, GIC_DIST, GICD_ICFGR + intid / 16 * 4, any);
    case 13:
        return write(cpu, GIC_DIST, GICD_IGROUPR + word, one_in(2) ? any : 0xffffffff);
    case 14:
        return one_in(2) ? write(cpu, GIC_DIST, GICD_CTLR, one_in(3) ? any : 3)
                         : write(cpu, GIC_DIST, GICD_NSACR + intid / 16 * 4, any);
    default:
        return write(cpu, GIC_DIST, (one_in(2) ? GICD_CPENDSGIR : GICD_SPENDSGIR) + hot_ids[pick(3)], any & 0xff, 1);
    }
}

Step Generator::interface(unsigned cpu)
{
    uint32_t few = static_cast<uint32_t>(rng() & rng());
    uint32_t any = static_cast<uint32_t>(rng());
    switch (pick(8)) {
    case 0:
    case 1:
        return write(cpu, GIC_CPU, GICC_PMR, one_in(3) ? any : 0xff);
    case 2:
        return write(cpu, GIC_CPU, GICC_BPR, any);
    case 3:
        return write(cpu, GIC_CPU, GICC_ABPR, any);
    case 4:
        return write(cpu, GIC_CPU, GICC_CTLR, one_in(6) ? any : (any & 0x61c) | (one_in(2) ? 0x203 : 3));
    case 5: // mostly back to nothing active, so that nesting starts anew
        return write(cpu, GIC_CPU, GICC_APR + 4 * pick(8), one_in(4) ? any & few : 0);
    default:
        return read(cpu, GIC_CPU, one_in(2) ? GICC_RPR : one_in(2) ? GICC_HPPIR : GICC_AHPPIR);
    }
}

Step Generator::virtual_side(unsigned cpu)
{
    uint32_t few = static_cast<uint32_t>(rng() & rng());
    uint32_t any = static_cast<uint32_t>(rng());
    switch (pick(10)) {
    case 0:
        return write(cpu, GIC_VCPU, GICV_PMR, one_in(6) ? any : 0xff);
    case 1:
        return write(cpu, GIC_VCPU, one_in(2) ? GICV_BPR : GICV_ABPR, any);
    case 2:
        return write(cpu, GIC_VCPU, GICV_CTLR, one_in(8) ? any : (any & 0x21c) | 3);
    case 3:
        return write(cpu, GIC_HYP, GICH_APR, one_in(4) ? any & few : 0);
    case 4:
        return write(cpu, GIC_HYP, GICH_VMCR, one_in(8) ? any : any | 0xf8000003);
    case 5:
    case 6:
        return write(cpu, GIC_HYP, GICH_HCR, one_in(8) ? any : (any & 0xfe) | GICH_HCR_En);
    case 7:
        return read(cpu, GIC_HYP, one_in(2) ? GICH_MISR : GICH_EISR + 4 * pick(6));
    default:
        return read(cpu, GIC_VCPU, one_in(2) ? GICV_RPR : one_in(2) ? GICV_HPPIR : GICV_AHPPIR);
    }
}

// Any row of the register tables, or no register at all, with any width.
Step Generator::any_access()
{
    unsigned frame = pick(GIC_NFRAMES), cpu = one_in(32) ? pick(10) : pick(cfg.cpus);
    uint32_t offset = pick(0x1010), any = static_cast<uint32_t>(rng());
    unsigned size = 1u << pick(3);
    if (pick(4)) {
        gic_register row{};
        gic_reg_info(static_cast<gic_frame>(frame), pick(gic_reg_count(static_cast<gic_frame>(frame))), &row);
        size = row.widths & 1 && pick(2) ? 1 : 4;
        offset = row.first + pick((row.end - row.first) / size) * size;
    }
    if (one_in(64))
        frame = GIC_NFRAMES;
    return pick(3) ? read(cpu, frame, offset, size) : write(cpu, frame, offset, any, size);
}

Step Generator::next()
{
    if (!pending_setup.empty()) {
        Step s = pending_setup.back();
        pending_setup.pop_back();
        return s;
    }
    unsigned cpu = pick(cfg.cpus);
    uint32_t kind = pick(1000);
    Step s;
    if (kind < 170)
        return wire();
    if (kind < 310)
        return read(cpu, GIC_CPU, one_in(4) ? GICC_AIAR : GICC_IAR);
    if (kind < 440)
        return end_physical(cpu);
    if (kind < 540)
        return list_register(cpu);
    if (kind < 660)
        return read(cpu, GIC_VCPU, one_in(3) ? GICV_AIAR : GICV_IAR);
    if (kind < 780)
        return end_virtual(cpu);
    if (kind < 860)
        return distributor(cpu);
    if (kind < 900)
        return interface(cpu);
    if (kind < 940)
        return virtual_side(cpu);
    if (kind < 992)
        return any_access();
    if (kind < 999) {
        s.kind = Step::SaveRestore;
        return s;
    }
    s.kind = Step::Reset;
    for (unsigned n = 24 + 8 * cfg.cpus; n-- > 0;)
        pending_setup.push_back(setup(n));
    return s;
}

void Generator::answered(const Step &step, uint32_t answer)
{
    if (step.kind == Step::Reset) {
        for (auto *lists : {&taken, &dropped, &virt_taken, &virt_dropped})
            for (auto &list : *lists)
                list.clear();
        return;
    }
    bool iar = step.offset == GICC_IAR || step.offset == GICC_AIAR;
    if (step.kind != Step::Read || !iar || (answer & 0x3ff) >= 1020 || step.cpu >= cfg.cpus || step.size != 4)
        return;
    Taken t{answer, step.secure, step.offset == GICC_AIAR};
    if (step.frame == GIC_CPU)
        taken[step.cpu].push_back(t);
    else if (step.frame == GIC_VCPU)
        virt_taken[step.cpu].push_back(t);
}

} // namespace trapline_test
