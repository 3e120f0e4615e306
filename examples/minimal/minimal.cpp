// SPDX-License-Identifier: Apache-2.0
//
// The smallest platform: one CPU, one GIC, one device with one line. The device wants attention every microsecond; the
// CPU acknowledges, quietens the device and ends the interrupt. docs/systemc-minimal.md explains it.
#include <trapline/gic_regs.h>
#include <trapline/systemc/gic400.hpp>

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <iostream>
#include <string>

using sc_core::sc_time;
using sc_core::sc_time_stamp;
using sc_core::wait;

namespace
{

constexpr uint32_t device_intid = 40; // INTID 40 is gic.spi[8]

void say(const std::string &what)
{
    std::cout << sc_time_stamp() << "\t" << what << "\n";
}

// Raises a level-sensitive line, and lowers it when its register is written.
struct Device : sc_core::sc_module {
    sc_core::sc_out<bool> line{"line"};
    sc_core::sc_event quiet; // the register that a driver writes

    SC_HAS_PROCESS(Device);
    explicit Device(sc_core::sc_module_name name) : sc_module(name)
    {
        SC_THREAD(run);
    }
    void run()
    {
        while (true) {
            wait(sc_time(1, sc_core::SC_US));
            say("device: line up");
            line.write(true);
            wait(quiet);
            say("device: line down");
            line.write(false);
        }
    }
};

// Software, as an initiator thread.
struct Cpu : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<Cpu> bus{"bus"};
    sc_core::sc_in<bool> irq{"irq"};
    Device &device;

    SC_HAS_PROCESS(Cpu);
    Cpu(sc_core::sc_module_name name, Device &d) : sc_module(name), device(d)
    {
        SC_THREAD(run);
    }

    // An access of a word; the latency that the GIC asks for is waited for at once.
    uint32_t access(tlm::tlm_command command, uint64_t address, uint32_t value)
    {
        tlm::tlm_generic_payload trans;
        sc_time delay;
        trans.set_command(command);
        trans.set_address(address);
        trans.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        trans.set_data_length(4);
        trans.set_streaming_width(4);
        bus->b_transport(trans, delay);
        if (trans.is_response_error())
            SC_REPORT_FATAL("cpu", trans.get_response_string().c_str());
        wait(delay);
        return value;
    }
    uint32_t read(uint64_t address)
    {
        return access(tlm::TLM_READ_COMMAND, address, 0);
    }
    void write(uint64_t address, uint32_t value)
    {
        access(tlm::TLM_WRITE_COMMAND, address, value);
    }

    void run()
    {
        constexpr uint64_t gicd = 0x1000, gicc = 0x2000; // in the memory map of the GIC-400
        constexpr uint32_t word = device_intid / 32 * 4, bit = 1u << device_intid % 32;
        write(gicd + GICD_ITARGETSR + device_intid, 0x01); // this byte and the three after it: to CPU 0
        write(gicd + GICD_ISENABLER + word, bit);
        write(gicd + GICD_CTLR, GICD_CTLR_EnableGrp0);
        write(gicc + GICC_PMR, 0xf0);
        write(gicc + GICC_CTLR, GICC_CTLR_EnableGrp0);
        say("cpu: ready");
        while (true) {
            while (!irq.read())
                wait(irq.value_changed_event());
            const uint32_t iar = read(gicc + GICC_IAR);
            say("cpu: acknowledged INTID " + std::to_string(iar));
            device.quiet.notify();
            wait(sc_time(50, sc_core::SC_NS)); // the work
            write(gicc + GICC_EOIR, iar);
            say("cpu: ended");
        }
    }
};

} // namespace

int sc_main(int /*argc*/, char ** /*argv*/)
{
    trapline::gic400_config config; // one CPU, 96 SPIs
    config.latency.cpu_read = config.latency.cpu_write = sc_time(20, sc_core::SC_NS);

    trapline::gic400 gic("gic", config);
    Device device("device");
    Cpu cpu("cpu", device);
    sc_core::sc_signal<bool> line("line"), irq("irq");

    cpu.bus.bind(gic.bus); // all frames; every other port of the GIC may stay unbound
    device.line(line);
    gic.spi[device_intid - 32].bind(line);
    gic.irq[0].bind(irq);
    cpu.irq(irq);

    sc_core::sc_start(sc_time(3, sc_core::SC_US));

    for (const char *name : {"GICD_ISENABLER1", "GICD_ISPENDR1", "GICD_ISACTIVER1", "GICC_RPR"})
        std::cout << name << "\t0x" << std::hex << gic.peek(name).value() << std::dec << "\n";
    return 0;
}
