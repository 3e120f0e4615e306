// SPDX-License-Identifier: Apache-2.0
//
// The work that is measured on lib/gic, in units: gic_bench takes their time, gic_instructions counts their
// instructions. Each class is set up for a number of SPIs and CPUs and does one unit() at a time; `wrong` tells that
// the GIC did not do what the unit is about.
#pragma once

#include <trapline/gic.h>
#include <trapline/gic_regs.h>

#include <cstdint>
#include <cstdlib>

namespace gic_work
{

constexpr uint32_t first_spi = 32;

// Where a work is measured. Rotating: each unit takes the next SPI and its CPU.
struct Place {
    uint32_t spis, cpus;
    bool rotating;
};

// A GIC whose SPIs are enabled and go to one CPU each, all interfaces on.
class Gic
{
  public:
    explicit Gic(const Place &place, uint32_t cpu_ctlr = GICC_CTLR_EnableGrp0) : place_(place)
    {
        gic_config cfg{};
        cfg.struct_size = sizeof(cfg);
        cfg.spis = place.spis;
        cfg.cpus = place.cpus;
        if (gic_new(&cfg, &g) != 0)
            std::abort();
        for (uint32_t i = first_spi; i < first_spi + place.spis; i++) {
            gic_write(g, 0, GIC_DIST, GICD_ITARGETSR + i, 1, 1u << owner(i));
            gic_write(g, 0, GIC_DIST, GICD_IPRIORITYR + i, 1, 0xa0);
            gic_write(g, 0, GIC_DIST, GICD_ISENABLER + i / 32 * 4, 4, 1u << i % 32);
        }
        for (uint32_t c = 0; c < place.cpus; c++) {
            gic_write(g, c, GIC_CPU, GICC_PMR, 4, 0xf8);
            gic_write(g, c, GIC_CPU, GICC_CTLR, 4, cpu_ctlr);
            gic_write(g, c, GIC_HYP, GICH_HCR, 4, GICH_HCR_En);
            gic_write(g, c, GIC_VCPU, GICV_PMR, 4, 0xf8);
            gic_write(g, c, GIC_VCPU, GICV_CTLR, 4, GICV_CTLR_EnableGrp0);
        }
        gic_write(g, 0, GIC_DIST, GICD_CTLR, 4, GICD_CTLR_EnableGrp0);
    }
    ~Gic()
    {
        gic_free(g);
    }
    Gic(const Gic &) = delete;
    Gic &operator=(const Gic &) = delete;

    bool wrong = false;

  protected:
    uint32_t owner(uint32_t i) const
    {
        return i % place_.cpus;
    }
    // The SPI and the CPU of the next unit.
    void advance()
    {
        if (place_.rotating) {
            intid = intid + 1 == first_spi + place_.spis ? first_spi : intid + 1;
            cpu = owner(intid);
        }
    }

  private:
    Place place_; // in front: owner() is asked for the members below

