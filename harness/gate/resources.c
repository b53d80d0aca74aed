/* resources.c - starts pairs of fresh processes, asks what they cost, and judges it. */
#include "harness/gate/resources.h"
#include "engine/cmdline.h"
#include "harness/core/clock.h"
#include "harness/stats/multiple.h"
#include "harness/stats/sample.h"
#include "harness/stats/sign_test.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double alpha_suspect = 0.01, alpha_confirm = 0.05;
static const char first_token[] = "prefill 16", leak_job[] = "decode 32 64";
enum { LEAK_TOKENS = 32, LEAK_WARM = 3, LEAK_RUNS = 16 };

const struct bn_resource bn_resource[BN_RESOURCES] = {
#define RESOURCE(key, name, unit, scale, tolerance, found) {key, name, unit, scale, tolerance, BN_FOUND_##found},
#include "harness/gate/resources.list"
#undef RESOURCE
};

static enum bn_status ask_memory(struct bn_dialogue *worker, json_t **reply, struct bn_error *err)
{
    return bn_dialogue_ask(worker, "memory", reply, err);
}

/* One fresh process of a side: what each quantity is in it; NAN where its build does not say. */
static enum bn_status measure_one(struct bn_pairs *pairs, int side, double value[BN_RESOURCES], struct bn_error *err)
{
    struct bn_dialogue worker;
    json_t *hello = NULL, *memory = NULL;
    double ns = NAN;
    enum bn_status status = bn_pairs_worker(pairs, side, 0, &worker, &hello, err);
    if (status) return status;
    status = bn_dialogue_time(&worker, first_token, 1, &ns, err);
    if (!status) status = ask_memory(&worker, &memory, err);
    bn_dialogue_close(&worker);
    for (int i = 0; i < BN_RESOURCES && !status; i++) {
        const json_t *said = json_object_get(memory, bn_resource[i].key);
        if (!said) said = json_object_get(hello, bn_resource[i].key);
        value[i] = i == BN_RESOURCE_FIRST ? ns : said ? json_number_value(said) : NAN;
    }
    json_decref(hello), json_decref(memory);
    return status;
}

static enum bn_status measure(struct bn_pairs *pairs, struct bn_resource_series *series, struct bn_error *err)
{
    double value[2][BN_RESOURCES];
    enum bn_status status = BN_OK;
    for (int n = 0; n < BN_RESOURCE_PAIRS && !status; n++) {
        int first = (int)bn_random_below(&pairs->random, 2);
        bn_cmd_progress("memory and load: pair %d of %d", n + 1, BN_RESOURCE_PAIRS);
        status = measure_one(pairs, first, value[first], err);
        if (!status) status = measure_one(pairs, !first, value[!first], err);
        for (int i = 0; i < BN_RESOURCES && !status; i++)
            if (value[0][i] > 0 && value[1][i] > 0) {
                struct bn_resource_series *s = &series[i];
                s->value[0][s->n] = value[0][i], s->value[1][s->n++] = value[1][i];
            }
    }
    return status;
}

static struct bn_resource_finding find(const struct bn_resource_series *s, double tolerance)
{
    double d[BN_RESOURCE_PAIRS];
    size_t n = (size_t)s->n;
    for (size_t i = 0; i < n; i++) d[i] = log(s->value[1][i] / s->value[0][i]);
    struct bn_interval bounds = bn_sign_interval(d, n, 0.95);
    return (struct bn_resource_finding){
        .median = {bn_sample_median(s->value[0], n), bn_sample_median(s->value[1], n)},
        .ratio = bn_sample_median(d, n),
        .low = bounds.low,
        .high = bounds.high,
        .noise = bn_sample_mad(d, n),
        .p = bn_sign_above(d, n, log1p(tolerance)),
    };
}

bool bn_resources_judge(const struct bn_resource_series *series, double alpha, struct bn_resource_finding *findings)
{
    double p[BN_RESOURCES], adjusted[BN_RESOURCES];
    bool any = false;
    for (int i = 0; i < BN_RESOURCES; i++) {
        findings[i] = find(&series[i], bn_resource[i].tolerance);
        p[i] = findings[i].p;
    }
    if (bn_holm_adjust(p, BN_RESOURCES, adjusted)) return false;
    for (int i = 0; i < BN_RESOURCES; i++) {
        findings[i].p_holm = adjusted[i];
        any |= findings[i].suspect = adjusted[i] <= alpha;
    }
    return any;
}

