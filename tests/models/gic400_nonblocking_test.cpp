// SPDX-License-Identifier: Apache-2.0
//
// nb_transport of the GIC-400 module: the base protocol (IEEE 1666-2011, clause 15) with approximately timed
// initiators.
#include "rig.hpp"

#include <tlm_utils/peq_with_get.h>

#include <map>
#include <memory>
#include <random>

namespace
{

using namespace models_test;
using sc_core::SC_ZERO_TIME;
using sc_core::wait;

// Counts references; the transaction itself belongs to the initiator.
struct Memory : tlm::tlm_mm_interface {
    unsigned freed = 0;
    void free(tlm_generic_payload *) override
    {
        freed++;
    }
};

// How an initiator answers BEGIN_RESP.
enum class Answer { completed, updated, end_resp_later, end_resp_within };

struct AtInitiator : sc_core::sc_module {
    struct Done {
        sc_time at;
        tlm::tlm_response_status status;
    };
    tlm_utils::simple_initiator_socket<AtInitiator> port{"port"};
    Answer answer = Answer::completed;
    sc_time end_after; // annotated to the end of a response
    sc_time busy_until;
    std::map<tlm_generic_payload *, Done> done;
    std::vector<tlm_generic_payload *> order;
    unsigned begun = 0, open = 0, most_open = 0;
    sc_core::sc_event responded, end_due;
    tlm_generic_payload *to_end = nullptr;

