// SPDX-License-Identifier: Apache-2.0
//
// The naive GIC must be right before it can judge another: it answers every conformance vector.
#include "naive_gic.hpp"

#include "../vector_files.hpp"

#include <gtest/gtest.h>

namespace
{

using namespace trapline_test;

NaiveConfig config_of(const gicvec_config &c)
{
    NaiveConfig cfg;
    cfg.cpus = c.cpus;
    cfg.spis = c.spis;
    cfg.lrs = c.lrs;
    cfg.prio_bits = c.prio_bits;
    cfg.security = c.security;
    cfg.maint_ppi = 25;
    cfg.dist_iidr = 0x0000043b;
    cfg.cpu_iidr = 0x0002043b;
    return cfg;
}

// The naive GIC as the replayer sees it.
const gicvec_ops ops = {
    [](void *, const char *) { return true; },
    [](void *, const gicvec *v, void **gic) {
        *gic = new NaiveGic(config_of(v->config));
        return 0;
    },
    [](void *, void *gic) { delete static_cast<NaiveGic *>(gic); },
    [](void *gic, const gicvec_op *op) {
        static_cast<NaiveGic *>(gic)->write(op->cpu, op->sec == GIC_SECURE, op->frame, op->offset, op->size, op->value);
        return 0;
    },
    [](void *gic, const gicvec_op *op, uint32_t *value) {
        *value = static_cast<NaiveGic *>(gic)->read(op->cpu, op->sec == GIC_SECURE, op->frame, op->offset, op->size);
        return 0;
    },
    [](void *gic, const gicvec_op *op) {
        if (op->kind == GICVEC_SPI)
            static_cast<NaiveGic *>(gic)->set_spi(op->intid, op->value != 0);
        else
            static_cast<NaiveGic *>(gic)->set_ppi(op->cpu, op->intid, op->value != 0);
        return 0;
    },
    [](void *gic, const gicvec_op *op, bool *level) {
        *level = static_cast<NaiveGic *>(gic)->outputs(op->cpu) >> op->pin & 1;
        return 0;
    },
    nullptr,
};

TEST(NaiveGicVectors, all_are_answered_as_expected)
{
    for (const auto &entry : trapline_test::all_vectors()) {
        gicvec_result result{};
        gicvec_replay(entry.vector, &ops, nullptr, &result);
        char why[300];
        gicvec_explain(&result, why, sizeof(why));
        EXPECT_EQ(result.verdict, GICVEC_PASSED)
            << entry.file << ": " << entry.vector->name << ": " << (result.op ? result.op->text : "") << ": " << why;
    }
    EXPECT_EQ(trapline_test::all_vectors().size(), 512u);
}

} // namespace
