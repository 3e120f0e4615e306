// SPDX-License-Identifier: Apache-2.0
//
// Time of the physical interrupt cycle (raise, IAR, EOIR, lower) on the GIC-400 module, through its TLM sockets, with
// lines as calls and as sc_signal<bool>. Each is measured beside the same cycle on a target that does nothing (the
// floor: what SystemC itself costs), since figures of SystemC on different machines mean little. The time must not
// depend on the number of interrupts or CPUs.
//
// A simulation is elaborated once: every target of every measurement stands ready, and one SC_THREAD measures.
#include <trapline/gic_regs.h>
#include <trapline/systemc/gic400.hpp>

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <benchmark/benchmark.h>

#include <deque>
#include <memory>
#include <string>

namespace
{

using tlm::tlm_generic_payload;

constexpr uint32_t first_spi = 32, fixed_spi = first_spi + 5;

// Where a cycle is measured. Rotating: each cycle takes the next SPI and its CPU.
struct Place {
    uint32_t spis, cpus;
    bool rotating, signals;
};

// A line as a call.
struct LineTarget {
    virtual ~LineTarget() = default;
    virtual void set_line(uint32_t intid, bool level) = 0;
};

// What the initiators of one place are: a socket and a payload for each CPU, used again for every access.
struct Bus : sc_core::sc_module {
    struct Port {
        tlm_utils::simple_initiator_socket<Bus> socket;
        tlm_generic_payload trans;
        trapline::access_extension who;
        uint32_t data = 0;
        explicit Port(unsigned cpu) : socket(("port_" + std::to_string(cpu)).c_str()), who(cpu)
        {
        }
        ~Port()
        {
            trans.clear_extension(&who);
        }
    };
    std::deque<Port> ports;

    Bus(sc_core::sc_module_name name, unsigned cpus) : sc_module(name)
    {
        for (unsigned c = 0; c < cpus; c++)
            ports.emplace_back(c).trans.set_extension(&ports.back().who);
    }
    uint32_t access(unsigned cpu, tlm::tlm_command command, uint64_t address, unsigned size, uint32_t value)
    {
        Port &p = ports[cpu];
        sc_core::sc_time delay;
        p.data = value;
        p.trans.set_command(command);
        p.trans.set_address(address);
        p.trans.set_data_ptr(reinterpret_cast<unsigned char *>(&p.data));
        p.trans.set_data_length(size);
        p.trans.set_streaming_width(size);
        p.trans.set_byte_enable_ptr(nullptr);
        p.trans.set_dmi_allowed(false);
        p.trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
        p.socket->b_transport(p.trans, delay);
        return p.data;
    }
    uint32_t read(unsigned cpu, uint64_t address)
    {
        return access(cpu, tlm::TLM_READ_COMMAND, address, 4, 0);
    }
    void write(unsigned cpu, uint64_t address, uint32_t value, unsigned size = 4)
    {
        access(cpu, tlm::TLM_WRITE_COMMAND, address, size, value);
    }
};

// ---- targets ------------------------------------------------------------------------------------------

// The floor: accepts everything. With signals, its one process drives the same changes of nIRQ.
struct Empty : sc_core::sc_module, LineTarget {
    tlm_utils::simple_target_socket<Empty> socket{"socket"};
    sc_core::sc_in<bool> line{"line"};
    sc_core::sc_out<bool> irq{"irq"};
    sc_core::sc_signal<bool> unused_line{"unused_line"}, unused_irq{"unused_irq"};
    sc_core::sc_event drive;
    bool level = false, seen = false, signals;

    SC_HAS_PROCESS(Empty);
    Empty(sc_core::sc_module_name name, bool with_signals) : sc_module(name), signals(with_signals)
    {
        socket.register_b_transport(this, &Empty::b_transport);
        SC_METHOD(run);
        sensitive << line << drive;
    }
    void before_end_of_elaboration() override
    {
        if (!signals) {
            line(unused_line);
            irq(unused_irq);
        }
    }
    void run()
    {
        if (line.event())
            level = line.read();
        irq.write(level);
    }
    void b_transport(tlm_generic_payload &trans, sc_core::sc_time &)
    {
        if (signals) { // an acknowledge clears nIRQ, the end of a level that is still high sets it
            level = trans.is_write();
            drive.notify(sc_core::SC_ZERO_TIME);
        }
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    void set_line(uint32_t, bool on) override
    {
        benchmark::DoNotOptimize(seen = on);
    }
};

struct Gic : sc_core::sc_module, LineTarget {
    trapline::gic400 gic;
    Gic(sc_core::sc_module_name name, const trapline::gic400_config &config) : sc_module(name), gic("gic", config)
    {
    }
    void set_line(uint32_t intid, bool on) override
    {
        gic.set_spi(intid, on);
    }
};

// ---- a place with everything around -------------------------------------------------------------------

struct Bench {
    std::string name;
    Place place;
    Bus bus;
    std::unique_ptr<Empty> empty;
    std::unique_ptr<Gic> gic;
    sc_core::sc_vector<sc_core::sc_signal<bool>> lines, irqs;
    bool wrong = false;

