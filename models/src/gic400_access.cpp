// SPDX-License-Identifier: Apache-2.0
//
// gic400_access.cpp - the rules of TLM-2.0 (IEEE 1666-2011, clauses 11 and 14) around the registers of the GIC-400.
//
// An access that is answered with an error has changed nothing. What hardware ignores (no register there, a width that
// the register does not take) is no error of the transport: it is RAZ/WI, unless the configuration is strict. (What an
// access passes through is part of each b_transport, where the socket is a constant; the compiler would not do that six
// times by itself.)
#include "tlm_rules.hpp"

#include <trapline/systemc/gic400.hpp>

#include <cstring>

namespace trapline
{

namespace
{

using tlm::tlm_generic_payload;
using tlm::tlm_response_status;

// What a strict GIC says of an access that hardware would ignore.
tlm_response_status judge_register(const std::optional<gic_register> &reg, unsigned size, bool write)
{
    if (!reg)
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    if (!(reg->widths & size))
        return tlm::TLM_BURST_ERROR_RESPONSE;
    if (reg->access == (write ? GIC_RO : GIC_WO))
        return tlm::TLM_COMMAND_ERROR_RESPONSE;
    return tlm::TLM_OK_RESPONSE;
}

std::optional<gic_register> register_at(gic_frame frame, uint32_t offset)
{
    gic_register row;
    for (unsigned i = 0; gic_reg_info(frame, i, &row); i++)
        if (row.first <= offset && offset < row.end)
            return row;
    return std::nullopt;
}

std::optional<gic_register> v2m_register_at(uint32_t offset)
{
    gic_register row;
    for (unsigned i = 0; gicv2m_reg_info(i, &row); i++)
        if (row.first <= offset && offset < row.end)
            return row;
    return std::nullopt;
}

// The generic payload's data is in the order of the host's words (14.18): these sizes need no more than a copy.
uint32_t get_data(const tlm_generic_payload &trans, unsigned size)
{
    uint32_t word = 0;
    uint16_t half = 0;
    switch (size) {
    case 1:
        return *trans.get_data_ptr();
    case 2:
        std::memcpy(&half, trans.get_data_ptr(), sizeof(half));
        return half;
    default:
        std::memcpy(&word, trans.get_data_ptr(), sizeof(word));
        return word;
    }
}

void put_data(tlm_generic_payload &trans, unsigned size, uint32_t value)
{
    const auto byte = static_cast<uint8_t>(value);
    const auto half = static_cast<uint16_t>(value);
    switch (size) {
    case 1:
        *trans.get_data_ptr() = byte;
        return;
    case 2:
        std::memcpy(trans.get_data_ptr(), &half, sizeof(half));
        return;
    default:
        std::memcpy(trans.get_data_ptr(), &value, sizeof(value));
    }
}

// An address beyond 32 bits names no register; its low bits stay as they are.
uint32_t to_offset(uint64_t address)
{
    return address <= 0xffffffff ? static_cast<uint32_t>(address) : 0xfffff000u | (address & 0xfff);
}

} // namespace

[[gnu::always_inline]] inline gic400::asker gic400::who_asks(socket s, int id, const payload &trans) const
{
    if (const auto *who = trans.get_extension<access_extension>())
        return {who->cpu, who->secure, who->timed};
    const auto &map = ports_[static_cast<size_t>(s)];
    const auto index = static_cast<size_t>(id);
    // The map ends with the last binding that map_port knows.
    return index < map.size() ? map[index] : asker{static_cast<unsigned>(id), false, true};
}

[[gnu::always_inline]] inline gic400::request gic400::decode(socket s, asker who, uint64_t address) const
{
    request r{who, GIC_DIST, to_offset(address), false};
    if (s != socket::bus) {
        r.frame = static_cast<gic_frame>(s);
        return r;
    }
    // Eight blocks of 4 KiB (GIC-400 Technical Reference Manual, ARM DDI 0471, memory map).
    const unsigned shift = config_.map == gic400_map::packed ? 12 : 16;
    const uint64_t block = address >> shift;
    const auto within = static_cast<uint32_t>(address & 0xfff);
    switch (block) {
    case 1:
        r.offset = within;
        break;
    case 2:
    case 3:
        r.frame = GIC_CPU;
        r.offset = within | static_cast<uint32_t>(block & 1) << 12;
        break;
    case 4:
        r.frame = GIC_HYP;
        r.offset = within;
        break;
    case 5: // the interface that bits 11:9 select, whoever asks
        r.frame = GIC_HYP;
        r.offset = within & 0x1ff;
        r.nothing_there = within >> 9 >= config_.cpus;
        if (!r.nothing_there)
            r.who.cpu = within >> 9;
        break;
    case 6:
    case 7:
        r.frame = GIC_VCPU;
        r.offset = within | static_cast<uint32_t>(block & 1) << 12;
        break;
    default:
        r.nothing_there = true;
    }
    return r;
}

void gic400::tell_access(const request &r, bool write, unsigned size, uint32_t value, const sc_core::sc_time &delay)
{
    const gic400_access access{r.who.cpu, r.who.secure, write, r.frame,
                               r.offset,  size,         value, sc_core::sc_time_stamp() + delay};
    for (listener *l : listeners_)
        l->gic_access(access);
}

// The register access. Non-secure ones have a faster way in, and without the Security Extensions all are alike.
[[gnu::always_inline]] inline uint32_t gic400::touch(const request &r, bool write, unsigned size, uint32_t value)
{
    struct gic *g = gic_.get();
    const bool secure = r.who.secure && config_.security;
    if (write && secure)
        gic_write_sec(g, r.who.cpu, GIC_SECURE, r.frame, r.offset, size, value);
    else if (write)
        gic_write(g, r.who.cpu, r.frame, r.offset, size, value);
    else if (secure)
        value = gic_read_sec(g, r.who.cpu, GIC_SECURE, r.frame, r.offset, size);
    else
        value = gic_read(g, r.who.cpu, r.frame, r.offset, size);
    return value;
}

// The access as such; adds its latency to delay.
[[gnu::always_inline]] inline tlm_response_status gic400::serve(socket s, int id, payload &trans,
                                                                sc_core::sc_time &delay)
{
    trans.set_dmi_allowed(false);
    if (trans.get_command() == tlm::TLM_IGNORE_COMMAND)
        return tlm::TLM_OK_RESPONSE;
    if (in_reset_)
        return tlm::TLM_GENERIC_ERROR_RESPONSE;
    if (s == socket::v2m)
        return serve_v2m(trans);
    if (const tlm_response_status wrong = judge_form(trans, 1 | 4); wrong != tlm::TLM_OK_RESPONSE)
        return wrong;
    const asker who = who_asks(s, id, trans);
    if (who.cpu >= config_.cpus)
        return tlm::TLM_GENERIC_ERROR_RESPONSE;
    const request r = decode(s, who, trans.get_address());
    const unsigned size = trans.get_data_length();
    const bool write = trans.is_write();
    if (config_.strict) {
        const auto reg = r.nothing_there ? std::nullopt : register_at(r.frame, r.offset);
        if (const tlm_response_status wrong = judge_register(reg, size, write); wrong != tlm::TLM_OK_RESPONSE)
            return wrong;
    }
    uint32_t value = write ? get_data(trans, size) : 0;
    if (!r.nothing_there)
        value = touch(r, write, size, value);
    if (!write)
        put_data(trans, size, value);
    if (!listeners_.empty() && !r.nothing_there)
        tell_access(r, write, size, value, delay);
    if (r.who.timed)
        delay += latency_[r.frame][write];
    return tlm::TLM_OK_RESPONSE;
}

tlm_response_status gic400::serve_v2m(payload &trans)
{
    if (!v2m_frame_)
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    if (const tlm_response_status wrong = judge_form(trans, 1 | 2 | 4); wrong != tlm::TLM_OK_RESPONSE)
        return wrong;
    const uint32_t offset = to_offset(trans.get_address());
    const unsigned size = trans.get_data_length();
    if (config_.strict) {
        const tlm_response_status wrong = judge_register(v2m_register_at(offset), size, trans.is_write());
        if (wrong != tlm::TLM_OK_RESPONSE)
            return wrong;
    }
    if (trans.is_write())
        gicv2m_write(v2m_frame_.get(), offset, size, get_data(trans, size));
    else
        put_data(trans, size, gicv2m_read(v2m_frame_.get(), offset, size));
    return tlm::TLM_OK_RESPONSE;
}

template <gic400::socket S> void gic400::b_transport(int id, payload &trans, sc_core::sc_time &delay)
{
    trans.set_response_status(serve(S, id, trans, delay));
}

template <gic400::socket S> bool gic400::get_direct_mem_ptr(int /*id*/, payload &trans, tlm::tlm_dmi &dmi)
{
    // Registers have side effects: there is no memory to give away, anywhere.
    trans.set_dmi_allowed(false);
    dmi.init();
    return false;
}

// The word at an address of a socket, without side effects.
uint32_t gic400::peek_word(socket s, asker who, uint64_t address) const
{
    if (s == socket::v2m)
        return gicv2m_peek(v2m_frame_.get(), to_offset(address), 4);
    const request r = decode(s, who, address);
    if (r.nothing_there)
        return 0;
    return gic_peek_sec(gic_.get(), r.who.cpu, r.who.secure ? GIC_SECURE : GIC_NONSECURE, r.frame, r.offset, 4);
}

template <gic400::socket S> unsigned gic400::transport_dbg(int id, payload &trans)
{
    const asker who = who_asks(S, id, trans);
    const bool answers = S == socket::v2m ? v2m_frame_ != nullptr : who.cpu < config_.cpus;
    if (!answers || !trans.is_read() || !trans.get_data_ptr())
        return 0;
    for (unsigned i = 0; i < trans.get_data_length(); i++) {
        const uint64_t address = trans.get_address() + i;
        const uint32_t word = peek_word(S, who, address & ~uint64_t{3});
        trans.get_data_ptr()[i] = static_cast<unsigned char>(word >> 8 * (address & 3));
    }
    return trans.get_data_length();
}

#define INSTANTIATE(S)                                                                                                 \
    template void gic400::b_transport<gic400::socket::S>(int, payload &, sc_core::sc_time &);                          \
    template bool gic400::get_direct_mem_ptr<gic400::socket::S>(int, payload &, tlm::tlm_dmi &);                       \
    template unsigned gic400::transport_dbg<gic400::socket::S>(int, payload &);
INSTANTIATE(dist)
INSTANTIATE(cpu)
INSTANTIATE(hyp)
INSTANTIATE(vcpu)
INSTANTIATE(bus)
INSTANTIATE(v2m)
#undef INSTANTIATE

} // namespace trapline
