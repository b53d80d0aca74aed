/* test_jinja.c - the template language: equal to Jinja 2 on every construct, and bounded on hostile templates. */
#include "engine/jinja/jinja.h"
#include "engine/tests/chat_vectors.h"
#include <time.h>

static void fill(void *self, struct bn_jinja_job *job, struct bn_jv_dict *globals)
{
    const struct chat_case *c = self;
    struct bn_jv_list *messages = bn_jv_list_new(job);
    for (size_t i = 0; i < c->n_messages; i++) {
        struct bn_jv_dict *m = bn_jv_dict_new(job);
        struct bn_jinja_text role = {c->messages[i].role, NULL, strlen(c->messages[i].role)};
        struct bn_jinja_text content = {c->messages[i].content, NULL, strlen(c->messages[i].content)};
        bn_jv_put(job, m, BN_JINJA_TEXT("role"), bn_jv_string(role));
        bn_jv_put(job, m, BN_JINJA_TEXT("content"), bn_jv_string(content));
        bn_jv_append(job, messages, bn_jv_of_dict(m));
    }
    bn_jv_put(job, globals, BN_JINJA_TEXT("messages"), bn_jv_of_list(messages));
    bn_jv_put(job, globals, BN_JINJA_TEXT("bos_token"), bn_jv_string(BN_JINJA_TEXT("<s>")));
    bn_jv_put(job, globals, BN_JINJA_TEXT("eos_token"), bn_jv_string(BN_JINJA_TEXT("</s>")));
}

static void expect_same(const struct chat_case *c)
{
    struct bn_jinja_result result;
    struct bn_error err = {0};
    const struct bn_jinja_source source = {c->source.bytes, c->source.n, "chat template", BN_JINJA_CHAT};
    enum bn_status status = bn_jinja_render(&result, &source, 0, fill, (void *)(uintptr_t)c, &err);
    if (!c->text.bytes)
        cr_expect(status != BN_OK && strstr(err.text, "line"), "%s: gave \"%s\"", c->name, status ? "" : result.bytes);
    else if (status != BN_OK)
        cr_expect(false, "%s: %s", c->name, err.text);
    else
        cr_expect(result.n == c->text.n && !memcmp(result.bytes, c->text.bytes, result.n), "%s: \"%s\", not \"%s\"",
                  c->name, result.bytes, c->text.bytes);
    bn_jinja_release(&result);
}

Test(jinja, snippets_are_rendered_as_jinja_2_does) { cr_expect_gt(chat_each(true, expect_same), 100); }

/* ---- hostile templates ---- */

static enum bn_status render(const char *source, struct bn_error *err)
{
    static const struct chat_case nothing;
    struct bn_jinja_result result;
    enum bn_status status =
        bn_jinja_render(&result, &(struct bn_jinja_source){source, strlen(source), "chat template", BN_JINJA_CHAT}, 0,
                        fill, (void *)(uintptr_t)&nothing, err);
    bn_jinja_release(&result);
    return status;
}

static void expect_refused(const char *source, const char *why)
{
    struct bn_error err = {0};
    cr_expect_neq(render(source, &err), BN_OK, "%.60s", source);
    cr_expect(strstr(err.text, why), "%.60s: %s", source, err.text);
}

Test(jinja, work_and_memory_are_bounded)
{
    expect_refused("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", "more ");
    expect_refused("{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                   "more ");
    expect_refused("{{ 'x' * 999999999999 }}", "more ");
    expect_refused("{% for i in range(10 ** 9) %}{% endfor %}", "range");
    expect_refused("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "nested");
    expect_refused("{{ 9223372036854775807 + 1 }}", "64 bits");
    expect_refused("{{ (-9223372036854775807 - 1) // -1 }}", "64 bits");
}

static size_t put(char *out, const char *text)
{
    memcpy(out, text, strlen(text) + 1);
    return strlen(text);
}

Test(jinja, nesting_is_bounded)
{
    static const char *const units[][2] = {{"(", ")"},
                                           {"[", "]"},
                                           {"{'a':", "}"},
                                           {"-", ""},
                                           {"not ", ""},
                                           {"{% if 1 %}", ""},
                                           {"{% if 1 %}{% elif 1 %}", ""}};
    static char source[1 << 17];
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        bool tag = units[u][0][1] == '%';
        size_t n = put(source, tag ? "" : "{{ ");
        for (int i = 0; i < 5000; i++) n += put(source + n, units[u][0]);
        n += put(source + n, tag ? "" : "1");
        for (int i = 0; i < 5000; i++) n += put(source + n, units[u][1]);
        put(source + n, tag ? "" : " }}");
        expect_refused(source, "nested");
    }
}

/* Every beginning of a template, and every template with a byte changed, ends in a text or an error. */
Test(jinja, damaged_templates_end_in_an_error_or_a_text)
{
    struct chat_text t = chat_file("templates/qwen3.jinja");
    struct bn_error err;
    uint32_t seed = 5;
    for (size_t n = 0; n < t.n; n += 3) {
        char kept = t.bytes[n];
        t.bytes[n] = '\0';
        render(t.bytes, &err);
        t.bytes[n] = "{}%#-'()[]|.~\n\\"[(seed = seed * 1664525 + 1013904223) >> 28];
        if (t.bytes[n]) render(t.bytes, &err);
        t.bytes[n] = kept;
    }
}

Test(jinja, what_is_not_supported_is_named_with_its_line)
{
    expect_refused("a\nb\n{% include 'x' %}", "(line 3): the tag \"include\"");
    expect_refused("{{ 1 |\nwordwrap }}", "\"wordwrap\"");
    expect_refused("{{ 'ß' | upper }}", "case");
    expect_refused("{% for x in [] recursive %}{% endfor %}", "recursive");
}
