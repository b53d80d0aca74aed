/* reply.c - JSON lines to rows. */
#include "harness/worker/reply.h"
#include "harness/error.h"
#include <stdlib.h>
#include <string.h>

static int64_t whole(const json_t *o, const char *name) { return json_integer_value(json_object_get(o, name)); }
static const char *text(const json_t *o, const char *name) { return json_string_value(json_object_get(o, name)); }

/* Room for one more of `size` bytes in an array that grows by doubling. */
static void *grow(void *array, size_t n, size_t size)
{
    if (n & (n - 1)) return array;
    return realloc(array, (n ? 2 * n : 1) * size);
}

static bool put_sample(struct bn_reply *r, const char *phase, int64_t rep, int64_t idx, int64_t ns, int64_t tokens)
{
    struct bn_sample *more = grow(r->samples, r->n_samples, sizeof *more);
    if (!more) return false;
    r->samples = more;
    r->samples[r->n_samples++] = (struct bn_sample){phase, rep, idx, ns, tokens};
    return true;
}

static bool take_rep(struct bn_reply *r, const json_t *line)
{
    json_t *prefill = json_object_get(line, "prefill"), *decode = json_object_get(line, "decode");
    int64_t rep = whole(line, "rep");
    bool ok = true;
    for (size_t i = 0; ok && i < json_array_size(prefill); i++) {
        json_t *pair = json_array_get(prefill, i);
        ok = put_sample(r, "prefill", rep, (int64_t)i, json_integer_value(json_array_get(pair, 0)),
                        json_integer_value(json_array_get(pair, 1)));
    }
    for (size_t i = 0; ok && i < json_array_size(decode); i++) {
        const json_t *one = json_array_get(decode, i), *ns = json_is_array(one) ? json_array_get(one, 0) : one;
        ok = put_sample(r, "decode", rep, (int64_t)i, json_integer_value(ns),
                        json_is_array(one) ? json_integer_value(json_array_get(one, 1)) : 1);
    }
    return ok;
}

static bool take_counter(struct bn_reply *r, const json_t *o)
{
    struct bn_counter *more = grow(r->counters, r->n_counters, sizeof *more);
    if (!more) return false;
    r->counters = more;
    const json_t *value = json_object_get(o, "value");
    r->counters[r->n_counters++] =
        (struct bn_counter){.phase = text(o, "phase"),
                            .op = text(o, "op"),
                            .name = text(o, "name"),
                            .source = text(o, "source"),
                            .reason = json_is_number(value) ? NULL
                                      : text(o, "reason")   ? text(o, "reason")
                                                            : "the worker gave no reason",
                            .thread = json_object_get(o, "thread") ? (int)whole(o, "thread") : -1,
                            .value = json_number_value(value),
                            .scaled = json_is_true(json_object_get(o, "scaled")),
                            .n_tokens = whole(o, "tokens")};
    return true;
}

static bool take_op(struct bn_reply *r, const json_t *o)
{
    struct bn_op_time *more = grow(r->ops, r->n_ops, sizeof *more);
    if (!more) return false;
    r->ops = more;
    r->ops[r->n_ops++] =
        (struct bn_op_time){text(o, "phase"),  text(o, "op"),     (int)whole(o, "layer"),   (int)whole(o, "thread"),
                            whole(o, "calls"), whole(o, "ns"),    whole(o, "weight_bytes"), whole(o, "kv_bytes"),
                            whole(o, "macs"),  whole(o, "tokens")};
    return true;
}

static bool take_line(struct bn_reply *r, json_t *line)
{
    const json_t *o;
    if (text(line, "kernels")) r->kernels = text(line, "kernels");
    if (json_object_get(line, "rep") && !take_rep(r, line)) return false;
    if ((o = json_object_get(line, "counter")) && !take_counter(r, o)) return false;
    if ((o = json_object_get(line, "op")) && !take_op(r, o)) return false;
    if (json_is_true(json_object_get(line, "done"))) {
        r->done = true;
        r->hash = text(line, "hash");
        r->peak_rss_bytes = whole(line, "peak_rss_bytes");
    }
    return true;
}

enum bn_status bn_reply_parse(struct bn_reply *r, const char *output, struct bn_error *err)
{
    *r = (struct bn_reply){0};
    for (const char *p = output ? output : ""; *p;) {
        const char *end = strchrnul(p, '\n');
        json_t *line = json_loadb(p, (size_t)(end - p), 0, NULL);
        if (!line && *end && end > p)
            return bn_harness_fail(err, BN_ERR_FORMAT, "The worker wrote a line that is not JSON: %.80s.", p);
        json_t **more = line ? grow(r->lines, r->n_lines, sizeof *more) : r->lines;
        if (line && !more)
            return json_decref(line), bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory reading a worker's lines.");
        r->lines = more;
        if (line) r->lines[r->n_lines++] = line;
        if (line && !take_line(r, line))
            return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory reading a worker's lines.");
        p = *end ? end + 1 : end;
    }
    return BN_OK;
}

void bn_reply_release(struct bn_reply *r)
{
    for (size_t i = 0; i < r->n_lines; i++) json_decref(r->lines[i]);
    free(r->lines);
    free(r->samples);
    free(r->counters);
    free(r->ops);
    *r = (struct bn_reply){0};
}
