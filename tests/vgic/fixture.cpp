// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

namespace vgic_test
{

// ---- FakeGich -------------------------------------------------------------------------------------

// ELRSR: no valid interrupt, and no EOI maintenance request that a rewrite would lose.
uint32_t FakeGich::empty(unsigned c, unsigned first) const
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < 32 && first + i < nr_lr; i++) {
        uint32_t lr = cpu[c].lr[first + i];
        if (!(lr & GICH_LR_State) && ((lr & GICH_LR_HW) || !(lr & GICH_LR_EOI)))
            bits |= 1u << i;
    }
    return bits;
}

uint32_t FakeGich::acknowledge(unsigned c)
{
    uint32_t *best = nullptr;
    for (uint32_t &lr : cpu[c].lr) {
        if ((lr & GICH_LR_State_Pending) &&
            (!best || GIC_FIELD_GET(GICH_LR_Priority, lr) < GIC_FIELD_GET(GICH_LR_Priority, *best)))
            best = &lr;
    }
    if (!best)
        return GIC_SPURIOUS;
    *best = (*best & ~GICH_LR_State) | GICH_LR_State_Active;
    return *best & (GICH_LR_VirtualID | (*best & GICH_LR_HW ? 0 : GICH_LR_CPUID));
}

void FakeGich::end(unsigned c, uint32_t value)
{
    for (uint32_t &lr : cpu[c].lr) {
        if (!(lr & GICH_LR_State_Active) || (lr & GICH_LR_VirtualID) != (value & GICH_LR_VirtualID))
            continue;
        lr &= ~GICH_LR_State_Active;
        if (lr & GICH_LR_HW)
            deactivated.push_back(GIC_FIELD_GET(GICH_LR_PhysicalID, lr));
        return;
    }
}

uint32_t FakeGich::read(unsigned c, gic_frame frame, uint32_t offset)
{
    if (frame == GIC_VCPU)
        return offset == GICV_IAR ? acknowledge(c) : 0;
    switch (offset) {
    case GICH_HCR:
        return cpu[c].hcr;
    case GICH_VMCR:
        return cpu[c].vmcr;
    case GICH_APR:
        return cpu[c].apr;
    case GICH_ELRSR0:
        return empty(c, 0);
    case GICH_ELRSR1:
        return empty(c, 32);
    default:
        return cpu[c].lr[(offset - GICH_LR) / 4];
    }
}

void FakeGich::write(unsigned c, gic_frame frame, uint32_t offset, uint32_t value)
{
    if (frame == GIC_VCPU) {
        if (offset == GICV_EOIR)
            end(c, value);
        return;
    }
    switch (offset) {
    case GICH_HCR:
        cpu[c].hcr = value;
        break;
    case GICH_VMCR:
        cpu[c].vmcr = value;
        break;
    case GICH_APR:
        cpu[c].apr = value;
        break;
    default:
        cpu[c].lr[(offset - GICH_LR) / 4] = value;
    }
}

// ---- RealGic --------------------------------------------------------------------------------------

RealGic::RealGic(unsigned cpus, unsigned lrs)
{
    gic_config cfg = {};
    cfg.struct_size = sizeof cfg;
    cfg.cpus = cpus;
    cfg.lrs = lrs;
    cfg.maint_ppi = 25;
    EXPECT_EQ(gic_new(&cfg, &gic), 0);
    // What a guest's start-up code does: everything enabled, no priority masked.
    for (unsigned c = 0; c < cpus; c++) {
        gic_write(gic, c, GIC_VCPU, GICV_CTLR, 4, GICV_CTLR_EnableGrp0);
        gic_write(gic, c, GIC_VCPU, GICV_PMR, 4, 0xf8);
    }
}

// ---- Machine --------------------------------------------------------------------------------------

static std::string register_name(uint32_t offset)
{
    static const std::map<uint32_t, const char *> names = {{GICH_HCR, "HCR"},       {GICH_VMCR, "VMCR"},
                                                           {GICH_ELRSR0, "ELRSR0"}, {GICH_ELRSR1, "ELRSR1"},
                                                           {GICH_APR, "APR"},       {GICH_MISR, "MISR"}};
    auto it = names.find(offset);
    return it != names.end() ? it->second : "LR" + std::to_string((offset - GICH_LR) / 4);
}

static void log_access(Strings *log, char op, uint32_t offset, uint32_t value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%c %s %08x", op, register_name(offset).c_str(), value);
    log->push_back(text);
}

const sim_step Machine::ack_steps[] = {{ack_step, "ack", SIM_MASKED}};
const sim_step Machine::halt_steps[] = {{halt_step, "halt", SIM_MASKED}};
const sim_step Machine::resume_steps[] = {{resume_step, "resume", SIM_MASKED}};
const sim_proc Machine::ack_proc = {"ack", ack_steps, 1};
const sim_proc Machine::halt_proc = {"halt", halt_steps, 1};
const sim_proc Machine::resume_proc = {"resume", resume_steps, 1};

int Machine::ack_step(sim_strand *s, sim_frame *f)
{
    Machine *m = static_cast<Machine *>(f->obj);
    EXPECT_EQ(f->r[0], 0u);
    m->acks.push_back(static_cast<unsigned>(f->r[1]));
    if (m->ack_lowers_line)
        return sim_tail(s, f, &vgic_inject_proc, m->v, 0, f->r[1] + 32, 0, 0);
    s->ret = 77; // must not be mistaken for the number of acks
    return SIM_RET;
}

int Machine::halt_step(sim_strand *, sim_frame *f)
{
    Machine *m = static_cast<Machine *>(f->obj);
    m->halts++;
    return SIM_RET;
}

