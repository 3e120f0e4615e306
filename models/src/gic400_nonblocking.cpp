// SPDX-License-Identifier: Apache-2.0
//
// gic400_nonblocking.cpp - nb_transport of the GIC-400: the base protocol (IEEE 1666-2011, clause 15) for initiators
// that are approximately timed.
//
// A request that begins now is done at once and answered early: TLM_COMPLETED, with the latency annotated. One that
// begins later (its delay is not zero) is accepted, done at its time, and answered with BEGIN_RESP after the latency,
// which implies END_REQ. A binding has one response under way at most; others wait for its end.
#include <trapline/systemc/gic400.hpp>

#include <algorithm>

namespace trapline
{

namespace
{

constexpr const char *message_type = "/trapline/gic400";

} // namespace

template <gic400::socket S>
tlm::tlm_sync_enum gic400::nb_transport_fw(int id, payload &trans, tlm::tlm_phase &phase, sc_core::sc_time &delay)
{
    if (phase == tlm::BEGIN_REQ)
        return begin_request(S, id, trans, delay);
    if (phase == tlm::END_RESP) {
        end_response(S, id, delay);
        return tlm::TLM_COMPLETED;
    }
    // Phases of other protocols may be ignored (15.2.5); those of this one are the target's to send.
    if (phase == tlm::END_REQ || phase == tlm::BEGIN_RESP)
        SC_REPORT_ERROR(message_type, "nb_transport_fw: an initiator sends BEGIN_REQ and END_RESP only");
    return tlm::TLM_ACCEPTED;
}

// The access as b_transport would make it.
void gic400::serve_by(socket s, int id, payload &trans, sc_core::sc_time &delay)
{
    using function = void (gic400::*)(int, payload &, sc_core::sc_time &);
    static constexpr std::array<function, nsockets> functions = {
        &gic400::b_transport<socket::dist>, &gic400::b_transport<socket::cpu>, &gic400::b_transport<socket::hyp>,
        &gic400::b_transport<socket::vcpu>, &gic400::b_transport<socket::bus>, &gic400::b_transport<socket::v2m>};
    (this->*functions[static_cast<size_t>(s)])(id, trans, delay);
}

tlm::tlm_sync_enum gic400::begin_request(socket s, int id, payload &trans, sc_core::sc_time &delay)
{
    if (delay == sc_core::SC_ZERO_TIME) {
        serve_by(s, id, trans, delay);
        return tlm::TLM_COMPLETED;
    }
    if (trans.has_mm())
        trans.acquire();
    requests_.insert({sc_core::sc_time_stamp() + delay, {&trans, s, id}});
    pending_due_.notify(requests_.begin()->first - sc_core::sc_time_stamp());
    return tlm::TLM_ACCEPTED;
}

// Does what is due, and wakes up when the next is.
void gic400::advance_pending()
{
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    while (!requests_.empty() && requests_.begin()->first <= now) {
        const pending p = requests_.begin()->second;
        requests_.erase(requests_.begin());
        sc_core::sc_time latency = sc_core::SC_ZERO_TIME;
        serve_by(p.from, p.id, *p.trans, latency);
        responses_.insert({now + latency, p});
    }
    while (!responses_.empty() && responses_.begin()->first <= now) {
        const pending p = responses_.begin()->second;
        responses_.erase(responses_.begin());
        outbox_[{p.from, p.id}].waiting.push_back(p.trans);
    }
    for (auto &[binding, box] : outbox_)
        send_responses(binding.first, binding.second, box);
    wake_for_pending();
}

void gic400::wake_for_pending()
{
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    sc_core::sc_time next = sc_core::sc_max_time();
    if (!requests_.empty())
        next = requests_.begin()->first;
    if (!responses_.empty())
        next = std::min(next, responses_.begin()->first);
    for (const auto &[binding, box] : outbox_)
        if (!box.under_way && !box.waiting.empty())
            next = std::min(next, box.free_at);
    if (next != sc_core::sc_max_time())
        pending_due_.notify(next > now ? next - now : sc_core::SC_ZERO_TIME);
}

// Sends what waits on a binding, as long as each response is ended at once. The end may be annotated with a time to
// come, and the next BEGIN_RESP is not sent before that (15.2.6, the response exclusion rule).
void gic400::send_responses(socket s, int id, outbox &box)
{
    while (!box.under_way && !box.waiting.empty() && box.free_at <= sc_core::sc_time_stamp()) {
        tlm::tlm_phase phase = tlm::BEGIN_RESP;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        box.under_way = box.calling = true;
        const tlm::tlm_sync_enum answer = of(s)[id]->nb_transport_bw(*box.waiting.front(), phase, delay);
        box.calling = false;
        // An initiator may have called END_RESP within the call.
        if (box.under_way && (answer == tlm::TLM_COMPLETED || (answer == tlm::TLM_UPDATED && phase == tlm::END_RESP)))
            end_first(box, delay);
    }
}

void gic400::end_first(outbox &box, const sc_core::sc_time &delay)
{
    payload *ended = box.waiting.front();
    box.waiting.pop_front();
    box.under_way = false;
    box.free_at = sc_core::sc_time_stamp() + delay;
    if (ended->has_mm())
        ended->release();
}

void gic400::end_response(socket s, int id, const sc_core::sc_time &delay)
{
    outbox &box = outbox_[{s, id}];
    if (!box.under_way) {
        SC_REPORT_ERROR(message_type, "nb_transport_fw: END_RESP without a response");
        return;
    }
    end_first(box, delay);
    if (box.calling)
        return; // send_responses goes on
    send_responses(s, id, box);
    wake_for_pending();
}

// Nobody will ask for what is under way. (When modules are destroyed it is too late to let go of it: whoever manages
// that memory may be gone.)
void gic400::end_of_simulation()
{
    const auto let_go = [](payload *trans) {
        if (trans->has_mm())
            trans->release();
    };
    for (const auto *queue : {&requests_, &responses_})
        for (const auto &entry : *queue)
            let_go(entry.second.trans);
    for (const auto &entry : outbox_)
        for (payload *trans : entry.second.waiting)
            let_go(trans);
    requests_.clear();
    responses_.clear();
    outbox_.clear();
}

#define INSTANTIATE(S)                                                                                                 \
    template tlm::tlm_sync_enum gic400::nb_transport_fw<gic400::socket::S>(int, payload &, tlm::tlm_phase &,           \
                                                                           sc_core::sc_time &);
INSTANTIATE(dist)
INSTANTIATE(cpu)
INSTANTIATE(hyp)
INSTANTIATE(vcpu)
INSTANTIATE(bus)
INSTANTIATE(v2m)
#undef INSTANTIATE

} // namespace trapline
