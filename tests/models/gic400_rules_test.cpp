// SPDX-License-Identifier: Apache-2.0
//
// The rules of TLM-2.0 (IEEE 1666-2011) at the sockets of the GIC-400 module: a random initiator, and single rules.
#include "rig.hpp"

#include <trapline/systemc/gic400_latency.hpp>

#include <tlm_utils/multi_passthrough_initiator_socket.h>

#include <algorithm>
#include <array>
#include <random>

namespace
{

using namespace models_test;

// What a payload deserves, told from the rules of docs/systemc.md and not from the code.
tlm::tlm_response_status expected(const tlm_generic_payload &trans, unsigned cpu, unsigned cpus)
{
    const unsigned size = trans.get_data_length();
    if (trans.get_command() == tlm::TLM_IGNORE_COMMAND)
        return tlm::TLM_OK_RESPONSE;
    if (trans.get_byte_enable_ptr()) {
        if (trans.get_byte_enable_length() == 0 || size == 0)
            return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
        for (unsigned i = 0; i < size; i++)
            if (trans.get_byte_enable_ptr()[i % trans.get_byte_enable_length()] != TLM_BYTE_ENABLED)
                return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    }
    if (trans.get_streaming_width() < size || (size != 1 && size != 4) || trans.get_address() % size != 0)
        return tlm::TLM_BURST_ERROR_RESPONSE;
    if (!trans.get_data_ptr() || cpu >= cpus)
        return tlm::TLM_GENERIC_ERROR_RESPONSE;
    return tlm::TLM_OK_RESPONSE;
}

struct alien_extension : tlm::tlm_extension<alien_extension> {
    tlm::tlm_extension_base *clone() const override
    {
        return new alien_extension(*this);
    }
    void copy_from(const tlm::tlm_extension_base &) override
    {
    }
};

constexpr unsigned cpus = 3;

// A GIC with an initiator on each frame and on the memory map.
struct Platform {
    trapline::gic400 gic;
    std::array<Initiator, 5> initiators{Initiator("i0"), Initiator("i1"), Initiator("i2"), Initiator("i3"),
                                        Initiator("i4")};

    static trapline::gic400_config config(trapline::gic400_map map)
    {
        trapline::gic400_config c;
        c.cpus = cpus;
        c.security = true;
        c.map = map;
        c.latency.dist_read = c.latency.dist_write = ns(1);
        c.latency.cpu_read = c.latency.cpu_write = ns(2);
        c.latency.hyp_read = c.latency.hyp_write = ns(3);
        c.latency.vcpu_read = c.latency.vcpu_write = ns(4);
        return c;
    }
    explicit Platform(trapline::gic400_map map) : gic("gic", config(map))
    {
        size_t i = 0;
        for (auto *socket : {&gic.dist, &gic.cpu, &gic.hyp, &gic.vcpu, &gic.bus})
            initiators[i++].port.bind(*socket);
    }
};

class Gic400Random : public testing::TestWithParam<unsigned>
{
  protected:
    uint32_t pick(uint32_t n)
    {
        return static_cast<uint32_t>(rng() % n);
    }
    uint64_t any_address()
    {
        switch (pick(8)) {
        case 0:
            return (uint64_t{rng()} << 32) | rng();
        case 1:
            return ~uint64_t{0} - pick(70);
        case 2:
            return pick(0x90000);
        case 3:
            return pick(0x9000);
        default:
            return pick(0x2000) & ~3u;
        }
    }

