// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdlib>
#include <gtest/gtest.h>
#include <memory>
#include <string>

extern "C" {
#include "json.h"
}

namespace
{

std::string finish(struct json *j)
{
    std::unique_ptr<char, decltype(&free)> text(json_finish(j), free);
    return text ? text.get() : "(none)";
}

TEST(Json, SortsKeysAndIndents)
{
    struct json j;
    json_init(&j);
    json_object(&j);
    json_key(&j, "b");
    json_array(&j);
    json_uint(&j, 1);
    json_int(&j, -2);
    json_end(&j);
    json_key(&j, "a");
    json_object(&j);
    json_end(&j);
    json_key(&j, "c");
    json_bool(&j, true);
    json_end(&j);
    EXPECT_EQ(finish(&j), "{\n  \"a\": {},\n  \"b\": [\n    1,\n    -2\n  ],\n  \"c\": true\n}\n");
}

TEST(Json, BytesThatAreNoCharacterBecomeQuestionMarks)
{
    struct json j;
    json_init(&j);
    json_array(&j);
    for (const char *text : {"\xc3\xa4 \xf0\x9f\x98\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                             "\xed\xa0\x80", "\xc0\xaf", "a\xffz", "\xc3"})
        json_text(&j, text);
    json_end(&j);
    EXPECT_EQ(finish(&j), "[\n  \"\xc3\xa4 \xf0\x9f\x98\x80\",\n  \"?"
                          "??\",\n  \"??"
                          "??\",\n  \"??"
                          "??\",\n  \"?"
                          "??\",\n  \"?"
                          "?\",\n  \"a?z\",\n  \"?\"\n]\n");
}

TEST(Json, EscapesText)
{
    struct json j;
    json_init(&j);
    json_text(&j, "a\"b\\c\n\t\x01 \xc3\xa9");
    EXPECT_EQ(finish(&j), "\"a\\\"b\\\\c\\n\\t\\u0001 \xc3\xa9\"\n");
}

TEST(Json, NumbersReadBackAsTheyWere)
{
    for (double v : {0.0, 0.1, 1.0 / 3.0, 6014.705882352941, 1e300, 5e-324, -2.5, 1e21}) {
        struct json j;
        json_init(&j);
        json_real(&j, v);
        EXPECT_EQ(std::strtod(finish(&j).c_str(), nullptr), v);
    }
    struct json j;
    json_init(&j);
    json_real(&j, 0.1);
    EXPECT_EQ(finish(&j), "0.1\n");
    json_init(&j);
    json_real(&j, INFINITY);
    EXPECT_EQ(finish(&j), "null\n");
    json_init(&j);
    json_uint(&j, UINT64_MAX);
    EXPECT_EQ(finish(&j), "18446744073709551615\n");
}

TEST(Json, UnbalancedCallsGiveNothing)
{
    struct json j;
    json_init(&j);
    json_object(&j);
    json_key(&j, "left open");
    EXPECT_EQ(finish(&j), "(none)");
    json_init(&j);
    json_object(&j);
    json_uint(&j, 1); // no key
    json_end(&j);
    EXPECT_EQ(finish(&j), "(none)");
    json_init(&j);
    json_end(&j);
    EXPECT_EQ(finish(&j), "(none)");
    json_init(&j);
    for (unsigned i = 0; i < JSON_MAX_DEPTH + 1; i++)
        json_array(&j);
    for (unsigned i = 0; i < JSON_MAX_DEPTH + 1; i++)
        json_end(&j);
    EXPECT_EQ(finish(&j), "(none)");
    json_init(&j);
    EXPECT_EQ(finish(&j), "(none)");
}

} // namespace
