// SPDX-License-Identifier: Apache-2.0
//
// The replayer drives any implementation through struct gicvec_ops. Here it is one that only remembers what it was
// told and answers as the test wants.
#include <trapline/vectors.h>

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace
{

struct Fake {
    std::vector<std::string> calls;
    uint32_t answer = 0x22;
    bool level = true;
    int create_error = 0, access_error = 0;
    std::string offered = "offered";
    bool broken = false;
};

std::string place(const gicvec_op *op)
{
    return std::to_string(op->cpu) + " " + std::to_string(op->frame) + " " + std::to_string(op->offset);
}

bool offers(void *ctx, const char *need)
{
    return static_cast<Fake *>(ctx)->offered == need;
}

int create(void *ctx, const gicvec *v, void **gic)
{
    auto *fake = static_cast<Fake *>(ctx);
    fake->calls.push_back("create " + std::to_string(v->config.cpus));
    *gic = fake;
    return fake->create_error;
}

void destroy(void *, void *gic)
{
    static_cast<Fake *>(gic)->calls.emplace_back("destroy");
}

int write(void *gic, const gicvec_op *op)
{
    static_cast<Fake *>(gic)->calls.push_back("write " + place(op) + " " + std::to_string(op->value));
    return 0;
}

int read(void *gic, const gicvec_op *op, uint32_t *value)
{
    auto *fake = static_cast<Fake *>(gic);
    fake->calls.push_back("read " + place(op));
    *value = fake->answer;
    return fake->access_error;
}

int set_line(void *gic, const gicvec_op *op)
{
    static_cast<Fake *>(gic)->calls.push_back("line " + std::to_string(op->intid) + " " + std::to_string(op->value));
    return 0;
}

int output(void *gic, const gicvec_op *, bool *level)
{
    auto *fake = static_cast<Fake *>(gic);
    fake->calls.emplace_back("output");
    *level = fake->level;
    return 0;
}

int check(void *gic, char *why, size_t n)
{
    if (!static_cast<Fake *>(gic)->broken)
        return 0;
    std::snprintf(why, n, "it creaks");
    return -EFAULT;
}

class VectorsReplay : public testing::Test
{
  protected:
    // Plays operations, with "needs" in front where the test wants them.
    gicvec_verdict play(const std::string &lines)
    {
        std::string text =
            "gicvec 1\nvector t\nconfig cpus=2 spis=64 priobits=5 security=0 lrs=4 vpriobits=5\n" + lines + "end\n";
        EXPECT_EQ(gicvec_load_text("t", text.data(), text.size(), nullptr, nullptr, &file), 0);
        gicvec_ops ops{};
        ops.offers = offers;
        ops.create = create;
        ops.destroy = destroy;
        ops.write = write;
        ops.read = read;
        ops.set_line = set_line;
        ops.output = output;
        ops.check = check;
        return gicvec_replay(gicvec_get(file, 0), &ops, &fake, &result);
    }
    std::string why() const
    {
        char text[300];
        gicvec_explain(&result, text, sizeof(text));
        return text;
    }
    ~VectorsReplay() override
    {
        gicvec_free(file);
    }

    Fake fake;
    gicvec_file *file = nullptr;
    gicvec_result result{};
};

TEST_F(VectorsReplay, every_operation_goes_to_the_implementation_in_order)
{
    EXPECT_EQ(play("line spi 40 1\nwrite 1 hyp 0x100 4 7\nread 0 cpu 0xc 4 -> 0x22\nexpect-out 0 irq 1\n"),
              GICVEC_PASSED);
    EXPECT_EQ(fake.calls, (std::vector<std::string>{"create 2", "line 40 1", "write 1 2 256 7", "read 0 1 12", "output",
                                                    "destroy"}));
    EXPECT_EQ(why(), "");
}

TEST_F(VectorsReplay, the_first_answer_that_differs_ends_the_vector)
{
    EXPECT_EQ(play("read 0 cpu 0xc 4 -> 0x22\nread 1 cpu 0xc 4 -> 0x23\nline spi 40 1\n"), GICVEC_FAILED);
    ASSERT_NE(result.op, nullptr);
    EXPECT_EQ(result.op->line, 5u);
    EXPECT_TRUE(result.differs);
    EXPECT_EQ(result.got, 0x22u);
    EXPECT_EQ(why(), "GICC_IAR of CPU 1: expected 0x00000023, got 0x00000022");
    EXPECT_EQ(fake.calls.back(), "destroy");
    EXPECT_EQ(fake.calls.size(), 4u);
}

TEST_F(VectorsReplay, bits_outside_the_mask_are_free)
{
    EXPECT_EQ(play("read 0 cpu 0xc 4 & 0x20 -> 0x20\n"), GICVEC_PASSED);
}

TEST_F(VectorsReplay, a_difference_under_a_mask_shows_both)
{
    EXPECT_EQ(play("read 0 dist 0x42a 1 & 0x0f -> 0x01\n"), GICVEC_FAILED);
    EXPECT_EQ(why(),
              "GICD_IPRIORITYR+0x2a of CPU 0: expected 0x00000001, got 0x00000002 (mask 0x0000000f, whole answer "
              "0x00000022)");
}

TEST_F(VectorsReplay, an_output_that_differs)
{
    EXPECT_EQ(play("expect-out 1 vfiq 0\n"), GICVEC_FAILED);
    EXPECT_EQ(why(), "output vfiq of CPU 1: expected 0, got 1");
}

TEST_F(VectorsReplay, a_choice_that_is_not_offered_skips_the_vector)
{
    EXPECT_EQ(play("needs offered another\nexpect-out 0 irq 1\n"), GICVEC_SKIPPED);
    EXPECT_EQ(why(), "it needs another, which is not offered");
    EXPECT_TRUE(fake.calls.empty());
}

TEST_F(VectorsReplay, a_configuration_that_is_not_offered_skips_the_vector)
{
    fake.create_error = -ENOTSUP;
    EXPECT_EQ(play("expect-out 0 irq 1\n"), GICVEC_SKIPPED);
    EXPECT_EQ(why(), "a GIC of this configuration is not offered");
    EXPECT_EQ(fake.calls.size(), 1u);
}

TEST_F(VectorsReplay, a_gic_that_cannot_be_made_fails_the_vector)
{
    fake.create_error = -ENOMEM;
    EXPECT_EQ(play("expect-out 0 irq 1\n"), GICVEC_FAILED);
    EXPECT_EQ(why(), "the GIC cannot be made: Cannot allocate memory");
}

TEST_F(VectorsReplay, an_access_that_is_refused_fails_the_vector)
{
    fake.access_error = -EIO;
    EXPECT_EQ(play("read 0 cpu 0xc 4 -> 0x22\n"), GICVEC_FAILED);
    EXPECT_FALSE(result.differs);
    EXPECT_EQ(why(), "GICC_IAR of CPU 0: Input/output error");
}

TEST_F(VectorsReplay, a_broken_invariant_fails_the_vector)
{
    fake.broken = true;
    EXPECT_EQ(play("line spi 40 1\n"), GICVEC_FAILED);
    EXPECT_EQ(why(), "the line of INTID 40: an invariant is broken: it creaks");
}

// The ready-made operations of lib/gic.
TEST(VectorsGic, a_level_interrupt)
{
    const std::string text = "gicvec 1\nvector t\nconfig cpus=1 spis=64 priobits=5 security=0 lrs=4 vpriobits=5\n"
                             "write 0 dist 0x104 4 0x100\nwrite 0 dist 0 4 1\nwrite 0 cpu 4 4 0xf8\nwrite 0 cpu 0 4 1\n"
                             "line spi 40 1\nexpect-out 0 irq 1\nread 0 cpu 0xc 4 -> 40\nexpect-out 0 irq 0\nend\n";
    gicvec_file *file = nullptr;
    ASSERT_EQ(gicvec_load_text("t", text.data(), text.size(), nullptr, nullptr, &file), 0);
    gicvec_result result{};
    EXPECT_EQ(gicvec_replay(gicvec_get(file, 0), gicvec_gic_ops(), nullptr, &result), GICVEC_PASSED);
    gicvec_free(file);
}

TEST(VectorsGic, a_configuration_that_lib_gic_has_not_is_skipped)
{
    const std::string text = "gicvec 1\nvector t\nconfig cpus=1 spis=64 priobits=5 security=0 lrs=4 vpriobits=6\n"
                             "expect-out 0 irq 0\nend\n";
    gicvec_file *file = nullptr;
    ASSERT_EQ(gicvec_load_text("t", text.data(), text.size(), nullptr, nullptr, &file), 0);
    gicvec_result result{};
    EXPECT_EQ(gicvec_replay(gicvec_get(file, 0), gicvec_gic_ops(), nullptr, &result), GICVEC_SKIPPED);
    gicvec_free(file);
}

} // namespace
