// SPDX-License-Identifier: Apache-2.0
//
// Saving and restoring, walking, counting, guest mistakes, and the register tables.
#include "gic_fixture.hpp"
#include "gic_random.hpp"

#include <cerrno>
#include <map>

using namespace trapline_test;

namespace
{

using Buffer = std::vector<uint8_t>;

Buffer save(const gic *g)
{
    Buffer buffer(gic_save_size(g));
    EXPECT_EQ(gic_save(g, buffer.data(), buffer.size()), 0);
    return buffer;
}

// Makes the check sum right.
void seal(Buffer &state)
{
    uint32_t sum = 2166136261u;
    for (size_t i = 0; i + 4 < state.size(); i++)
        sum = (sum ^ state[i]) * 16777619u;
    for (size_t i = 0; i < 4; i++)
        state[state.size() - 4 + i] = static_cast<uint8_t>(sum >> 8 * i);
}

class SaveRestore : public testing::TestWithParam<unsigned>
{
};

// A restored GIC and the one it was saved from must answer the same for ever after.
TEST_P(SaveRestore, in_lock_step_on_random_sequences)
{
    gic_config cfg = random_config(GetParam());
    cfg.maint_ppi = GetParam() % 2 ? 25 : 0;
    TestGic original(cfg), copy(cfg);
    RandomOperations random(GetParam(), cfg), noise(GetParam() + 1000, cfg);
    for (int i = 0; i < 1500; i++)
        random.apply_next(original.g);
    for (int i = 0; i < 300; i++)
        noise.apply_next(copy.g); // what was there before must not matter
    Buffer saved = save(original.g);
    ASSERT_EQ(gic_restore(copy.g, saved.data(), saved.size()), 0);
    copy.check();
    for (int i = 0; i < 1500; i++) {
        random.apply_next(original.g, copy.g);
        ASSERT_FALSE(random.differed) << "step " << i;
        for (unsigned cpu : original.cpus)
            for (int pin = 0; pin < GIC_NPINS; pin++)
                ASSERT_EQ(original.pin(static_cast<gic_pin>(pin), cpu), copy.pin(static_cast<gic_pin>(pin), cpu));
    }
    EXPECT_EQ(save(original.g), save(copy.g));
    copy.check();
}

INSTANTIATE_TEST_SUITE_P(Seeds, SaveRestore, testing::Range(0u, 16u));

// ---- Warm reset ------------------------------------------------------------------------------------------

class WarmReset : public testing::TestWithParam<unsigned>
{
};

// The wires are their drivers'; all else is as if it had just been created.
TEST_P(WarmReset, leaves_nothing_but_the_level_of_the_input_wires)
{
    gic_config cfg = random_config(GetParam());
    cfg.maint_ppi = GetParam() % 2 ? 25 : 0;
    cfg.no_nsacr = false;
    TestGic used(cfg), fresh(cfg);
    RandomOperations random(GetParam(), cfg);
    for (int i = 0; i < 6000; i++)
        random.apply_next(used.g);
    EXPECT_NE(save(used.g), save(fresh.g));
    gic_reset(used.g);
    used.check();
    gic_walk(
        used.g,
        [](void *ctx, const gic_irq *irq) {
            auto *g = static_cast<gic *>(ctx);
            bool level = irq->state & GIC_ST_LINE;
            if (irq->intid >= 32)
                gic_set_spi(g, irq->intid, level);
            else if (irq->intid >= 16)
                gic_set_ppi(g, irq->cpu, irq->intid, level);
        },
        fresh.g);
    EXPECT_EQ(save(used.g), save(fresh.g));
    for (unsigned cpu : used.cpus)
        for (int pin = 0; pin < GIC_NPINS; pin++)
            EXPECT_FALSE(used.pin(static_cast<gic_pin>(pin), cpu));
}

INSTANTIATE_TEST_SUITE_P(Seeds, WarmReset, testing::Range(0u, 12u));

// ---- Saving and restoring --------------------------------------------------------------------------------

TEST(Save, into_a_small_buffer_is_refused)
{
    TestGic gic;
    Buffer buffer(gic_save_size(gic.g));
    EXPECT_EQ(gic_save(gic.g, buffer.data(), buffer.size() - 1), -ENOSPC);
}

TEST(Restore, of_a_truncated_or_damaged_buffer_is_refused_and_changes_nothing)
{
    TestGic gic;
    gic.enable_all();
    gic.enable(40);
    gic.spi(40, true);
    Buffer good = save(gic.g);
    for (size_t size = 0; size < good.size(); size++) {
        Buffer part(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
        ASSERT_LT(gic_restore(gic.g, part.data(), part.size()), 0) << size;
    }
    for (size_t at = 0; at < good.size(); at++) {
        Buffer bad = good;
        bad[at] ^= 0x10;
        ASSERT_LT(gic_restore(gic.g, bad.data(), bad.size()), 0) << at;
    }
    EXPECT_EQ(gic_restore(gic.g, nullptr, 0), -EINVAL);
    EXPECT_EQ(save(gic.g), good);
    gic.check();
}

// With a right check sum, a value that no GIC can hold is still refused.
TEST(Restore, of_impossible_values_is_refused)
{
    TestGic gic;
    Buffer good = save(gic.g);
    unsigned refused = 0, accepted = 0;
    for (size_t at = 40; at + 4 < good.size(); at++) {
        Buffer bad = good;
        bad[at] ^= 0xff;
        seal(bad);
        if (gic_restore(gic.g, bad.data(), bad.size()) == 0)
            accepted++;
        else
            refused++;
        gic.check();
    }
    EXPECT_GT(refused, 100u);
    EXPECT_GT(accepted, 10u);
}

// A place in a saved state: where the state of a legal write differs from reset, or some bytes behind it.
struct Forgery {
    const char *name;
    gic_frame frame;
    uint32_t offset, legal; // a write that changes this field and no other
    unsigned behind;        // the forged byte is so many bytes behind the first that differs
    uint8_t forged;
    bool security = false;
};

class ForgedStates : public testing::TestWithParam<Forgery>
{
};

TEST_P(ForgedStates, are_refused_and_the_old_state_is_kept)
{
    const Forgery &f = GetParam();
    gic_config cfg = two_cpus();
    cfg.spis = 40;
    cfg.security = f.security;
    TestGic gic(cfg);
    Buffer before = save(gic.g);
    unsigned size = f.frame == GIC_DIST && f.offset >= GICD_IPRIORITYR && f.offset < GICD_ICFGR ? 1 : 4;
    gic.write_s(f.frame, f.offset, f.legal, 0, f.offset >= GICD_CPENDSGIR && f.frame == GIC_DIST ? 1 : size);
    Buffer state = save(gic.g);
    size_t at = 40;
    while (at < state.size() - 4 && state[at] == before[at])
        at++;
    ASSERT_LT(at + f.behind, state.size() - 4) << "the write changes nothing";
    Buffer same = before;
    same[at] = state[at];
    seal(same);
    ASSERT_EQ(gic_restore(gic.g, same.data(), same.size()), 0);
    ASSERT_EQ(save(gic.g), state) << "the write changes another field, too";
    state[at + f.behind] = f.forged;
    seal(state);
    EXPECT_EQ(gic_restore(gic.g, state.data(), state.size()), -EINVAL);
    EXPECT_EQ(save(gic.g), same);
    gic.check();
}

INSTANTIATE_TEST_SUITE_P(
    Each, ForgedStates,
    testing::Values(Forgery{"group_2_forwarded", GIC_DIST, GICD_CTLR, 1, 0, 0x04},
                    Forgery{"priority_bits_that_are_not_there", GIC_DIST, GICD_IPRIORITYR + 40, 0x80, 0, 0x81},
                    Forgery{"target_that_is_not_there", GIC_DIST, GICD_ITARGETSR + 40, 1, 0, 0x04},
                    Forgery{"sgi_of_a_cpu_that_is_not_there", GIC_DIST, GICD_SPENDSGIR + 3, 1, 0, 0x04},
                    Forgery{"group_of_no_interrupt", GIC_DIST, GICD_IGROUPR + 8, 1, 1, 0x01},
                    Forgery{"enabled_no_interrupt", GIC_DIST, GICD_ISENABLER + 8, 1, 1, 0x01},
                    Forgery{"pending_no_interrupt", GIC_DIST, GICD_ISPENDR + 8, 1, 1, 0x01},
                    Forgery{"edge_of_no_interrupt", GIC_DIST, GICD_ICFGR + 16, 2, 1, 0x01},
                    Forgery{"active_no_interrupt", GIC_DIST, GICD_ISACTIVER + 8, 1, 1, 0x01},
                    Forgery{"nsacr_of_no_interrupt", GIC_DIST, GICD_NSACR + 16, 1, 1, 0x01, true},
                    Forgery{"eoimodens_with_one_state", GIC_CPU, GICC_CTLR, 1, 1, 0x04},
                    Forgery{"ctlr_bits_with_two_states", GIC_CPU, GICC_CTLR, 1, 1, 0x08, true},
                    Forgery{"pmr", GIC_CPU, GICC_PMR, 0x80, 0, 0x84},
                    Forgery{"bpr_below_its_minimum", GIC_CPU, GICC_BPR, 3, 0, 1},
                    Forgery{"bpr_above_7", GIC_CPU, GICC_BPR, 3, 0, 8},
                    Forgery{"abpr_below_its_minimum", GIC_CPU, GICC_ABPR, 4, 0, 2},
                    Forgery{"abpr_above_7", GIC_CPU, GICC_ABPR, 4, 0, 9},
                    Forgery{"apr_beyond_the_levels", GIC_CPU, GICC_APR, 1, 4, 0x01},
                    Forgery{"nsapr_beyond_the_levels", GIC_CPU, GICC_NSAPR, 1, 12, 0x80},
                    Forgery{"hcr", GIC_HYP, GICH_HCR, 1, 1, 0x01}, Forgery{"vctlr", GIC_VCPU, GICV_CTLR, 1, 1, 0x04},
                    Forgery{"vpmr", GIC_VCPU, GICV_PMR, 0x80, 0, 0x81},
                    Forgery{"vbpr_below_its_minimum", GIC_VCPU, GICV_BPR, 3, 0, 1},
                    Forgery{"vbpr_above_7", GIC_VCPU, GICV_BPR, 3, 0, 8},
                    Forgery{"vabpr_below_its_minimum", GIC_VCPU, GICV_ABPR, 4, 0, 2},
                    Forgery{"vabpr_above_7", GIC_VCPU, GICV_ABPR, 4, 0, 0x0c},
                    Forgery{"reserved_bits_of_a_list_register", GIC_HYP, GICH_LR, 50, 2, 0x10}),
    [](const auto &param) { return std::string(param.param.name); });

// The PPI that the maintenance output drives has its driver's level, whatever level a forged state gives it.
TEST(Restore, cannot_set_the_level_of_the_maintenance_ppi)
{
    gic_config cfg{};
    cfg.maint_ppi = 25;
    TestGic gic(cfg);
    Buffer idle = save(gic.g);
    gic.write(GIC_HYP, GICH_HCR, GICH_HCR_En | GICH_HCR_UIE);
    Buffer raised = save(gic.g);
    unsigned forged = 0;
    for (size_t at = 40; at + 4 < idle.size(); at++) {
        if (idle[at] == raised[at])
            continue;
        Buffer bad = idle;
        bad[at] = raised[at]; // the level without its cause, or the cause without the level
        seal(bad);
        ASSERT_EQ(gic_restore(gic.g, bad.data(), bad.size()), 0);
        gic.check();
        EXPECT_EQ((gic.state(25) & GIC_ST_LINE) != 0, gic.pin(GIC_MAINT));
        forged++;
    }
    EXPECT_EQ(forged, 2u);
}

TEST(Restore, of_another_version_or_configuration_is_refused)
{
    TestGic gic;
    Buffer good = save(gic.g), version = good;
    version[4]++;
    EXPECT_EQ(gic_restore(gic.g, version.data(), version.size()), -EPROTO);
    gic_config cfg{};
    cfg.lrs = 5;
    TestGic other(cfg);
    EXPECT_EQ(gic_restore(other.g, good.data(), good.size()), -EXDEV);
    cfg.lrs = 4;
    cfg.security = true;
    TestGic secure(cfg);
    EXPECT_EQ(gic_restore(secure.g, good.data(), good.size()), -EXDEV);
}

TEST(Restore, reports_wires_and_watched_interrupts)
{
    TestGic gic;
    gic.enable_all();
    Buffer idle = save(gic.g);
    gic.enable(40);
    gic.spi(40, true);
    gic_watch(gic.g, 40, true);
    gic.pins.clear();
    ASSERT_EQ(gic_restore(gic.g, idle.data(), idle.size()), 0);
    gic.check();
    EXPECT_EQ(gic.pins, (std::vector<PinEvent>{{0, GIC_IRQ, false}}));
    ASSERT_EQ(gic.states.size(), 1u);
    EXPECT_EQ(gic.states[0].new_bits, 0u);
}

TEST(Walk, shows_every_interrupt_once_with_its_state)
{
    gic_config cfg{};
    cfg.cpus = 2;
    cfg.spis = 64;
    TestGic gic(cfg);
    gic.enable_all();
    gic.enable(40, 0x90, 3);
    gic.set_group1(40);
    gic.write(GIC_DIST, GICD_SGIR, 1u << 16 | 7, 1);
    std::map<std::pair<uint32_t, unsigned>, gic_irq> seen;
    gic_walk(
        gic.g,
        [](void *ctx, const gic_irq *irq) {
            auto &map = *static_cast<decltype(seen) *>(ctx);
            EXPECT_TRUE(map.emplace(std::make_pair(irq->intid, irq->cpu), *irq).second);
        },
        &seen);
    EXPECT_EQ(seen.size(), 2u * 32 + 64);
    const gic_irq &spi = seen.at({40, 0});
    EXPECT_EQ(spi.priority, 0x90);
    EXPECT_EQ(spi.group, 1);
    EXPECT_EQ(spi.targets, 3);
    EXPECT_EQ(spi.state, GIC_ST_ENABLED);
    EXPECT_EQ(seen.at({7, 0}).sgi_sources, 2);
    EXPECT_EQ(seen.at({7, 1}).sgi_sources, 0);
}

TEST(GuestMistakes, are_razwi_and_counted_by_kind)
{
    TestGic gic;
    gic.enable_all();
    gic_stats_clear(gic.g);
    EXPECT_EQ(gic.read(GIC_DIST, 0x010), 0u);               // no register there
    EXPECT_EQ(gic.read(GIC_CPU, 0x2000), 0u);               // beyond the frame
    gic.write(GIC_HYP, 0x0fff'fffc, 1);                     // far beyond
    EXPECT_EQ(gic.read(GIC_CPU, GICC_PMR, 0, 2), 0u);       // halfword
    EXPECT_EQ(gic.read(GIC_CPU, GICC_PMR, 0, 1), 0u);       // byte of a word register
    EXPECT_EQ(gic.read(GIC_DIST, GICD_IPRIORITYR + 2), 0u); // not aligned
    EXPECT_EQ(gic.read(GIC_CPU, GICC_PMR, 0, 0), 0u);       // no width at all
    EXPECT_EQ(gic.read(GIC_CPU, GICC_PMR, 1), 0u);          // no such CPU
    EXPECT_EQ(gic_read(gic.g, 0, GIC_NFRAMES, 0, 4), 0u);   // no such frame
    EXPECT_EQ(gic.read(GIC_CPU, GICC_EOIR), 0u);            // write-only
    gic.write(GIC_CPU, GICC_IAR, 1);                        // read-only
    gic.write(GIC_CPU, GICC_EOIR, 500);                     // no such interrupt
    gic.ppi(3, true);                                       // an SGI has no wire
    struct gic_counters s = gic.stats();
    EXPECT_EQ(s.errors[GIC_ERR_OFFSET], 4u);
    EXPECT_EQ(s.errors[GIC_ERR_WIDTH], 4u);
    EXPECT_EQ(s.errors[GIC_ERR_CPU], 1u);
    EXPECT_EQ(s.errors[GIC_ERR_ACCESS], 2u);
    EXPECT_EQ(s.errors[GIC_ERR_INTID], 2u);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_PMR), 0xf8u);
    EXPECT_FALSE(gic_output(gic.g, 9, GIC_IRQ));
    EXPECT_EQ(gic_state(gic.g, 9, 5), 0u);
    EXPECT_EQ(gic_state(gic.g, 0, 1023), 0u);
    gic_watch(gic.g, 5000, true);
}

TEST(Stats, count_accesses_acknowledges_and_ends)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0 | GICC_CTLR_EOImode);
    gic.enable(40);
    gic_stats_clear(gic.g);
    gic.spi(40, true);
    gic.read(GIC_CPU, GICC_IAR);
    gic.read(GIC_CPU, GICC_IAR);
    gic.write(GIC_CPU, GICC_EOIR, 40);
    gic.write(GIC_HYP, GICH_LR0, lr_hw(50, 40));
    gic.read(GIC_VCPU, GICV_IAR);
    gic.read(GIC_VCPU, GICV_IAR);
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    struct gic_counters s = gic.stats();
    EXPECT_EQ(s.acks, 1u);
    EXPECT_EQ(s.spurious, 1u);
    EXPECT_EQ(s.eois, 1u);
    EXPECT_EQ(s.virt_acks, 1u);
    EXPECT_EQ(s.virt_spurious, 1u);
    EXPECT_EQ(s.virt_eois, 1u);
    EXPECT_EQ(s.deactivations, 1u);
    EXPECT_EQ(s.hw_deactivations, 1u);
    EXPECT_EQ(s.reads[GIC_CPU], 2u);
    EXPECT_EQ(s.writes[GIC_CPU], 1u);
    EXPECT_EQ(s.reads[GIC_VCPU], 2u);
    EXPECT_EQ(s.writes[GIC_HYP], 1u);
}

