// SPDX-License-Identifier: Apache-2.0
#include "tlm_rules.hpp"

#include <trapline/systemc/irq_source.hpp>

#include <cstring>

using namespace sc_core;

namespace trapline
{

irq_source_config irq_source_config::level(unsigned clears)
{
    irq_source_config c;
    c.clears = clears;
    return c;
}

irq_source_config irq_source_config::edge(sc_time pulse)
{
    irq_source_config c;
    c.kind = irq_kind::edge;
    c.clears = 0;
    c.pulse = pulse;
    return c;
}

irq_source_config irq_source_config::msi(uint64_t address, uint32_t data)
{
    irq_source_config c;
    c.kind = irq_kind::msi;
    c.clears = 0;
    c.msi_address = address;
    c.msi_data = data;
    return c;
}

irq_source::irq_source(sc_module_name name, const irq_source_config &config)
    : sc_module(name), line("line"), regs("regs"), msi("msi"), config_(config)
{
    if (config_.kind == irq_kind::level && !config_.clears)
        config_.clears = 1;
    regs.register_b_transport(this, &irq_source::b_transport);
    regs.register_transport_dbg(this, &irq_source::transport_dbg);

    if (config_.kind == irq_kind::msi) {
        SC_THREAD(send);
        return;
    }
    SC_METHOD(drive);
    sensitive << changed_;
    dont_initialize();
    SC_METHOD(end_pulse);
    sensitive << pulse_over_;
    dont_initialize();
}

void irq_source::set_level(bool level)
{
    level_ = level;
    if (sink)
        sink(level);
    changed_.notify(SC_ZERO_TIME);
}

// The only process that writes the signal: raise() and clear() come from many.
void irq_source::drive()
{
    for (int i = 0; i < line.size(); i++)
        line[i]->write(level_);
    // A delta cycle later at the earliest, so that the signal has been high.
    if (config_.kind == irq_kind::edge && level_)
        pulse_over_.notify(config_.pulse);
}

void irq_source::end_pulse()
{
    if (level_)
        set_level(false);
}

bool irq_source::raise()
{
    const bool merges = level_ || remaining_;
    if (merges) {
        coalesced_++;
    } else {
        raised_++;
        remaining_ = config_.clears;
        if (config_.kind == irq_kind::msi) {
            messages_++;
            message_.notify(SC_ZERO_TIME);
        } else {
            set_level(true);
        }
    }
    if (on_raise)
        on_raise(*this, merges);
    return !merges;
}

void irq_source::clear()
{
    if (!remaining_)
        return;
    remaining_--;
    cleared_++;
    if (!remaining_ && config_.kind == irq_kind::level)
        set_level(false);
    if (on_clear)
        on_clear(*this, remaining_);
}

void irq_source::reset()
{
    remaining_ = 0;
    messages_ = 0;
    pulse_over_.cancel();
    if (level_)
        set_level(false);
}

void irq_source::send()
{
    for (;;) {
        while (!messages_)
            wait(message_);
        messages_--;

        uint32_t data = config_.msi_data;
        sc_time delay = SC_ZERO_TIME;
        tlm::tlm_generic_payload p;
        p.set_write();
        p.set_address(config_.msi_address);
        p.set_data_ptr(reinterpret_cast<unsigned char *>(&data));
        p.set_data_length(sizeof data);
        p.set_streaming_width(sizeof data);
        if (!msi.get_base_port().size()) {
            msi_errors_++;
            continue;
        }
        msi->b_transport(p, delay);
        if (p.is_response_error())
            msi_errors_++;
        if (delay != SC_ZERO_TIME)
            wait(delay);
    }
}

uint32_t irq_source::read(uint64_t offset) const
{
    switch (offset) {
    case STATUS:
        return uint32_t(level_ || remaining_) | remaining_ << 8;
    case RAISED:
        return uint32_t(raised_);
    case COALESCED:
        return uint32_t(coalesced_);
    default: // the write-only ones
        return 0;
    }
}

// Is this an access that the registers take? If not, the response says why.
bool irq_source::access(tlm::tlm_generic_payload &p)
{
    tlm::tlm_response_status status = judge_form(p, 4);
    if (status == tlm::TLM_OK_RESPONSE && p.get_address() > COALESCED)
        status = tlm::TLM_ADDRESS_ERROR_RESPONSE;
    p.set_response_status(status);
    return status == tlm::TLM_OK_RESPONSE;
}

void irq_source::b_transport(tlm::tlm_generic_payload &p, sc_time &)
{
    p.set_dmi_allowed(false);
    if (p.get_command() == tlm::TLM_IGNORE_COMMAND) {
        p.set_response_status(tlm::TLM_OK_RESPONSE);
        return;
    }
    if (!access(p))
        return;
    const uint64_t offset = p.get_address();
    if (p.is_write()) {
        if (offset == CLEAR)
            clear();
        else if (offset == RAISE)
            raise();
    } else {
        const uint32_t value = read(offset);
        std::memcpy(p.get_data_ptr(), &value, sizeof value);
    }
}

// Reads only: there is no way to write these registers without an effect.
unsigned irq_source::transport_dbg(tlm::tlm_generic_payload &p)
{
    if (!p.is_read() || !p.get_data_ptr() || p.get_data_length() < 4 || p.get_address() > COALESCED ||
        p.get_address() % 4)
        return 0;
    const uint32_t value = read(p.get_address());
    std::memcpy(p.get_data_ptr(), &value, sizeof value);
    return sizeof value;
}

} // namespace trapline
