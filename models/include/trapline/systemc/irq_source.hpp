// SPDX-License-Identifier: Apache-2.0
//
// trapline/systemc/irq_source.hpp - a device with one interrupt.
//
// The SystemC counterpart of struct irq_device (<trapline/devices.h>): it has reasons to interrupt (raise()),
// drives a wire or writes a message, and falls silent when software has written its register often enough.
// It knows no software and no interrupt controller.
#pragma once

#include <cstdint>
#include <functional>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

namespace trapline
{

enum class irq_kind {
    level, // the wire is high until the device has been served
    edge,  // a pulse on the wire
    msi,   // a write to a frame that turns it into an interrupt, such as GICv2m
};

struct irq_source_config {
    irq_kind kind = irq_kind::level;
    // Register writes until the device has been served; causes that come before that coalesce with the one that is
    // being served. Level: at least 1 (0 counts as 1). Edge and MSI: with 0 every cause is an interrupt of its own.
    unsigned clears = 1;
    sc_core::sc_time pulse = sc_core::SC_ZERO_TIME; // edge: width of the pulse; zero: two delta cycles
    uint64_t msi_address = 0;                       // msi: where to write
    uint32_t msi_data = 0;                          // msi: what; for GICv2m the INTID of the SPI

    static irq_source_config level(unsigned clears = 1);
    static irq_source_config edge(sc_core::sc_time pulse = sc_core::SC_ZERO_TIME);
    static irq_source_config msi(uint64_t address, uint32_t data);
};

class irq_source : public sc_core::sc_module
{
  public:
    // The wire. Driven by one process of the module, one delta cycle after the cause. May stay unbound.
    sc_core::sc_port<sc_core::sc_signal_inout_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> line;
    // The device's registers (below). May stay unbound: clear() is the same as a write of CLEAR.
    tlm_utils::simple_target_socket_optional<irq_source> regs;
    // Where messages go. Bind it for irq_kind::msi.
    tlm_utils::simple_initiator_socket_optional<irq_source> msi;

    // The registers, 32 bits each. Word accesses; the rest of the 4 KiB answers with an address error.
    enum reg : uint64_t {
        STATUS = 0x00,    // RO. Bit 0: not yet served (or the pulse is high). Bits 31-8: writes of CLEAR still needed
        CLEAR = 0x04,     // WO. Any value: one of the writes that serve the device
        RAISE = 0x08,     // WO. Any value: a cause
        RAISED = 0x0c,    // RO. raised(), the low 32 bits
        COALESCED = 0x10, // RO. coalesced(), the low 32 bits
        SIZE = 0x1000,
    };

    SC_HAS_PROCESS(irq_source);
    explicit irq_source(sc_core::sc_module_name name, const irq_source_config &config = {});

    // The wire without signals: called with every change of its level, at once, whoever caused it. It must not
    // wait. Set it before the simulation starts. Not called for irq_kind::msi.
    std::function<void(bool level)> sink;
    // Called after a cause (coalesced: it found the device unserved) and after a write of CLEAR that counted.
    // They must not call this source.
    std::function<void(const irq_source &, bool coalesced)> on_raise;
    std::function<void(const irq_source &, unsigned remaining)> on_clear;

    // The device has a reason to interrupt, now. True: an interrupt has been sent; false: it coalesced.
    // From any process; never waits (messages are sent by a thread of the module, in order).
    bool raise();
    // Software writes the device's register. Ignored while it has been served.
    void clear();
    // The device is reset: silent at once, messages not yet sent are dropped. Counters stay.
    void reset();

    bool level() const
    {
        return level_;
    } // of the wire
    unsigned remaining() const
    {
        return remaining_;
    } // writes of CLEAR still needed
    uint64_t raised() const
    {
        return raised_;
    } // interrupts sent
    uint64_t coalesced() const
    {
        return coalesced_;
    } // causes that were not
    uint64_t cleared() const
    {
        return cleared_;
    } // writes of CLEAR that counted
    uint64_t msi_errors() const
    {
        return msi_errors_;
    } // messages that were answered with an error response
    const irq_source_config &config() const
    {
        return config_;
    }

  private:
    void set_level(bool level);
    void drive();
    void end_pulse();
    void send();
    bool access(tlm::tlm_generic_payload &p);
    void b_transport(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    unsigned transport_dbg(tlm::tlm_generic_payload &p);
    uint32_t read(uint64_t offset) const;

    irq_source_config config_;
    sc_core::sc_event changed_, pulse_over_, message_;
    bool level_ = false;
    unsigned remaining_ = 0;
    uint64_t messages_ = 0; // not yet sent
    uint64_t raised_ = 0, coalesced_ = 0, cleared_ = 0, msi_errors_ = 0;
};

} // namespace trapline
