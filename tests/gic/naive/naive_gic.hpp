// SPDX-License-Identifier: Apache-2.0
//
// A second GICv2, written straight from ARM IHI 0048B and nothing else, to be compared with lib/gic. It is
// naive on purpose: the state of each interrupt is a plain structure, every question is answered by
// looking at everything, nothing is remembered that could be computed. So there is little to get wrong
// but the reading of the architecture.
#pragma once

#include <trapline/gic.h>

#include <array>
#include <cstdint>
#include <vector>

namespace trapline_test
{

struct NaiveConfig {
    unsigned cpus = 1, spis = 96, lrs = 4, prio_bits = 5, maint_ppi = 0;
    bool security = false, no_nsacr = false;
    bool ppi_config_fixed = false, sgi_enable_writable = false, dir_any_mode = false, vrpr_idle_f8 = false;
    uint32_t dist_iidr = 0x0200143b, cpu_iidr = 0x0202143b;
};

class NaiveGic
{
  public:
    explicit NaiveGic(const NaiveConfig &config);

    // An access; secure has a meaning only with the Security Extensions.
    uint32_t read(unsigned cpu, bool secure, unsigned frame, uint32_t offset, unsigned size);
    void write(unsigned cpu, bool secure, unsigned frame, uint32_t offset, unsigned size, uint32_t value);
    void set_spi(uint32_t intid, bool level);
    void set_ppi(unsigned cpu, uint32_t intid, bool level);
    void reset();

    // Levels of all output wires of a CPU: bit n is enum gic_pin n.
    unsigned outputs(unsigned cpu) const;
    uint32_t misr(unsigned cpu) const;
    // How many priorities are active on the physical and on the virtual interface.
    unsigned nested(unsigned cpu) const;
    unsigned nested_virtually(unsigned cpu) const;
    // Several interrupts share the priority of the most urgent one.
    bool tie(unsigned cpu) const;

  private:
    struct Interrupt {
        bool enabled = false, latched = false, active = false, edge = false, line = false;
        std::array<bool, 8> source{}; // SGI: pending from this CPU
        unsigned group = 0, priority = 0, nsaccess = 0;
        uint32_t targets = 0;
    };
    struct Cpu {
        bool enable[2] = {}, bypass[4] = {}, ackctl = false, fiqen = false, cbpr = false, eoimode_s = false,
             eoimode_ns = false;
        unsigned pmr = 0, bpr = 0, abpr = 0;
        std::array<bool, 128> apr[2] = {}; // active preemption levels of each group
        std::array<Interrupt, 32> bank;
        uint32_t hcr = 0;
        bool venable[2] = {}, vackctl = false, vfiqen = false, vcbpr = false, veoimode = false;
        unsigned vpmr = 0, vbpr = 0, vabpr = 0;
        std::array<bool, 32> vapr{};
        std::vector<uint32_t> lr;
    };
    // Who asks, as the registers see it: with the Security Extensions a Non-secure access sees less.
    struct Access {
        unsigned cpu;
        bool nonsecure;
    };
    // The answer to "which is the most urgent?".
    struct Best {
        bool exists = false;
        uint32_t intid = 1023, source = 0, priority = 0x100;
        unsigned group = 0;
        unsigned lr = 0;
    };

    // -- the state of interrupts
    bool exists(uint32_t intid) const;
    Interrupt &irq(unsigned cpu, uint32_t intid);
    const Interrupt &irq(unsigned cpu, uint32_t intid) const;
    bool pending(unsigned cpu, uint32_t intid) const;
    bool goes_to(unsigned cpu, uint32_t intid) const;
    bool maintenance(unsigned cpu) const;
    void settle_maintenance();
    // -- Distributor
    bool visible(Access a, uint32_t intid, unsigned nsaccess_needed = 4) const;
    uint32_t read_dist(Access a, uint32_t offset, unsigned size) const;
    uint32_t read_dist_byte(Access a, uint32_t offset) const;
    bool read_bit(Access a, uint32_t array, uint32_t intid) const;
    void write_dist(Access a, uint32_t offset, unsigned size, uint32_t value);
    void write_dist_byte(Access a, uint32_t offset, uint32_t value);
    void write_bit(Access a, uint32_t array, uint32_t intid);
    void write_sgir(Access a, uint32_t value);
    // -- CPU interface
    bool candidate(unsigned cpu, uint32_t intid) const;
    Best highest_pending(unsigned cpu) const;
    unsigned group_priority(unsigned cpu, unsigned group, unsigned priority) const;
    unsigned levels() const;
    unsigned running_priority(unsigned cpu) const;
    bool sufficient(unsigned cpu, const Best &best) const;
    uint32_t view(Access a, const Best &best, bool alias) const;
    uint32_t acknowledge(Access a, bool alias);
    void end(Access a, uint32_t value, bool alias);
    void deactivate(Access a, uint32_t value);
    uint32_t read_cpu(Access a, uint32_t offset);
    void write_cpu(Access a, uint32_t offset, uint32_t value);
    uint32_t read_apr(Access a, bool ns_register, unsigned word) const;
    void write_apr(Access a, bool ns_register, unsigned word, uint32_t value);
    // -- virtual interface
    Best highest_virtual(unsigned cpu) const;
    unsigned virtual_group_priority(unsigned cpu, unsigned group, unsigned priority) const;
    unsigned virtual_running_priority(unsigned cpu) const;
    bool sufficient_virtually(unsigned cpu, const Best &best) const;
    uint32_t virtual_view(unsigned cpu, const Best &best, bool alias) const;
    uint32_t virtual_acknowledge(unsigned cpu, bool alias);
    void virtual_end(unsigned cpu, uint32_t value, bool alias);
    int find_active_entry(unsigned cpu, uint32_t value) const;
    void virtual_deactivate(unsigned cpu, unsigned lr);
    void count_missing_entry(unsigned cpu);
    uint32_t read_hyp(unsigned cpu, uint32_t offset) const;
    void write_hyp(unsigned cpu, uint32_t offset, uint32_t value);
    uint32_t vmcr(unsigned cpu) const;
    uint32_t read_vcpu(unsigned cpu, uint32_t offset);
    void write_vcpu(unsigned cpu, uint32_t offset, uint32_t value);

    unsigned min_bpr() const;
    unsigned priority_mask() const;

    NaiveConfig cfg;
    bool dist_enable[2] = {};
    std::vector<Cpu> cpus;
    std::vector<Interrupt> spis; // index: INTID - 32
};

} // namespace trapline_test
