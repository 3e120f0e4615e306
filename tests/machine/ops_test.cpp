// SPDX-License-Identifier: Apache-2.0
// Operations that the guest repeats, and the world switch of 3.10: what is counted, timed and refused.
#include "rig.hpp"

namespace
{

struct OpsRig : Rig {
    explicit OpsRig(machine_op op, uint64_t count = 10, Costs costs = kSevenEach, const char *kernel = "6.1")
        : Rig(costs)
    {
        vcpus = {{0}, {1}};
        cfg.kernel = *machine_kernel_find(kernel);
        cfg.ops = {op, count};
    }

    // Ticks are nanoseconds; every operation must have taken the same time.
    uint64_t each()
    {
        EXPECT_EQ(real("ops.time.min"), real("ops.time.max"));
        EXPECT_EQ(count("ops.count"), cfg.ops.count);
        return static_cast<uint64_t>(real("ops.time.p50"));
    }
};

// Primitives cost 7 each. In and out: two times trap and timer.
constexpr uint64_t kSwitch = 4 * 7;

TEST(Ops, HvcIsOneExit)
{
    OpsRig r(MACHINE_OP_HVC);
    ASSERT_EQ(r.run(), 0) << r.why;
    EXPECT_EQ(r.each(), kSwitch);
    EXPECT_EQ(r.count("exits.hvc"), 10u);
    EXPECT_EQ(r.count("exits.total"), 10u);
    EXPECT_EQ(r.count("exits.user"), 0u);
    EXPECT_EQ(r.count("host.gich_reads") + r.count("host.gich_writes"), 0u);
}

TEST(Ops, GicdReadIsEmulatedInTheKernel)
{
    OpsRig r(MACHINE_OP_GICD_READ);
    r.record = true;
    ASSERT_EQ(r.run(), 0) << r.why;
    EXPECT_EQ(r.each(), kSwitch + 7 + 7); // decode, emulation
    EXPECT_EQ(r.count("exits.mmio_gicd"), 10u);
    EXPECT_EQ(r.count("exits.mmio_gicd_sgir"), 0u);
    uint64_t reads = 0;
    for (const auto &rec : r.records)
        reads += rec.id == EV_KVM_MMIO && rec.arg[1] == 0 && rec.arg[2] == 8;
    EXPECT_EQ(reads, 10u); // GICD_IIDR
}

TEST(Ops, UserMmioGoesToUserSpaceAndBack)
{
    OpsRig r(MACHINE_OP_MMIO_USER);
    ASSERT_EQ(r.run(), 0) << r.why;
    // Decode, user space, and vcpu_put and vcpu_load: VMCR and APR out and in, the timer's active state.
    EXPECT_EQ(r.each(), kSwitch + 7 + 7 + 4 * 7 + 7);
    EXPECT_EQ(r.count("exits.mmio_user"), 10u);
    EXPECT_EQ(r.count("exits.user"), 10u);
    EXPECT_EQ(r.count("host.gich_reads"), 20u);
    EXPECT_EQ(r.count("host.gich_writes"), 20u);
}

TEST(Ops, EoiDoesNotTrap)
{
    OpsRig eoi(MACHINE_OP_EOI), ack(MACHINE_OP_ACK_EOI);
    ASSERT_EQ(eoi.run(), 0) << eoi.why;
    ASSERT_EQ(ack.run(), 0) << ack.why;
    EXPECT_EQ(eoi.each(), 7u);
    EXPECT_EQ(ack.each(), 14u);
    EXPECT_EQ(eoi.count("exits.total"), 0u);
    EXPECT_EQ(ack.count("exits.total"), 0u);
    EXPECT_EQ(ack.count("guest.irqs"), 0u);
}

TEST(Ops, IpiIsTwoExitsAndIsTimedUpToTheIar)
{
    OpsRig r(MACHINE_OP_IPI), entry(MACHINE_OP_IPI_ENTRY);
    ASSERT_EQ(r.run(), 0) << r.why;
    ASSERT_EQ(entry.run(), 0) << entry.why;
    for (auto *m : {&r, &entry}) {
        EXPECT_EQ(m->count("ops.count"), 10u);
        EXPECT_EQ(m->count("exits.mmio_gicd_sgir"), 10u);
        EXPECT_EQ(m->count("exits.kick_ipi"), 10u);
        EXPECT_EQ(m->count("exits.total"), 20u);
        EXPECT_EQ(m->count("kicks"), 10u);
        EXPECT_EQ(m->count("guest.irqs"), 10u);
        EXPECT_EQ(m->count("guest.eoir_writes"), 10u);
    }
    EXPECT_EQ(r.real("ops.time.p50") - entry.real("ops.time.p50"), 7); // GICV_IAR
    // The first finds the target's list registers empty; the others find the interrupt before.
    EXPECT_LT(r.real("ops.time.min"), r.real("ops.time.max"));
}

TEST(Ops, IpiWakesATargetInWfi)
{
    OpsRig r(MACHINE_OP_IPI);
    r.cfg.guest_loop = MACHINE_WFI;
    ASSERT_EQ(r.run(), 0) << r.why;
    EXPECT_EQ(r.count("ops.count"), 10u);
    EXPECT_EQ(r.count("guest.irqs"), 10u);
    EXPECT_GE(r.count("halt_wakeups"), 1u); // the next one may come before it sleeps again
}

TEST(Ops, TakeNoTimeWhenEverythingIsFree)
{
    for (int op = MACHINE_OP_HVC; op < MACHINE_OP_COUNT; op++) {
        OpsRig r(static_cast<machine_op>(op), 1500, Rig::kIdeal);
        ASSERT_EQ(r.run(), 0) << op << r.why; // and are no storm
        EXPECT_EQ(r.each(), 0u) << op;
        EXPECT_EQ(machine_elapsed(r.m.get()), op == MACHINE_OP_TIMER ? 1500 * 10000000ull : 0ull) << op;
    }
}

TEST(Ops, RunBesideInterrupts)
{
    for (const char *kernel : {"6.1", "4.12-deoi", "3.10"}) {
        for (const machine_op op : {MACHINE_OP_HVC, MACHINE_OP_MMIO_USER, MACHINE_OP_IPI}) {
            OpsRig r(op, 500, Rig::kSevenEach, kernel);
            r.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 0, 50, 409);
            r.add(MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 51, 41, 1, 50, 419);
            r.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 52, 42, 0, 50, 421);
            r.routes[1].vcpu = 1;
            r.routes[2].forward = true;
            ASSERT_EQ(r.run(), 0) << kernel << op << ": " << r.why;
            EXPECT_EQ(r.count("ops.count"), 500u) << kernel << op;
            EXPECT_EQ(r.count("interrupts.lost"), 0u) << kernel << op;
            EXPECT_EQ(r.count("interrupts.delivered") + r.count("interrupts.coalesced"), 150u) << kernel << op;
        }
    }
}

