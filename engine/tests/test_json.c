/* test_json.c - the JSON reader: what it takes, what it refuses, and that nothing makes it slow or crash. */
#include "engine/core/json.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static bool valid(const char *text)
{
    struct bn_json j;
    bn_json_init(&j, text, strlen(text));
    return bn_json_skip(&j) && bn_json_end(&j);
}

Test(json, takes_what_is_json)
{
    static const char *const good[] = {"{}",
                                       "[]",
                                       " [1, -2.5e+3, 0, 0.1] ",
                                       "\"\\u00e9\\ud83d\\ude00\\n\"",
                                       "{\"a\":{\"b\":[true,false,null]},\"c\":\"\"}",
                                       "[[[[]]],{}]",
                                       "1",
                                       "\"x\"",
                                       "-0",
                                       "1E5"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) cr_assert(valid(good[i]), "%s", good[i]);
}

Test(json, refuses_what_is_not)
{
    static const char *const bad[] = {"",
                                      "{",
                                      "}",
                                      "[",
                                      "[1",
                                      "[1,]",
                                      "[,1]",
                                      "[1 2]",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "{\"a\":1 \"b\":2}",
                                      "\"",
                                      "\"\\\"",
                                      "\"\\x\"",
                                      "\"\\u12g4\"",
                                      "\"\n\"",
                                      "01",
                                      "-",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "+1",
                                      "tru",
                                      "nul",
                                      "[1]]",
                                      "{}{}",
                                      "nan",
                                      "[}",
                                      "{]",
                                      "\"\\u12",
                                      "[1}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) cr_assert_not(valid(bad[i]), "%s", bad[i]);
}

Test(json, reads_values)
{
    static const char text[] = "{\"n\": 42, \"x\": -1.5, \"s\": \"a\\u00e9\\ud83d\\ude00\\ud800\", \"b\": "
                               "true, \"list\": [1, 2, 3], \"skip\": {\"n\": [7]}}";
    struct bn_json j;
    struct bn_json_text key, s = {0};
    int64_t n = 0, sum = 0, v;
    double x = 0;
    bool b = false;
    char out[64];
    bn_json_init(&j, text, sizeof text - 1);
    for (bn_json_object(&j); bn_json_key(&j, &key);)
        if (bn_json_is(key, "n"))
            bn_json_int(&j, &n);
        else if (bn_json_is(key, "x"))
            bn_json_number(&j, &x);
        else if (bn_json_is(key, "s"))
            bn_json_string(&j, &s);
        else if (bn_json_is(key, "b"))
            bn_json_bool(&j, &b);
        else if (bn_json_is(key, "list"))
            for (bn_json_array(&j); bn_json_element(&j) && bn_json_int(&j, &v);) sum += v;
        else
            bn_json_skip(&j);
    cr_assert(bn_json_end(&j), "%s at %zu", j.error, bn_json_offset(&j));
    cr_assert(n == 42 && x == -1.5 && b && sum == 6);
    size_t length = bn_json_unescape(out, s);
    cr_assert(length == 10 && memcmp(out, "a\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbd", 10) == 0);
}

Test(json, whole_numbers_are_whole)
{
    struct bn_json j;
    int64_t v;
    bn_json_init(&j, "1.5", 3);
    cr_assert_not(bn_json_int(&j, &v));
    bn_json_init(&j, "9223372036854775808", 19);
    cr_assert_not(bn_json_int(&j, &v));
    bn_json_init(&j, "9223372036854775807", 19);
    cr_assert(bn_json_int(&j, &v) && v == INT64_MAX);
}

Test(json, deep_nesting_is_refused)
{
    enum { N = 1000000 };
    char *text = malloc(N);
    struct bn_json j;
    memset(text, '[', N);
    bn_json_init(&j, text, N);
    cr_assert_not(bn_json_skip(&j));
    cr_assert(j.error);
    free(text);
}

Test(json, every_truncation_fails)
{
    static const char text[] = "{\"a\": [1, {\"b\": \"\\u00e9\"}, true], \"c\": null}";
    for (size_t n = 0; n < sizeof text - 1; n++) {
        char *copy = malloc(n + 1); /* exactly n bytes for the address sanitizer */
        struct bn_json j;
        memcpy(copy, text, n);
        bn_json_init(&j, copy, n);
        cr_assert_not(bn_json_skip(&j) && bn_json_end(&j), "%zu bytes", n);
        free(copy);
    }
}
