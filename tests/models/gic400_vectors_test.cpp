// SPDX-License-Identifier: Apache-2.0
//
// The conformance vectors, played through the TLM sockets of the GIC-400 module: every verdict is that of lib/gic
// through its C API, with gic_check after each operation. Twice: on the sockets of the frames with lines as calls and
// outputs as calls, and on the one socket of the memory map with lines and outputs as sc_signal<bool>.
//
// A simulation is elaborated once, so all GICs of a file are made before it starts.
#include "rig.hpp"

#include <trapline/vectors.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <set>

namespace
{

using namespace models_test;

constexpr uint32_t maint_ppi = 25;

void complain(void *, const gicvec_error *e)
{
    ADD_FAILURE() << e->file << ":" << e->line << ": " << e->message;
}

trapline::gic400_config config_of(const gicvec_config &c, bool signals)
{
    trapline::gic400_config config;
    config.cpus = c.cpus;
    config.spis = c.spis;
    config.list_registers = c.lrs;
    config.priority_bits = c.prio_bits;
    config.security = c.security;
    config.maintenance_ppi = maint_ppi;
    config.ppi_config_fixed = false;
    config.dist_iidr = 0x0000043b;
    config.cpu_iidr = 0x0002043b;
    config.signals = signals;
    return config;
}

// The GIC of one vector behind its sockets: what the replayer drives.
struct Target {
    trapline::gic400 gic;
    bool signals;
    // By frame; only the first is used if the GIC is reached through its memory map.
    std::vector<std::unique_ptr<Initiator>> initiators;
    sc_core::sc_vector<sc_core::sc_signal<bool>> spi, ppi;
    std::vector<std::unique_ptr<sc_core::sc_vector<sc_core::sc_signal<bool>>>> outputs; // by pin

    Target(const std::string &name, const gicvec &v, bool with_signals)
        : gic((name + "_gic").c_str(), config_of(v.config, with_signals)), signals(with_signals),
          spi((name + "_spi").c_str()), ppi((name + "_ppi").c_str())
    {
        for (size_t i = 0; i < (signals ? 1 : size_t{GIC_NFRAMES}); i++)
            initiators.push_back(std::make_unique<Initiator>((name + "_initiator_" + std::to_string(i)).c_str()));
        if (signals) {
            initiators[0]->port.bind(gic.bus);
            connect_wires(name, v.config);
        } else {
            initiators[GIC_DIST]->port.bind(gic.dist);
            initiators[GIC_CPU]->port.bind(gic.cpu);
            initiators[GIC_HYP]->port.bind(gic.hyp);
            initiators[GIC_VCPU]->port.bind(gic.vcpu);
        }
    }
    void connect_wires(const std::string &name, const gicvec_config &c)
    {
        spi.init(c.spis);
        ppi.init(size_t{16} * c.cpus);
        gic.spi.bind(spi);
        gic.ppi.bind(ppi);
        size_t pin = 0;
        for (auto *port : {&gic.irq, &gic.fiq, &gic.virq, &gic.vfiq, &gic.maintenance}) {
            const std::string wires = name + "_output_" + std::to_string(pin++);
            outputs.push_back(
                std::make_unique<sc_core::sc_vector<sc_core::sc_signal<bool>>>(wires.c_str(), size_t{c.cpus}));
            port->bind(*outputs.back());
        }
    }
    int access(const gicvec_op &op, tlm::tlm_command command, uint32_t *value)
    {
        static const uint64_t base[GIC_NFRAMES] = {gicd, gicc, gich, gicv};
        Initiator &initiator = *initiators[signals ? 0 : op.frame];
        initiator.be(op.cpu, op.sec == GIC_SECURE);
        *value = initiator.access(command, op.offset + (signals ? base[op.frame] : 0), op.size, *value);
        return initiator.status == tlm::TLM_OK_RESPONSE ? 0 : -EIO;
    }
    void set_line(const gicvec_op &op)
    {
        if (op.kind == GICVEC_SPI && signals)
            spi[op.intid - 32].write(op.value != 0);
        else if (op.kind == GICVEC_SPI)
            gic.set_spi(op.intid, op.value != 0);
        else if (signals)
            ppi[16 * op.cpu + op.intid - 16].write(op.value != 0);
        else
            gic.set_ppi(op.cpu, op.intid, op.value != 0);
        if (signals)
            settle();
    }
    bool output(const gicvec_op &op)
    {
        if (!signals)
            return gic.output(op.cpu, op.pin);
        settle();
        return (*outputs[op.pin])[op.cpu].read();
    }
};

// ---- the functions of the replayer; ctx and gic are the vector's Target -----------------------------------

bool offers(void *, const char *need)
{
    const gicvec_choice *choice = nullptr;
    for (size_t i = 0; (choice = gicvec_gic_choice(i)) != nullptr; i++)
        if (std::string(choice->word) == need)
            return true;
    return false;
}

int create(void *ctx, const gicvec *, void **gic)
{
    *gic = ctx;
    return 0;
}

void destroy(void *, void *)
{
}

int write(void *gic, const gicvec_op *op)
{
    uint32_t value = op->value;
    return static_cast<Target *>(gic)->access(*op, tlm::TLM_WRITE_COMMAND, &value);
}

int read(void *gic, const gicvec_op *op, uint32_t *value)
{
    *value = 0;
    return static_cast<Target *>(gic)->access(*op, tlm::TLM_READ_COMMAND, value);
}

int set_line(void *gic, const gicvec_op *op)
{
    static_cast<Target *>(gic)->set_line(*op);
    return 0;
}

int output(void *gic, const gicvec_op *op, bool *level)
{
    *level = static_cast<Target *>(gic)->output(*op);
    return 0;
}

int check(void *gic, char *why, size_t n)
{
    return gic_check(static_cast<Target *>(gic)->gic.handle(), why, n);
}

constexpr gicvec_ops tlm_ops = {offers, create, destroy, write, read, set_line, output, check};

// ---- the tests ------------------------------------------------------------------------------------------------

std::vector<std::string> vector_files()
{
    std::set<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(TRAPLINE_SOURCE_DIR "/tests/gic/vectors"))
        if (entry.path().extension() == ".vec")
            names.insert(entry.path().stem());
    return {names.begin(), names.end()};
}

