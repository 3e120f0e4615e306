// SPDX-License-Identifier: Apache-2.0
//
// How accesses and wires of a GIC that is not ours reach the meter.
#define SC_INCLUDE_DYNAMIC_PROCESSES
#include <trapline/systemc/meter.hpp>

#include <algorithm>
#include <cstring>

using namespace sc_core;
using namespace tlm;

namespace trapline
{

// The GIC-400's map; with 64 KiB pages bits 18:16 of the address select what bits 14:12 select without, and bits 15:12
// are ignored (gic400_map).
std::vector<meter_window> meter_config::windows_of(gic400_map map)
{
    const bool wide = map == gic400_map::aligned_64k;
    const uint64_t block = wide ? 0x10000 : 0x1000;
    std::vector<meter_window> w = {
        {1 * block, block, GIC_DIST, 0, 0xfff, -1},     {2 * block, block, GIC_CPU, 0, 0xfff, -1},
        {3 * block, block, GIC_CPU, 0x1000, 0xfff, -1}, {4 * block, block, GIC_HYP, 0, 0xfff, -1},
        {6 * block, block, GIC_VCPU, 0, 0xfff, -1},     {7 * block, block, GIC_VCPU, 0x1000, 0xfff, -1},
    };
    for (unsigned cpu = 0; cpu < GIC_MAX_CPUS; cpu++) // GICH of a CPU for everybody
        for (uint64_t alias = 0; alias < block; alias += 0x1000)
            w.push_back({5 * block + alias + cpu * 0x200, 0x200, GIC_HYP, 0, 0x1ff, int(cpu)});
    return w;
}

// ---- wires --------------------------------------------------------------------------------------------

namespace
{
constexpr const char *message_type = "/trapline/meter";
constexpr const char *binding_rule = "bind `out` once, or as often as `in`";

template <typename port, typename body> void on_change(port &p, body b)
{
    if (!p.size())
        return;
    sc_spawn_options options;
    options.spawn_method();
    options.set_sensitivity(&p->value_changed_event());
    sc_spawn([&p, b] { b(p->read()); }, sc_gen_unique_name("watch"), &options); // also once at the start
}
} // namespace

void meter::end_of_elaboration()
{
    // An `in` that is not bound has a size of 1, too: that `out` lacks then shows at an access only.
    if (out.size() != 1 && out.size() != in.size() && (in.size() > 1 || out.size() > 1))
        SC_REPORT_ERROR(message_type, binding_rule);
    for (unsigned cpu = 0; cpu < config_.cpus; cpu++) {
        watch_wire(irq[cpu], cpu, GIC_IRQ);
        watch_wire(fiq[cpu], cpu, GIC_FIQ);
        watch_wire(virq[cpu], cpu, GIC_VIRQ);
        watch_wire(vfiq[cpu], cpu, GIC_VFIQ);
        watch_wire(maintenance[cpu], cpu, GIC_MAINT);
        on_change(el[cpu], [this, cpu](unsigned word) {
            const unsigned cause = word >> 8; // 0: el_word() has not made it
            const bool known = cause && cause <= MACHINE_EXIT_COUNT;
            set_el(cpu, word & 3, word & 4, known ? machine_exit_cause(cause - 1) : MACHINE_EXIT_COUNT);
        });
    }
}

void meter::watch_wire(wire<bool> &port, unsigned cpu, gic_pin pin)
{
    on_change(port, [this, cpu, pin](bool level) { gic_output(cpu, pin, level); });
}

// ---- accesses -----------------------------------------------------------------------------------------

int meter::way_out(int id)
{
    return out.size() == 1 ? 0 : id;
}

// Else the access is answered with an error, in case that the report is no exception.
bool meter::has_way_out(int id, payload &p)
{
    if (unsigned(way_out(id)) < out.size())
        return true;
    p.set_response_status(TLM_ADDRESS_ERROR_RESPONSE);
    SC_REPORT_ERROR(message_type, binding_rule);
    return false;
}

meter::request meter::decode(int id, const payload &p)
{
    const auto *who = p.get_extension<access_extension>();
    const unsigned asker = who ? who->cpu : in.size() == 1 ? 0 : unsigned(id);
    for (const meter_window &w : config_.windows)
        if (p.get_address() - w.base < w.size)
            return {true, w.cpu < 0 ? asker : unsigned(w.cpu), w.frame,
                    w.offset + (uint32_t(p.get_address() - w.base) & w.mask)};
    return {false, 0, GIC_DIST, 0};
}

// Counts an access whose response has come. Bursts are one access for each word.
void meter::passed(const request &r, const payload &p, const sc_time &at)
{
    if (!r.counts || !p.is_response_ok() || p.get_command() == TLM_IGNORE_COMMAND)
        return;
    for (unsigned done = 0; done < p.get_data_length(); done += 4) {
        const unsigned size = std::min(4u, p.get_data_length() - done);
        uint32_t value = 0;
        std::memcpy(&value, p.get_data_ptr() + done, size);
        gic_access({r.cpu, false, p.is_write(), r.frame, r.offset + done, size, value, at});
    }
}

void meter::b_transport(int id, payload &p, sc_time &delay)
{
    if (!has_way_out(id, p))
        return;
    const request r = decode(id, p); // before somebody behind us changes the address
    const sc_time at = sc_time_stamp() + delay;
    out[way_out(id)]->b_transport(p, delay);
    passed(r, p, at);
}

tlm_sync_enum meter::nb_transport_fw(int id, payload &p, tlm_phase &phase, sc_time &delay)
{
    if (!has_way_out(id, p))
        return TLM_COMPLETED;
    if (phase == BEGIN_REQ)
        under_way_[&p] = {id, decode(id, p), sc_time_stamp() + delay};
    const tlm_phase asked = phase;
    const tlm_sync_enum answer = out[way_out(id)]->nb_transport_fw(p, phase, delay);
    const auto it = under_way_.find(&p);
    if (it == under_way_.end())
        return answer;
    const bool over = answer == TLM_COMPLETED || asked == END_RESP;
    if (asked == BEGIN_REQ && (over || (answer == TLM_UPDATED && phase == BEGIN_RESP)))
        passed(it->second.what, p, it->second.at);
    if (over)
        under_way_.erase(it);
    return answer;
}

tlm_sync_enum meter::nb_transport_bw(int id, payload &p, tlm_phase &phase, sc_time &delay)
{
    const auto it = under_way_.find(&p);
    const int back = it == under_way_.end() ? id : it->second.in;
    if (it != under_way_.end() && phase == BEGIN_RESP)
        passed(it->second.what, p, it->second.at);
    const tlm_sync_enum answer = in[back]->nb_transport_bw(p, phase, delay);
    if (answer == TLM_COMPLETED || (answer == TLM_UPDATED && phase == END_RESP))
        under_way_.erase(&p);
    return answer;
}

unsigned meter::transport_dbg(int id, payload &p)
{
    return has_way_out(id, p) ? out[way_out(id)]->transport_dbg(p) : 0;
}

bool meter::get_direct_mem_ptr(int, payload &, tlm_dmi &)
{
    return false;
}

} // namespace trapline
