/* reply.c - JSON lines to rows. */
#include "harness/worker/reply.h"
#include "harness/worker/figures.h"
#include "harness/worker/line.h"
#include "harness/core/error.h"
#include <math.h>
#include <stdio.h>
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
    const struct bn_figures f = bn_figures_take(o);
    r->ops[r->n_ops++] = (struct bn_op_time){.phase = text(o, "phase"),
                                             .op = text(o, "op"),
                                             .layer = (int)whole(o, "layer"),
                                             .thread = (int)whole(o, "thread"),
                                             .calls = (int64_t)f.calls,
                                             .ns = (int64_t)f.ns,
                                             .weight_bytes = (int64_t)f.weight_bytes,
                                             .kv_bytes = (int64_t)f.kv_bytes,
                                             .macs = (int64_t)f.macs,
                                             .n_tokens = whole(o, "tokens")};
    return true;
}

static double real(const json_t *o, const char *name)
{
    const json_t *value = json_object_get(o, name);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static bool take_score(struct bn_reply *r, const json_t *o)
{
    struct bn_score *more = grow(r->scores, r->n_scores, sizeof *more);
    if (!more || !text(o, "task") || !text(o, "metric")) return false;
    r->scores = more;
    r->scores[r->n_scores++] = (struct bn_score){.task = text(o, "task"),
                                                 .metric = text(o, "metric"),
                                                 .version = text(o, "version"),
                                                 .reason = isnan(real(o, "value")) ? "it is not finite" : NULL,
                                                 .value = real(o, "value"),
                                                 .standard_error = real(o, "stderr"),
                                                 .n_items = whole(o, "n"),
                                                 .n_shots = 0};
    return true;
}

/* The texts that a line does not hold as such are put into it, which owns them. */
static bool take_item(struct bn_reply *r, json_t *o)
{
    struct bn_score_item *more = grow(r->items, r->n_items, sizeof *more);
    char *ll = json_dumps(json_object_get(o, "ll"), JSON_COMPACT | JSON_REAL_PRECISION(17)), gold[32] = "";
    bool has_gold = json_is_integer(json_object_get(o, "gold"));
    if (more) r->items = more;
    snprintf(gold, sizeof gold, "%lld", (long long)whole(o, "gold"));
    bool ok = more && ll && text(o, "task") && text(o, "item") && !json_object_set_new(o, "ll_text", json_string(ll)) &&
              !json_object_set_new(o, "gold_text", json_string(gold));
    free(ll);
    if (ok)
        r->items[r->n_items++] = (struct bn_score_item){.task = text(o, "task"),
                                                        .item = text(o, "item"),
                                                        .gold = has_gold ? text(o, "gold_text") : NULL,
                                                        .ll = text(o, "ll_text")};
    return ok;
}

static bool take_line(struct bn_reply *r, json_t *line)
{
    json_t *o;
    if (text(line, "kernels")) r->kernels = text(line, "kernels");
    if (json_object_get(line, "rep") && !take_rep(r, line)) return false;
    if ((o = json_object_get(line, "counter")) && !take_counter(r, o)) return false;
    if ((o = json_object_get(line, "op")) && !take_op(r, o)) return false;
    if ((o = json_object_get(line, "score")) && !take_score(r, o)) return false;
    if ((o = json_object_get(line, "item")) && !take_item(r, o)) return false;
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
    size_t left = output ? strlen(output) : 0, used;
    for (json_t *line; line = bn_line_read(output, left, &used), used; output += used, left -= used) {
        if (!line && used > 1)
            return bn_harness_fail(err, BN_ERR_FORMAT, "The worker wrote a line that is not JSON: %.80s.", output);
        if (!line) continue;
        json_t **more = grow(r->lines, r->n_lines, sizeof *more);
        if (more) r->lines = more, r->lines[r->n_lines++] = line;
        if (!more) json_decref(line);
        if (!more || !take_line(r, line))
            return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for a worker's lines.");
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
    free(r->scores);
    free(r->items);
    *r = (struct bn_reply){0};
}
