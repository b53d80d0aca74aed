/* s04_determinism.c - the same bits for every thread count, batch size, split of the prompt, repetition, and in a
 * session that was used before. */
#include "suites/stress/parity.h"
#include <stdio.h>

static struct bn_way *add(struct bn_way *ways, int *n, const char *name, int x)
{
    struct bn_way *way = &ways[(*n)++];
    *way = (struct bn_way){.n_threads = 1};
    snprintf(way->name, sizeof way->name, name, x);
    return way;
}

static int list_ways(struct bn_way *ways, const struct bn_stress_options *options, int n_tokens)
{
    static const int batches[] = {1, 3, 16, 61}, splits[] = {1, 5, 17};
    int n = 0, max_threads = options->n_threads ? options->n_threads : options->quick ? 3 : 8;
    if (max_threads > 16) max_threads = 16;
    add(ways, &n, "1 thread", 0);
    for (int t = 2; t <= max_threads; t++) add(ways, &n, "%d threads", t)->n_threads = t;
    for (int i = 0; i < 4; i++) add(ways, &n, "batches of %d", batches[i])->n_batch = batches[i];
    for (int i = 0; i < 3; i++) add(ways, &n, "prompt in pieces of %d", splits[i])->n_split = splits[i];
    struct bn_way *decode = add(ways, &n, "decode only", 0);
    decode->n_decode = n_tokens;
    decode->n_threads = max_threads;
    add(ways, &n, "a repetition", 0)->n_threads = max_threads;
    add(ways, &n, "a session used before", 0)->reused = true;
    return n;
}

static enum bn_status run(struct bn_stress_result *result, const struct bn_stress_options *options,
                          struct bn_error *err)
{
    struct bn_way ways[32];
    struct bn_engine_hasher engine;
    int n_tokens = options->quick ? 64 : 200;
    int n = list_ways(ways, options, n_tokens);
    bn_engine_hasher_init(&engine, options, (size_t)n_tokens);
    enum bn_status status = bn_ways_compare(result, &engine.hasher, ways, n, "ways to compute a text", err);
    bn_engine_hasher_release(&engine);
    return status;
}

const struct bn_stress_test bn_s04_determinism = {
    "s04_determinism", "the same logits for every thread count, batch, split and reuse", run, 10};