TEST(Stats, count_every_step_of_an_interrupt)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0 | GICC_CTLR_EOImode);
    gic.enable(40);
    gic_stats_clear(gic.g);
    gic.spi(40, true);
    gic.spi(40, true); // no change
    gic.write(GIC_DIST, GICD_ISPENDR + 4, 0x301);
    gic.write(GIC_DIST, GICD_SGIR, 1u << 16 | 5);
    gic.write(GIC_DIST, GICD_SPENDSGIR, 1);
    gic.write(GIC_DIST, GICD_ISACTIVER + 4, 1u << 20);
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50, 0xa0, GICH_LR_EOI));
    gic.write(GIC_HYP, GICH_LR0 + 4, 0);
    gic.read(GIC_VCPU, GICV_IAR);
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    struct gic_counters s = gic.stats();
    EXPECT_EQ(s.asserted, 1u);
    EXPECT_EQ(s.signalled, 1u);
    EXPECT_EQ(s.pended, 4u);
    EXPECT_EQ(s.sgis, 1u);
    EXPECT_EQ(s.activated, 1u);
    EXPECT_EQ(s.listed, 1u);
    EXPECT_EQ(s.virt_signalled, 1u);
    EXPECT_EQ(s.virt_deactivations, 1u);
    EXPECT_EQ(s.unlisted_ends, 0u);
    EXPECT_EQ(s.maintenance, 1u);
}

