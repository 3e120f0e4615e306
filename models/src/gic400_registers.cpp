// SPDX-License-Identifier: Apache-2.0
//
// gic400_registers.cpp - registers by their names, from the tables of lib/gic.
#include <trapline/systemc/gic400.hpp>

#include <charconv>

namespace trapline
{

namespace
{

constexpr std::array<gic_frame, GIC_NFRAMES> frames = {GIC_DIST, GIC_CPU, GIC_HYP, GIC_VCPU};

struct numbered_name {
    std::string_view stem;
    uint32_t number;
};

// "GICD_ISENABLER3" as "GICD_ISENABLER" and 3; without a number it is 0.
numbered_name split_number(std::string_view name)
{
    const size_t digits = name.find_last_not_of("0123456789") + 1;
    uint32_t number = 0;
    std::from_chars(name.data() + digits, name.data() + name.size(), number);
    return {name.substr(0, digits), number};
}

} // namespace

std::vector<gic400_register> gic400::registers()
{
    std::vector<gic400_register> result;
    for (gic_frame frame : frames) {
        gic_register row;
        for (unsigned i = 0; gic_reg_info(frame, i, &row); i++)
            result.push_back({frame, row.first, row});
    }
    return result;
}

// A row is one register or an array of words, which count from 0.
std::optional<gic400_register> gic400::find(std::string_view name)
{
    const numbered_name wanted = split_number(name);
    std::optional<gic400_register> word;
    for (const gic400_register &r : registers()) {
        if (name == r.info.name)
            return r;
        const uint32_t words = (r.info.end - r.info.first) / 4;
        if (words > 1 && wanted.stem == r.info.name && wanted.number < words)
            word = {r.frame, r.info.first + 4 * wanted.number, r.info};
    }
    return word;
}

std::optional<uint32_t> gic400::peek(std::string_view name, unsigned cpu_number, bool secure) const
{
    const auto r = find(name);
    if (!r || cpu_number >= config_.cpus)
        return std::nullopt;
    return gic_peek_sec(gic_.get(), cpu_number, secure ? GIC_SECURE : GIC_NONSECURE, r->frame, r->offset, 4);
}

} // namespace trapline
