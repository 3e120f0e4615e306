// SPDX-License-Identifier: Apache-2.0
//
// The meter's results as tables, in the layout of `trapline run`, and as JSON.
#include <trapline/systemc/meter.hpp>

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <ostream>

using namespace sc_core;

namespace trapline
{
namespace
{

__attribute__((format(printf, 1, 2))) std::string text(const char *format, ...)
{
    char buffer[128];
    va_list ap;
    va_start(ap, format);
    std::vsnprintf(buffer, sizeof buffer, format, ap);
    va_end(ap);
    return buffer;
}

std::string number(uint64_t n)
{
    return std::to_string(n);
}

double ns(const sc_time &t)
{
    return t.to_seconds() * 1e9;
}

std::string us(const sc_time &t)
{
    return text("%.2fus", ns(t) / 1e3);
}

std::string percent(double part, double whole)
{
    return text("%.2f%%", whole > 0.0 ? 100.0 * part / whole : 0.0);
}

// Simulated time with a unit that suits it.
std::string span(const sc_time &t)
{
    const double micro = ns(t) / 1e3;
    if (micro < 1000.0)
        return text("%.3f us", micro);
    return micro < 1e6 ? text("%.3f ms", micro / 1e3) : text("%.3f s", micro / 1e6);
}

// Columns: the first one to the left, the others to the right, two blanks between them, none at line ends.
class table
{
  public:
    void row(std::vector<std::string> cells)
    {
        for (size_t i = 0; i < cells.size(); i++) {
            if (i == width_.size())
                width_.push_back(0);
            width_[i] = std::max(width_[i], cells[i].size());
        }
        rows_.push_back(std::move(cells));
    }
    void print(std::ostream &out, size_t indent) const
    {
        for (const auto &cells : rows_) {
            std::string line(indent, ' ');
            for (size_t i = 0; i < cells.size(); i++) {
                const std::string pad(width_[i] - cells[i].size(), ' ');
                line += (i ? "  " + pad + cells[i] : cells[i] + pad);
            }
            line.erase(line.find_last_not_of(' ') + 1);
            out << line << '\n';
        }
    }

