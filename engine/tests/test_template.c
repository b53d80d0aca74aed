/* test_template.c - templates over JSON: equal to Jinja 2 as lm-evaluation-harness sets it up. */
#include "engine/core/json.h"
#include "engine/template.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char file[1 << 16];

/* The bytes of the next value. */
static struct bn_json_text raw(struct bn_json *j)
{
    bn_json_peek(j);
    const char *from = j->at;
    cr_assert(bn_json_skip(j));
    return (struct bn_json_text){from, (size_t)(j->at - from)};
}

static char *string_of(struct bn_json *j)
{
    struct bn_json_text text;
    if (bn_json_peek(j) == BN_JSON_NULL) return bn_json_skip(j), NULL;
    cr_assert(bn_json_string(j, &text));
    char *out = malloc(text.n + 1);
    out[bn_json_unescape(out, text)] = 0;
    return out;
}

static void expect(const char *template, const char *want, struct bn_json_text data)
{
    char *text = NULL;
    size_t n = 0;
    struct bn_error err = {0};
    enum bn_status status = bn_template_render(&text, &n, template, "template x", data.bytes, data.n, &err);
    if (!want)
        cr_expect(status != BN_OK && strstr(err.text, "The template x cannot be rendered (line"), "%s: \"%s\" %s",
                  template, text ? text : "", err.text);
    else
        cr_expect(status == BN_OK && !strcmp(text, want), "%s: \"%s\" %s", template, text ? text : "", err.text);
    free(text);
}

Test(template, renders_as_jinja_2_does)
{
    struct bn_json j;
    struct bn_json_text key, data = {0};
    int n = 0;
    FILE *f = fopen("engine/tests/data/templates/vectors.json", "re");
    cr_assert(f);
    bn_json_init(&j, file, fread(file, 1, sizeof file, f));
    fclose(f);
    for (bn_json_object(&j); bn_json_key(&j, &key);) {
        if (bn_json_is(key, "data")) {
            data = raw(&j);
            continue;
        }
        for (bn_json_array(&j); bn_json_element(&j); n++) {
            char *template = NULL, *want = NULL;
            for (bn_json_object(&j); bn_json_key(&j, &key);)
                *(bn_json_is(key, "template") ? &template : &want) = string_of(&j);
            expect(template, want, data);
            free(template);
            free(want);
        }
    }
    cr_assert(bn_json_end(&j));
    cr_expect_gt(n, 30);
}

Test(template, data_that_are_no_object_are_refused)
{
    static const char *const bad[] = {"",         "[1]", "{\"a\": }", "{\"a\": 1} 2", "{\"a\": nul}", "{\"a\": [1,]}",
                                      "{\"a\" 1}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect("{{ 1 }}", NULL, (struct bn_json_text){bad[i], strlen(bad[i])});
}
