/* format.c - values as text: Python's str and repr, and JSON. */
#include "engine/jinja/value.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The shortest digits that read back as the same number, as Python's repr of a float. */
static void put_number(struct bn_jinja_builder *b, double number, bool json)
{
    char text[64];
    int precision = 1;
    if (!isfinite(number)) {
        const char *names[] = {"nan", "inf", "-inf", "NaN", "Infinity", "-Infinity"};
        bn_jinja_put_plain(b, names[(json ? 3 : 0) + (isnan(number) ? 0 : number > 0 ? 1 : 2)]);
        return;
    }
    do snprintf(text, sizeof text, "%.*e", precision - 1, number);
    while (strtod(text, NULL) != number && precision++ < 17);
    int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (exponent >= -4 && exponent < 16)
        snprintf(text, sizeof text, "%.*f", precision - 1 - exponent > 1 ? precision - 1 - exponent : 1, number);
    bn_jinja_put_plain(b, text);
}

static void put_integer(struct bn_jinja_builder *b, int64_t integer)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, integer);
    bn_jinja_put_plain(b, text);
}

/* The letter of a byte's escape after the backslash, 'x' for a control character without one, 0 for none. */
static char escape_of(char c, char quote, bool json)
{
    static const char from[] = "\n\r\t\b\f", to[] = "nrtbf";
    const char *at = c ? strchr(from, c) : NULL;
    if (at && (json || at - from < 3)) return to[at - from];
    if (c == quote || c == '\\') return c;
    return (unsigned char)c < 0x20 || (c == 0x7F && !json) ? 'x' : 0;
}

static void put_quoted(struct bn_jinja_builder *b, struct bn_jinja_text t, char quote, bool json)
{
    char text[8];
    size_t done = 0;
    bn_jinja_put(b, (struct bn_jinja_text){&quote, NULL, 1});
    for (size_t i = 0; i < t.n; i++) {
        char escape = escape_of(t.bytes[i], quote, json);
        if (!escape) continue;
        bn_jinja_put(b, bn_jinja_part(t, done, i));
        if (escape == 'x')
            snprintf(text, sizeof text, json ? "\\u%04x" : "\\x%02x", (unsigned char)t.bytes[i]);
        else
            snprintf(text, sizeof text, "\\%c", escape);
        bn_jinja_put_plain(b, text);
        done = i + 1;
    }
    bn_jinja_put(b, bn_jinja_part(t, done, t.n));
    bn_jinja_put(b, (struct bn_jinja_text){&quote, NULL, 1});
}

static void put_repr(struct bn_jinja_builder *b, const struct bn_jv *v)
{
    if (v->type != BN_JV_STRING) {
        bn_jv_write(b, v);
        return;
    }
    bool single = v->string.n && memchr(v->string.bytes, '\'', v->string.n);
    put_quoted(b, v->string, single && !memchr(v->string.bytes, '"', v->string.n) ? '"' : '\'', false);
}

static void put_members(struct bn_jinja_builder *b, const struct bn_jv *v)
{
    bool list = v->type == BN_JV_LIST;
    size_t n = list ? v->list->n : v->dict->n;
    bn_jinja_put_plain(b, list ? "[" : "{");
    for (size_t i = 0; i < n; i++) {
        if (i) bn_jinja_put_plain(b, ", ");
        if (!list) put_repr(b, &(struct bn_jv){.type = BN_JV_STRING, .string = v->dict->pairs[i].key});
        if (!list) bn_jinja_put_plain(b, ": ");
        put_repr(b, list ? &v->list->items[i] : &v->dict->pairs[i].value);
    }
    bn_jinja_put_plain(b, list ? "]" : "}");
}

void bn_jv_write(struct bn_jinja_builder *b, const struct bn_jv *v)
{
    bn_jv_use(b->job, v);
    bn_jinja_step(b->job, 1);
    bn_jinja_enter(b->job);
    if (v->type == BN_JV_STRING)
        bn_jinja_put(b, v->string);
    else if (v->type == BN_JV_NONE)
        bn_jinja_put_plain(b, "None");
    else if (v->type == BN_JV_BOOL)
        bn_jinja_put_plain(b, v->boolean ? "True" : "False");
    else if (v->type == BN_JV_INT)
        put_integer(b, v->integer);
    else if (v->type == BN_JV_FLOAT)
        put_number(b, v->number, false);
    else if (v->type == BN_JV_LIST || v->type == BN_JV_DICT)
        put_members(b, v);
    else if (v->type != BN_JV_UNDEFINED)
        bn_jinja_fail(b->job, BN_ERR_UNSUPPORTED, "it writes %s as text.", bn_jv_type_name(v));
    bn_jinja_leave(b->job);
}

struct bn_jinja_text bn_jv_text(struct bn_jinja_job *job, const struct bn_jv *v)
{
    struct bn_jinja_builder b = {.job = job};
    if (v->type == BN_JV_STRING) return v->string;
    bn_jv_write(&b, v);
    return bn_jinja_built(&b);
}

static void put_line(struct bn_jinja_builder *b, int indent, int level)
{
    if (indent < 0) return;
    bn_jinja_put_plain(b, "\n");
    for (int i = 0; i < indent * level; i++) bn_jinja_put_plain(b, " ");
}

static void put_json_members(struct bn_jinja_builder *b, const struct bn_jv *v, int indent, int level)
{
    bool list = v->type == BN_JV_LIST;
    size_t n = list ? v->list->n : v->dict->n;
    bn_jinja_put_plain(b, list ? "[" : "{");
    for (size_t i = 0; i < n; i++) {
        if (i) bn_jinja_put_plain(b, indent < 0 ? ", " : ",");
        put_line(b, indent, level + 1);
        if (!list) put_quoted(b, v->dict->pairs[i].key, '"', true), bn_jinja_put_plain(b, ": ");
        bn_jv_write_json(b, list ? &v->list->items[i] : &v->dict->pairs[i].value, indent, level + 1);
    }
    if (n) put_line(b, indent, level);
    bn_jinja_put_plain(b, list ? "]" : "}");
}

void bn_jv_write_json(struct bn_jinja_builder *b, const struct bn_jv *v, int indent, int level)
{
    bn_jinja_enter(b->job);
    if (v->type == BN_JV_STRING)
        put_quoted(b, v->string, '"', true);
    else if (v->type == BN_JV_NONE)
        bn_jinja_put_plain(b, "null");
    else if (v->type == BN_JV_BOOL)
        bn_jinja_put_plain(b, v->boolean ? "true" : "false");
    else if (v->type == BN_JV_INT)
        put_integer(b, v->integer);
    else if (v->type == BN_JV_FLOAT)
        put_number(b, v->number, true);
    else if (v->type == BN_JV_LIST || v->type == BN_JV_DICT)
        put_json_members(b, v, indent, level);
    else
        bn_jinja_fail(b->job, BN_ERR_UNSUPPORTED, "it writes %s as JSON.", bn_jv_type_name(v));
    bn_jinja_leave(b->job);
}
