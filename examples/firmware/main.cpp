// SPDX-License-Identifier: Apache-2.0
//
// The platform: cores, interconnect, GIC-400, four interrupt sources, UART, and a meter that looks on.
//
//   firmware PROGRAM.bin [CORES [QUANTUM_NS]]
//
// Runs the program from the start of memory. What it writes to the UART goes to stdout, the rest to stderr; the exit
// code is the program's.
#include "board.hpp"
#include "core.hpp"
#include "interconnect.hpp"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <trapline/systemc/gic400.hpp>
#include <trapline/systemc/irq_traffic.hpp>
#include <trapline/systemc/meter.hpp>

using namespace sc_core;
using namespace trapline;

namespace
{
constexpr uint64_t ram_base = 0x80000000, ram_size = 1 << 20;
constexpr uint64_t power_base = 0x1c0f0000, uart_base = 0x1c090000, device_base = 0x1c110000, gic_base = 0x2c000000;
constexpr uint64_t page = 0x1000, gic_span = 0x8000;
constexpr unsigned devices = 4, first_spi = 32;

struct free_memory {
    void operator()(void *p) const
    {
        std::free(p);
    }
};

gic400_config gic_for(unsigned cores)
{
    gic400_config c;
    c.cpus = cores;
    c.spis = 96;
    return c;
}

meter_config meter_for(unsigned cores)
{
    meter_config c;
    c.cpus = cores;
    return c;
}

// Two that are level-sensitive, the second needing two writes of its register; one that pulses; a periodic one.
irq_source_config device_config(unsigned n)
{
    return n == 2 ? irq_source_config::edge() : irq_source_config::level(n == 1 ? 2 : 1);
}

struct platform {
    platform(unsigned cores, void *ram)
        : bus("bus", sc_time(10, SC_NS)), gic("gic", gic_for(cores)), console("uart", std::cout), off("power"),
          measured("meter", meter_for(cores)), wire("wire", devices), line("line", cores)
    {
        measured.attach(gic);
        bus.map(gic_base, gic_span, gic.bus);
        bus.map(uart_base, page, console.bus);
        bus.map(power_base, page, off.bus);
        for (unsigned i = 0; i < devices; i++) {
            source.push_back(std::make_unique<irq_source>(("device" + std::to_string(i)).c_str(), device_config(i)));
            bus.map(device_base + i * page, page, source[i]->regs);
            source[i]->line(wire[i]);
            gic.spi[i](wire[i]);
        }
        tick = std::make_unique<irq_traffic>("tick", irq_timetable::periodic(sc_time(50, SC_US)), *source[3]);
        for (unsigned i = 0; i < cores; i++) {
            cpu.push_back(std::make_unique<core>(("core" + std::to_string(i)).c_str(), i, ram_base, sc_time(1, SC_NS)));
            cpu[i]->bus.bind(bus.in);
            cpu[i]->irq(line[i]);
            gic.irq[i](line[i]);
            engine &e = cpu[i]->cpu();
            e.map_memory(ram_base, ram_size, ram);
            e.map_device(gic_base, gic_span);
            e.map_device(uart_base, page);
            e.map_device(power_base, page);
            e.map_device(device_base, devices * page);
        }
    }

    interconnect bus;
    gic400 gic;
    uart console;
    power off;
    meter measured;
    sc_vector<sc_signal<bool>> wire, line;
    std::vector<std::unique_ptr<irq_source>> source;
    std::unique_ptr<irq_traffic> tick;
    std::vector<std::unique_ptr<core>> cpu;
};

int usage()
{
    std::cerr << "usage: firmware PROGRAM.bin [CORES (1-8) [QUANTUM_NS (1-)]]\n";
    return 2;
}

int run(const char *program, unsigned cores, unsigned quantum_ns)
{
    std::ifstream file(program, std::ios::binary);
    std::unique_ptr<void, free_memory> ram(std::aligned_alloc(page, ram_size)); // the engine wants whole pages
    if (!ram) {
        std::cerr << "not enough memory\n";
        return 2;
    }
    std::memset(ram.get(), 0, ram_size);
    if (!file || !file.read(static_cast<char *>(ram.get()), ram_size).gcount()) {
        std::cerr << program << ": cannot be read\n";
        return 2;
    }
    if (file.peek() != std::ifstream::traits_type::eof()) {
        std::cerr << program << ": does not fit into " << ram_size << " bytes of memory\n";
        return 2;
    }
    tlm::tlm_global_quantum::instance().set(sc_time(quantum_ns, SC_NS));
    platform p(cores, ram.get());
    sc_start(sc_time(1, SC_SEC)); // a program that hangs is stopped
    std::cout << std::flush;

    for (auto &c : p.cpu)
        std::cerr << c->name() << ": " << c->cpu().instructions() << " instructions, " << c->accesses()
                  << " device accesses, " << c->cpu().interrupts() << " interrupts\n";
    p.measured.print(std::cerr);
    std::cerr << "stopped at " << sc_time_stamp() << "\n";
    if (p.off.code() < 0)
        std::cerr << "the program has not ended\n";
    return p.off.code() < 0 ? 3 : p.off.code();
}
} // namespace

int sc_main(int argc, char **argv)
{
    const long cores = argc > 2 ? std::strtol(argv[2], nullptr, 0) : 1;
    const long quantum = argc > 3 ? std::strtol(argv[3], nullptr, 0) : 500;
    if (argc < 2 || argc > 4 || cores < 1 || cores > 8 || quantum < 1 || quantum > 1000000)
        return usage();
    sc_report_handler::set_actions("/OSCI/SystemC", SC_DO_NOTHING); // "Simulation stopped by user."
    try {
        return run(argv[1], unsigned(cores), unsigned(quantum));
    } catch (const std::exception &e) {
        std::cerr << e.what() << "\n";
        return 3;
    }
}
