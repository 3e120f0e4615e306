/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample.cpp - small traces made by hand.
 *
 * The story is one level interrupt of a device, in the order a hypervisor handles it: once with the trap
 * at the end of the interrupt, once without. The times are invented and easy to find again in the output.
 */
#include "sample.h"

#include <initializer_list>
#include <trapline/gic.h>
#include <vector>

namespace sample
{

namespace
{

constexpr uint32_t phys = 112, guest = 40;

const char *const cause_names[] = {"kick_ipi", nullptr, "phys_device_irq", "maint_eoi", "wfx"};
enum { CAUSE_DEVICE = 2, CAUSE_MAINT = 3, CAUSE_WFX = 4, CAUSE_UNNAMED = 9 };

class Recorder
{
  public:
    Recorder(trace_writer *w, bool instantaneous) : sink_(trace_writer_sink(w)), instantaneous_(instantaneous)
    {
    }

    /* Where the following records lie: base is the start of an interrupt. */
    void start(uint64_t base)
    {
        base_ = base;
    }

    void operator()(uint64_t at, uint16_t id, std::initializer_list<int64_t> args, uint8_t cpu = 0)
    {
        sim_record r = {};

        r.at = base_ + (instantaneous_ ? 0 : at);
        r.id = id;
        r.cpu = cpu;
        for (int64_t a : args)
            r.arg[r.nargs++] = a;
        sink_.record(sink_.ctx, &r);
    }

