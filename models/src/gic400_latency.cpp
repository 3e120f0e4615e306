// SPDX-License-Identifier: Apache-2.0
//
// gic400_latency.cpp - ticks of a cost profile become sc_time.
#include <trapline/systemc/gic400_latency.hpp>

namespace trapline
{

gic400_latency from_profile(const sim_cost_profile &profile)
{
    auto price = [&profile](sim_cost_id id) {
        const sim_price &p = profile.price[id];
        if (!p.priced || profile.tick_hz == 0)
            return sc_core::sc_time(sc_core::SC_ZERO_TIME);
        return sc_core::sc_time(static_cast<double>(p.net) / static_cast<double>(profile.tick_hz), sc_core::SC_SEC);
    };
    gic400_latency result;
    result.dist_read = price(SIM_COST_GICD_READ);
    result.dist_write = price(SIM_COST_GICD_WRITE);
    result.cpu_read = price(SIM_COST_GICC_IAR);
    result.cpu_write = price(SIM_COST_GICC_EOIR);
    result.hyp_read = price(SIM_COST_GICH_READ);
    result.hyp_write = price(SIM_COST_GICH_WRITE);
    result.vcpu_read = price(SIM_COST_GICV_IAR);
    result.vcpu_write = price(SIM_COST_GICV_EOIR);
    return result;
}

} // namespace trapline
