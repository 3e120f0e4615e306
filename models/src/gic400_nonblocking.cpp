// SPDX-License-Identifier: Apache-2.0
//
// gic400_nonblocking.cpp - nb_transport of the GIC-400: the base protocol (IEEE 1666-2011, clause 15) for initiators
// that are approximately timed.
//
// A request that begins now is done at once and answered early: TLM_COMPLETED, with the latency annotated. One that
// begins later (its delay is not zero) is accepted, done at its time, and answered with BEGIN_RESP after the latency,
// which implies END_REQ. A binding has one response under way at most; others wait for its end.
#include <trapline/systemc/gic400.hpp>

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
        end_response(S, id);
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
        auto &box = outbox_[{p.from, p.id}];
        box.push_back(p.trans);
        if (box.size() == 1)
            send_response(p.from, p.id);
    }
    sc_core::sc_time next = sc_core::sc_max_time();
    if (!requests_.empty())
        next = requests_.begin()->first;
    if (!responses_.empty() && responses_.begin()->first < next)
        next = responses_.begin()->first;
    if (next != sc_core::sc_max_time())
        pending_due_.notify(next - now);
}

// Sends the first response of a binding, and the following ones as long as each is ended at once.
void gic400::send_response(socket s, int id)
{
    auto &box = outbox_[{s, id}];
    while (!box.empty()) {
        tlm::tlm_phase phase = tlm::BEGIN_RESP;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        payload *first = box.front();
        const tlm::tlm_sync_enum answer = of(s)[id]->nb_transport_bw(*first, phase, delay);
        // An initiator may have called END_RESP within the call: then this response has left the box.
        if (box.empty() || box.front() != first)
            return;
        if (answer == tlm::TLM_ACCEPTED || (answer == tlm::TLM_UPDATED && phase != tlm::END_RESP))
            return;
        box.pop_front();
        if (first->has_mm())
            first->release();
    }
}

void gic400::end_response(socket s, int id)
{
    auto &box = outbox_[{s, id}];
    if (box.empty()) {
        SC_REPORT_ERROR(message_type, "nb_transport_fw: END_RESP without a response");
        return;
    }
    payload *ended = box.front();
    box.pop_front();
    if (ended->has_mm())
        ended->release();
    send_response(s, id);
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
