// SPDX-License-Identifier: Apache-2.0
//
// Does the work of gic_work.hpp under callgrind, which counts its instructions: for each work and each size of GIC
// it writes one dump, named after both. Run by instructions.py.
#include "gic_work.hpp"

#include <valgrind/callgrind.h>

#include <cstdio>
#include <string>

namespace
{

using namespace gic_work;

constexpr int warm_up = 2000, units = 2000;

template <class Work> __attribute__((noinline)) void repeat(Work &work, int n)
{
    for (int i = 0; i < n; i++)
        work.unit();
}

// A dump "NAME SPIS CPUS ROTATING UNITS". False if the GIC did something else.
template <class Work> bool count(const char *name, const Place &place, int per_unit)
{
    Work work(place);
    repeat(work, warm_up);
    std::string title = std::string(name) + " " + std::to_string(place.spis) + " " + std::to_string(place.cpus) + " " +
                        std::to_string(place.rotating) + " " + std::to_string(units * per_unit);
    CALLGRIND_ZERO_STATS;
    CALLGRIND_TOGGLE_COLLECT;
    repeat(work, units);
    CALLGRIND_TOGGLE_COLLECT;
    CALLGRIND_DUMP_STATS_AT(title.c_str());
    if (work.wrong)
        std::fprintf(stderr, "%s: the GIC does something else\n", title.c_str());
    return !work.wrong;
}

template <class Work> bool sweep(const char *name, bool rotating_too, int per_unit = 1)
{
    bool good = true;
    for (uint32_t spis : {64u, 256u, 988u})
        for (uint32_t cpus : {1u, 8u})
            for (int rotating = 0; rotating <= rotating_too; rotating++)
                good &= count<Work>(name, {spis, cpus, rotating != 0}, per_unit);
    return good;
}

} // namespace

int main()
{
    bool good = sweep<Nothing>("nothing", true);
    good &= sweep<PhysicalCycle>("physical_cycle", true);
    good &= sweep<PhysicalCycleQuiet>("physical_cycle_quiet", true);
    good &= sweep<PhysicalCycleCrowded>("physical_cycle_crowded", false);
    good &= sweep<ForwardedCycle>("forwarded_cycle", true);
    good &= sweep<Drain32>("drain_32", false, Drain32::lines);
    good &= sweep<MaskedLineToggled>("masked_line_toggled", false);
    good &= sweep<EnableDisable>("enable_disable", false);
    good &= sweep<IdleAcknowledge>("idle_iar", false);
    return good ? 0 : 1;
}
