// SPDX-License-Identifier: Apache-2.0
#include "rig.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

// Every record must be one of the table, with as many arguments as the table names.
static std::string describe(const sim_record &r)
{
    const trapline_event_info *e = trapline_event_find(r.id);
    EXPECT_NE(e, nullptr) << r.id;
    if (!e)
        return "?";
    EXPECT_EQ(r.nargs, 1 + std::count(e->args, e->args + std::strlen(e->args), ',')) << e->name;
    std::string text = e->name;
    for (unsigned i = 0; i < r.nargs; i++)
        text += " " + std::to_string(r.arg[i]);
    return text;
}

Rig::Rig(const RigConfig &c) : cpus(c.cpus)
{
    EXPECT_EQ(sim_init(&sim, 64), 0);
    sim_sink sink = {};
    sink.ctx = this;
    sink.levels = SIM_LIFE | SIM_TRANSITION | SIM_ACCESS;
    sink.record = [](void *ctx, const sim_record *r) { static_cast<Rig *>(ctx)->events.push_back(describe(*r)); };
    EXPECT_EQ(sim_add_sink(&sim, sink), 0);

    gic_config g = {};
    g.struct_size = sizeof g;
    g.cpus = c.cpus;
    g.spis = c.spis;
    g.lrs = 4;
    g.maint_ppi = kMaintenancePpi;
    g.ctx = this;
    g.output = [](void *ctx, unsigned n, gic_pin pin, bool level) {
        if (pin == GIC_IRQ)
            static_cast<Rig *>(ctx)->wire[n] = level;
    };
    EXPECT_EQ(gic_new(&g, &gic), 0);

    for (unsigned i = 0; i < HOST_MAX_CPUS; i++) {
        cpu[i].sim = &sim;
        cpu[i].id = i;
        timer[i].rig = this;
        timer[i].cpu = i;
        timer[i].ev.owner = &timer[i];
        timer[i].ev.fire = [](struct sim *, sim_event *ev) {
            const auto *t = static_cast<Timer *>(ev->owner);
            gic_set_ppi(t->rig->gic, t->cpu, HOST_PTIMER_PPI, true);
        };
    }

    host_config h = {};
    h.struct_size = sizeof h;
    h.sim = &sim;
    h.cpus = c.cpus;
    h.spis = c.spis;
    h.lazy_disable = c.lazy_disable;
    h.maint_ppi = kMaintenancePpi;
    h.ctx = this;
    h.port.ctx = this;
    h.port.read = [](void *ctx, unsigned n, gic_frame frame, uint32_t offset) {
        auto *self = static_cast<Rig *>(ctx);
        const uint32_t value = gic_read(self->gic, n, frame, offset, 4);
        self->record(false, frame, offset, value);
        return value;
    };
    h.port.write = [](void *ctx, unsigned n, gic_frame frame, uint32_t offset, uint32_t value) {
        auto *self = static_cast<Rig *>(ctx);
        self->record(true, frame, offset, value);
        gic_write(self->gic, n, frame, offset, 4, value);
    };
    h.timer_program = [](void *ctx, unsigned n, sim_tick at) { static_cast<Rig *>(ctx)->program(n, at); };
    h.poke = [](void *ctx, unsigned n) { static_cast<Rig *>(ctx)->pokes.push_back(n); };
    EXPECT_EQ(host_new(&h, &host), 0);
    on(0);
    gic_stats_clear(gic);
    log.clear();
}

Rig::~Rig()
{
    EXPECT_EQ(broken(), "");
    gic_counters n = {};
    gic_stats(gic, &n);
    for (uint64_t errors : n.errors)
        EXPECT_EQ(errors, 0u); // no access that the hardware does not take
    host_free(host);
    gic_free(gic);
    sim_fini(&sim);
}

void Rig::program(unsigned c, sim_tick at)
{
    programmed.push_back(std::to_string(c) + " " + (at == SIM_FOREVER ? "never" : std::to_string(at)));
    gic_set_ppi(gic, c, HOST_PTIMER_PPI, false);
    sim_cancel(&sim, &timer[c].ev);
    if (at != SIM_FOREVER) {
        EXPECT_EQ(sim_at(&sim, &timer[c].ev, std::max(at, sim.now)), 0);
    }
}