struct FileDeleter {
    void operator()(gicvec_file *file) const
    {
        gicvec_free(file);
    }
};

struct Gic400Vectors : testing::TestWithParam<std::string> {
    std::unique_ptr<gicvec_file, FileDeleter> file;

    void SetUp() override
    {
        gicvec_file *loaded = nullptr;
        const std::string path = TRAPLINE_SOURCE_DIR "/tests/gic/vectors/" + GetParam() + ".vec";
        ASSERT_EQ(gicvec_load(path.c_str(), complain, nullptr, &loaded), 0);
        file.reset(loaded);
    }
    void replay_all(bool signals)
    {
        std::vector<std::unique_ptr<Target>> targets;
        for (size_t i = 0; i < gicvec_count(file.get()); i++)
            targets.push_back(
                std::make_unique<Target>("vector_" + std::to_string(i), *gicvec_get(file.get(), i), signals));
        settle();
        for (size_t i = 0; i < targets.size(); i++) {
            const gicvec *v = gicvec_get(file.get(), i);
            gicvec_gic options{};
            options.check = true;
            gicvec_result by_c{}, by_tlm{};
            gicvec_replay(v, gicvec_gic_ops(), &options, &by_c);
            gicvec_replay(v, &tlm_ops, targets[i].get(), &by_tlm);
            char why[300];
            gicvec_explain(&by_tlm, why, sizeof(why));
            EXPECT_EQ(by_tlm.verdict, GICVEC_PASSED) << v->name << ": " << why;
            EXPECT_EQ(by_tlm.verdict, by_c.verdict) << v->name;
        }
    }
};

TEST_P(Gic400Vectors, replay_through_the_frames_sockets)
{
    replay_all(false);
}

TEST_P(Gic400Vectors, replay_through_the_memory_map_and_signals)
{
    replay_all(true);
}

INSTANTIATE_TEST_SUITE_P(Files, Gic400Vectors, testing::ValuesIn(vector_files()), [](const auto &param) {
    std::string name = param.param;
    for (char &c : name)
        c = c == '-' ? '_' : c;
    return name;
});

TEST(Gic400VectorFiles, hold_512_vectors)
{
    size_t count = 0;
    for (const std::string &name : vector_files()) {
        gicvec_file *file = nullptr;
        ASSERT_EQ(
            gicvec_load((TRAPLINE_SOURCE_DIR "/tests/gic/vectors/" + name + ".vec").c_str(), complain, nullptr, &file),
            0);
        count += gicvec_count(file);
        gicvec_free(file);
    }
    EXPECT_EQ(count, 512u);
}

} // namespace
