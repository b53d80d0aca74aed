/* test_answer.c - answers found in texts, and whether they are right, as Python's re finds them
 * (data/answers/make_vectors.py). */
#include "suites/eval/answer.h"
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>

static json_t *vectors(const char *name)
{
    json_t *all = json_load_file("suites/tests/data/answers/vectors.json", 0, NULL);
    json_t *list = json_incref(json_object_get(all, name));
    json_decref(all);
    cr_assert_gt(json_array_size(list), 0);
    return list;
}

static const char *text(const json_t *o, const char *name) { return json_string_value(json_object_get(o, name)); }

Test(answer, is_found_as_pythons_re_finds_it)
{
    json_t *list = vectors("answers"), *v;
    size_t i;
    json_array_foreach(list, i, v)
    {
        struct bn_task_filter filter = {.regex = (char *)(uintptr_t)text(v, "regex")};
        struct bn_error err = {0};
        char *answer;
        filter.select = strcmp(text(v, "select"), "last") ? BN_SELECT_FIRST : BN_SELECT_LAST;
        cr_assert_eq(bn_answer_extract(&answer, &filter, text(v, "text"), &err), BN_OK, "%s", err.text);
        cr_expect_str_eq(answer, text(v, "answer"), "%s %s of \"%s\": \"%s\"", filter.regex, text(v, "select"),
                         text(v, "text"), answer);
        free(answer);
    }
    json_decref(list);
}

Test(answer, is_equal_where_lm_eval_says_so)
{
    json_t *list = vectors("pairs"), *ignore = vectors("ignore"), *v;
    size_t i;
    char *patterns[8];
    json_array_foreach(ignore, i, v) patterns[i] = (char *)(uintptr_t)json_string_value(v);
    struct bn_task task = {.ignore = patterns, .n_ignore = (uint32_t)json_array_size(ignore)};
    json_array_foreach(list, i, v)
    {
        bool is = false;
        task.ignore_case = json_is_true(json_object_get(v, "case"));
        task.ignore_punctuation = json_is_true(json_object_get(v, "punctuation"));
        cr_assert_eq(bn_answer_is(&is, &task, text(v, "answer"), text(v, "target"), NULL), BN_OK);
        cr_expect_eq(is, json_is_true(json_object_get(v, "equal")), "\"%s\" and \"%s\", case %d, punctuation %d",
                     text(v, "answer"), text(v, "target"), task.ignore_case, task.ignore_punctuation);
    }
    json_decref(list);
    json_decref(ignore);
}

Test(answer, a_pattern_with_an_error_is_named)
{
    struct bn_error err;
    cr_expect_eq(bn_answer_check("(a", &err), BN_ERR_FORMAT);
    cr_expect_str_eq(err.text, "The pattern \"(a\" cannot be used: missing closing parenthesis at character 3.");
    cr_expect_eq(bn_answer_check("(?P<x>a)|b", &err), BN_OK);
}
