// SPDX-License-Identifier: Apache-2.0
//
// gic_soak [OPERATIONS [FIRST_SEED]]: many random operations on lib/gic and the naive GIC in lock-step,
// over many configurations. Prints what happened; exit code 1 on a difference, which goes to stderr.
#include "differential.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

using namespace trapline_test;

namespace
{

constexpr unsigned steps_of_a_sequence = 1000;
constexpr unsigned restored_sequences = 1000, steps_of_a_restored_sequence = 200;

std::string name_of(const gic_config &c)
{
    std::string name;
    for (uint32_t n : {c.cpus, c.spis, c.lrs, c.prio_bits, c.maint_ppi, static_cast<uint32_t>(c.security)})
        name += std::to_string(n) + " ";
    for (bool choice : {c.ppi_config_fixed, c.sgi_enable_writable, c.dir_any_mode, c.vrpr_idle_f8, c.no_nsacr})
        name += choice ? "1" : "0";
    return name;
}

bool number(const char *text, unsigned long &out)
{
    char *end = nullptr;
    out = std::strtoul(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0';
}

} // namespace

int main(int argc, char **argv)
{
    unsigned long operations = 1000000, first = 1;
    if (argc > 3 || (argc > 1 && !number(argv[1], operations)) || (argc > 2 && !number(argv[2], first))) {
        std::fprintf(stderr, "usage: gic_soak [OPERATIONS [FIRST_SEED]]\n");
        return 2;
    }
    auto start = std::chrono::steady_clock::now();
    Coverage coverage;
    std::set<std::string> configurations;
    bool terminal = isatty(STDERR_FILENO) != 0;
    for (auto seed = static_cast<unsigned>(first); coverage.steps < operations; seed++) {
        auto left = operations - coverage.steps;
        configurations.insert(name_of(differential_config(seed)));
        unsigned steps = left < steps_of_a_sequence ? static_cast<unsigned>(left) : steps_of_a_sequence;
        if (auto different = play_sequence(seed, steps, coverage)) {
            std::fprintf(stderr, "%s%s", terminal ? "\r\n" : "", different->c_str());
            return 1;
        }
        if (terminal)
            std::fprintf(stderr, "\r%llu of %lu", static_cast<unsigned long long>(coverage.steps), operations);
    }
    // Then the operations again, each on an instance restored from the state before it.
    Coverage restored;
    for (unsigned n = 0; n < restored_sequences; n++) {
        auto seed = static_cast<unsigned>(first) + n;
        if (auto different = play_sequence(seed, steps_of_a_restored_sequence, restored, true)) {
            std::fprintf(stderr, "%s%s", terminal ? "\r\n" : "", different->c_str());
            return 1;
        }
        if (terminal)
            std::fprintf(stderr, "\rrestored at every step: %u of %u sequences", n + 1, restored_sequences);
    }
    std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    if (terminal)
        std::fprintf(stderr, "\r%60s\r", "");
    std::printf("no difference\n%s%-32s %10zu\n", coverage.text().c_str(), "configurations", configurations.size());
    std::printf("%-32s %10u sequences, %llu restores\n", "restored at every step", restored_sequences,
                static_cast<unsigned long long>(restored.restores));
    std::fprintf(stderr, "%.1f s\n", seconds.count());
    return 0;
}
