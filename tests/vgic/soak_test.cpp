// SPDX-License-Identifier: Apache-2.0
//
// Random operations on four CPUs, interleaved step by step, with vgic_check after every step. At the end
// everything is enabled and drained: no edge and no SGI may have been lost, no list may keep anything.
#include "fixture.hpp"

#include <set>
#include <tuple>

using namespace vgic_test;

namespace
{

constexpr unsigned VCPUS = 4, FIRST = 32, LAST = 63, STEPS = 30000;
constexpr uint32_t FORWARDED[] = {40, 41, 50}; // level, edge, level

class Soak : public ::testing::TestWithParam<unsigned>
{
  protected:
    Soak() : m(config()), seed(GetParam() * 2654435761u + 1)
    {
        m.write(GICD_CTLR, 1);
        for (uint32_t i = FIRST; i <= LAST; i++)
            m.spi(i, i % 2 == 0, static_cast<uint8_t>(random(32) * 8), static_cast<uint8_t>(1u << random(VCPUS)));
        for (uint32_t i : FORWARDED)
            EXPECT_EQ(vgic_set_forwarding(m.v, &m.cpu[0], static_cast<int>(i), i), 0);
        m.ack_lowers_line = GetParam() % 2;
    }

    static Config config()
    {
        Config cfg;
        cfg.vcpus = VCPUS;
        cfg.profile.pa_suppress_level = GetParam() % 3 != 0;
        cfg.profile.mapped_level = GetParam() % 4 == 0 ? VGIC_MAPPED_LR_4_16 : VGIC_MAPPED_LR_5_15;
        return cfg;
    }

    uint32_t random(uint32_t below)
    {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        return static_cast<uint32_t>(seed >> 33) % below;
    }

    void raise(unsigned c)
    {
        uint32_t intid = FIRST + random(LAST - FIRST + 1);
        bool level = random(4) != 0;
        if (intid % 2 && level)
            owed.insert({intid, 0, 0});
        m.phys[static_cast<int>(intid)].pending = random(2);
        m.start(vgic_inject_proc, c, random(VCPUS), intid, level);
    }

    void access(unsigned c)
    {
        struct {
            uint32_t reg, value;
            unsigned size;
        } const choice[] = {
            {GICD_ISENABLER + 4, random(~0u), 4},
            {GICD_ICENABLER + 4, 1u << random(32), 4},
            {GICD_IPRIORITYR + FIRST + random(32), random(256), 1},
            {GICD_ITARGETSR + FIRST + random(32), random(256), 1},
            {GICD_ISACTIVER + 4, 1u << random(32), 4},
            {GICD_ISPENDR + 4, 1u << random(16) * 2, 4}, // levels only: an edge would be owed
            {GICD_SGIR, random(1u << 26) & 0x03ff000f, 4},
            {GICD_SGIR, random(1u << 24) & 0x00ff000f, 4},
        };
        const auto &a = choice[random(sizeof choice / sizeof choice[0])];
        if (a.reg == GICD_SGIR)
            owe_sgi(c, a.value);
        m.start(vgic_mmio_proc, c, c, vgic_mmio_arg(a.reg, a.size, true), a.value);
    }

    void owe_sgi(unsigned from, uint32_t value)
    {
        const uint32_t filter = value >> 24 & 3, all = (1u << VCPUS) - 1, self = 1u << from;
        const uint32_t targets[] = {value >> 16 & all, all & ~self, self, 0};
        for (unsigned to = 0; to < VCPUS; to++) {
            if (targets[filter] >> to & 1)
                owed.insert({value & 0xf, from, to});
        }
    }

    // The guest takes something, or ends something that is in a register. false: nothing to do.
    bool guest(unsigned c, bool take)
    {
        if (take) {
            uint32_t iar = m.iar(c);
            if ((iar & 0x3ff) == GIC_SPURIOUS)
                return false;
            if ((iar & 0x3ff) < 16)
                owed.erase({iar & 0x3ff, iar >> 10, c});
            else
                owed.erase({iar & 0x3ff, 0, 0});
            return true;
        }
        for (uint32_t lr : m.fake().cpu[c].lr) {
            if (lr & GICH_LR_State_Active) {
                m.eoir(lr & GICH_LR_VirtualID, c);
                return true;
            }
        }
        return false;
    }

    void act(unsigned c)
    {
        if (in_guest[c]) {
            switch (random(4)) {
            case 0:
                guest(c, true);
                break;
            case 1:
                guest(c, false);
                break;
            default:
                in_guest[c] = false;
                m.start(vgic_sync_proc, c, c);
                busy[c] = true;
            }
            return;
        }
        switch (random(4)) {
        case 0:
            access(c);
            break;
        case 1:
            m.start(vgic_flush_proc, c, c);
            entering[c] = true;
            break;
        default:
            raise(c);
        }
        busy[c] = true;
    }

    unsigned mask() const
    {
        unsigned bits = 0;
        for (unsigned c = 0; c < VCPUS; c++)
            bits |= static_cast<unsigned>(in_guest[c]) << c;
        return bits;
    }

    void one(unsigned c)
    {
        if (!busy[c]) {
            act(c);
            return;
        }
        busy[c] = m.step(c);
        if (!busy[c] && entering[c]) {
            entering[c] = false;
            in_guest[c] = true;
        }
        ASSERT_EQ(m.broken(mask()), "");
    }

    void settle()
    {
        for (unsigned c = 0; c < VCPUS; c++) {
            while (busy[c])
                busy[c] = m.step(c);
            if (in_guest[c] || entering[c])
                m.sync(c);
            in_guest[c] = entering[c] = false;
        }
    }

    bool listed() const
    {
        for (uint32_t i = 0; i < 96; i++) {
            for (unsigned c = 0; c < VCPUS; c++) {
                if (m.irq(i, c).vcpu != VGIC_NO_VCPU)
                    return true;
            }
        }
        return false;
    }

    void drain()
    {
        m.write(GICD_ISENABLER + 4, ~0u);
        for (uint32_t i = FIRST; i <= LAST; i += 2)
            m.inject(i, false);
        for (auto &p : m.phys)
            p.second.pending = false;
        for (unsigned round = 0; round < 1000 && listed(); round++) {
            for (unsigned c = 0; c < VCPUS; c++) {
                m.flush(c);
                while (guest(c, true) || guest(c, false))
                    ;
                m.sync(c);
            }
        }
    }

    Machine m;
    uint64_t seed;
    bool busy[VCPUS] = {}, in_guest[VCPUS] = {}, entering[VCPUS] = {};
    std::set<std::tuple<uint32_t, uint32_t, unsigned>> owed; // INTID, source, vCPU of an SGI
};

} // namespace

TEST_P(Soak, NothingBreaksNothingIsLost)
{
    for (unsigned n = 0; n < STEPS && !HasFatalFailure(); n++) {
        one(random(VCPUS));
        m.events.clear();
        m.access.clear();
    }
    settle();
    for (uint32_t i = FIRST; i <= LAST; i++) {
        const vgic_irq &irq = m.irq(i);
        bool pending = irq.pending_latch || (irq.level_config && irq.line_level);
        EXPECT_TRUE(!irq.enabled || !pending || irq.vcpu != VGIC_NO_VCPU) << i << " is on no list";
    }
    drain();
    EXPECT_FALSE(listed());
    EXPECT_TRUE(owed.empty()) << "INTID " << std::get<0>(*owed.begin());
    EXPECT_GT(m.stats().queue_retries, 0u) << "the soak is meant to meet races";
    EXPECT_GT(m.stats().migrations, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Soak, ::testing::Range(1u, 9u));
