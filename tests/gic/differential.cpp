// SPDX-License-Identifier: Apache-2.0
//
// Two GICs in lock-step, and what to say when they differ.
#include "differential.hpp"

#include <trapline/gic_regs.h>

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <stdexcept>

namespace trapline_test
{

namespace
{

constexpr const char *frame_names[] = {"dist", "cpu", "hyp", "vcpu"};
constexpr const char *pin_names[] = {"irq", "fiq", "virq", "vfiq", "maint"};

std::string hex(uint32_t value)
{
    char text[16];
    std::snprintf(text, sizeof(text), "0x%x", value);
    return text;
}

NaiveConfig naive_config(const gic_config &c)
{
    NaiveConfig n;
    n.cpus = c.cpus;
    n.spis = c.spis == GIC_NO_SPIS ? 0 : c.spis;
    n.lrs = c.lrs;
    n.prio_bits = c.prio_bits;
    n.maint_ppi = c.maint_ppi;
    n.security = c.security;
    n.no_nsacr = c.no_nsacr;
    n.ppi_config_fixed = c.ppi_config_fixed;
    n.sgi_enable_writable = c.sgi_enable_writable;
    n.dir_any_mode = c.dir_any_mode;
    n.vrpr_idle_f8 = c.vrpr_idle_f8;
    return n;
}

std::string config_text(const gic_config &c)
{
    std::ostringstream out;
    out << "config cpus=" << c.cpus << " spis=" << (c.spis == GIC_NO_SPIS ? 0 : c.spis) << " priobits=" << c.prio_bits
        << " security=" << c.security << " lrs=" << c.lrs << " vpriobits=5\n# maint_ppi=" << c.maint_ppi
        << " ppi_config_fixed=" << c.ppi_config_fixed << " sgi_enable_writable=" << c.sgi_enable_writable
        << " dir_any_mode=" << c.dir_any_mode << " vrpr_idle_f8=" << c.vrpr_idle_f8 << " no_nsacr=" << c.no_nsacr
        << "\n";
    return out.str();
}

// A line of a vector. Answers of reads are the naive GIC's.
std::string step_text(const Step &s, const gic_config &cfg, uint32_t answer)
{
    std::ostringstream out;
    if (s.kind == Step::Reset)
        return "# reset";
    if (s.kind == Step::SaveRestore)
        return "# save, restore into a fresh instance";
    if (s.kind == Step::Spi || s.kind == Step::Ppi) {
        out << "line " << (s.kind == Step::Spi ? "spi " : "ppi ");
        if (s.kind == Step::Ppi)
            out << s.cpu << " ";
        out << s.intid << " " << s.value;
        return out.str();
    }
    out << (s.kind == Step::Read ? "read " : "write ") << s.cpu << " " << (s.frame < 4 ? frame_names[s.frame] : "none");
    if (cfg.security)
        out << (s.secure ? ".s" : ".ns");
    out << " " << hex(s.offset) << " " << s.size;
    if (s.kind == Step::Read)
        out << " -> " << hex(answer);
    else
        out << " " << hex(s.value);
    return out.str();
}

bool has_side_effect(unsigned frame, uint32_t offset)
{
    return (frame == GIC_CPU || frame == GIC_VCPU) && (offset == GICC_IAR || offset == GICC_AIAR);
}

} // namespace

// ---- Coverage --------------------------------------------------------------------------------------

namespace
{

struct Kind {
    const char *name;
    uint64_t Coverage::*count;
};

constexpr Kind kinds[] = {{"operations", &Coverage::steps},
                          {"  by Secure accesses", &Coverage::secure_steps},
                          {"sequences", &Coverage::sequences},
                          {"acknowledges", &Coverage::acks},
                          {"  of a nested interrupt", &Coverage::nested},
                          {"  among equal priorities", &Coverage::ties},
                          {"acknowledges, 1022", &Coverage::group1_hidden},
                          {"acknowledges, 1023", &Coverage::spurious},
                          {"priority drops", &Coverage::eois},
                          {"deactivations", &Coverage::deactivations},
                          {"  by a hardware list register", &Coverage::hw_deactivations},
                          {"virtual acknowledges", &Coverage::virt_acks},
                          {"  of a nested interrupt", &Coverage::virt_nested},
                          {"virtual priority drops", &Coverage::virt_eois},
                          {"ends without list register", &Coverage::missing_entries},
                          {"guest mistakes", &Coverage::mistakes},
                          {"resets", &Coverage::resets},
                          {"restores", &Coverage::restores}};

constexpr const char *maintenance_names[8] = {"EOI", "U", "LRENP", "NP", "VGrp0E", "VGrp0D", "VGrp1E", "VGrp1D"};

} // namespace

void Coverage::add(const Coverage &other)
{
    for (const Kind &kind : kinds)
        this->*kind.count += other.*kind.count;
    for (size_t n = 0; n < raised.size(); n++)
        raised[n] += other.raised[n];
    for (size_t n = 0; n < maintenance.size(); n++)
        maintenance[n] += other.maintenance[n];
}

std::string Coverage::text() const
{
    std::ostringstream out;
    auto row = [&out](const std::string &name, uint64_t n) {
        char line[80];
        std::snprintf(line, sizeof(line), "%-32s %10llu\n", name.c_str(), static_cast<unsigned long long>(n));
        out << line;
    };
    for (const Kind &kind : kinds)
        row(kind.name, this->*kind.count);
    for (size_t n = 0; n < raised.size(); n++)
        row(std::string("raised ") + pin_names[n], raised[n]);
    for (size_t n = 0; n < maintenance.size(); n++)
        row(std::string("maintenance by ") + maintenance_names[n], maintenance[n]);
    return out.str();
}

// ---- Lock-step -------------------------------------------------------------------------------------

Lockstep::Lockstep(const gic_config &config) : naive(naive_config(config)), cfg(config)
{
    cfg.output = [](void *ctx, unsigned cpu, gic_pin pin, bool level) {
        static_cast<Lockstep *>(ctx)->latched[cpu][pin] = level;
    };
    cfg.ctx = this;
    if (gic_new(&cfg, &g) != 0)
        throw std::runtime_error("gic_new refuses " + config_text(cfg));
}

Lockstep::~Lockstep()
{
    gic_free(g);
}

// A fresh instance takes the place of the old one. It reports the wires that it raises.
std::optional<std::string> Lockstep::save_and_restore()
{
    std::vector<uint8_t> state(gic_save_size(g));
    if (gic_save(g, state.data(), state.size()) != 0)
        return "gic_save refuses";
    gic *fresh = nullptr;
    if (gic_new(&cfg, &fresh) != 0)
        return "gic_new refuses what it accepted before";
    gic_free(g);
    g = fresh;
    latched = {};
    stats_before = {};
    if (gic_restore(g, state.data(), state.size()) != 0)
        return "gic_restore refuses what gic_save wrote";
    std::vector<uint8_t> again(gic_save_size(g));
    if (gic_save(g, again.data(), again.size()) != 0 || again != state)
        return "a restored state saves as another";
    return {};
}

std::optional<std::string> Lockstep::apply(const Step &s)
{
    unsigned cpu = s.cpu < cfg.cpus ? s.cpu : 0, nested = naive.nested(cpu), virt_nested = naive.nested_virtually(cpu);
    uint32_t eoicount = naive.read(cpu, false, GIC_HYP, GICH_HCR, 4) >> GICH_HCR_EOICount_SHIFT;
    auto sec = s.secure ? GIC_SECURE : GIC_NONSECURE;
    auto frame = static_cast<gic_frame>(s.frame);
    bool tie = s.kind == Step::Read && has_side_effect(s.frame, s.offset) && s.frame == GIC_CPU && naive.tie(cpu);
    uint32_t peeked = 0, got = 0;
    answer = 0;
    switch (s.kind) {
    case Step::Read:
        peeked = gic_peek_sec(g, s.cpu, sec, frame, s.offset, s.size);
        got = gic_read_sec(g, s.cpu, sec, frame, s.offset, s.size);
        answer = naive.read(s.cpu, s.secure, s.frame, s.offset, s.size);
        break;
    case Step::Write:
        gic_write_sec(g, s.cpu, sec, frame, s.offset, s.size, s.value);
        naive.write(s.cpu, s.secure, s.frame, s.offset, s.size, s.value);
        break;
    case Step::Spi:
        gic_set_spi(g, s.intid, s.value != 0);
        naive.set_spi(s.intid, s.value != 0);
        break;
    case Step::Ppi:
        gic_set_ppi(g, s.cpu, s.intid, s.value != 0);
        naive.set_ppi(s.cpu, s.intid, s.value != 0);
        break;
    case Step::Reset:
        gic_reset(g);
        naive.reset();
        coverage.resets++;
        break;
    case Step::SaveRestore:
        if (auto different = save_and_restore())
            return different;
        coverage.restores++;
        break;
    }
    uint64_t acks = coverage.acks;
    count(s, nested, virt_nested, eoicount);
    coverage.ties += tie && coverage.acks > acks;
    if (got != answer)
        return "lib/gic answers " + hex(got) + ", the naive GIC " + hex(answer);
    if (s.kind == Step::Read && peeked != got)
        return "gic_peek says " + hex(peeked) + ", gic_read " + hex(got);
    char why[200] = "";
    if (gic_check(g, why, sizeof(why)) != 0)
        return std::string("gic_check: ") + why;
    return compare_wires();
}

std::optional<std::string> Lockstep::compare_wires()
{
    for (unsigned cpu = 0; cpu < cfg.cpus; cpu++) {
        unsigned wanted = naive.outputs(cpu);
        for (unsigned pin = 0; pin < GIC_NPINS; pin++) {
            bool level = gic_output(g, cpu, static_cast<gic_pin>(pin));
            if (level != ((wanted >> pin & 1) != 0))
                return std::string("output ") + pin_names[pin] + " of CPU " + std::to_string(cpu) + " is " +
                       std::to_string(level) + ", the naive GIC's is not";
            if (level != latched[cpu][pin])
                return std::string("the change of ") + pin_names[pin] + " of CPU " + std::to_string(cpu) +
                       " was not reported";
            coverage.raised[pin] += (wanted & ~wires[cpu]) >> pin & 1;
        }
        wires[cpu] = wanted;
    }
    return {};
}

// What happened in the last step, from lib/gic's statistics where it counts and from the naive GIC's state.
void Lockstep::count(const Step &s, unsigned nested, unsigned virt_nested, uint32_t eoicount)
{
    gic_counters now{};
    gic_stats(g, &now);
    unsigned cpu = s.cpu < cfg.cpus ? s.cpu : 0;
    uint64_t acks = now.acks - stats_before.acks, virt_acks = now.virt_acks - stats_before.virt_acks;
    coverage.steps++;
    coverage.secure_steps += cfg.security && s.secure && s.kind <= Step::Read;
    coverage.acks += acks;
    coverage.virt_acks += virt_acks;
    coverage.nested += acks && nested > 0 && naive.nested(cpu) > nested;
    coverage.virt_nested += virt_acks && virt_nested > 0 && naive.nested_virtually(cpu) > virt_nested;
    if (s.kind == Step::Read && s.frame == GIC_CPU && has_side_effect(s.frame, s.offset)) {
        coverage.group1_hidden += answer == GIC_SPURIOUS_GROUP;
        coverage.spurious += answer == GIC_SPURIOUS;
    }
    coverage.eois += now.eois - stats_before.eois;
    coverage.deactivations += now.deactivations - stats_before.deactivations;
    coverage.hw_deactivations += now.hw_deactivations - stats_before.hw_deactivations;
    coverage.virt_eois += now.virt_eois - stats_before.virt_eois;
    if (s.frame == GIC_VCPU && s.kind == Step::Write)
        coverage.missing_entries += naive.read(cpu, false, GIC_HYP, GICH_HCR, 4) >> GICH_HCR_EOICount_SHIFT != eoicount;
    for (unsigned error = 0; error < GIC_NERRORS; error++)
        coverage.mistakes += now.errors[error] - stats_before.errors[error];
    stats_before = now;
    for (unsigned n = 0; n < cfg.cpus; n++) {
        uint32_t sources = naive.read(n, false, GIC_HYP, GICH_HCR, 4) & GICH_HCR_En ? naive.misr(n) : 0;
        for (unsigned bit = 0; bit < 8; bit++)
            coverage.maintenance[bit] += (sources & ~misr[n]) >> bit & 1;
        misr[n] = sources;
    }
}

std::optional<std::string> Lockstep::sweep()
{
    for (unsigned f = 0; f < GIC_NFRAMES; f++) {
        auto frame = static_cast<gic_frame>(f);
        for (uint32_t offset = 0; offset <= 0x1000; offset += 4) {
            if (has_side_effect(f, offset))
                continue;
            for (unsigned cpu = 0; cpu < cfg.cpus; cpu++) {
                for (auto sec : {GIC_NONSECURE, GIC_SECURE}) {
                    uint32_t got = gic_peek_sec(g, cpu, sec, frame, offset, 4);
                    uint32_t wanted = naive.read(cpu, sec == GIC_SECURE, f, offset, 4);
                    if (got != wanted)
                        return std::string("register ") + frame_names[f] + (sec == GIC_SECURE ? ".s " : ".ns ") +
                               hex(offset) + " of CPU " + std::to_string(cpu) + " is " + hex(got) +
                               ", the naive GIC's is " + hex(wanted);
                }
            }
        }
    }
    return {};
}

// ---- Sequences -------------------------------------------------------------------------------------

namespace
{

// The first step that shows a difference, counted from 1; 0: none does.
size_t first_difference(const gic_config &cfg, const std::vector<Step> &steps, bool sweep_always, std::string &why,
                        std::vector<uint32_t> &answers)
{
    Lockstep both(cfg);
    answers.clear();
    for (size_t n = 0; n < steps.size(); n++) {
        auto different = both.apply(steps[n]);
        answers.push_back(both.answer);
        if (!different && (sweep_always || n + 1 == steps.size()))
            different = both.sweep();
        if (different) {
            why = *different;
            return n + 1;
        }
    }
    return 0;
}

// Takes away what is not needed to show a difference: halves, quarters, ... single steps.
void shrink(const gic_config &cfg, std::vector<Step> &steps, std::string &why)
{
    std::vector<uint32_t> answers;
    for (size_t chunk = steps.size() / 2; chunk > 0; chunk = chunk == 1 ? 0 : (chunk + 1) / 2) {
        for (size_t at = 0; at + chunk <= steps.size();) {
            std::vector<Step> less = steps;
            less.erase(less.begin() + static_cast<std::ptrdiff_t>(at),
                       less.begin() + static_cast<std::ptrdiff_t>(at + chunk));
            size_t end = less.empty() ? 0 : first_difference(cfg, less, false, why, answers);
            if (end) {
                less.resize(end);
                steps = less;
            } else {
                at += chunk;
            }
        }
    }
}

std::string report(unsigned seed, const gic_config &cfg, std::vector<Step> steps, const std::string &first_why)
{
    std::string why = first_why;
    shrink(cfg, steps, why);
    std::vector<uint32_t> answers;
    if (!first_difference(cfg, steps, false, why, answers))
        why = first_why; // shows only in a longer run
    std::ostringstream out;
    out << "gicvec 1\nvector differential/seed-" << seed << "\n" << config_text(cfg);
    for (size_t n = 0; n < steps.size(); n++)
        out << step_text(steps[n], cfg, n < answers.size() ? answers[n] : 0) << "\n";
    out << "# here " << why << "\nend\n";
    return out.str();
}

} // namespace

std::optional<std::string> play_sequence(unsigned seed, unsigned count, Coverage &coverage, bool restore_always)
{
    gic_config cfg = differential_config(seed);
    Lockstep both(cfg);
    Generator generator(seed, cfg);
    std::vector<Step> steps;
    std::optional<std::string> different;
    for (unsigned n = 0; n < count && !different; n++) {
        steps.push_back(generator.next());
        different = both.apply(steps.back());
        generator.answered(steps.back(), both.answer);
        if (!different && restore_always) {
            Step restore;
            restore.kind = Step::SaveRestore;
            steps.push_back(restore);
            different = both.apply(restore);
        }
        if (!different && (n + 1) % 256 == 0)
            different = both.sweep();
    }
    if (!different)
        different = both.sweep();
    both.coverage.sequences = 1;
    coverage.add(both.coverage);
    if (different)
        return report(seed, cfg, steps, *different);
    return {};
}

} // namespace trapline_test