    std::mt19937 rng{GetParam()};
};

TEST_P(Gic400Random, initiator_gets_the_right_response_and_errors_change_nothing)
{
    Platform p(GetParam() % 2 ? trapline::gic400_map::packed : trapline::gic400_map::aligned_64k);
    settle();
    unsigned ok = 0, errors = 0;
    std::vector<unsigned char> data(64), before, enables(64);
    for (unsigned round = 0; round < 4000; round++) {
        Initiator &initiator = p.initiators[pick(5)];
        tlm_generic_payload trans;
        trans.set_command(static_cast<tlm::tlm_command>(pick(3)));
        trans.set_address(any_address());
        for (auto &byte : data)
            byte = static_cast<unsigned char>(rng());
        before = data;
        trans.set_data_ptr(pick(50) ? data.data() : nullptr);
        const unsigned size = pick(3) ? (pick(4) ? 4 : 1) : pick(65);
        trans.set_data_length(size);
        trans.set_streaming_width(pick(6) ? size : pick(70));
        if (pick(5) == 0) {
            for (auto &enable : enables)
                enable = pick(2) || pick(10) ? TLM_BYTE_ENABLED : TLM_BYTE_DISABLED;
            trans.set_byte_enable_ptr(enables.data());
            trans.set_byte_enable_length(pick(65));
        }
        trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
        trans.set_dmi_allowed(true);
        trapline::access_extension who(pick(cpus + 1), pick(2) != 0, pick(4) != 0);
        alien_extension alien;
        const bool says_who = pick(2) != 0;
        if (says_who)
            trans.set_extension(&who);
        if (pick(3) == 0)
            trans.set_extension(&alien);

        const auto wanted = expected(trans, says_who ? who.cpu : 0, cpus);
        const auto state = saved(p.gic);
        const uint64_t address = trans.get_address();
        sc_time delay = ns(5);
        initiator.port->b_transport(trans, delay);

        ASSERT_EQ(trans.get_response_status(), wanted) << "round " << round;
        ASSERT_EQ(broken(p.gic), "") << "round " << round;
        EXPECT_FALSE(trans.is_dmi_allowed());
        EXPECT_EQ(trans.get_address(), address);
        EXPECT_EQ(trans.get_data_length(), size);
        if (wanted != tlm::TLM_OK_RESPONSE || trans.get_command() == tlm::TLM_IGNORE_COMMAND) {
            EXPECT_EQ(saved(p.gic), state) << "round " << round;
            EXPECT_EQ(data, before);
            EXPECT_EQ(delay, ns(5));
            errors++;
        } else {
            // Nobody but a read writes to the data, and no read beyond its length.
            EXPECT_TRUE(std::equal(data.begin() + (trans.is_read() ? size : 0), data.end(),
                                   before.begin() + (trans.is_read() ? size : 0)));
            EXPECT_GE(delay, ns(5));
            ok++;
        }
        trans.clear_extension(&who);
        trans.clear_extension(&alien);
    }
    EXPECT_GT(ok, 500u);
    EXPECT_GT(errors, 500u);
}

// 14.2.5 of the standard: debug accesses have no side effects, and do not disturb simulation.
TEST_P(Gic400Random, debug_access_has_no_side_effect)
{
    Platform p(trapline::gic400_map::packed);
    settle();
    for (uint32_t intid = 32; intid < 64; intid++)
        p.gic.set_spi(intid, true);
    gic_counters counters{};
    gic_stats(p.gic.handle(), &counters);
    const auto state = saved(p.gic);
    std::vector<unsigned char> data(64);
    for (unsigned round = 0; round < 2000; round++) {
        tlm_generic_payload trans;
        const bool write = pick(4) == 0;
        trans.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
        trans.set_address(any_address());
        trans.set_data_ptr(data.data());
        trans.set_data_length(pick(65));
        const unsigned done = p.initiators[pick(5)].port->transport_dbg(trans);
        ASSERT_EQ(done, write ? 0 : trans.get_data_length());
    }
    EXPECT_EQ(saved(p.gic), state);
    gic_counters after{};
    gic_stats(p.gic.handle(), &after);
    EXPECT_EQ(std::memcmp(&counters, &after, sizeof(after)), 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Gic400Random, testing::Range(1u, 7u));

// ---- single rules ---------------------------------------------------------------------------------------

TEST(Gic400Rules, debug_read_shows_what_a_read_would_without_acknowledging)
{
    trapline::gic400 gic("gic");
    Initiator cpu("cpu");
    cpu.port.bind(gic.bus);
    settle();
    cpu.enable_cpu();
    cpu.enable_irq(40);
    gic.set_spi(40, true);
    EXPECT_EQ(cpu.debug_read(gicc + GICC_IAR), 40u);
    EXPECT_EQ(cpu.debug_read(gicc + GICC_IAR), 40u);
    EXPECT_TRUE(gic.output(0, GIC_IRQ));
    EXPECT_EQ(cpu.read(gicc + GICC_IAR), 40u);
    EXPECT_FALSE(gic.output(0, GIC_IRQ));
}

TEST(Gic400Rules, debug_read_may_begin_and_end_anywhere)
{
    trapline::gic400 gic("gic");
    Initiator cpu("cpu");
    cpu.port.bind(gic.dist);
    settle();
    cpu.write(GICD_IPRIORITYR + 32, 0x40302010);
    cpu.write(GICD_IPRIORITYR + 36, 0x80706050);
    unsigned char data[5] = {};
    tlm_generic_payload trans;
    cpu.fill(trans, tlm::TLM_READ_COMMAND, GICD_IPRIORITYR + 33, data, 5);
    EXPECT_EQ(cpu.port->transport_dbg(trans), 5u);
    const unsigned char want[5] = {0x20, 0x30, 0x40, 0x50, 0x60};
    EXPECT_TRUE(std::equal(data, data + 5, want));
}

TEST(Gic400Rules, dmi_is_refused_everywhere)
{
    trapline::gic400 gic("gic");
    Initiator cpu("cpu");
    cpu.port.bind(gic.bus);
    settle();
    tlm_generic_payload trans;
    uint32_t data = 0;
    cpu.fill(trans, tlm::TLM_READ_COMMAND, gicd, &data, 4);
    trans.set_dmi_allowed(true);
    tlm::tlm_dmi dmi;
    dmi.allow_read_write();
    dmi.set_start_address(gicd);
    dmi.set_end_address(gicd + 3);
    EXPECT_FALSE(cpu.port->get_direct_mem_ptr(trans, dmi));
    EXPECT_FALSE(trans.is_dmi_allowed());
    EXPECT_TRUE(dmi.is_none_allowed());
    EXPECT_EQ(dmi.get_start_address(), 0u);
    EXPECT_EQ(dmi.get_end_address(), ~uint64_t{0});
}

TEST(Gic400Rules, what_hardware_ignores_is_raz_wi)
{
    trapline::gic400 gic("gic");
    Initiator cpu("cpu");
    cpu.port.bind(gic.bus);
    settle();
    const auto state = saved(gic);
    for (uint64_t address : {uint64_t{0x0}, gicd + 0xe80, gicd + GICD_TYPER, gich + 0xffc, uint64_t{0x8000}}) {
        cpu.write(address, 0xffffffff);
        EXPECT_EQ(cpu.status, tlm::TLM_OK_RESPONSE) << std::hex << address;
    }
    EXPECT_EQ(saved(gic), state);
    EXPECT_EQ(cpu.read(0x0), 0u);
    EXPECT_EQ(cpu.read(uint64_t{1} << 32 | (gicd + GICD_IIDR)), 0u);
}

TEST(Gic400Rules, a_strict_gic_names_the_mistake)
{
    trapline::gic400_config config;
    config.strict = true;
    trapline::gic400 gic("gic", config);
    Initiator cpu("cpu");
    cpu.port.bind(gic.bus);
    settle();
    const auto state = saved(gic);
    cpu.write(0x0, 1);
    EXPECT_EQ(cpu.status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    cpu.read(gicd + 0xd80);
    EXPECT_EQ(cpu.status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    cpu.write(gicd + GICD_ISENABLER, 1, 1);
    EXPECT_EQ(cpu.status, tlm::TLM_BURST_ERROR_RESPONSE);
    cpu.write(gicd + GICD_TYPER, 1);
    EXPECT_EQ(cpu.status, tlm::TLM_COMMAND_ERROR_RESPONSE);
    cpu.read(gicc + GICC_EOIR);
    EXPECT_EQ(cpu.status, tlm::TLM_COMMAND_ERROR_RESPONSE);
    EXPECT_EQ(saved(gic), state);
    cpu.write(gicd + GICD_CTLR, 1);
    EXPECT_EQ(cpu.status, tlm::TLM_OK_RESPONSE);
}

// ---- latency ------------------------------------------------------------------------------------------------

TEST(Gic400Latency, is_added_to_the_delay_of_each_frame_and_direction)
{
    trapline::gic400_config config;
    config.latency = {ns(1), ns(2), ns(3), ns(4), ns(5), ns(6), ns(7), ns(8)};
    trapline::gic400 gic("gic", config);
    Initiator cpu("cpu");
    cpu.port.bind(gic.bus);
    settle();
    const sc_time start = sc_core::sc_time_stamp();
    double want = 0;
    cpu.delay = sc_core::SC_ZERO_TIME;
    for (const auto &[address, read_ns] : {std::pair{gicd, 1.0}, {gicc, 3.0}, {gich, 5.0}, {gicv, 7.0}}) {
        cpu.read(address);
        want += read_ns;
        EXPECT_EQ(cpu.delay, ns(want));
        cpu.write(address, 0);
        want += read_ns + 1;
        EXPECT_EQ(cpu.delay, ns(want));
    }
    EXPECT_EQ(sc_core::sc_time_stamp(), start) << "b_transport waited";
    gic.set_latency({});
    cpu.read(gicd);
    EXPECT_EQ(cpu.delay, ns(want));
}

TEST(Gic400Latency, is_not_charged_to_who_accounts_for_time_itself)
{
    trapline::gic400_config config;
    config.latency.dist_read = ns(10);
    trapline::gic400 gic("gic", config);
    Initiator mapped("mapped"), told("told"), other("other");
    for (auto *i : {&mapped, &told, &other})
        i->port.bind(gic.dist);
    gic.map_port(trapline::gic400::socket::dist, 0, 0, false, /*timed*/ false);
    gic.map_port(trapline::gic400::socket::dist, 2, 0);
    settle();
    told.be(0);
    told.who.timed = false;
    for (auto *i : {&mapped, &told, &other})
        i->read(GICD_TYPER);
    EXPECT_EQ(mapped.delay, sc_core::SC_ZERO_TIME);
    EXPECT_EQ(told.delay, sc_core::SC_ZERO_TIME);
    EXPECT_EQ(other.delay, ns(10));
}

TEST(Gic400Latency, comes_from_a_cost_profile)
{
    sim_cost_profile profile{};
    profile.tick_hz = 2000000000; // 0.5 ns
    const std::pair<sim_cost_id, sim_tick> prices[] = {
        {SIM_COST_GICD_READ, 2},  {SIM_COST_GICD_WRITE, 4},  {SIM_COST_GICC_IAR, 6},  {SIM_COST_GICC_EOIR, 8},
        {SIM_COST_GICH_READ, 10}, {SIM_COST_GICH_WRITE, 12}, {SIM_COST_GICV_IAR, 14}, {SIM_COST_GICV_DIR, 99}};
    for (const auto &[id, net] : prices)
        profile.price[id] = {true, net + 1000, net, ""};
    const trapline::gic400_latency latency = trapline::from_profile(profile);
    EXPECT_EQ(latency.dist_read, ns(1));
    EXPECT_EQ(latency.dist_write, ns(2));
    EXPECT_EQ(latency.cpu_read, ns(3));
    EXPECT_EQ(latency.cpu_write, ns(4));
    EXPECT_EQ(latency.hyp_read, ns(5));
    EXPECT_EQ(latency.hyp_write, ns(6));
    EXPECT_EQ(latency.vcpu_read, ns(7));
    EXPECT_EQ(latency.vcpu_write, sc_core::SC_ZERO_TIME) << "GICV_EOIR has no price";
}

// ---- inside another module ------------------------------------------------------------------------------------

// A SoC that shows sockets and ports of its GIC as its own.
struct Soc : sc_core::sc_module {
    trapline::gic400::target_socket bus{"bus"};
    sc_core::sc_in<bool> uart{"uart"};
    sc_core::sc_out<bool> irq{"irq"};
    trapline::gic400 gic{"gic"};

    explicit Soc(sc_core::sc_module_name name) : sc_module(name)
    {
        bus.bind(gic.bus);
        gic.spi[8].bind(uart);
        gic.irq[0].bind(irq);
    }
};

TEST(Gic400Hierarchy, sockets_and_ports_can_be_those_of_a_parent)
{
    Soc soc("soc");
    Initiator cpu("cpu");
    sc_core::sc_signal<bool> uart("uart_line"), irq("irq_line");
    cpu.port.bind(soc.bus);
    soc.uart(uart);
    soc.irq(irq);
    settle();
    cpu.enable_cpu();
    cpu.enable_irq(40);
    uart.write(true);
    settle();
    EXPECT_TRUE(irq.read());
    EXPECT_EQ(cpu.read(gicc + GICC_IAR), 40u);
}

// ---- who is asking ------------------------------------------------------------------------------------------

TEST(Gic400Who, foreign_initiators_are_told_apart_by_their_binding)
{
    trapline::gic400_config config;
    config.cpus = 2;
    trapline::gic400 gic("gic", config);
    Initiator first("first"), second("second"), third("third");
    for (auto *i : {&first, &second, &third})
        i->port.bind(gic.bus);
    settle();
    first.write(gicc + GICC_PMR, 0x10);
    second.write(gicc + GICC_PMR, 0x20);
    EXPECT_EQ(gic.peek("GICC_PMR", 0), 0x10u);
    EXPECT_EQ(gic.peek("GICC_PMR", 1), 0x20u);
    third.write(gicc + GICC_PMR, 0x30); // would be CPU 2
    EXPECT_EQ(third.status, tlm::TLM_GENERIC_ERROR_RESPONSE);
}

TEST(Gic400Who, a_binding_can_be_given_to_any_cpu)
{
    trapline::gic400_config config;
    config.cpus = 2;
    trapline::gic400 gic("gic", config);
    Initiator first("first"), second("second"), third("third");
    for (auto *i : {&first, &second, &third})
        i->port.bind(gic.cpu);
    gic.map_port(trapline::gic400::socket::cpu, 0, 1);
    gic.map_port(trapline::gic400::socket::cpu, 1, 0);
    gic.map_port(trapline::gic400::socket::cpu, 2, 1);
    settle();
    first.write(GICC_PMR, 0x10);
    second.write(GICC_PMR, 0x20);
    EXPECT_EQ(gic.peek("GICC_PMR", 0), 0x20u);
    EXPECT_EQ(gic.peek("GICC_PMR", 1), 0x10u);
    EXPECT_EQ(third.read(GICC_PMR), 0x10u);
}

TEST(Gic400Who, the_extension_outranks_the_binding)
{
    trapline::gic400_config config;
    config.cpus = 8;
    trapline::gic400 gic("gic", config);
    Initiator router("router");
    router.port.bind(gic.bus);
    settle();
    for (unsigned c = 0; c < 8; c++) {
        router.be(c);
        router.write(gicc + GICC_PMR, c * 8);
    }
    for (unsigned c = 0; c < 8; c++)
        EXPECT_EQ(gic.peek("GICC_PMR", c), c * 8);
}

// 3.1 and 4.1.3 of IHI 0048B: GICD_IGROUPR is Secure.
TEST(Gic400Who, security_comes_from_the_extension_or_the_binding)
{
    trapline::gic400_config config;
    config.security = true;
    trapline::gic400 gic("gic", config);
    Initiator normal("normal"), firmware("firmware"), told("told");
    for (auto *i : {&normal, &firmware, &told})
        i->port.bind(gic.dist);
    gic.map_port(trapline::gic400::socket::dist, 1, 0, /*secure*/ true);
    settle();
    normal.write(GICD_IGROUPR + 4, 0xff);
    EXPECT_EQ(gic.peek("GICD_IGROUPR1", 0, true), 0u);
    firmware.write(GICD_IGROUPR + 4, 0xff);
    EXPECT_EQ(gic.peek("GICD_IGROUPR1", 0, true), 0xffu);
    told.be(0, true);
    told.write(GICD_IGROUPR + 4, 0xf0f0);
    EXPECT_EQ(gic.peek("GICD_IGROUPR1", 0, true), 0xf0f0u);
    told.be(0, false);
    told.write(GICD_IGROUPR + 4, 0);
    EXPECT_EQ(gic.peek("GICD_IGROUPR1", 0, true), 0xf0f0u);
}

TEST(Gic400Who, the_extension_can_be_cloned_and_copied)
{
    trapline::access_extension original(5, true, false);
    std::unique_ptr<trapline::access_extension> clone(static_cast<trapline::access_extension *>(original.clone()));
    trapline::access_extension copy;
    copy.copy_from(*clone);
    EXPECT_EQ(copy.cpu, 5u);
    EXPECT_TRUE(copy.secure);
    EXPECT_FALSE(copy.timed);
}

// ---- the memory map -------------------------------------------------------------------------------------------

struct Gic400Map : testing::Test {
    static trapline::gic400_config config(trapline::gic400_map map)
    {
        trapline::gic400_config c;
        c.cpus = 2;
        c.map = map;
        return c;
    }
};

TEST_F(Gic400Map, packed_is_that_of_the_gic_400)
{
    trapline::gic400 gic("gic", config(trapline::gic400_map::packed));
    Initiator cpu("cpu");
    cpu.port.bind(gic.bus);
    settle();
    EXPECT_EQ(cpu.read(0x1000 + GICD_IIDR), 0x0200143bu);
    EXPECT_EQ(cpu.read(0x2000 + GICC_IIDR), 0x0202143bu);
    EXPECT_EQ(cpu.read(0x4000 + GICH_VTR), gic.peek("GICH_VTR"));
    EXPECT_EQ(cpu.read(0x6000 + GICV_IIDR), 0x0202143bu);
}

TEST_F(Gic400Map, packed_shows_the_virtual_interface_of_every_cpu)
{
    trapline::gic400 gic("gic", config(trapline::gic400_map::packed));
    Initiator cpu("cpu");
    cpu.port.bind(gic.bus);
    settle();
    cpu.write(0x5000 + 0x200 + GICH_HCR, GICH_HCR_En);
    EXPECT_EQ(gic.peek("GICH_HCR", 0), 0u);
    EXPECT_EQ(gic.peek("GICH_HCR", 1), GICH_HCR_En);
    cpu.write(0x5000 + 0x400 + GICH_HCR, GICH_HCR_En); // there is no CPU 2
    EXPECT_EQ(cpu.read(0x5000 + 0x400 + GICH_HCR), 0u);
    EXPECT_EQ(cpu.status, tlm::TLM_OK_RESPONSE);
}

TEST_F(Gic400Map, aligned_64k_repeats_each_block_and_makes_gicc_one_piece)
{
    trapline::gic400 gic("gic", config(trapline::gic400_map::aligned_64k));
    Initiator cpu("cpu");
    cpu.port.bind(gic.bus);
    settle();
    for (uint64_t page = 0; page < 0x10000; page += 0x1000) {
        EXPECT_EQ(cpu.read(0x10000 + page + GICD_IIDR), 0x0200143bu) << page;
        EXPECT_EQ(cpu.read(0x20000 + page + GICC_IIDR), 0x0202143bu) << page;
        EXPECT_EQ(cpu.read(0x40000 + page + GICH_VTR), gic.peek("GICH_VTR")) << page;
        EXPECT_EQ(cpu.read(0x60000 + page + GICV_IIDR), 0x0202143bu) << page;
    }
    // An operating system that finds the alias moves its base to 0x2f000 and has GICC_DIR at +0x1000.
    const uint64_t base = 0x2f000;
    cpu.write(0x10000 + GICD_ISACTIVER + 4, 1u << 8);
    cpu.write(base + GICC_CTLR, GICC_CTLR_EOImode);
    cpu.write(base + GICC_DIR, 40);
    EXPECT_EQ(gic.peek("GICD_ISACTIVER1"), 0u);
}

// ---- GICv2m ---------------------------------------------------------------------------------------------------

TEST(Gic400V2m, a_message_pends_its_spi)
{
    trapline::gic400_config config;
    config.v2m = trapline::gic400_v2m{64, 16, 0};
    trapline::gic400 gic("gic", config);
    Initiator cpu("cpu"), device("device");
    cpu.port.bind(gic.bus);
    device.port.bind(gic.v2m);
    settle();
    cpu.enable_cpu();
    cpu.make_edge(70);
    cpu.enable_irq(70);
    EXPECT_EQ(device.read(GICV2M_MSI_TYPER), 64u << 16 | 16u);
    device.write(GICV2M_MSI_SETSPI_NS, 70, 2);
    EXPECT_EQ(device.status, tlm::TLM_OK_RESPONSE);
    EXPECT_TRUE(gic.output(0, GIC_IRQ));
    EXPECT_EQ(cpu.read(gicc + GICC_IAR), 70u);
}

TEST(Gic400V2m, without_a_frame_every_access_is_an_address_error)
{
    trapline::gic400 gic("gic");
    Initiator device("device");
    device.port.bind(gic.v2m);
    settle();
    device.write(GICV2M_MSI_SETSPI_NS, 40);
    EXPECT_EQ(device.status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

} // namespace
