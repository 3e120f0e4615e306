// SPDX-License-Identifier: Apache-2.0
//
// The reader of the format "gicvec 1" (tests/gic/vectors/FORMAT.md): what it understands, and where it says that a
// mistake is.
#include <trapline/vectors.h>

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

namespace
{

struct FileDeleter {
    void operator()(gicvec_file *file) const
    {
        gicvec_free(file);
    }
};
using File = std::unique_ptr<gicvec_file, FileDeleter>;

void collect(void *ctx, const gicvec_error *e)
{
    auto *errors = static_cast<std::vector<std::string> *>(ctx);
    errors->push_back(std::string(e->file) + ":" + std::to_string(e->line) + ":" + std::to_string(e->col) + ": " +
                      e->message);
}

// Mistakes of a text, as "v:LINE:COL: message"; also that the return value agrees.
std::vector<std::string> mistakes(const std::string &text, File *out = nullptr)
{
    std::vector<std::string> errors;
    gicvec_file *file = nullptr;
    int ret = gicvec_load_text("v", text.data(), text.size(), collect, &errors, &file);
    EXPECT_EQ(ret, errors.empty() ? 0 : -EINVAL);
    EXPECT_EQ(file != nullptr, errors.empty());
    File owner(file);
    if (out)
        *out = std::move(owner);
    return errors;
}

const std::string head = "gicvec 1\nvector a/b.0\nconfig cpus=2 spis=64 priobits=5 security=0 lrs=4 vpriobits=5\n";
const std::string secure_head =
    "gicvec 1\nvector a/b.0\nconfig cpus=2 spis=64 priobits=5 security=1 lrs=4 vpriobits=5\n";

File good(const std::string &text)
{
    File file;
    EXPECT_EQ(mistakes(text, &file), std::vector<std::string>{});
    return file;
}

TEST(VectorsRead, head_of_a_vector)
{
    File file = good("gicvec 1\n# a comment\n\nvector a/b.0\nabout One  thing\nref 4.3.1, 4.4\nsource spec\n"
                     "config cpus=3 spis=988 priobits=7 security=1 lrs=64 vpriobits=5\nneeds one two-2\n"
                     "expect-out 2 maint 1\nend\n");
    ASSERT_EQ(gicvec_count(file.get()), 1u);
    const gicvec *v = gicvec_get(file.get(), 0);
    EXPECT_STREQ(v->name, "a/b.0");
    EXPECT_STREQ(v->about, "One  thing");
    EXPECT_STREQ(v->ref, "4.3.1, 4.4");
    EXPECT_STREQ(v->source, "spec");
    EXPECT_EQ(v->line, 4u);
    EXPECT_EQ(v->config.cpus, 3u);
    EXPECT_EQ(v->config.spis, 988u);
    EXPECT_EQ(v->config.prio_bits, 7u);
    EXPECT_EQ(v->config.lrs, 64u);
    EXPECT_EQ(v->config.vprio_bits, 5u);
    EXPECT_TRUE(v->config.security);
    ASSERT_EQ(v->nneeds, 2u);
    EXPECT_STREQ(v->needs[0], "one");
    EXPECT_STREQ(v->needs[1], "two-2");
    EXPECT_EQ(gicvec_get(file.get(), 1), nullptr);
}

TEST(VectorsRead, operations)
{
    File file =
        good(head + "write 1 dist 0x424 1 0xA0\nread 0 vcpu 0x1000 4 & 0xff -> 12\nread 0 hyp 0x100 4 -> 0xffffffff\n"
                    "line spi 95 1\nline ppi 1 16 0\nexpect-out 0 virq 1\nend\n");
    const gicvec *v = gicvec_get(file.get(), 0);
    ASSERT_EQ(v->nops, 6u);
    EXPECT_EQ(v->ops[0].kind, GICVEC_WRITE);
    EXPECT_EQ(v->ops[0].line, 4u);
    EXPECT_EQ(v->ops[0].cpu, 1u);
    EXPECT_EQ(v->ops[0].frame, GIC_DIST);
    EXPECT_EQ(v->ops[0].offset, 0x424u);
    EXPECT_EQ(v->ops[0].size, 1u);
    EXPECT_EQ(v->ops[0].value, 0xa0u);
    EXPECT_STREQ(v->ops[0].text, "write 1 dist 0x424 1 0xA0");
    EXPECT_EQ(v->ops[1].kind, GICVEC_READ);
    EXPECT_EQ(v->ops[1].frame, GIC_VCPU);
    EXPECT_EQ(v->ops[1].mask, 0xffu);
    EXPECT_EQ(v->ops[1].value, 12u);
    EXPECT_EQ(v->ops[2].frame, GIC_HYP);
    EXPECT_EQ(v->ops[2].mask, 0xffffffffu);
    EXPECT_EQ(v->ops[3].kind, GICVEC_SPI);
    EXPECT_EQ(v->ops[3].intid, 95u);
    EXPECT_EQ(v->ops[3].value, 1u);
    EXPECT_EQ(v->ops[4].kind, GICVEC_PPI);
    EXPECT_EQ(v->ops[4].cpu, 1u);
    EXPECT_EQ(v->ops[4].intid, 16u);
    EXPECT_EQ(v->ops[5].kind, GICVEC_OUTPUT);
    EXPECT_EQ(v->ops[5].pin, GIC_VIRQ);
}

TEST(VectorsRead, security_state_of_an_access)
{
    File file = good(secure_head + "write 0 cpu.s 0 4 1\nwrite 0 cpu.ns 0 4 1\nend\n");
    const gicvec *v = gicvec_get(file.get(), 0);
    EXPECT_EQ(v->ops[0].sec, GIC_SECURE);
    EXPECT_EQ(v->ops[1].sec, GIC_NONSECURE);
}

TEST(VectorsRead, blanks_and_line_ends_of_other_systems)
{
    File file = good("gicvec 1\r\nvector a\r\nconfig cpus=1 spis=32 priobits=5 security=0 lrs=1 vpriobits=5  \r\n"
                     "line\tspi  32 \t1\r\nend");
    EXPECT_EQ(gicvec_get(file.get(), 0)->nops, 1u);
}

TEST(VectorsRead, many_vectors_of_many_operations)
{
    std::string text = "gicvec 1\n";
    for (int i = 0; i < 200; i++) {
        text += "vector n" + std::to_string(i) +
                "\nconfig cpus=1 spis=32 priobits=5 security=0 lrs=1 vpriobits=5\nneeds x\n";
        for (int k = 0; k < 100; k++)
            text += "line spi 32 " + std::to_string(k % 2) + "\n";
        text += "end\n";
    }
    File file = good(text);
    ASSERT_EQ(gicvec_count(file.get()), 200u);
    EXPECT_STREQ(gicvec_get(file.get(), 199)->name, "n199");
    EXPECT_EQ(gicvec_get(file.get(), 0)->nops, 100u);
    EXPECT_STREQ(gicvec_get(file.get(), 0)->needs[0], "x");
}

// One mistake: the text, and what is said of it.
struct Mistake {
    const char *name;
    std::string text, message;
};

class VectorsMistake : public testing::TestWithParam<Mistake>
{
};

TEST_P(VectorsMistake, is_told_with_its_place)
{
    EXPECT_EQ(mistakes(GetParam().text), std::vector<std::string>{GetParam().message});
}

std::string op(const std::string &line)
{
    return head + line + "\nexpect-out 0 irq 0\nend\n";
}

const Mistake table[] = {
    {"empty", "", "v:1:1: the file is empty"},
    {"other_format", "gicvec 2\n", "v:1:1: this is no file of GIC vectors"},
    {"binary", head + std::string("write 0 dist 0 4 \0", 18) + "\nexpect-out 0 irq 0\nend\n",
     "v:4:18: a byte that is not plain ASCII text"},
    {"not_ascii", op("# \xc3\xa4"), "v:4:3: a byte that is not plain ASCII text"},
    {"keyword", op("  raed 0 dist 0 4 -> 1"), "v:4:3: 'raed' is not a keyword"},
    {"outside", "gicvec 1\nend\n", "v:2:1: 'end' stands outside a vector"},
    {"inside", head + "vector c\nexpect-out 0 irq 0\nend\n", "v:4:1: the vector of line 2 has no 'end'"},
    {"no_end", head + "expect-out 0 irq 0\n", "v:2:1: this vector has no 'end'"},
    {"no_name", "gicvec 1\nvector\n", "v:2:7: the line ends where a name should be"},
    {"long_name", "gicvec 1\nvector a b\n", "v:2:10: 'b' is left over"},
    {"name_twice", op("line spi 32 1") + head.substr(9) + "expect-out 0 irq 0\nend\n",
     "v:7:8: the vector of line 2 has the name 'a/b.0' too"},
    {"no_operations", head + "end\n", "v:4:1: the vector 'a/b.0' has no operations"},
    {"no_config", "gicvec 1\nvector a\nexpect-out 0 irq 0\nend\n",
     "v:3:1: the 'config' line of this vector is missing"},
    {"second_config", op(head.substr(22, head.size() - 23)), "v:4:1: a second configuration of this vector"},
    {"config_key", "gicvec 1\nvector a\nconfig cpus=1 spi=32\nline spi 32 1\nend\n",
     "v:3:15: 'spi=32' is not a part of a configuration"},
    {"config_twice", "gicvec 1\nvector a\nconfig cpus=1 cpus=2\nline spi 32 1\nend\n",
     "v:3:15: 'cpus=2' is not a part of a configuration"},
    {"config_value", "gicvec 1\nvector a\nconfig cpus=9\nline spi 32 1\nend\n",
     "v:3:8: 'cpus=9' is not a value there can be"},
    {"config_lacks", "gicvec 1\nvector a\nconfig cpus=1 spis=32\nline spi 32 1\nend\n",
     "v:3:1: the configuration does not say 'priobits'"},
    {"no_needs", op("needs"), "v:4:6: the line ends where a choice should be"},
    {"cpu", op("write 2 dist 0 4 1"), "v:4:7: '2' is not a CPU of this vector"},
    {"cpu_word", op("write x dist 0 4 1"), "v:4:7: 'x' is not a CPU of this vector"},
    {"region", op("write 0 gicd 0 4 1"), "v:4:9: 'gicd' is not a region"},
    {"suffix", op("write 0 dist.s 0 4 1"), "v:4:9: 'dist.s' is not a region of this vector"},
    {"no_suffix", secure_head + "write 0 dist 0 4 1\nexpect-out 0 irq 0\nend\n",
     "v:4:9: 'dist' is not a region of this vector"},
    {"bad_suffix", secure_head + "write 0 dist.x 0 4 1\nexpect-out 0 irq 0\nend\n",
     "v:4:9: 'dist.x' is not a region of this vector"},
    {"offset", op("write 0 cpu 0x100 4 1"), "v:4:13: '0x100' is not an offset in this region"},
    {"offset_32_bits", op("write 0 cpu 0x100000000 4 1"), "v:4:13: '0x100000000' is not an offset"},
    {"octal_hex", op("write 0 cpu 0x 4 1"), "v:4:13: '0x' is not an offset"},
    {"unaligned", op("write 0 cpu 0x2 4 1"), "v:4:13: '0x2' is not a multiple of the size"},
    {"size", op("write 0 cpu 0x0 2 1"), "v:4:17: '2' is not a size"},
    {"bytes", op("write 0 dist 0x100 1 1"), "v:4:20: '1' is not a size of this register"},
    {"byte_value", op("write 0 dist 0x400 1 0x100"), "v:4:22: '0x100' is not a value of this size"},
    {"arrow", op("read 0 cpu 0xc 4 = 1"), "v:4:18: '=' is not '->'"},
    {"no_value", op("read 0 cpu 0xc 4 ->"), "v:4:20: the line ends where a value of this size should be"},
    {"outside_mask", op("read 0 cpu 0xc 4 & 0xf -> 0x10"), "v:4:27: the expected value has bits outside the mask"},
    {"left_over", op("write 0 cpu 0 4 1 2"), "v:4:19: '2' is left over"},
    {"kind_of_line", op("line sgi 3 1"), "v:4:6: 'sgi' is not a kind of line"},
    {"spi", op("line spi 96 1"), "v:4:10: '96' is not an SPI of this vector"},
    {"ppi", op("line ppi 0 32 1"), "v:4:12: '32' is not a PPI"},
    {"level", op("line spi 32 2"), "v:4:13: '2' is not a level"},
    {"output", op("expect-out 0 nmi 1"), "v:4:14: 'nmi' is not an output"},
};

INSTANTIATE_TEST_SUITE_P(Table, VectorsMistake, testing::ValuesIn(table),
                         [](const auto &param) { return std::string(param.param.name); });

TEST(VectorsRead, all_mistakes_of_a_file_are_told)
{
    EXPECT_EQ(mistakes(head + "write 7 dist 0 4 1\nline spi 1 1\nend\n"),
              (std::vector<std::string>{"v:4:7: '7' is not a CPU of this vector",
                                        "v:5:10: '1' is not an SPI of this vector"}));
}

TEST(VectorsRead, a_hopeless_file_is_given_up_after_20_mistakes)
{
    std::string text = head;
    for (int i = 0; i < 100; i++)
        text += "nonsense\n";
    EXPECT_EQ(mistakes(text).size(), 20u);
}

TEST(VectorsRead, a_file_that_is_not_there)
{
    gicvec_file *file = nullptr;
    EXPECT_EQ(gicvec_load("/nonexistent.vec", nullptr, nullptr, &file), -ENOENT);
    EXPECT_EQ(gicvec_load("/", nullptr, nullptr, &file), -EISDIR);
}

} // namespace
