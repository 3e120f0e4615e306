// SPDX-License-Identifier: Apache-2.0
//
// Random sequences of accesses and wire changes, repeatable by their seed.
#pragma once

#include <trapline/gic.h>
#include <trapline/gic_regs.h>

#include <random>

namespace trapline_test
{

inline gic_config random_config(unsigned seed)
{
    static const uint32_t cpus[] = {1, 2, 3, 8}, spis[] = {32, 64, 256, 988}, lrs[] = {1, 4, 33, 64};
    gic_config cfg{};
    cfg.struct_size = sizeof(cfg);
    cfg.cpus = cpus[seed % 4];
    cfg.spis = spis[seed / 2 % 4];
    cfg.lrs = lrs[seed / 3 % 4];
    cfg.security = seed % 5 > 2;
    cfg.prio_bits = cfg.security ? 5 + seed % 4 : 4 + seed % 5;
    cfg.no_nsacr = seed % 7 == 3;
    cfg.ppi_config_fixed = seed % 3 == 0;
    cfg.sgi_enable_writable = seed % 4 == 1;
    cfg.dir_any_mode = seed % 5 == 1;
    return cfg;
}

class RandomOperations
{
  public:
    RandomOperations(unsigned seed, const gic_config &cfg) : rng(seed), config(cfg)
    {
    }

    // Does one thing to every GIC given and returns what the first answers.
    template <typename... Gics> uint32_t apply_next(gic *first, Gics *...others)
    {
        uint32_t kind = pick(20), cpu = pick(config.cpus), value = any();
        if (kind < 5) {
            uint32_t intid = some_intid();
            bool level = value & 1;
            auto wire = [&](gic *g) {
                if (intid >= 32)
                    gic_set_spi(g, intid, level);
                else
                    gic_set_ppi(g, cpu, intid, level);
            };
            wire(first);
            (wire(others), ...);
            return 0;
        }
        auto frame = static_cast<gic_frame>(pick(GIC_NFRAMES));
        gic_register row{};
        gic_reg_info(frame, pick(gic_reg_count(frame)), &row);
        unsigned size = row.widths & 1 && pick(2) ? 1 : 4;
        // Mostly the first interrupts and list registers, so that things meet.
        uint32_t span = (row.end - row.first) / size;
        uint32_t offset = row.first + (pick(4) ? pick(span < 12 ? span : 12) : pick(span)) * size;
        value = shape(frame, row.first, value);
        auto sec = config.security && pick(2) ? GIC_SECURE : GIC_NONSECURE;
        auto access = [&](gic *g) -> uint32_t {
            if (kind < 12)
                return gic_read_sec(g, cpu, sec, frame, offset, size);
            gic_write_sec(g, cpu, sec, frame, offset, size, value);
            return 0;
        };
        uint32_t answer = access(first);
        bool same = ((access(others) == answer) && ...);
        if (!same)
            differed = true;
        return answer;
    }

    bool differed = false; // the GICs did not all answer the same

  private:
    uint32_t pick(uint32_t n)
    {
        return any() % n;
    }
    uint32_t any()
    {
        return static_cast<uint32_t>(rng());
    }
    uint32_t some_intid()
    {
        return pick(3) ? 16 + pick(64) : pick(1024);
    }
    // Values that keep the interfaces mostly open and list registers mostly meaningful.
    uint32_t shape(gic_frame frame, uint32_t first, uint32_t value)
    {
        if (frame == GIC_DIST && first == GICD_CTLR)
            return pick(8) ? 3 : value;
        if ((frame == GIC_CPU || frame == GIC_VCPU) && first == GICC_CTLR)
            return pick(4) ? (value & 0x21f) | 3 : value;
        if ((frame == GIC_CPU || frame == GIC_VCPU) && first == GICC_PMR)
            return pick(4) ? 0xff : value;
        if ((frame == GIC_CPU || frame == GIC_VCPU) && (first == GICC_EOIR || first == GICC_DIR || first == GICC_AEOIR))
            return some_intid();
        if (frame == GIC_HYP && first == GICH_HCR)
            return value | GICH_HCR_En;
        if (frame == GIC_HYP && first == GICH_LR)
            return (value & ~GICH_LR_VirtualID) | some_intid() % 64;
        return value;
    }

    std::mt19937 rng;
    gic_config config;
};

} // namespace trapline_test