TEST(Peek, has_no_side_effect)
{
    TestGic gic;
    gic.enable_all();
    gic.enable(40);
    gic.spi(40, true);
    gic.write(GIC_HYP, GICH_LR0, lr_sw(33));
    struct gic_counters before = gic.stats();
    Buffer state = save(gic.g);
    EXPECT_EQ(gic_peek(gic.g, 0, GIC_CPU, GICC_IAR, 4), 40u);
    EXPECT_EQ(gic_peek(gic.g, 0, GIC_VCPU, GICV_IAR, 4), 33u);
    EXPECT_EQ(gic_peek(gic.g, 0, GIC_CPU, 0x50, 4), 0u);
    EXPECT_EQ(gic_peek(gic.g, 7, GIC_CPU, GICC_IAR, 4), 0u);
    struct gic_counters after = gic.stats();
    EXPECT_EQ(save(gic.g), state);
    EXPECT_EQ(after.reads[GIC_CPU], before.reads[GIC_CPU]);
    EXPECT_EQ(after.errors[GIC_ERR_OFFSET], before.errors[GIC_ERR_OFFSET]);
}

// ---- The register tables -------------------------------------------------------------------------------

TEST(Registers, rows_are_in_order_and_named_after_their_frame)
{
    const char *prefix[] = {"GICD_", "GICC_", "GICH_", "GICV_"};
    for (unsigned f = 0; f < GIC_NFRAMES; f++) {
        auto frame = static_cast<gic_frame>(f);
        uint32_t end = 0;
        gic_register row{};
        for (unsigned i = 0; i < gic_reg_count(frame); i++) {
            ASSERT_TRUE(gic_reg_info(frame, i, &row));
            EXPECT_GE(row.first, end) << row.name;
            EXPECT_EQ(std::string(row.name).rfind(prefix[f], 0), 0u) << row.name;
            end = row.end;
        }
        EXPECT_FALSE(gic_reg_info(frame, gic_reg_count(frame), &row));
    }
    EXPECT_EQ(gic_reg_count(GIC_NFRAMES), 0u);
}

