// SPDX-License-Identifier: Apache-2.0
//
// Two CPUs behind one router, which says with an extension which of them asks: each sends the other a
// software-generated interrupt (SGI).
#include <trapline/gic_regs.h>
#include <trapline/systemc/gic400.hpp>

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <iostream>

namespace
{

struct Router : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<Router> port{"port"};

    explicit Router(sc_core::sc_module_name name) : sc_module(name)
    {
    }
    uint32_t access(unsigned cpu, tlm::tlm_command command, uint64_t address, uint32_t value = 0)
    {
        tlm::tlm_generic_payload trans;
        trapline::access_extension who(cpu);
        sc_core::sc_time delay;
        trans.set_command(command);
        trans.set_address(address);
        trans.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        trans.set_data_length(4);
        trans.set_streaming_width(4);
        trans.set_extension(&who);
        port->b_transport(trans, delay);
        trans.clear_extension(&who);
        if (trans.is_response_error())
            SC_REPORT_FATAL("router", trans.get_response_string().c_str());
        return value;
    }
};

} // namespace

int sc_main(int /*argc*/, char ** /*argv*/)
{
    trapline::gic400_config config;
    config.cpus = 2;
    config.signals = false; // lines and outputs as calls
    trapline::gic400 gic("gic", config);
    Router router("router");
    router.port.bind(gic.bus);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);

    constexpr uint64_t gicd = 0x1000, gicc = 0x2000;
    router.access(0, tlm::TLM_WRITE_COMMAND, gicd + GICD_CTLR, GICD_CTLR_EnableGrp0);
    for (unsigned cpu = 0; cpu < 2; cpu++) {
        router.access(cpu, tlm::TLM_WRITE_COMMAND, gicc + GICC_PMR, 0xf0);
        router.access(cpu, tlm::TLM_WRITE_COMMAND, gicc + GICC_CTLR, GICC_CTLR_EnableGrp0);
    }
    for (unsigned cpu = 0; cpu < 2; cpu++) {
        const unsigned other = 1 - cpu;
        router.access(cpu, tlm::TLM_WRITE_COMMAND, gicd + GICD_SGIR,
                      GIC_FIELD_SET(GICD_SGIR_CPUTargetList, 1u << other) | (5 + cpu));
        const bool signalled = gic.output(other, GIC_IRQ);
        const uint32_t iar = router.access(other, tlm::TLM_READ_COMMAND, gicc + GICC_IAR);
        router.access(other, tlm::TLM_WRITE_COMMAND, gicc + GICC_EOIR, iar);
        std::cout << "CPU " << other << ": nIRQ " << signalled << ", SGI " << GIC_FIELD_GET(GICC_IAR_INTID, iar)
                  << " from CPU " << GIC_FIELD_GET(GICC_IAR_CPUID, iar) << "\n";
    }
    return 0;
}