  private:
    sim_sink sink_;
    bool instantaneous_;
    uint64_t base_ = 0;
};

constexpr int64_t EN = GIC_ST_ENABLED, LINE = GIC_ST_LINE, PEND = GIC_ST_PENDING, ACT = GIC_ST_ACTIVE;

/* Set-up: the interrupt is enabled, vCPU 0 enters its guest, vCPU 1 waits. */
void set_up(Recorder &rec)
{
    rec.start(0);
    rec(100, EV_GIC_IRQ_STATE, {phys, 0, EN});
    rec(200, EV_KVM_ENTRY, {0});
    rec(210, EV_KVM_ENTRY, {1}, 1);
    rec(300, EV_KVM_GUEST_LEFT, {1, 0}, 1);
    rec(310, EV_KVM_EXIT, {1, CAUSE_WFX}, 1);
    rec(320, EV_KVM_WFX, {1}, 1);
    rec(400, EV_RUN_BEGIN, {1});
}

/* The wire to the list register: the same in both modes. */
void raise(Recorder &rec, uint64_t base)
{
    rec.start(base);
    rec(0, EV_DEVICE_LINE, {phys, 1}, SIM_NO_CPU);
    rec(0, EV_GIC_IRQ_STATE, {phys, EN, EN | LINE | PEND}, SIM_NO_CPU);
    rec(0, EV_GIC_OUTPUT, {0, GIC_IRQ, 1}, SIM_NO_CPU);
    rec(50, EV_KVM_GUEST_LEFT, {0, 0});
    rec(300, EV_GIC_READ, {GIC_CPU, 0xc, phys});
    rec(300, EV_GIC_IRQ_STATE, {phys, EN | LINE | PEND, EN | LINE | PEND | ACT});
    rec(300, EV_GIC_OUTPUT, {0, GIC_IRQ, 0});
    rec(310, EV_KVM_EXIT, {0, CAUSE_DEVICE});
}

void trapped_interrupt(Recorder &rec, uint64_t base)
{
    raise(rec, base);
    rec(600, EV_GIC_IRQ_STATE, {phys, EN | LINE | PEND | ACT, LINE | PEND});
    rec(900, EV_VGIC_LR_STATE, {0, guest, 1});
    rec(900, EV_GIC_OUTPUT, {0, GIC_VIRQ, 1});
    rec(1000, EV_KVM_ENTRY, {0});
    rec(1200, EV_VGIC_LR_STATE, {0, guest, 2});
    rec(1200, EV_GIC_OUTPUT, {0, GIC_VIRQ, 0});
    rec(1500, EV_DEVICE_LINE, {phys, 0}, SIM_NO_CPU);
    rec(1500, EV_GIC_IRQ_STATE, {phys, LINE | PEND, 0}, SIM_NO_CPU);
    rec(1700, EV_VGIC_LR_STATE, {0, guest, 0});
    rec(1700, EV_GIC_OUTPUT, {0, GIC_MAINT, 1});
    rec(1750, EV_KVM_GUEST_LEFT, {0, 0});
    rec(1900, EV_KVM_EXIT, {0, CAUSE_MAINT});
    rec(1950, EV_GIC_OUTPUT, {0, GIC_MAINT, 0});
    rec(2300, EV_GIC_IRQ_STATE, {phys, 0, EN});
    rec(2500, EV_KVM_ENTRY, {0});
}

void forwarded_interrupt(Recorder &rec, uint64_t base)
{
    raise(rec, base);
    rec(600, EV_VGIC_LR_STATE, {0, guest, 1});
    rec(600, EV_GIC_OUTPUT, {0, GIC_VIRQ, 1});
    rec(700, EV_KVM_ENTRY, {0});
    rec(900, EV_GUEST_IAR, {0, guest});
    rec(900, EV_GIC_OUTPUT, {0, GIC_VIRQ, 0});
    rec(1200, EV_DEVICE_LINE, {phys, 0}, SIM_NO_CPU);
    rec(1200, EV_GIC_IRQ_STATE, {phys, EN | LINE | PEND | ACT, EN | ACT}, SIM_NO_CPU);
    rec(1400, EV_GUEST_EOIR, {0, guest});
    rec(1400, EV_GIC_IRQ_STATE, {phys, EN | ACT, EN});
}

const uint32_t pinned[] = {0, 1};

trace_device device(const char *name, uint32_t p, uint32_t g)
{
    trace_device d = {};

    d.name = name;
    d.phys_intid = p;
    d.guest_intid = g;
    return d;
}

trace_run_info run_info(const char *mode, uint64_t hz, const std::vector<trace_device> &devices)
{
    trace_run_info info = {};

    info.scenario = "sample";
    info.mode = mode;
    info.unit = hz == 1000000000u ? "ns" : "cycle";
    info.note = "kernel 6.1";
    info.tick_hz = hz;
    info.pcpus = 2;
    info.vcpus = 2;
    info.pinned = pinned;
    info.devices = static_cast<uint32_t>(devices.size());
    info.device = devices.data();
    return info;
}

using Interrupt = void (*)(Recorder &rec, uint64_t base);

void write_run(trace_writer *w, const char *mode, uint64_t hz, bool instantaneous, Interrupt interrupt)
{
    /* The second device injects by software alone: it has no line. */
    const std::vector<trace_device> devices = {device("xgmac", phys, guest), device("virtio net", 0, 48)};
    const trace_run_info info = run_info(mode, hz, devices);
    Recorder rec(w, instantaneous);

    trace_writer_begin_run(w, &info);
    set_up(rec);
    for (uint64_t i = 1; i <= 3; i++)
        interrupt(rec, i * 10000);
    trace_writer_end_run(w);
}

void write_modes(trace_writer *w)
{
    write_run(w, "trapped", 1000000000, false, trapped_interrupt);
    write_run(w, "forwarded", 1000000000, false, forwarded_interrupt);
}

/* Nothing takes time: what happens to an interrupt happens at one instant. */
void write_ideal(trace_writer *w)
{
    write_run(w, "ideal", 1000000000, true, trapped_interrupt);
}

/* 3 GHz: a tick is no whole number of picoseconds. */
void write_cycles(trace_writer *w)
{
    write_run(w, "cycles", UINT64_C(3000000000), false, forwarded_interrupt);
}

/*
 * Private interrupts: the same INTID on two CPUs and two vCPUs; two devices on one line with the same
 * name; a name for a scope that a CPU has; an interrupt that moves to another vCPU; one that goes before it
 * is taken; a guest that deactivates apart from dropping the priority (vCPU 1); a cause without name; records
 * nobody understands.
 */
void write_banked(trace_writer *w)
{
    std::vector<trace_device> devices;
    Recorder rec(w, false);

    for (uint32_t i = 0; i < 2; i++) {
        trace_device d = device(i ? "timer1" : "timer0", 27, 27);

        d.cpu = i;
        d.vcpu = i;
        d.nvcpus = 1;
        devices.push_back(d);
    }
    devices.push_back(device("pci/intx", 50, 60));
    devices.push_back(device("pci/intx", 50, 61));
    devices.push_back(device("cpu0", 51, 0));
    const trace_run_info info = run_info("", 1000000000, devices);
    trace_writer_begin_run(w, &info);
    rec(10, EV_GIC_IRQ_STATE, {27, 0, EN}, 0);
    rec(20, EV_GIC_IRQ_STATE, {27, EN, EN | PEND}, 1);
    rec(30, EV_VGIC_LR_STATE, {1, 27, 3});
    rec(40, EV_DEVICE_LINE, {50, 1}, SIM_NO_CPU);
    rec(50, EV_VGIC_LR_STATE, {0, 60, 1});
    rec(60, EV_VGIC_LR_STATE, {1, 60, 1});
    rec(60, EV_VGIC_LR_STATE, {0, 60, 0});
    rec(70, EV_VGIC_LR_STATE, {1, 60, 0});
    rec(80, EV_KVM_EXIT, {0, CAUSE_UNNAMED});
    rec(90, EV_VGIC_LR_STATE, {0, 61, 1});
    rec(100, EV_VGIC_PRUNE, {0, 61});
    rec(110, EV_VGIC_LR_STATE, {1, 60, 1});
    rec(120, EV_GUEST_IAR, {1, 60});
    rec(130, EV_GUEST_EOIR, {0, 60}); /* another vCPU's */
    rec(140, EV_GUEST_EOIR, {1, 60}); /* drops the priority only */
    rec(150, EV_GUEST_DIR, {1, 60});
    rec(160, EV_KVM_EXIT, {7, CAUSE_MAINT});
    rec(160, EV_GIC_OUTPUT, {-1, GIC_IRQ, 1});
    rec(160, EV_DEVICE_LINE, {-1, 1});
    rec(160, 0, {1, 2, 3, 4, 5, 6});
    rec(160, 0xffff, {});
    trace_writer_end_run(w);
}

void write_empty(trace_writer *w)
{
    trace_run_info info = {};

    info.tick_hz = 1;
    trace_writer_begin_run(w, &info);
    trace_writer_end_run(w);
}

void write_nothing(trace_writer *)
{
}

const struct {
    const char *name;
    void (*write)(trace_writer *w);
} samples[] = {{"modes", write_modes},   {"ideal", write_ideal}, {"cycles", write_cycles},
               {"banked", write_banked}, {"empty", write_empty}, {"nothing", write_nothing}};

} // namespace

const char *const *names()
{
    static const char *const all[] = {"modes", "ideal", "cycles", "banked", "empty", "nothing", nullptr};

    return all;
}

const trace_writer_options *options()
{
    static const trace_names causes = {EV_KVM_EXIT, 1, sizeof cause_names / sizeof cause_names[0], cause_names};
    static const trace_writer_options opt = {nullptr, 0, &causes, 1, 0};

    return &opt;
}

bool write(trace_writer *w, const std::string &name)
{
    for (const auto &s : samples) {
        if (name == s.name) {
            s.write(w);
            return true;
        }
    }
    return false;
}

} // namespace sample
