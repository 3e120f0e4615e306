/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include <stdio.h>
#include <string.h>

int trace_start(struct trace_writer **w, const char *path)
{
    static const char *const frames[] = {"GICD", "GICC", "GICH", "GICV"};
    const char *causes[MACHINE_EXIT_COUNT];
    const struct trace_names names[] = {
        {EV_KVM_EXIT, 1, MACHINE_EXIT_COUNT, causes},
        {EV_GIC_READ, 0, GIC_NFRAMES, frames},
        {EV_GIC_WRITE, 0, GIC_NFRAMES, frames},
    };
    const struct trace_writer_options opt = {.names = names, .nnames = sizeof names / sizeof names[0]};

    for (int i = 0; i < MACHINE_EXIT_COUNT; i++)
        causes[i] = machine_exit_name((enum machine_exit_cause)i);
    return trace_writer_open(w, path, &opt);
}

/* What the guest sees of a device. */
static void describe_route(const struct machine_config *cfg, size_t device, struct trace_device *out)
{
    for (size_t i = 0; i < cfg->nroutes; i++) {
        if (cfg->routes[i].device != device)
            continue;
        out->guest_intid = cfg->routes[i].guest_spi;
        out->vcpu = cfg->routes[i].vcpu;
        out->nvcpus = 1;
    }
}

int trace_run(struct trace_writer *w, const struct scenario *s, size_t mode, struct machine *m)
{
    const struct machine_config *cfg = scenario_mode_config(s, mode);
    struct trace_device device[MACHINE_MAX_DEVICES];
    uint32_t pinned[VGIC_MAX_VCPUS];
    char note[160];
    int err;

    for (size_t i = 0; i < cfg->nvcpus; i++)
        pinned[i] = cfg->vcpus[i].cpu;
    for (size_t i = 0; i < cfg->ndevices; i++) {
        const struct machine_device *d = &cfg->devices[i];
        device[i] = (struct trace_device){.name = d->name, .phys_intid = d->spi, .cpu = d->cpu};
        describe_route(cfg, i, &device[i]);
    }
    snprintf(note, sizeof note, "kernel %s, costs %s, seed %llu", cfg->kernel.name, cfg->costs.name,
             (unsigned long long)cfg->seed);
    const struct trace_run_info run = {.scenario = scenario_name(s),
                                       .mode = scenario_mode_name(s, mode),
                                       .unit = cfg->costs.unit,
                                       .note = note,
                                       .tick_hz = cfg->costs.tick_hz,
                                       .pcpus = cfg->platform.cpus,
                                       .vcpus = (uint32_t)cfg->nvcpus,
                                       .pinned = pinned,
                                       .devices = (uint32_t)cfg->ndevices,
                                       .device = device};
    err = trace_writer_begin_run(w, &run);
    return err ? err : machine_add_sink(m, trace_writer_sink(w));
}