bool Rig::step(unsigned c)
{
    on(c);
    sim_strand *s = &host_current(host, c)->strand;
    s->cpu = &cpu[c];
    if (wire[c] && sim_strand_kind(s) == SIM_OPEN) {
        sim_strand_interrupt(s, &host_irq_entry_proc, host, 0);
    } else if (host_idle(host, c) && host_need_resched(host, c) && sim_strand_kind(s) == SIM_OPEN) {
        host_schedule(host, c, HOST_RUNNABLE);
        return true;
    }
    bool more = true;
    switch (sim_strand_step(s)) {
    case SIM_RAN:
    case SIM_TRAPPED:
        break;
    case SIM_WORKING:
        more = false;
        break;
    case SIM_WAITING:
        host_schedule(host, c, HOST_SLEEPING);
        break;
    case SIM_YIELDED:
        host_schedule(host, c, HOST_RUNNABLE);
        break;
    case SIM_FINISHED:
        host_schedule(host, c, HOST_DEAD);
        break;
    }
    EXPECT_EQ(broken(), "");
    return more;
}

void Rig::run()
{
    for (int rounds = 0; rounds < 1000; rounds++) {
        bool more = false;
        for (unsigned c = 0; c < cpus; c++)
            more |= step(c);
        if (!more)
            return;
    }
    ADD_FAILURE() << "the CPUs do not come to rest";
}

void Rig::run_until(sim_tick at)
{
    run();
    while (sim_next_at(&sim) <= at) {
        (void)sim_fire_next(&sim);
        run();
    }
    sim.now = at;
}

int64_t Rig::call(unsigned c, const sim_proc &proc, void *obj, uint64_t r0, uint64_t r1, uint64_t r2, uint64_t r3)
{
    sim_strand s = {};
    s.cpu = &cpu[c];
    on(c);
    sim_strand_start(&s, &proc, obj, r0, r1);
    s.stack[0].r[2] = r2;
    s.stack[0].r[3] = r3;
    for (int steps = 0; steps < 1000; steps++)
        if (sim_strand_step(&s) == SIM_FINISHED)
            return s.ret;
    ADD_FAILURE() << proc.name << " does not end";
    return -1;
}

// ---- what was accessed ---------------------------------------------------------------------------

static std::string bits(const char *name, uint32_t offset, uint32_t base, uint32_t value)
{
    std::string text = name;
    for (uint32_t i = 0; i < 32; i++)
        if (value >> i & 1)
            text += " " + std::to_string((offset - base) * 8 + i);
    return text;
}

static std::string distributor(uint32_t offset, uint32_t value)
{
    static const std::pair<uint32_t, const char *> one_bit[] = {
        {GICD_ICACTIVER, "ICACTIVER"}, {GICD_ISACTIVER, "ISACTIVER"}, {GICD_ICPENDR, "ICPENDR"},
        {GICD_ISPENDR, "ISPENDR"},     {GICD_ICENABLER, "ICENABLER"}, {GICD_ISENABLER, "ISENABLER"}};
    if (offset == GICD_SGIR)
        return "SGIR " + std::to_string(value & GICD_SGIR_SGIINTID) + " cpus " +
               std::to_string(GIC_FIELD_GET(GICD_SGIR_CPUTargetList, value));
    for (const auto &r : one_bit)
        if (offset >= r.first && offset < r.first + 0x80)
            return bits(r.second, offset, r.first, value);
    if (offset >= GICD_ICFGR)
        return "ICFGR";
    return offset >= GICD_ITARGETSR ? "ITARGETSR" : "other";
}

void Rig::record(bool write, gic_frame frame, uint32_t offset, uint32_t value)
{
    std::string text;
    if (frame == GIC_DIST) {
        text = distributor(offset, value);
    } else {
        const char *name = offset == GICC_IAR ? "IAR" : offset == GICC_EOIR ? "EOIR" : offset == GICC_DIR ? "DIR" : "?";
        text = std::string(name) + " " + std::to_string(value & 0x3ff);
        if (value >> 10)
            text += " from " + std::to_string(value >> 10);
    }
    log.push_back({write, frame, text});
}

Strings Rig::writes()
{
    Strings out;
    for (const Access &a : log)
        if (a.write)
            out.push_back(a.text);
    log.clear();
    return out;
}

Strings Rig::interface()
{
    Strings out;
    for (const Access &a : log)
        if (a.frame == GIC_CPU)
            out.push_back(a.text);
    log.clear();
    return out;
}

Strings Rig::traced()
{
    return std::exchange(events, {});
}

std::string Rig::broken() const
{
    char why[160] = "";
    if (host_check(host, why, sizeof why))
        return why;
    return gic_check(gic, why, sizeof why) ? why : "";
}