    SC_HAS_PROCESS(AtInitiator);
    explicit AtInitiator(sc_core::sc_module_name name) : sc_module(name)
    {
        port.register_nb_transport_bw(this, &AtInitiator::nb_transport_bw);
        SC_METHOD(end_response);
        dont_initialize();
        sensitive << end_due;
    }
    // Returns whether the target answered early.
    bool begin(tlm_generic_payload &trans, const sc_time &when)
    {
        tlm::tlm_phase phase = tlm::BEGIN_REQ;
        sc_time delay = when;
        begun++;
        if (port->nb_transport_fw(trans, phase, delay) != tlm::TLM_COMPLETED)
            return false;
        finish(trans, delay);
        return true;
    }
    void finish(tlm_generic_payload &trans, const sc_time &delay)
    {
        EXPECT_EQ(done.count(&trans), 0u) << "answered twice";
        done[&trans] = {sc_core::sc_time_stamp() + delay, trans.get_response_status()};
        order.push_back(&trans);
        responded.notify(SC_ZERO_TIME);
    }
    tlm::tlm_sync_enum nb_transport_bw(tlm_generic_payload &trans, tlm::tlm_phase &phase, sc_time &delay)
    {
        EXPECT_EQ(phase, tlm::BEGIN_RESP);
        EXPECT_EQ(open, 0u) << "a second response before the end of the first";
        EXPECT_GE(sc_core::sc_time_stamp() + delay, busy_until) << "the end of the first is still to come";
        finish(trans, delay);
        busy_until = sc_core::sc_time_stamp() + delay + end_after;
        if (answer == Answer::completed || answer == Answer::updated)
            delay += end_after;
        switch (answer) {
        case Answer::completed:
            return tlm::TLM_COMPLETED;
        case Answer::updated:
            phase = tlm::END_RESP;
            return tlm::TLM_UPDATED;
        case Answer::end_resp_later:
            open++;
            to_end = &trans;
            end_due.notify(ns(3));
            return tlm::TLM_ACCEPTED;
        case Answer::end_resp_within:
            open++;
            to_end = &trans;
            end_response();
            return tlm::TLM_ACCEPTED;
        }
        return tlm::TLM_ACCEPTED;
    }
    void end_response()
    {
        tlm::tlm_phase phase = tlm::END_RESP;
        sc_time delay = end_after;
        open--;
        busy_until = sc_core::sc_time_stamp() + delay;
        EXPECT_EQ(port->nb_transport_fw(*to_end, phase, delay), tlm::TLM_COMPLETED);
    }
};

trapline::gic400_config slow()
{
    trapline::gic400_config c;
    c.cpus = 2;
    c.latency.cpu_read = ns(20);
    c.latency.dist_read = c.latency.dist_write = ns(10);
    return c;
}

struct Access {
    tlm_generic_payload trans;
    uint32_t data = 0;
    Access(tlm::tlm_command command, uint64_t address, uint32_t value = 0) : data(value)
    {
        trans.set_command(command);
        trans.set_address(address);
        trans.set_data_ptr(reinterpret_cast<unsigned char *>(&data));
        trans.set_data_length(4);
        trans.set_streaming_width(4);
    }
};

TEST(Gic400Nonblocking, a_request_that_begins_now_is_completed_early_with_its_latency)
{
    trapline::gic400 gic("gic", slow());
    AtInitiator cpu("cpu");
    cpu.port.bind(gic.bus);
    settle();
    Access read(tlm::TLM_READ_COMMAND, gicd + GICD_IIDR);
    EXPECT_TRUE(cpu.begin(read.trans, SC_ZERO_TIME));
    EXPECT_EQ(read.data, 0x0200143bu);
    EXPECT_EQ(cpu.done[&read.trans].status, tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(cpu.done[&read.trans].at, sc_core::sc_time_stamp() + ns(10));
}

class Gic400NonblockingLater : public testing::TestWithParam<Answer>
{
};

TEST_P(Gic400NonblockingLater, a_request_takes_effect_at_its_time_and_is_answered_after_the_latency)
{
    trapline::gic400 gic("gic", slow());
    AtInitiator cpu("cpu");
    Initiator software("software");
    cpu.answer = GetParam();
    cpu.port.bind(gic.bus);
    software.port.bind(gic.bus);
    gic.map_port(trapline::gic400::socket::bus, 1, 0);
    Memory memory;
    Access iar(tlm::TLM_READ_COMMAND, gicc + GICC_IAR), bad(tlm::TLM_READ_COMMAND, gicc + GICC_IAR);
    bad.trans.set_data_length(2);
    for (auto *a : {&iar, &bad}) {
        a->trans.set_mm(&memory);
        a->trans.acquire();
    }
    settle();
    software.enable_cpu();
    software.enable_irq(40);
    gic.set_spi(40, true);
    const sc_time start = sc_core::sc_time_stamp();
    EXPECT_FALSE(cpu.begin(iar.trans, ns(5)));
    EXPECT_FALSE(cpu.begin(bad.trans, ns(6)));
    sc_core::sc_start(ns(4));
    EXPECT_TRUE(gic.output(0, GIC_IRQ)) << "too early";
    sc_core::sc_start(ns(100));
    EXPECT_FALSE(gic.output(0, GIC_IRQ));
    EXPECT_EQ(iar.data, 40u);
    ASSERT_EQ(cpu.done.size(), 2u);
    EXPECT_EQ(cpu.done[&iar.trans].at, start + ns(25));
    EXPECT_EQ(cpu.done[&iar.trans].status, tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(cpu.done[&bad.trans].status, tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(memory.freed, 0u) << "the initiator holds a reference";
    iar.trans.release();
    bad.trans.release();
    EXPECT_EQ(memory.freed, 2u) << "the GIC holds no reference";
}

INSTANTIATE_TEST_SUITE_P(Answers, Gic400NonblockingLater,
                         testing::Values(Answer::completed, Answer::updated, Answer::end_resp_later,
                                         Answer::end_resp_within));

class Gic400NonblockingRandom : public testing::TestWithParam<unsigned>
{
};

TEST_P(Gic400NonblockingRandom, every_request_is_answered_once_and_responses_do_not_overlap)
{
    trapline::gic400 gic("gic", slow());
    AtInitiator first("first"), second("second");
    first.port.bind(gic.bus);
    second.port.bind(gic.bus);
    std::mt19937 rng(GetParam());
    std::vector<std::unique_ptr<Access>> accesses;
    Thread thread("thread", [&] {
        for (int i = 0; i < 500; i++) {
            static const uint64_t places[] = {gicd + GICD_IIDR, gicc + GICC_HPPIR, gicd + GICD_ISENABLER + 4, gich};
            accesses.push_back(std::make_unique<Access>(rng() % 2 ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND,
                                                        places[rng() % 4]));
            AtInitiator &initiator = rng() % 2 ? first : second;
            initiator.answer = static_cast<Answer>(rng() % 4);
            initiator.end_after = ns(static_cast<double>(rng() % 3 * 11));
            initiator.begin(accesses.back()->trans, ns(static_cast<double>(rng() % 20)));
            wait(ns(static_cast<double>(rng() % 7)));
        }
    });
    sc_core::sc_start(ns(1e6));
    EXPECT_EQ(first.done.size(), first.begun);
    EXPECT_EQ(second.done.size(), second.begun);
    EXPECT_EQ(first.done.size() + second.done.size(), 500u);
    EXPECT_EQ(broken(gic), "");
}

// The response exclusion rule counts annotated time.
class Gic400NonblockingEnds : public testing::TestWithParam<Answer>
{
};

TEST_P(Gic400NonblockingEnds, the_next_response_waits_for_the_annotated_end_of_the_last)
{
    trapline::gic400 gic("gic", slow());
    AtInitiator cpu("cpu");
    cpu.answer = GetParam();
    cpu.end_after = ns(50);
    cpu.port.bind(gic.bus);
    settle();
    Access first(tlm::TLM_READ_COMMAND, gicd + GICD_IIDR), second(tlm::TLM_READ_COMMAND, gicd + GICD_IIDR);
    const sc_time start = sc_core::sc_time_stamp();
    EXPECT_FALSE(cpu.begin(first.trans, ns(1)));
    EXPECT_FALSE(cpu.begin(second.trans, ns(2)));
    sc_core::sc_start(ns(1000));
    ASSERT_EQ(cpu.done.size(), 2u);
    const sc_time ended = start + ns(11) + (GetParam() == Answer::end_resp_later ? ns(3) : SC_ZERO_TIME) + ns(50);
    EXPECT_EQ(cpu.done[&first.trans].at, start + ns(11));
    EXPECT_EQ(cpu.done[&second.trans].at, ended);
}

INSTANTIATE_TEST_SUITE_P(Answers, Gic400NonblockingEnds,
                         testing::Values(Answer::completed, Answer::updated, Answer::end_resp_later,
                                         Answer::end_resp_within));

TEST(Gic400Nonblocking, lets_go_of_what_is_under_way_when_the_simulation_is_stopped)
{
    trapline::gic400 gic("gic", slow());
    AtInitiator cpu("cpu");
    cpu.answer = Answer::end_resp_later;
    cpu.port.bind(gic.bus);
    Memory memory;
    // One is answered and not ended, one waits for its latency, one for its beginning.
    Access access[] = {{tlm::TLM_READ_COMMAND, gicd + GICD_IIDR},
                       {tlm::TLM_READ_COMMAND, gicd + GICD_IIDR},
                       {tlm::TLM_READ_COMMAND, gicd + GICD_IIDR}};
    settle();
    unsigned when[] = {1, 7, 60};
    for (unsigned i = 0; i < 3; i++) {
        access[i].trans.set_mm(&memory);
        access[i].trans.acquire();
        EXPECT_FALSE(cpu.begin(access[i].trans, ns(when[i])));
    }
    sc_core::sc_start(ns(12));
    sc_core::sc_stop();
    for (auto &a : access)
        a.trans.release();
    EXPECT_EQ(memory.freed, 3u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Gic400NonblockingRandom, testing::Range(1u, 5u));

TEST(Gic400Nonblocking, phases_that_only_a_target_sends_are_reported)
{
    trapline::gic400 gic("gic");
    AtInitiator cpu("cpu");
    cpu.port.bind(gic.bus);
    settle();
    Access access(tlm::TLM_READ_COMMAND, gicd);
    for (tlm::tlm_phase phase :
         {tlm::tlm_phase(tlm::BEGIN_RESP), tlm::tlm_phase(tlm::END_REQ), tlm::tlm_phase(tlm::END_RESP)}) {
        sc_time delay;
        EXPECT_THROW(cpu.port->nb_transport_fw(access.trans, phase, delay), sc_core::sc_report);
    }
}

} // namespace