    Bench(const std::string &what, const Place &p, bool with_gic)
        : name(what), place(p), bus((what + "_bus").c_str(), p.cpus), lines((what + "_line").c_str(), p.spis),
          irqs((what + "_irq").c_str(), p.cpus)
    {
        if (with_gic) {
            trapline::gic400_config config;
            config.cpus = place.cpus;
            config.spis = place.spis;
            config.signals = place.signals;
            gic = std::make_unique<Gic>((what + "_gic").c_str(), config);
            for (auto &port : bus.ports)
                port.socket.bind(gic->gic.bus);
            if (place.signals) {
                gic->gic.spi.bind(lines);
                gic->gic.irq.bind(irqs);
            }
        } else {
            empty = std::make_unique<Empty>((what + "_empty").c_str(), place.signals);
            bus.ports[0].socket.bind(empty->socket);
            if (place.signals) {
                empty->line(lines[fixed_spi - first_spi]);
                empty->irq(irqs[0]);
            }
        }
    }
    uint32_t owner(uint32_t intid) const
    {
        return intid % place.cpus;
    }
    LineTarget &target()
    {
        return gic ? static_cast<LineTarget &>(*gic) : *empty;
    }
    void set_up()
    {
        if (!gic)
            return;
        for (uint32_t i = first_spi; i < first_spi + place.spis; i++) {
            bus.write(0, 0x1000 + GICD_ITARGETSR + i, 1u << owner(i), 1);
            bus.write(0, 0x1000 + GICD_IPRIORITYR + i, 0xa0, 1);
            bus.write(0, 0x1000 + GICD_ISENABLER + i / 32 * 4, 1u << i % 32);
        }
        for (uint32_t c = 0; c < place.cpus; c++) {
            bus.write(c, 0x2000 + GICC_PMR, 0xf8);
            bus.write(c, 0x2000 + GICC_CTLR, GICC_CTLR_EnableGrp0);
        }
        bus.write(0, 0x1000 + GICD_CTLR, GICD_CTLR_EnableGrp0);
    }
    uint32_t next(uint32_t intid) const
    {
        if (!place.rotating)
            return intid;
        return intid + 1 == first_spi + place.spis ? first_spi : intid + 1;
    }

    void calls(benchmark::State &state)
    {
        uint32_t intid = fixed_spi;
        LineTarget &t = target();
        for (auto _ : state) {
            const uint32_t cpu = gic ? owner(intid) : 0;
            t.set_line(intid, true);
            const uint32_t iar = bus.read(cpu, 0x2000 + GICC_IAR);
            wrong |= gic && iar != intid;
            bus.write(cpu, 0x2000 + GICC_EOIR, iar);
            t.set_line(intid, false);
            intid = next(intid);
        }
    }
    // After each step the CPU waits until its nIRQ has changed.
    void wires(benchmark::State &state)
    {
        uint32_t intid = fixed_spi;
        for (auto _ : state) {
            const uint32_t cpu = gic ? owner(intid) : 0;
            const sc_core::sc_event &changed = irqs[cpu].value_changed_event();
            auto &line = lines[intid - first_spi];
            line.write(true);
            sc_core::wait(changed);
            const uint32_t iar = bus.read(cpu, 0x2000 + GICC_IAR);
            wrong |= gic && iar != intid;
            sc_core::wait(changed);
            bus.write(cpu, 0x2000 + GICC_EOIR, iar);
            sc_core::wait(changed);
            line.write(false);
            sc_core::wait(changed);
            wrong |= irqs[cpu].read();
            intid = next(intid);
        }
    }
    void measure(benchmark::State &state)
    {
        wrong = false;
        if (place.signals)
            wires(state);
        else
            calls(state);
        if (wrong)
            state.SkipWithError("the GIC does something else");
    }
};

// ---- all of them --------------------------------------------------------------------------------------

std::deque<std::unique_ptr<Bench>> benches;

void make(bool signals)
{
    const std::string kind = signals ? "signals" : "calls";
    benches.push_back(std::make_unique<Bench>(kind + "_floor", Place{64, 1, false, signals}, false));
    for (uint32_t spis : {64u, 256u, 988u})
        for (uint32_t cpus : {1u, 8u})
            for (bool rotating : {false, true}) {
                const std::string name = kind + "_" + std::to_string(spis) + "x" + std::to_string(cpus) +
                                         (rotating ? "_rotating" : "_fixed");
                benches.push_back(std::make_unique<Bench>(name, Place{spis, cpus, rotating, signals}, true));
            }
}

struct Runner : sc_core::sc_module {
    SC_HAS_PROCESS(Runner);
    explicit Runner(sc_core::sc_module_name name) : sc_module(name)
    {
        SC_THREAD(run);
        set_stack_size(1 << 20);
    }
    void run()
    {
        sc_core::wait(sc_core::SC_ZERO_TIME);
        for (auto &b : benches)
            b->set_up();
        benchmark::RunSpecifiedBenchmarks();
        sc_core::sc_stop();
    }
};

} // namespace

int sc_main(int argc, char **argv)
{
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 1;
    sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_INFO, sc_core::SC_DO_NOTHING); // sc_stop's
    make(false);
    make(true);
    for (auto &b : benches)
        benchmark::RegisterBenchmark(b->name.c_str(), [&b](benchmark::State &state) { b->measure(state); });
    Runner runner("runner");
    sc_core::sc_start();
    benches.clear();
    return 0;
}
