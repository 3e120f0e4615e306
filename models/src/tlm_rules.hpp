// SPDX-License-Identifier: Apache-2.0
//
// The form of an access: one rule for every target of ours that has registers (IEEE 1666-2011, clause 14).
#pragma once

#include <algorithm>
#include <tlm>

namespace trapline
{

// Byte enables that leave out no byte are as good as none (14.11): registers have no byte lanes.
inline bool all_bytes_enabled(const tlm::tlm_generic_payload &trans)
{
    const unsigned char *enable = trans.get_byte_enable_ptr();
    if (!enable)
        return true;
    const unsigned n = std::min(trans.get_byte_enable_length(), trans.get_data_length());
    return n != 0 && std::all_of(enable, enable + n, [](unsigned char e) { return e == TLM_BYTE_ENABLED; });
}

// What is wrong with the form of an access, whatever it is for. widths: the lengths that there are (1, 2, 4), added up.
[[gnu::always_inline]] inline tlm::tlm_response_status judge_form(const tlm::tlm_generic_payload &trans,
                                                                  unsigned widths)
{
    const unsigned size = trans.get_data_length();
    if (trans.get_byte_enable_ptr() && !all_bytes_enabled(trans))
        return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    // Single transfers of up to a word: longer ones are the interconnect's to divide.
    const bool length_ok = (size & (size - 1)) == 0 && (size & widths) != 0;
    if (!length_ok || trans.get_streaming_width() < size || (trans.get_address() & (size - 1)))
        return tlm::TLM_BURST_ERROR_RESPONSE;
    if (!trans.get_data_ptr())
        return tlm::TLM_GENERIC_ERROR_RESPONSE;
    return tlm::TLM_OK_RESPONSE;
}

} // namespace trapline