TEST(Ops, Refused)
{
    OpsRig alone(MACHINE_OP_IPI), crowded(MACHINE_OP_HVC), never(MACHINE_OP_HVC, 0);
    alone.vcpus = {{0}};
    EXPECT_EQ(alone.build(), -EINVAL);
    EXPECT_EQ(alone.why, "an IPI needs a second vCPU");
    crowded.cfg.guest_loop = MACHINE_WFI;
    crowded.vcpus = {{1}, {1}};
    EXPECT_EQ(crowded.build(), -EINVAL);
    EXPECT_EQ(crowded.why, "a vCPU that repeats an operation needs a pCPU of its own");
    EXPECT_EQ(never.build(), -EINVAL);
}

TEST(Ops, AnUnpricedInterruptIsNamed)
{
    OpsRig hvc(MACHINE_OP_HVC), ipi(MACHINE_OP_IPI);
    for (auto *r : {&hvc, &ipi}) {
        r->cfg.costs.price[SIM_COST_HOST_IPI].priced = false;
        r->cfg.costs.price[SIM_COST_GICC_IAR].priced = false;
    }
    EXPECT_EQ(hvc.run(), 0) << hvc.why;
    EXPECT_EQ(ipi.run(), -ENOTSUP);
    EXPECT_NE(ipi.why.find("gicc_iar, host_ipi"), std::string::npos) << ipi.why;
}

// ---- the world switch of 3.10 ----

TEST(FullSwitch, TouchesEverythingAtEveryExit)
{
    for (const unsigned lrs : {4u, 16u}) {
        OpsRig r(MACHINE_OP_HVC, 10, Rig::kSevenEach, "3.10");
        r.cfg.platform.list_registers = lrs;
        ASSERT_EQ(r.run(), 0) << r.why;
        EXPECT_EQ(r.each(), kSwitch + 7 * (8 + lrs + 1) + 7 * (3 + lrs));
        EXPECT_EQ(r.count("host.gich_reads"), 10 * (8 + lrs));
        EXPECT_EQ(r.count("host.gich_writes"), 10 * (1 + 3 + lrs));
    }
}

TEST(FullSwitch, InTheOrderOf310)
{
    OpsRig r(MACHINE_OP_HVC, 1, Rig::kSevenEach, "3.10");
    r.record = true;
    ASSERT_EQ(r.run(), 0) << r.why;
    std::vector<std::pair<bool, int64_t>> got; // write, offset: of the last exit
    for (const auto &rec : r.records) {
        if (rec.id == EV_KVM_GUEST_LEFT)
            got.clear();
        else if ((rec.id == EV_GIC_READ || rec.id == EV_GIC_WRITE) && rec.arg[0] == GIC_HYP)
            got.emplace_back(rec.id == EV_GIC_WRITE, rec.arg[1]);
    }
    const std::vector<std::pair<bool, int64_t>> want = {
        {false, 0x00}, {false, 0x08}, {false, 0x10},  {false, 0x20},  {false, 0x24},  {false, 0x30},  {false, 0x34},
        {false, 0xf0}, {true, 0x00},  {false, 0x100}, {false, 0x104}, {false, 0x108}, {false, 0x10c}, {true, 0x00},
        {true, 0x08},  {true, 0xf0},  {true, 0x100},  {true, 0x104},  {true, 0x108},  {true, 0x10c}};
    EXPECT_EQ(got, want);
}

// The counts of an interrupt do not depend on how the interface is switched.
TEST(FullSwitch, ChangesNoExit)
{
    for (const bool forward : {false, true}) {
        for (const auto loop : {MACHINE_SPIN, MACHINE_WFI}) {
            Rig lazy, full;
            full.cfg.kernel.vgic.gich_switch = VGIC_SWITCH_FULL_3_10;
            for (auto *r : {&lazy, &full}) {
                r->cfg.guest_loop = loop;
                r->add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 50, 40, 1, 100);
                r->add(MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 51, 41, 0, 100);
                r->routes[0].forward = forward;
                ASSERT_EQ(r->run(), 0) << r->why;
                EXPECT_EQ(r->count("interrupts.completed"), 200u);
            }
            for (const char *name :
                 {"exits.total", "exits.maint_eoi", "host.acks", "host.gicd_writes", "guest.eoir_writes"})
                EXPECT_EQ(lazy.count(name), full.count(name)) << name << forward << loop;
        }
    }
}

} // namespace