TEST(Registers, reset_values_are_those_of_a_fresh_gic)
{
    TestGic gic;
    for (unsigned f = 0; f < GIC_NFRAMES; f++) {
        auto frame = static_cast<gic_frame>(f);
        gic_register row{};
        for (unsigned i = 0; gic_reg_info(frame, i, &row); i++) {
            EXPECT_EQ(gic_peek(gic.g, 0, frame, row.first, 4), row.reset) << row.name;
            EXPECT_GT(std::string(row.about).size(), 5u) << row.name;
        }
    }
}

TEST(Registers, fields_are_listed_from_the_low_bits_up)
{
    gic_field field{};
    unsigned total = 0;
    for (unsigned f = 0; f < GIC_NFRAMES; f++) {
        auto frame = static_cast<gic_frame>(f);
        for (unsigned i = 0; i < gic_reg_count(frame); i++) {
            unsigned next = 0;
            for (unsigned n = 0; gic_field_info(frame, i, n, &field); n++, total++) {
                EXPECT_GE(field.lsb, next) << field.name;
                EXPECT_LE(field.lsb, field.msb) << field.name;
                EXPECT_LT(field.msb, 32) << field.name;
                EXPECT_GT(std::string(field.about).size(), 1u) << field.name;
                next = field.msb + 1u;
            }
            EXPECT_FALSE(gic_field_info(frame, i, gic_field_count(frame, i), &field));
        }
        EXPECT_EQ(gic_field_count(frame, gic_reg_count(frame)), 0u);
    }
    EXPECT_GT(total, 100u);
    ASSERT_TRUE(gic_field_info(GIC_DIST, 0, 1, &field));
    EXPECT_STREQ(field.name, "EnableGrp1");
    EXPECT_EQ(field.msb, 1);
}

