/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model.h - what a scenario file says, decoded and still in the user's terms.
 */
#ifndef SCENARIO_MODEL_H
#define SCENARIO_MODEL_H

#include "decode.h"

#include <trapline/machine.h>

#define MODEL_MAX_MODES 32u

struct model_platform {
    struct head h;
    struct f_uint gic, cpus, spis, list_registers, priority_bits, host, irq_propagation;
};
struct model_vcpu {
    struct head h;
    struct f_uint cpu;
};
struct model_vm {
    struct head h;
    struct f_list vcpus; /* struct model_vcpu */
    struct f_uint main, eoi_mode;
};
struct model_guest {
    struct head h;
    struct f_uint op, count;
};
struct model_device {
    struct head h;
    struct f_str name;
    struct f_uint kind, spi, trigger, cpu, clears, shared;
};
struct model_route {
    struct head h;
    struct f_str device;
    struct f_uint guest_spi, vcpu, resample, forward, priority;
};
struct model_handler {
    struct head h;
    struct f_uint guest_spi, work;
    struct f_str clears;
};
struct model_traffic {
    struct head h;
    struct f_str device;
    struct f_uint start, every, count;
};
struct model_knobs {
    struct head h;
    struct f_uint lazy_disable, sync_before_host_irq, irqfd_inject, bypass_regression_2020, pa_suppress_level,
        multi_lr_sgi, wake_ignores_pmr, timer_set_active, mapped_level, gich_switch;
};
struct model_action {
    struct head h;
    struct f_uint at, action, cpu;
    struct f_str device;
};
struct model {
    struct head h;
    struct f_uint schema;
    struct f_str name, doc, kernel, costs;
    struct model_knobs knobs;
    struct model_platform platform;
    struct model_vm vm;
    struct f_list devices, routes, handlers, traffic, timeline;
    struct model_guest guest;
    struct f_uint seed, until;
    struct f_node modes, expect;
};

/* One element of expect.accesses. */
struct model_accesses {
    struct head h;
    struct f_str mode, device;
    struct f_uint occurrence, cpu;
    struct f_list frames, list; /* struct f_str */
};

extern const struct table model_table, model_accesses_table;

#endif
