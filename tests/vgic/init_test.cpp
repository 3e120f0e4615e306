// SPDX-License-Identifier: Apache-2.0
// Creation (T14) and the state after it (section 1.11).
#include "fixture.hpp"

#include <cerrno>

using namespace vgic_test;

namespace
{

class Init : public ::testing::Test
{
  protected:
    Init()
    {
        EXPECT_EQ(sim_init(&sim, 1), 0);
        cfg.struct_size = sizeof cfg;
        cfg.sim = &sim;
        cfg.vcpus = 1;
        cfg.nr_lr = 4;
        cfg.ops = &vgic_v2_ops;
        cfg.port.read = [](void *, unsigned, gic_frame, uint32_t) { return 0u; };
        cfg.port.write = [](void *, unsigned, gic_frame, uint32_t, uint32_t) {};
    }
    ~Init() override
    {
        sim_fini(&sim);
    }
    int create()
    {
        struct vgic *v = nullptr;
        int err = vgic_new(&cfg, &v);
        EXPECT_EQ(v != nullptr, err == 0);
        vgic_free(v);
        return err;
    }
    struct sim sim = {};
    vgic_config cfg = {};
};

} // namespace

TEST_F(Init, T14_NumberOfInterrupts)
{
    const std::pair<unsigned, int> cases[] = {{1024, -EINVAL}, {992, 0}, {96, 0},        {80, -EINVAL},
                                              {32, -EINVAL},   {64, 0},  {993, -EINVAL}, {0, 0}};
    for (auto [n, err] : cases) {
        cfg.nr_irqs = n;
        EXPECT_EQ(create(), err) << n;
    }
}

TEST_F(Init, RefusesWhatMakesNoSense)
{
    auto refused = [&](auto change) {
        vgic_config good = cfg;
        change();
        EXPECT_EQ(create(), -EINVAL);
        cfg = good;
    };
    refused([&] { cfg.struct_size--; });
    refused([&] { cfg.sim = nullptr; });
    refused([&] { cfg.ops = nullptr; });
    refused([&] { cfg.vcpus = 0; });
    refused([&] { cfg.vcpus = 9; });
    refused([&] { cfg.nr_lr = 0; });
    refused([&] { cfg.nr_lr = 65; });
    refused([&] { cfg.port.read = nullptr; });
    refused([&] { cfg.port.write = nullptr; });
    EXPECT_EQ(create(), 0);
}

TEST_F(Init, S1_11_InitialState)
{
    Machine m;
    EXPECT_EQ(vgic_nr_irqs(m.v), 96u);
    EXPECT_FALSE(vgic_enabled(m.v));
    EXPECT_EQ(m.vif(1).hcr, 1u);
    EXPECT_EQ(m.vif(1).vmcr, 0u);
    EXPECT_EQ(m.vif(1).used_lrs, 0);
    EXPECT_TRUE(m.irq(15, 2).enabled && !m.irq(15, 2).level_config);
    EXPECT_TRUE(!m.irq(16, 2).enabled && m.irq(16, 2).level_config);
    EXPECT_EQ(m.irq(16, 2).targets, 4);
    EXPECT_TRUE(!m.irq(32).enabled && !m.irq(32).level_config);
    EXPECT_EQ(m.irq(32).target_vcpu, 0);
    EXPECT_EQ(m.irq(32).targets, 0);
    EXPECT_EQ(m.irq(32).group, 0);
    EXPECT_EQ(m.irq(32).vcpu, VGIC_NO_VCPU);
}

TEST_F(Init, S1_2_Lookup)
{
    Machine m;
    EXPECT_NE(vgic_irq_get(m.v, 2, 31), nullptr);
    EXPECT_EQ(vgic_irq_get(m.v, 3, 31), nullptr);
    EXPECT_NE(vgic_irq_get(m.v, 3, 95), nullptr);
    EXPECT_EQ(vgic_irq_get(m.v, 0, 96), nullptr);
    EXPECT_EQ(vgic_irq_get(m.v, 0, 1023), nullptr);
    EXPECT_EQ(vgic_irq_get(m.v, 0, 8192), nullptr);
    EXPECT_EQ(vgic_vif_get(m.v, 3), nullptr);
    EXPECT_NE(vgic_irq_get(m.v, 0, 20), vgic_irq_get(m.v, 1, 20));
}

TEST_F(Init, HooksMayAllBeMissing)
{
    struct vgic *v = nullptr;
    ASSERT_EQ(vgic_new(&cfg, &v), 0);
    sim_cpu cpu = {};
    cpu.sim = &sim;
    sim_strand s = {};
    s.cpu = &cpu;
    auto run = [&](const sim_proc &proc, uint64_t r1, uint64_t r2) {
        sim_strand_start(&s, &proc, v, 0, r1);
        s.stack[0].r[2] = r2;
        while (sim_strand_step(&s) != SIM_FINISHED)
            ;
        return s.ret;
    };
    run(vgic_mmio_proc, vgic_mmio_arg(GICD_CTLR, 4, true), 1);
    run(vgic_mmio_proc, vgic_mmio_arg(GICD_ISENABLER + 4, 4, true), ~0u);
    run(vgic_mmio_proc, vgic_mmio_arg(GICD_ISACTIVER + 4, 4, true), 1);
    EXPECT_EQ(run(vgic_inject_proc, 34, 1), 0);
    run(vgic_flush_proc, 0, 0);
    EXPECT_EQ(vgic_vif_get(v, 0)->used_lrs, 2);
    EXPECT_EQ(vgic_set_forwarding(v, &cpu, 36, 40), -EINVAL) << "nothing can be mapped";
    vgic_unset_forwarding(v, &cpu, 36, 40);
    vgic_free(v);
}