  private:
    std::vector<std::vector<std::string>> rows_;
    std::vector<size_t> width_;
};

std::vector<std::string> exit_row(const char *name, const meter_exits &e, const meter_exits &all)
{
    std::vector<std::string> cells = {name, number(e.samples), percent(double(e.samples), double(all.samples))};
    if (e.timed) { // the last exit may have no entry after it
        const double mean = ns(e.total) / double(e.timed);
        // as perf does: the standard error of the mean, relative to it
        const double error = mean > 0.0 ? 100.0 * e.stddev_ns / std::sqrt(double(e.timed)) / mean : 0.0;
        cells.insert(cells.end(), {percent(ns(e.total), ns(all.total)), us(e.min), us(e.max),
                                   text("%.2fus", mean / 1e3), text("( +- %5.2f%% )", error)});
    }
    return cells;
}

std::vector<std::string> latency_row(const char *name, const meter_latency &l)
{
    if (!l.count)
        return {name, "-", "-", "-", "-"};
    return {name, us(l.min), us(l.p50), us(l.p99), us(l.max)};
}

// Interrupts that got to whom they are for: a guest if there is one.
uint64_t delivered(const meter_counts &c)
{
    return c.virt_acks ? c.virt_acks : c.acks();
}

std::string json_latency(const meter_latency &l)
{
    return text("{\"count\": %llu, \"min_ns\": %.3f, \"p50_ns\": %.3f, \"p99_ns\": %.3f, ",
                static_cast<unsigned long long>(l.count), ns(l.min), ns(l.p50), ns(l.p99)) +
           text("\"max_ns\": %.3f}", ns(l.max));
}

std::string json_counts(const meter_counts &c)
{
    std::string s = "{";
#define X(field, doc) s += (s.size() > 1 ? ", \"" : "\"") + std::string(#field "\": ") + number(c.field);
    TRAPLINE_METER_COUNTS(X)
#undef X
    return s + "}";
}

std::string json_exits(const meter_exits &e)
{
    const double mean = e.timed ? ns(e.total) / double(e.timed) : 0.0;
    return "{\"samples\": " + number(e.samples) + ", \"timed\": " + number(e.timed) +
           text(", \"total_ns\": %.3f, \"min_ns\": %.3f, \"max_ns\": %.3f, ", ns(e.total), ns(e.min), ns(e.max)) +
           text("\"avg_ns\": %.3f, \"stddev_ns\": %.3f}", mean, e.stddev_ns);
}

} // namespace

void meter::print(std::ostream &out) const
{
    const meter_counts c = counts();
    const uint64_t n = delivered(c);
    out << name() << "   " << n << (n == 1 ? " interrupt in " : " interrupts in ") << span(elapsed()) << " simulated\n";

    const meter_exits all = exits();
    if (levels_told_) {
        std::vector<unsigned> causes;
        for (unsigned i = 0; i < ncauses; i++)
            if (exits(machine_exit_cause(i)).samples)
                causes.push_back(i);
        std::stable_sort(causes.begin(), causes.end(), [this](unsigned a, unsigned b) {
            return exits(machine_exit_cause(a)).samples > exits(machine_exit_cause(b)).samples;
        });
        table t;
        t.row({"VM-EXIT", "Samples", "Samples%", "Time%", "Min Time", "Max Time", "Avg time"});
        for (unsigned i : causes)
            t.row(exit_row(exit_name(i), exits(machine_exit_cause(i)), all));
        t.row({"total", number(all.samples)});
        t.print(out, 2);
    }

    out << '\n';
    table t;
    t.row({"in all", ""});
    t.row({"  interrupts", number(n)});
    if (levels_told_) {
        t.row({"  exits per interrupt", n ? text("%.2f", double(all.samples) / double(n)) : "-"});
        t.row({"  world switches", number(all.samples)});
    }
    const struct {
        const char *label;
        uint64_t value;
        bool always;
    } rows[] = {
        {"  host GICC_IAR reads", c.acks() + c.spurious, true},
        {"    SGIs", c.acks_sgi, false},
        {"    PPIs", c.acks_ppi, false},
        {"    SPIs", c.acks_spi, false},
        {"    spurious", c.spurious, false},
        {"  host GICC_EOIR writes", c.eois, true},
        {"  host GICC_DIR writes", c.dirs, true},
        {"  host GICD writes", c.gicd_writes, true},
        {"    interrupts masked", c.masks, false},
        {"    interrupts unmasked", c.unmasks, false},
        {"    SGIs sent", c.sgis_sent, false},
        {"  host GICD reads", c.gicd_reads, true},
        {"  GICH reads", c.gich_reads, false},
        {"  GICH writes", c.gich_writes, false},
        {"    list registers filled, hardware", c.lr_writes_hw, false},
        {"    list registers filled, software", c.lr_writes_soft, false},
        {"  maintenance interrupts", c.maintenance, false},
        {"  guest GICV_IAR reads", c.virt_acks + c.virt_spurious, false},
        {"  guest GICV_EOIR writes", c.virt_eois, false},
        {"  guest GICV_DIR writes", c.virt_dirs, false},
    };
    for (const auto &row : rows)
        if (row.always || row.value)
            t.row({row.label, number(row.value)});
    t.print(out, 0);

    out << '\n';
    table l;
    l.row({"latency", "min", "p50", "p99", "max"});
    l.row(latency_row("  nIRQ to GICC_IAR", irq_latency()));
    if (c.virq_raised)
        l.row(latency_row("  nVIRQ to GICV_IAR", virq_latency()));
    l.print(out, 0);
}

std::string meter::json() const
{
    std::string s = "{\"meter\": \"" + std::string(name()) + "\"" + text(", \"elapsed_ns\": %.3f", ns(elapsed()));
    s += ", \"exits\": {\"total\": " + json_exits(exits());
    for (unsigned i = 0; i < ncauses; i++)
        s += std::string(", \"") + exit_name(i) + "\": " + json_exits(exits(machine_exit_cause(i)));
    s += "}, \"counts\": " + json_counts(counts()) + ", \"cpus\": [";
    for (unsigned i = 0; i < config_.cpus; i++)
        s += (i ? ", " : "") + json_counts(counts(i));
    s += "], \"acks\": {";
    bool first = true;
    for (uint32_t i = 0; i < acks_.size(); i++)
        if (acks_[i]) {
            s += (first ? "\"" : ", \"") + number(i) + "\": " + number(acks_[i]);
            first = false;
        }
    return s + "}, \"latency\": {\"irq_to_iar\": " + json_latency(irq_latency()) +
           ", \"virq_to_iar\": " + json_latency(virq_latency()) + "}}\n";
}

} // namespace trapline
