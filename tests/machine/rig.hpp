// SPDX-License-Identifier: Apache-2.0
// A machine for tests: one device, one vCPU on pCPU 1, kernel 6.1, everything changeable before run().
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <trapline/events.h>
#include <trapline/machine.h>

struct Rig {
    enum Costs { kIdeal, kSevenEach };

    machine_config cfg{};
    std::vector<machine_vcpu> vcpus{{1}};
    std::vector<machine_device> devices;
    std::vector<machine_route> routes;
    std::vector<machine_handler> handlers;
    std::vector<machine_traffic> traffic;
    std::vector<machine_action> actions;
    std::vector<sim_record> records;
    std::unique_ptr<machine, void (*)(machine *)> m{nullptr, machine_free};
    std::string why;
    bool record = false;

    explicit Rig(Costs costs = kIdeal)
    {
        cfg.struct_size = sizeof cfg;
        cfg.platform.cpus = 2;
        cfg.platform.spis = 96;
        cfg.platform.list_registers = 4;
        cfg.platform.priority_bits = 5;
        cfg.kernel = *machine_kernel_find("6.1");
        cfg.costs.tick_hz = 1000000000;
        std::strcpy(cfg.costs.name, "test");
        for (auto &p : cfg.costs.price) {
            p.priced = true;
            p.net = p.gross = costs == kIdeal ? 0 : 7;
        }
    }

    // A device with its route, handler and traffic: spaced so far apart that nothing overlaps.
    unsigned add(machine_device_kind kind, machine_trigger trigger, uint32_t spi, uint32_t guest_spi, unsigned cpu,
                 uint64_t count, sim_tick every = 100000)
    {
        const auto i = static_cast<unsigned>(devices.size());
        machine_device d{};
        std::snprintf(d.name, sizeof d.name, "dev%u", i);
        d.kind = kind;
        d.trigger = trigger;
        d.spi = kind == MACHINE_INJECTOR ? 0 : spi;
        d.cpu = cpu;
        d.clears = 1;
        devices.push_back(d);
        routes.push_back({i, guest_spi, 0, trigger == MACHINE_LEVEL, false, 0xa0});
        handlers.push_back({guest_spi, 0, kind == MACHINE_INJECTOR ? -1 : static_cast<int>(i)});
        traffic.push_back({i, 1000, every, count});
        return i;
    }

    void act(machine_action_kind kind, sim_tick at, unsigned cpu = 0)
    {
        actions.push_back({at, kind, 0, cpu});
    }

    int build()
    {
        cfg.vcpus = vcpus.data();
        cfg.nvcpus = vcpus.size();
        cfg.devices = devices.data();
        cfg.ndevices = devices.size();
        cfg.routes = routes.data();
        cfg.nroutes = routes.size();
        cfg.handlers = handlers.data();
        cfg.nhandlers = handlers.size();
        cfg.traffic = traffic.data();
        cfg.ntraffic = traffic.size();
        cfg.actions = actions.data();
        cfg.nactions = actions.size();
        machine *p = nullptr;
        char text[200] = "";
        const int err = machine_new(&cfg, &p, text, sizeof text);
        why = text;
        m.reset(p);
        if (p && record) {
            const sim_sink sink = {
                [](void *ctx, const sim_record *r) { static_cast<Rig *>(ctx)->records.push_back(*r); }, this,
                SIM_LIFE | SIM_TRANSITION | SIM_ACCESS};
            EXPECT_EQ(machine_add_sink(p, sink), 0);
        }
        return err;
    }

    int run()
    {
        const int err = m ? 0 : build();
        if (err)
            return err;
        const int status = machine_run(m.get());
        why = machine_error(m.get());
        return status;
    }

    uint64_t count(const std::string &name)
    {
        const machine_metric *x = machine_metric_find(m.get(), name.c_str());
        EXPECT_NE(x, nullptr) << name;
        return x ? x->u : ~0ull;
    }

    double real(const std::string &name)
    {
        const machine_metric *x = machine_metric_find(m.get(), name.c_str());
        EXPECT_TRUE(x && x->valid) << name;
        return x ? x->r : -1;
    }

    std::vector<std::string> notes() const
    {
        std::vector<std::string> out;
        for (const char *const *n = machine_notes(m.get()); *n; n++)
            out.emplace_back(*n);
        return out;
    }
};
