// SPDX-License-Identifier: Apache-2.0
//
// A device with one interrupt: its wire, its registers, its messages.
#include <trapline/gic_regs.h>
#include <trapline/systemc/gic400.hpp>
#include <trapline/systemc/irq_source.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

using namespace sc_core;
using trapline::irq_source;
using trapline::irq_source_config;

namespace
{

const sc_time ns(1, SC_NS);

struct Initiator : sc_module {
    tlm_utils::simple_initiator_socket<Initiator> port{"port"};
    tlm::tlm_response_status response = tlm::TLM_INCOMPLETE_RESPONSE;
    explicit Initiator(sc_module_name name) : sc_module(name)
    {
    }
    uint32_t access(tlm::tlm_command command, uint64_t address, uint32_t value = 0, unsigned size = 4)
    {
        tlm::tlm_generic_payload p;
        sc_time delay;
        p.set_command(command);
        p.set_address(address);
        p.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        p.set_data_length(size);
        p.set_streaming_width(size);
        port->b_transport(p, delay);
        response = p.get_response_status();
        return value;
    }
    uint32_t read(uint64_t address)
    {
        return access(tlm::TLM_READ_COMMAND, address);
    }
    void write(uint64_t address, uint32_t value = 1)
    {
        access(tlm::TLM_WRITE_COMMAND, address, value);
    }
};

// A device whose sink writes down every change of its line.
struct Bench {
    explicit Bench(const irq_source_config &config = {}) : device("device", config)
    {
        device.sink = [this](bool level) { seen.push_back(level); };
        device.line(wire);
        cpu.port.bind(device.regs);
        sc_spawn_options rise;
        rise.spawn_method();
        rise.dont_initialize();
        rise.set_sensitivity(&wire.posedge_event());
        sc_spawn([this] { rises++; }, "rises", &rise);
        sc_start(SC_ZERO_TIME);
    }
    irq_source device;
    Initiator cpu{"cpu"};
    sc_signal<bool> wire{"wire"};
    std::vector<bool> seen;
    unsigned rises = 0; // of the wire
};

TEST(IrqSource, level_stays_asserted_until_its_register_is_written)
{
    Bench b;
    EXPECT_TRUE(b.device.raise());
    sc_start(10 * ns);
    EXPECT_TRUE(b.wire.read());
    b.cpu.write(irq_source::CLEAR);
    sc_start(10 * ns);
    EXPECT_FALSE(b.wire.read());
    EXPECT_EQ(b.seen, (std::vector<bool>{true, false}));
}

TEST(IrqSource, the_sink_is_told_at_once_and_the_wire_a_delta_later)
{
    Bench b;
    b.device.raise();
    EXPECT_EQ(b.seen, std::vector<bool>{true});
    EXPECT_FALSE(b.wire.read());
    sc_start(SC_ZERO_TIME);
    sc_start(SC_ZERO_TIME);
    EXPECT_TRUE(b.wire.read());
    EXPECT_EQ(sc_time_stamp(), SC_ZERO_TIME);
}

TEST(IrqSource, needs_as_many_writes_as_configured)
{
    Bench b(irq_source_config::level(3));
    b.device.raise();
    for (unsigned left : {2u, 1u}) {
        b.cpu.write(irq_source::CLEAR);
        EXPECT_TRUE(b.device.level());
        EXPECT_EQ(b.cpu.read(irq_source::STATUS), 1u | left << 8);
    }
    b.cpu.write(irq_source::CLEAR);
    EXPECT_FALSE(b.device.level());
    EXPECT_EQ(b.cpu.read(irq_source::STATUS), 0u);
    EXPECT_EQ(b.device.cleared(), 3u);
}

TEST(IrqSource, causes_that_find_it_unserved_coalesce)
{
    Bench b;
    EXPECT_TRUE(b.device.raise());
    EXPECT_FALSE(b.device.raise());
    b.cpu.write(irq_source::RAISE);
    EXPECT_EQ(b.cpu.read(irq_source::RAISED), 1u);
    EXPECT_EQ(b.cpu.read(irq_source::COALESCED), 2u);
    b.device.clear();
    EXPECT_TRUE(b.device.raise());
    EXPECT_EQ(b.device.raised(), 2u);
}

TEST(IrqSource, a_write_while_it_is_quiet_means_nothing)
{
    Bench b;
    b.cpu.write(irq_source::CLEAR);
    EXPECT_EQ(b.device.cleared(), 0u);
    EXPECT_TRUE(b.device.raise());
    EXPECT_TRUE(b.device.level());
}

TEST(IrqSource, an_edge_is_a_pulse_that_a_signal_shows)
{
    Bench b(irq_source_config::edge());
    for (int i = 0; i < 3; i++) {
        EXPECT_TRUE(b.device.raise());
        sc_start(1 * ns);
    }
    EXPECT_EQ(b.rises, 3u);
    EXPECT_FALSE(b.wire.read());
    EXPECT_EQ(b.seen, (std::vector<bool>{true, false, true, false, true, false}));
}

TEST(IrqSource, an_edge_within_the_pulse_of_another_coalesces)
{
    Bench b(irq_source_config::edge(20 * ns));
    b.device.raise();
    sc_start(10 * ns);
    EXPECT_TRUE(b.wire.read());
    EXPECT_FALSE(b.device.raise());
    sc_start(15 * ns);
    EXPECT_FALSE(b.wire.read());
    EXPECT_TRUE(b.device.raise());
}

TEST(IrqSource, reset_silences_it_and_keeps_the_counters)
{
    Bench b(irq_source_config::level(2));
    b.device.raise();
    sc_start(1 * ns);
    b.device.reset();
    sc_start(1 * ns);
    EXPECT_FALSE(b.wire.read());
    EXPECT_EQ(b.device.remaining(), 0u);
    EXPECT_EQ(b.device.raised(), 1u);
}

TEST(IrqSource, observers_see_every_cause_and_every_write_that_counts)
{
    Bench b(irq_source_config::level(2));
    std::vector<int> log;
    b.device.on_raise = [&](const irq_source &, bool coalesced) { log.push_back(coalesced ? 101 : 100); };
    b.device.on_clear = [&](const irq_source &, unsigned remaining) { log.push_back(int(remaining)); };
    b.device.raise();
    b.device.raise();
    for (int i = 0; i < 3; i++)
        b.device.clear();
    EXPECT_EQ(log, (std::vector<int>{100, 101, 1, 0}));
}

struct BadAccess {
    const char *name;
    uint64_t address;
    unsigned size;
    tlm::tlm_response_status response;
};
class IrqSourceAccess : public testing::TestWithParam<BadAccess>
{
};

TEST_P(IrqSourceAccess, is_refused_without_effect)
{
    Bench b;
    b.cpu.access(tlm::TLM_WRITE_COMMAND, GetParam().address, 1, GetParam().size);
    EXPECT_EQ(b.cpu.response, GetParam().response);
    EXPECT_EQ(b.device.raised() + b.device.coalesced(), 0u);
}
INSTANTIATE_TEST_SUITE_P(, IrqSourceAccess,
                         testing::Values(BadAccess{"byte", irq_source::RAISE, 1, tlm::TLM_BURST_ERROR_RESPONSE},
                                         BadAccess{"misaligned", irq_source::RAISE + 1, 4,
                                                   tlm::TLM_BURST_ERROR_RESPONSE},
                                         BadAccess{"beyond_the_registers", 0x14, 4, tlm::TLM_ADDRESS_ERROR_RESPONSE}),
                         [](const auto &info) { return info.param.name; });

// The form of accesses is judged as gic400 judges it.
TEST(IrqSource, follows_the_tlm_rules_of_the_gic)
{
    Bench b;
    uint32_t value = 0x12345678;
    unsigned char all[] = {0xff, 0xff, 0xff, 0xff}, half[] = {0xff, 0xff, 0, 0};
    const auto answer = [&](tlm::tlm_command command, void *data, unsigned length, unsigned char *enable) {
        tlm::tlm_generic_payload p;
        sc_time delay;
        p.set_command(command);
        p.set_address(irq_source::RAISE);
        p.set_data_ptr(static_cast<unsigned char *>(data));
        p.set_data_length(length);
        p.set_streaming_width(length);
        p.set_byte_enable_ptr(enable);
        p.set_byte_enable_length(enable ? 4 : 0);
        p.set_dmi_allowed(true);
        b.cpu.port->b_transport(p, delay);
        EXPECT_FALSE(p.is_dmi_allowed());
        return p.get_response_status();
    };
    EXPECT_EQ(answer(tlm::TLM_WRITE_COMMAND, nullptr, 4, nullptr), tlm::TLM_GENERIC_ERROR_RESPONSE);
    EXPECT_EQ(answer(tlm::TLM_READ_COMMAND, nullptr, 4, nullptr), tlm::TLM_GENERIC_ERROR_RESPONSE);
    EXPECT_EQ(answer(tlm::TLM_WRITE_COMMAND, &value, 4, half), tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    EXPECT_EQ(answer(tlm::TLM_IGNORE_COMMAND, nullptr, 3, half), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(b.device.raised(), 0u);
    EXPECT_EQ(answer(tlm::TLM_WRITE_COMMAND, &value, 4, all), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(b.device.raised(), 1u);
    tlm::tlm_generic_payload p;
    p.set_read();
    p.set_data_length(4);
    EXPECT_EQ(b.cpu.port->transport_dbg(p), 0u) << "nowhere to put it";
}

TEST(IrqSource, debug_reads_have_no_effect_and_debug_writes_are_refused)
{
    Bench b;
    b.device.raise();
    tlm::tlm_generic_payload p;
    uint32_t value = 0;
    p.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
    p.set_data_length(4);
    p.set_address(irq_source::STATUS);
    p.set_read();
    EXPECT_EQ(b.cpu.port->transport_dbg(p), 4u);
    EXPECT_EQ(value, 0x101u);
    p.set_address(irq_source::CLEAR);
    p.set_write();
    EXPECT_EQ(b.cpu.port->transport_dbg(p), 0u);
    EXPECT_TRUE(b.device.level());
}

// A GIC whose SPIs 64 to 95 come from a GICv2m frame.
trapline::gic400_config with_v2m()
{
    trapline::gic400_config c;
    c.v2m = trapline::gic400_v2m{64, 32, 0};
    return c;
}

TEST(IrqSourceMsi, a_message_per_cause_pends_the_spi_of_the_frame)
{
    trapline::gic400 gic("gic", with_v2m());
    irq_source device("device", irq_source_config::msi(GICV2M_MSI_SETSPI_NS, 70));
    device.msi.bind(gic.v2m);
    gic_write(gic.handle(), 0, GIC_DIST, GICD_ICFGR + 70 / 16 * 4, 4, 2u << 70 % 16 * 2); // edge
    sc_start(SC_ZERO_TIME);
    EXPECT_TRUE(device.raise());
    EXPECT_TRUE(device.raise());
    sc_start(1 * ns);
    EXPECT_TRUE(gic_state(gic.handle(), 0, 70) & GIC_ST_PENDING);
    EXPECT_EQ(device.raised(), 2u);
    EXPECT_EQ(device.msi_errors(), 0u);
}

TEST(IrqSourceMsi, with_clears_it_sends_no_second_message_until_it_has_been_served)
{
    trapline::gic400 gic("gic", with_v2m());
    irq_source_config config = irq_source_config::msi(GICV2M_MSI_SETSPI_NS, 70);
    config.clears = 1;
    irq_source device("device", config);
    device.msi.bind(gic.v2m);
    sc_start(SC_ZERO_TIME);
    EXPECT_TRUE(device.raise());
    EXPECT_FALSE(device.raise());
    device.clear();
    EXPECT_TRUE(device.raise());
    EXPECT_EQ(device.coalesced(), 1u);
}

TEST(IrqSourceMsi, an_error_response_is_counted)
{
    trapline::gic400 gic("gic"); // no frame: every access is an address error
    irq_source device("device", irq_source_config::msi(GICV2M_MSI_SETSPI_NS, 70));
    device.msi.bind(gic.v2m);
    sc_start(SC_ZERO_TIME);
    device.raise();
    sc_start(1 * ns);
    EXPECT_EQ(device.msi_errors(), 1u);
}

} // namespace
