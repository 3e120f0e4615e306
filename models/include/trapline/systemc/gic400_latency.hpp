// SPDX-License-Identifier: Apache-2.0
//
// trapline/systemc/gic400_latency.hpp - access latencies of a gic400 from a cost profile.
//
// A header of its own, so that gic400 itself knows nothing of cost profiles.
#pragma once

#include <trapline/sim.h>
#include <trapline/systemc/gic400.hpp>

namespace trapline
{

// Prices each kind of access as the profile does (docs/cost-profiles.md): GICC and GICV reads as the acknowledge,
// their writes as the end of an interrupt. What the profile does not price costs nothing. Ticks that are no whole
// number of picoseconds are rounded to SystemC's time resolution.
gic400_latency from_profile(const sim_cost_profile &profile);

} // namespace trapline