  protected:
    gic *g = nullptr;
    uint32_t intid = first_spi + 5, cpu = owner(intid);
};

// What the loop around the units costs.
struct Nothing : Gic {
    explicit Nothing(const Place &place) : Gic(place)
    {
    }
    void unit()
    {
        advance();
    }
};

// raise, IAR, EOIR, lower: the level is still high at the end, so the interrupt is signalled once more
struct PhysicalCycle : Gic {
    explicit PhysicalCycle(const Place &place) : Gic(place)
    {
    }
    void unit()
    {
        gic_set_spi(g, intid, true);
        uint32_t iar = gic_read(g, cpu, GIC_CPU, GICC_IAR, 4);
        wrong |= iar != intid;
        gic_write(g, cpu, GIC_CPU, GICC_EOIR, 4, iar);
        gic_set_spi(g, intid, false);
        advance();
    }
};

// raise, IAR, lower, EOIR: the driver quiets the device before the end
struct PhysicalCycleQuiet : Gic {
    explicit PhysicalCycleQuiet(const Place &place) : Gic(place)
    {
    }
    void unit()
    {
        gic_set_spi(g, intid, true);
        uint32_t iar = gic_read(g, cpu, GIC_CPU, GICC_IAR, 4);
        wrong |= iar != intid;
        gic_set_spi(g, intid, false);
        gic_write(g, cpu, GIC_CPU, GICC_EOIR, 4, iar);
        advance();
    }
};

// As above while every other SPI of the CPU is pending at a less urgent priority.
struct PhysicalCycleCrowded : PhysicalCycleQuiet {
    explicit PhysicalCycleCrowded(const Place &place) : PhysicalCycleQuiet({place.spis, place.cpus, false})
    {
        for (uint32_t other = first_spi; other < first_spi + place.spis; other++)
            if (other != intid)
                gic_set_spi(g, other, true);
        gic_write(g, 0, GIC_DIST, GICD_IPRIORITYR + intid, 1, 0x40);
    }
};

// raise, IAR, EOIR (split), list register with HW, GICV_IAR, GICV_EOIR, lower, read of GICD_ISACTIVER
struct ForwardedCycle : Gic {
    explicit ForwardedCycle(const Place &place) : Gic(place, GICC_CTLR_EnableGrp0 | GICC_CTLR_EOImode)
    {
    }
    void unit()
    {
        gic_set_spi(g, intid, true);
        uint32_t iar = gic_read(g, cpu, GIC_CPU, GICC_IAR, 4);
        gic_write(g, cpu, GIC_CPU, GICC_EOIR, 4, iar);
        uint32_t lr = GICH_LR_HW | GICH_LR_State_Pending | GIC_FIELD_SET(GICH_LR_Priority, 0x14u) |
                      GIC_FIELD_SET(GICH_LR_PhysicalID, iar) | 50;
        gic_write(g, cpu, GIC_HYP, GICH_LR0, 4, lr);
        uint32_t viar = gic_read(g, cpu, GIC_VCPU, GICV_IAR, 4);
        gic_write(g, cpu, GIC_VCPU, GICV_EOIR, 4, viar);
        gic_set_spi(g, intid, false);
        uint32_t active = gic_read(g, cpu, GIC_DIST, GICD_ISACTIVER + intid / 32 * 4, 4);
        wrong |= iar != intid || viar != 50 || active != 0;
        advance();
    }
};

// 32 lines of one CPU go high; the CPU takes them by priority, the one with the highest INTID first: raise, IAR, lower,
// EOIR each. A unit is all 32.
struct Drain32 : Gic {
    static constexpr uint32_t lines = 32;
    explicit Drain32(const Place &place) : Gic(place), first_(first_spi + place.spis - lines)
    {
        for (uint32_t i = 0; i < lines; i++) {
            gic_write(g, 0, GIC_DIST, GICD_ITARGETSR + first_ + i, 1, 1);
            gic_write(g, 0, GIC_DIST, GICD_IPRIORITYR + first_ + i, 1, 8 * (lines - 1 - i) & 0xf0);
        }
    }
    void unit()
    {
        for (uint32_t i = 0; i < lines; i++)
            gic_set_spi(g, first_ + i, true);
        for (uint32_t i = 0; i < lines; i++) {
            uint32_t iar = gic_read(g, 0, GIC_CPU, GICC_IAR, 4);
            wrong |= (iar ^ (first_ + lines - 1 - i)) > 1; // two and two have one priority
            gic_set_spi(g, iar, false);
            gic_write(g, 0, GIC_CPU, GICC_EOIR, 4, iar);
        }
    }

  private:
    uint32_t first_;
};

// The line of a disabled interrupt goes high and low.
struct MaskedLineToggled : Gic {
    explicit MaskedLineToggled(const Place &place) : Gic(place)
    {
        for (uint32_t i = first_spi; i < first_spi + place.spis; i += 32)
            gic_write(g, 0, GIC_DIST, GICD_ICENABLER + i / 32 * 4, 4, 0xffffffff);
    }
    void unit()
    {
        gic_set_spi(g, intid, true);
        gic_set_spi(g, intid, false);
        wrong |= gic_output(g, cpu, GIC_IRQ);
        advance();
    }
};

// GICD_ISENABLER is written for one interrupt that is pending, and GICD_ICENABLER undoes it.
struct EnableDisable : Gic {
    explicit EnableDisable(const Place &place) : Gic(place)
    {
        for (uint32_t i = first_spi; i < first_spi + place.spis; i++) {
            gic_write(g, 0, GIC_DIST, GICD_ICENABLER + i / 32 * 4, 4, 1u << i % 32);
            gic_set_spi(g, i, true);
        }
    }
    void unit()
    {
        gic_write(g, 0, GIC_DIST, GICD_ISENABLER + intid / 32 * 4, 4, 1u << intid % 32);
        wrong |= !gic_output(g, cpu, GIC_IRQ);
        gic_write(g, 0, GIC_DIST, GICD_ICENABLER + intid / 32 * 4, 4, 1u << intid % 32);
        advance();
    }
};

// GICC_IAR is read when nothing is pending.
struct IdleAcknowledge : Gic {
    explicit IdleAcknowledge(const Place &place) : Gic(place)
    {
    }
    void unit()
    {
        wrong |= gic_read(g, cpu, GIC_CPU, GICC_IAR, 4) != GIC_SPURIOUS;
        advance();
    }
};

} // namespace gic_work
