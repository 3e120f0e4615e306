// SPDX-License-Identifier: Apache-2.0
//
// trapline/systemc/access.hpp - who makes an access: the CPU and its security state.
//
// A GIC answers each CPU differently (IHI 0048B 2.1: banked registers, an interface of its own) and, with the Security
// Extensions, each security state (3.1). A TLM generic payload says neither, so an initiator adds this extension:
//
//     trapline::access_extension who(1, /*secure*/ true); // CPU 1
//     payload.set_extension(&who);
//     ...
//     payload.clear_extension(&who);
//
// An initiator that knows nothing of it is told apart by the binding on which its access arrives (gic400::map_port).
#pragma once

#include <systemc>
#include <tlm>

namespace trapline
{

struct access_extension : tlm::tlm_extension<access_extension> {
    unsigned cpu = 0;    // number of the CPU interface, from 0
    bool secure = false; // a Secure access; without the Security Extensions it makes no difference
    bool timed = true;   // false: the initiator accounts for the time of the access itself, the model adds none

    access_extension() = default;
    explicit access_extension(unsigned cpu_, bool secure_ = false, bool timed_ = true)
        : cpu(cpu_), secure(secure_), timed(timed_)
    {
    }

    tlm::tlm_extension_base *clone() const override
    {
        return new access_extension(*this);
    }
    void copy_from(const tlm::tlm_extension_base &other) override
    {
        const auto &from = static_cast<const access_extension &>(other);
        cpu = from.cpu;
        secure = from.secure;
        timed = from.timed;
    }
};

} // namespace trapline
