// SPDX-License-Identifier: Apache-2.0
#include "vector_replay.hpp"

#include <trapline/gic.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace trapline_test
{

namespace
{

const std::map<std::string, unsigned> frames = {
    {"dist", GIC_DIST}, {"cpu", GIC_CPU}, {"hyp", GIC_HYP}, {"vcpu", GIC_VCPU}};
const std::map<std::string, unsigned> pins = {
    {"irq", GIC_IRQ}, {"fiq", GIC_FIQ}, {"virq", GIC_VIRQ}, {"vfiq", GIC_VFIQ}, {"maint", GIC_MAINT}};

// Choices that this GIC makes by itself or by the configuration set in make_config.
const std::set<std::string> known_needs = {
    "tie-lowest-id",     "tie-lowest-lr",     "sgi-lowest-source", "sgi-always-enabled", "ppi-config-writable",
    "icfgr-reset-level", "vmcr-reset-min",    "gicc-apr-bitmap",   "gicv-apr-mirror",    "gicv-rpr-idle-ff",
    "rpr-current-bpr",   "dir-mode0-ignored", "spi-dir-any-cpu",   "maint-ppi-25",       "iidr-arm"};

class Words
{
  public:
    explicit Words(const std::string &line) : stream(line)
    {
    }
    std::string word()
    {
        std::string w;
        if (!(stream >> w))
            throw std::runtime_error("line too short");
        return w;
    }
    uint32_t number()
    {
        return static_cast<uint32_t>(std::stoul(word(), nullptr, 0));
    }
    void expect(const std::string &wanted)
    {
        std::string w = word();
        if (w != wanted)
            throw std::runtime_error("expected '" + wanted + "', found '" + w + "'");
    }
    // One of these words; if secure is given, .s or .ns may follow.
    unsigned one_of(const std::map<std::string, unsigned> &names, bool *secure = nullptr)
    {
        std::string w = word();
        size_t dot = w.find('.');
        if (secure && dot != std::string::npos) {
            std::string state = w.substr(dot);
            if (state != ".s" && state != ".ns")
                throw std::runtime_error("unknown security state '" + state + "'");
            *secure = state == ".s";
        }
        auto found = names.find(secure ? w.substr(0, dot) : w);
        if (found == names.end())
            throw std::runtime_error("unknown word '" + w + "'");
        return found->second;
    }

  private:
    std::istringstream stream;
};

Operation parse_operation(const std::string &keyword, const std::string &line)
{
    Words in(line);
    in.word();
    Operation op{};
    op.text = line;
    if (keyword == "write") {
        op.kind = Operation::Write;
        op.cpu = in.number();
        op.frame = in.one_of(frames, &op.secure);
        op.offset = in.number();
        op.size = in.number();
        op.value = in.number();
    } else if (keyword == "read") {
        op.kind = Operation::Read;
        op.cpu = in.number();
        op.frame = in.one_of(frames, &op.secure);
        op.offset = in.number();
        op.size = in.number();
        std::string next = in.word();
        if (next == "&") {
            op.mask = in.number();
            in.expect("->");
        } else if (next != "->") {
            throw std::runtime_error("expected '&' or '->'");
        }
        op.value = in.number();
    } else if (keyword == "line") {
        if (in.word() == "spi") {
            op.kind = Operation::Spi;
        } else {
            op.kind = Operation::Ppi;
            op.cpu = in.number();
        }
        op.intid = in.number();
        op.value = in.number();
    } else if (keyword == "expect-out") {
        op.kind = Operation::Output;
        op.cpu = in.number();
        op.pin = in.one_of(pins);
        op.value = in.number();
    } else {
        throw std::runtime_error("unknown operation '" + keyword + "'");
    }
    return op;
}

void parse_config(Vector &v, const std::string &line)
{
    const std::map<std::string, unsigned *> keys = {{"cpus", &v.cpus},         {"spis", &v.spis},
                                                    {"priobits", &v.priobits}, {"security", &v.security},
                                                    {"lrs", &v.lrs},           {"vpriobits", &v.vpriobits}};
    std::istringstream in(line);
    std::string item;
    in >> item;
    while (in >> item) {
        size_t eq = item.find('=');
        auto found = keys.find(item.substr(0, eq));
        if (eq == std::string::npos || found == keys.end())
            throw std::runtime_error("unknown configuration '" + item + "'");
        *found->second = static_cast<unsigned>(std::stoul(item.substr(eq + 1)));
    }
}

void parse_needs(Vector &v, const std::string &line)
{
    std::istringstream in(line);
    std::string word;
    in >> word;
    while (in >> word) {
        if (!known_needs.count(word))
            throw std::runtime_error("unknown choice '" + word + "'");
        v.needs.insert(word);
    }
}

std::string rest_of(const std::string &line)
{
    size_t space = line.find(' ');
    return space == std::string::npos ? "" : line.substr(space + 1);
}

void load_file(const std::filesystem::path &path, std::vector<Vector> &out)
{
    std::ifstream in(path);
    std::string line;
    bool open = false;
    for (unsigned number = 1; std::getline(in, line); number++) {
        try {
            std::string keyword = line.substr(0, line.find(' '));
            if (number == 1) {
                if (line != "gicvec 1")
                    throw std::runtime_error("not a vector file");
            } else if (line.empty() || line[0] == '#') {
                continue;
            } else if (keyword == "vector") {
                out.emplace_back();
                out.back().name = rest_of(line);
                out.back().file = path.filename().string();
                open = true;
            } else if (!open) {
                throw std::runtime_error("outside a vector");
            } else if (keyword == "about") {
                out.back().about = rest_of(line);
            } else if (keyword == "ref" || keyword == "source") {
                continue;
            } else if (keyword == "config") {
                parse_config(out.back(), line);
            } else if (keyword == "needs") {
                parse_needs(out.back(), line);
            } else if (keyword == "end") {
                open = false;
            } else {
                out.back().operations.push_back(parse_operation(keyword, line));
            }
        } catch (const std::exception &e) {
            throw std::runtime_error(path.string() + ":" + std::to_string(number) + ": " + e.what());
        }
    }
    if (open)
        throw std::runtime_error(path.string() + ": vector without end");
}

gic_config make_config(const Vector &v)
{
    gic_config cfg{};
    cfg.struct_size = sizeof(cfg);
    cfg.cpus = v.cpus;
    cfg.spis = v.spis;
    cfg.lrs = v.lrs;
    cfg.prio_bits = v.priobits;
    cfg.vprio_bits = v.vpriobits;
    cfg.security = v.security != 0;
    cfg.maint_ppi = 25;
    if (v.needs.count("iidr-arm")) {
        cfg.dist_iidr = 0x0000043b;
        cfg.cpu_iidr = 0x0002043b;
    }
    return cfg;
}

struct GicDeleter {
    void operator()(gic *g) const
    {
        gic_free(g);
    }
};

std::string hex(uint32_t value)
{
    char text[16];
    std::snprintf(text, sizeof(text), "0x%08x", value);
    return text;
}

} // namespace

std::string Vector::test_name() const
{
    std::string result = name;
    std::replace_if(
        result.begin(), result.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
    return result;
}

std::vector<Vector> load_vectors(const std::string &directory)
{
    std::vector<std::filesystem::path> files;
    for (const auto &entry : std::filesystem::directory_iterator(directory))
        if (entry.path().extension() == ".vec")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());

    std::vector<Vector> vectors;
    for (const auto &file : files)
        load_file(file, vectors);
    return vectors;
}

ReplayResult replay(const Vector &vector)
{
    gic_config cfg = make_config(vector);
    gic *raw = nullptr;
    if (gic_new(&cfg, &raw) != 0)
        return {false, "the configuration is refused"};
    std::unique_ptr<gic, GicDeleter> g(raw);

    size_t number = 0;
    for (const Operation &op : vector.operations) {
        number++;
        uint32_t answer = op.value;
        gic_sec sec = op.secure ? GIC_SECURE : GIC_NONSECURE;
        switch (op.kind) {
        case Operation::Write:
            gic_write_sec(g.get(), op.cpu, sec, static_cast<gic_frame>(op.frame), op.offset, op.size, op.value);
            break;
        case Operation::Read:
            answer = gic_read_sec(g.get(), op.cpu, sec, static_cast<gic_frame>(op.frame), op.offset, op.size) & op.mask;
            break;
        case Operation::Spi:
            gic_set_spi(g.get(), op.intid, op.value != 0);
            break;
        case Operation::Ppi:
            gic_set_ppi(g.get(), op.cpu, op.intid, op.value != 0);
            break;
        case Operation::Output:
            answer = gic_output(g.get(), op.cpu, static_cast<gic_pin>(op.pin));
            break;
        }
        char why[160] = "";
        if (gic_check(g.get(), why, sizeof(why)) != 0)
            return {false, "operation " + std::to_string(number) + " '" + op.text + "' breaks an invariant: " + why};
        if (answer != op.value)
            return {false, "operation " + std::to_string(number) + " '" + op.text + "' answers " + hex(answer)};
    }
    return {};
}

} // namespace trapline_test