/* Bytes that a process keeps for each token that it decodes at the same positions again and again. */
static enum bn_status look_for_leak(struct bn_resources_result *r, struct bn_pairs *pairs, int side,
                                    struct bn_error *err)
{
    struct bn_dialogue worker;
    json_t *memory[2] = {NULL, NULL};
    double ns[LEAK_RUNS];
    enum bn_status status = bn_pairs_worker(pairs, side, 0, &worker, NULL, err);
    if (status) return status;
    status = bn_dialogue_time(&worker, leak_job, LEAK_WARM, ns, err);
    for (int look = 0; look < 2 && !status; look++) {
        status = ask_memory(&worker, &memory[look], err);
        if (!look && !status) status = bn_dialogue_time(&worker, leak_job, LEAK_RUNS, ns, err);
    }
    bn_dialogue_close(&worker);
    r->n_tokens = LEAK_RUNS * LEAK_TOKENS;
    const char *const keys[] = {"heap_bytes", "mapped_bytes"};
    double *const to[] = {&r->heap_per_token[side], &r->mapped_per_token[side]};
    for (int i = 0; i < 2; i++) {
        const json_t *was = json_object_get(memory[0], keys[i]), *is = json_object_get(memory[1], keys[i]);
        bool said = json_integer_value(was) > 0 && json_integer_value(is) > 0;
        *to[i] = said ? (double)(json_integer_value(is) - json_integer_value(was)) / r->n_tokens : NAN;
    }
    json_decref(memory[0]), json_decref(memory[1]);
    return status;
}

/* Both builds must know the command. */
static enum bn_status can_say(struct bn_resources_result *r, struct bn_pairs *pairs, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (int side = 0; side < 2 && !status && !r->reason[0]; side++) {
        struct bn_dialogue worker;
        json_t *hello = NULL;
        status = bn_pairs_worker(pairs, side, 0, &worker, &hello, err);
        if (status) return status;
        bn_dialogue_close(&worker);
        if (!json_object_get(hello, "load_ns"))
            snprintf(r->reason, sizeof r->reason, "The %s build is older and does not say them.",
                     side ? "head" : "base");
        json_decref(hello);
    }
    return status;
}

enum bn_status bn_resources_run(struct bn_resources_result *r, struct bn_pairs *pairs, struct bn_error *err)
{
    double start = bn_clock_s();
    memset(r, 0, sizeof *r);
    enum bn_status status = can_say(r, pairs, err);
    if (status || r->reason[0]) return status;
    for (int side = 0; side < 2 && !status; side++) status = look_for_leak(r, pairs, side, err);
    if (!status) status = measure(pairs, r->first, err);
    if (!status && bn_resources_judge(r->first, alpha_suspect, r->findings)) {
        r->again = true;
        status = measure(pairs, r->second, err);
        if (!status) bn_resources_judge(r->second, alpha_confirm, r->confirmed);
    }
    for (int i = 0; i < BN_RESOURCES; i++) r->grown[i] = r->findings[i].suspect && r->confirmed[i].suspect;
    r->measured = !status;
    r->seconds = bn_clock_s() - start;
    return status;
}

bool bn_resources_leaks(const struct bn_resources_result *r, int what)
{
    const double *kept = what ? r->mapped_per_token : r->heap_per_token;
    return r->n_tokens && kept[1] > 0 && kept[1] > kept[0];
}

void bn_resource_text(const struct bn_resources_result *r, int i, char *text, size_t cap)
{
    const struct bn_resource_finding *f = r->again ? &r->confirmed[i] : &r->findings[i];
    const struct bn_resource *q = &bn_resource[i];
    if (!r->first[i].n)
        snprintf(text, cap, "not measured");
    else
        snprintf(text, cap, "%.2f -> %.2f %s (%+.1f %%, %d pairs, noise %.1f %%, tolerance %.0f %%)",
                 f->median[0] / q->scale, f->median[1] / q->scale, q->unit, 100 * expm1(f->ratio),
                 r->first[i].n + r->second[i].n, 100 * f->noise, 100 * q->tolerance);
}
