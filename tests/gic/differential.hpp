// SPDX-License-Identifier: Apache-2.0
//
// lib/gic and the naive GIC in lock-step: the same operations on both, every answer and every output wire
// compared after each.
#pragma once

#include "naive/naive_gic.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace trapline_test
{

// One thing that happens to a GIC.
struct Step {
    enum Kind { Write, Read, Spi, Ppi, Reset, SaveRestore } kind = Read;
    unsigned cpu = 0;
    bool secure = false;
    unsigned frame = 0; // enum gic_frame
    uint32_t offset = 0;
    unsigned size = 4;
    uint32_t intid = 0;
    uint32_t value = 0; // written, or the level
};

// How often something interesting happened; a run that is idle shows it.
struct Coverage {
    uint64_t steps = 0, secure_steps = 0, sequences = 0;
    uint64_t acks = 0, group1_hidden = 0, spurious = 0, eois = 0, deactivations = 0, hw_deactivations = 0;
    uint64_t virt_acks = 0, virt_eois = 0, nested = 0, virt_nested = 0, ties = 0;
    uint64_t missing_entries = 0, resets = 0, restores = 0, mistakes = 0;
    std::array<uint64_t, GIC_NPINS> raised{};
    std::array<uint64_t, 8> maintenance{};

    void add(const Coverage &other);
    // One line for each kind: "acknowledges 1234".
    std::string text() const;
};

// The configuration of a sequence, chosen by its number so that every choice meets every other.
gic_config differential_config(unsigned seed);

// Both GICs. Fresh instances can be put in the place of lib/gic's at any time (SaveRestore).
class Lockstep
{
  public:
    explicit Lockstep(const gic_config &config);
    ~Lockstep();
    Lockstep(const Lockstep &) = delete;
    Lockstep &operator=(const Lockstep &) = delete;

    // Does one step on both. Returns what is different, in words, or nothing.
    std::optional<std::string> apply(const Step &step);
    // Compares every register that can be read without a side effect, of every CPU and security state.
    std::optional<std::string> sweep();

    uint32_t answer = 0; // of the last read, by the naive GIC
    Coverage coverage;
    NaiveGic naive;

  private:
    std::optional<std::string> compare_wires();
    void count(const Step &step, unsigned nested_before, unsigned virt_nested_before, uint32_t eoicount_before);
    std::optional<std::string> save_and_restore();

    gic_config cfg;
    gic *g = nullptr;
    gic_counters stats_before{};
    std::array<std::array<bool, GIC_NPINS>, 8> latched{}; // by the output callback
    std::array<unsigned, 8> wires{};
    std::array<uint32_t, 8> misr{};
};

// A source of steps in which interrupts really are taken, nested, forwarded and ended: it follows what the
// reads answer.
class Generator
{
  public:
    Generator(unsigned seed, const gic_config &config);
    Step next();
    void answered(const Step &step, uint32_t answer);

  private:
    uint32_t pick(uint32_t n);
    bool one_in(uint32_t n);
    uint32_t hot();
    bool secure_for(uint32_t frame);
    Step write(unsigned cpu, unsigned frame, uint32_t offset, uint32_t value, unsigned size = 4);
    Step read(unsigned cpu, unsigned frame, uint32_t offset, unsigned size = 4);
    Step wire();
    Step setup(unsigned n);
    Step end_physical(unsigned cpu);
    Step end_virtual(unsigned cpu);
    Step list_register(unsigned cpu);
    Step distributor(unsigned cpu);
    Step interface(unsigned cpu);
    Step virtual_side(unsigned cpu);
    Step any_access();

    std::mt19937 rng;
    gic_config cfg;
    std::vector<uint32_t> hot_ids;
    std::vector<Step> pending_setup;
    struct Taken {
        uint32_t iar;
        bool secure, alias;
    };
    std::array<std::vector<Taken>, 8> taken, dropped;           // GICC: acknowledged; priority dropped
    std::array<std::vector<Taken>, 8> virt_taken, virt_dropped; // the same on GICV
};

// The sequence of a seed: plays steps of it and compares; with restore_always, every step goes to an instance
// just restored from the state of the one before. On a difference the message has the seed, the
// configuration and the shortest list of steps found that shows it, in the format of the vectors.
std::optional<std::string> play_sequence(unsigned seed, unsigned steps, Coverage &coverage,
                                         bool restore_always = false);

} // namespace trapline_test
