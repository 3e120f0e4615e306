// SPDX-License-Identifier: Apache-2.0
//
// The naive GIC must be right before it can judge another: it answers every conformance vector.
#include "naive_gic.hpp"

#include "../vector_replay.hpp"

#include <gtest/gtest.h>

namespace
{

using namespace trapline_test;

NaiveConfig config_of(const Vector &v)
{
    NaiveConfig cfg;
    cfg.cpus = v.cpus;
    cfg.spis = v.spis;
    cfg.lrs = v.lrs;
    cfg.prio_bits = v.priobits;
    cfg.security = v.security != 0;
    cfg.maint_ppi = 25;
    if (v.needs.count("iidr-arm")) {
        cfg.dist_iidr = 0x0000043b;
        cfg.cpu_iidr = 0x0002043b;
    }
    return cfg;
}

bool is_secure(const Operation &op)
{
    return op.text.find(".s ") != std::string::npos;
}

uint32_t apply(NaiveGic &gic, const Operation &op)
{
    switch (op.kind) {
    case Operation::Write:
        gic.write(op.cpu, is_secure(op), op.frame, op.offset, op.size, op.value);
        break;
    case Operation::Read:
        return gic.read(op.cpu, is_secure(op), op.frame, op.offset, op.size) & op.mask;
    case Operation::Spi:
        gic.set_spi(op.intid, op.value != 0);
        break;
    case Operation::Ppi:
        gic.set_ppi(op.cpu, op.intid, op.value != 0);
        break;
    case Operation::Output:
        return gic.outputs(op.cpu) >> op.pin & 1;
    }
    return op.value;
}

TEST(NaiveGicVectors, all_are_answered_as_expected)
{
    size_t count = 0;
    for (const Vector &v : load_vectors(GIC_TEST_DIR "/vectors")) {
        NaiveGic gic(config_of(v));
        for (const Operation &op : v.operations) {
            uint32_t answer = apply(gic, op);
            EXPECT_EQ(answer, op.value) << v.file << ": " << v.name << ": " << op.text;
            if (answer != op.value)
                break;
        }
        count++;
    }
    EXPECT_EQ(count, 512u);
}

} // namespace
