// SPDX-License-Identifier: Apache-2.0
// The one table of error codes: it must know every code that a public header promises.
#include <gtest/gtest.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <trapline/sim.h>

namespace
{

const std::map<std::string, int> kCodes = {
#define C(e)                                                                                                           \
    {                                                                                                                  \
#e, e                                                                                                          \
    }
    C(E2BIG),  C(EACCES),  C(EAGAIN), C(EBADF), C(EBADMSG), C(EBUSY),  C(EDEADLK), C(EEXIST), C(EFAULT),
    C(EFBIG),  C(EINVAL),  C(EIO),    C(ELOOP), C(ENODATA), C(ENODEV), C(ENOENT),  C(ENOMEM), C(ENOSPC),
    C(ENOSYS), C(ENOTSUP), C(ENOTTY), C(ENXIO), C(EPIPE),   C(EPROTO), C(EXDEV)
#undef C
};

TEST(Errors, EveryCodeInALibrarySourceOrHeaderHasAName)
{
    std::set<std::string> used;
    const std::regex code("-(E[A-Z0-9]{3,})\\b");
    for (const char *folder : {"/include", "/lib"}) {
        for (const auto &entry :
             std::filesystem::recursive_directory_iterator(std::string(TRAPLINE_SOURCE_DIR) + folder)) {
            const auto extension = entry.path().extension();
            if (extension != ".h" && extension != ".c")
                continue;
            std::ifstream in(entry.path());
            const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
            for (std::sregex_iterator it(text.begin(), text.end(), code), end; it != end; ++it)
                used.insert((*it)[1]);
        }
    }
    EXPECT_GE(used.size(), 10u);
    for (const std::string &name : used) {
        const auto it = kCodes.find(name);
        ASSERT_NE(it, kCodes.end()) << name << ": add it to this test";
        EXPECT_EQ(trapline_errname(-it->second), name);
        EXPECT_STRNE(trapline_strerror(-it->second), "unknown error") << name;
    }
}

TEST(Errors, ZeroIsSuccess)
{
    EXPECT_STREQ(trapline_errname(0), "OK");
    EXPECT_STREQ(trapline_strerror(0), "success");
}

class UnknownError : public ::testing::TestWithParam<int>
{
};

TEST_P(UnknownError, HasAPlaceholderAndIsNeverNull)
{
    EXPECT_STREQ(trapline_errname(GetParam()), "E?");
    EXPECT_STREQ(trapline_strerror(GetParam()), "unknown error");
}
// Codes are negative: a positive number is not one.
INSTANTIATE_TEST_SUITE_P(Errors, UnknownError, ::testing::Values(EBUSY, 1, -4095, INT_MAX, INT_MIN));

TEST(Errors, SentencesAreDistinct)
{
    std::set<std::string> texts;
    for (int err = -200; err < 0; err++) {
        const std::string text = trapline_strerror(err);
        if (text != "unknown error") {
            EXPECT_TRUE(texts.insert(text).second) << text;
        }
    }
}

} // namespace