// Every word of every row: allowed accesses are counted at their row, all others as the right mistake.
TEST(Registers, take_the_widths_and_directions_of_their_rows)
{
    TestGic gic;
    for (unsigned f = 0; f < GIC_NFRAMES; f++) {
        auto frame = static_cast<gic_frame>(f);
        for (unsigned i = 0; i < gic_reg_count(frame); i++) {
            gic_register row{};
            gic_reg_info(frame, i, &row);
            for (uint32_t offset = row.first; offset < row.end; offset += 4) {
                for (unsigned size : {1u, 4u}) {
                    for (bool write : {false, true}) {
                        gic_stats_clear(gic.g);
                        if (write)
                            gic.write(frame, offset, 0, 0, size);
                        else
                            gic.read(frame, offset, 0, size);
                        bool width = row.widths & size;
                        bool way = row.access != (write ? GIC_RO : GIC_WO);
                        struct gic_counters s = gic.stats();
                        ASSERT_EQ(gic_reg_accesses(gic.g, frame, i, write), width && way) << row.name;
                        ASSERT_EQ(s.errors[GIC_ERR_WIDTH], !width) << row.name;
                        ASSERT_EQ(s.errors[GIC_ERR_ACCESS], width && !way) << row.name;
                        ASSERT_EQ(s.errors[GIC_ERR_OFFSET], 0u) << row.name;
                    }
                }
            }
        }
    }
}

TEST(Registers, read_only_ones_ignore_writes)
{
    TestGic gic;
    for (unsigned f = 0; f < GIC_NFRAMES; f++) {
        auto frame = static_cast<gic_frame>(f);
        for (unsigned i = 0; i < gic_reg_count(frame); i++) {
            gic_register row{};
            gic_reg_info(frame, i, &row);
            if (row.access != GIC_RO)
                continue;
            Buffer state = save(gic.g);
            uint32_t before = gic_peek(gic.g, 0, frame, row.first, 4);
            gic.write(frame, row.first, ~before);
            EXPECT_EQ(gic_peek(gic.g, 0, frame, row.first, 4), before) << row.name;
            EXPECT_EQ(save(gic.g), state) << row.name;
        }
    }
}

} // namespace