int Machine::resume_step(sim_strand *, sim_frame *f)
{
    Machine *m = static_cast<Machine *>(f->obj);
    m->resumes++;
    return SIM_RET;
}

void Machine::hooks(vgic_config *cfg)
{
    vgic_hooks &h = cfg->hooks;
    h.ctx = this;
    h.kick = [](void *ctx, sim_cpu *, unsigned vcpu) { static_cast<Machine *>(ctx)->kicks.push_back(vcpu); };
    h.phys_pending = [](void *ctx, sim_cpu *, int irq) { return static_cast<Machine *>(ctx)->phys[irq].pending; };
    h.phys_active = [](void *ctx, sim_cpu *, int irq) { return static_cast<Machine *>(ctx)->phys[irq].active; };
    h.set_phys_pending = [](void *ctx, sim_cpu *, int irq, bool on) {
        Machine *m = static_cast<Machine *>(ctx);
        m->phys[irq].pending = on;
        m->phys_log.push_back("set_pending " + std::to_string(irq) + (on ? " 1" : " 0"));
    };
    h.set_phys_active = [](void *ctx, sim_cpu *, int irq, bool on) {
        Machine *m = static_cast<Machine *>(ctx);
        m->phys[irq].active = on;
        m->phys_log.push_back("set_active " + std::to_string(irq) + (on ? " 1" : " 0"));
    };
    h.hwintid = [](void *, int irq) { return irq < 16 ? -1 : irq; };
    h.set_forwarded = [](void *ctx, int irq, bool on) {
        static_cast<Machine *>(ctx)->phys[irq].forwarded = on;
        return -5; // ignored by KVM
    };
    h.halt = &halt_proc;
    h.resume = &resume_proc;
}

Machine::Machine(const Config &c)
{
    EXPECT_EQ(sim_init(&sim, 4), 0);
    sim_sink sink = {};
    sink.ctx = this;
    sink.levels = SIM_LIFE | SIM_TRANSITION | SIM_ACCESS;
    sink.record = [](void *ctx, const sim_record *r) {
        std::string text = trapline_event_find(r->id)->name;
        for (unsigned i = 0; i < r->nargs; i++)
            text += " " + std::to_string(r->arg[i]);
        static_cast<Machine *>(ctx)->events.push_back(text);
    };
    EXPECT_EQ(sim_add_sink(&sim, sink), 0);
    for (unsigned i = 0; i < c.vcpus; i++) {
        cpu[i].sim = &sim;
        cpu[i].id = i;
        strand[i].cpu = &cpu[i];
    }
    if (c.real)
        hw = std::make_unique<RealGic>(c.vcpus, c.nr_lr);
    else
        hw = std::make_unique<FakeGich>(c.nr_lr);

    vgic_config cfg = {};
    cfg.struct_size = sizeof cfg;
    cfg.sim = &sim;
    cfg.vcpus = c.vcpus;
    cfg.nr_irqs = c.nr_irqs;
    cfg.nr_lr = c.nr_lr;
    cfg.ops = c.ops;
    cfg.profile = c.profile;
    cfg.port.ctx = this;
    cfg.port.read = [](void *ctx, unsigned cpu_id, gic_frame frame, uint32_t offset) {
        Machine *m = static_cast<Machine *>(ctx);
        uint32_t value = m->hw->read(cpu_id, frame, offset);
        log_access(&m->access, 'R', offset, value);
        return value;
    };
    cfg.port.write = [](void *ctx, unsigned cpu_id, gic_frame frame, uint32_t offset, uint32_t value) {
        Machine *m = static_cast<Machine *>(ctx);
        log_access(&m->access, 'W', offset, value);
        m->hw->write(cpu_id, frame, offset, value);
    };
    hooks(&cfg);
    EXPECT_EQ(vgic_new(&cfg, &v), 0);
    vgic_set_ack_notifier(v, &ack_proc, this);
}

Machine::~Machine()
{
    EXPECT_EQ(halts, resumes);
    vgic_free(v);
    sim_fini(&sim);
}

void Machine::start(const sim_proc &proc, unsigned c, uint64_t r0, uint64_t r1, uint64_t r2, uint64_t r3)
{
    sim_strand_start(&strand[c], &proc, v, r0, r1);
    strand[c].stack[0].r[2] = r2;
    strand[c].stack[0].r[3] = r3;
    steps = 0;
}

bool Machine::step(unsigned c)
{
    EXPECT_EQ(sim_strand_kind(&strand[c]), SIM_MASKED);
    bool more = sim_strand_step(&strand[c]) != SIM_FINISHED;
    steps++;
    EXPECT_EQ(broken(), "");
    return more;
}

int64_t Machine::run(const sim_proc &proc, unsigned c, uint64_t r0, uint64_t r1, uint64_t r2, uint64_t r3)
{
    start(proc, c, r0, r1, r2, r3);
    while (step(c))
        ;
    return strand[c].ret;
}

void Machine::spi(uint32_t intid, bool level, uint8_t priority, uint8_t targets)
{
    uint32_t config = GICD_ICFGR + intid / 16 * 4, shift = intid % 16 * 2;
    write(config, (read(config) & ~(3u << shift)) | (level ? 0u : 2u) << shift);
    write(GICD_IPRIORITYR + intid, priority, 1);
    write(GICD_ITARGETSR + intid, targets, 1);
    write(GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32);
}

std::string Machine::broken(unsigned in_guest) const
{
    char why[128] = "";
    return vgic_check(v, in_guest, why, sizeof why) ? why : "";
}

} // namespace vgic_test
