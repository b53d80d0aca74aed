/* s02_kernel_parity.c - every kernel variant this CPU runs gives the reference variant's logits bit for bit, on real
 * text in prefill and decode; with --against so does a second file of the same weights in another encoding. */
#include "suites/stress/parity.h"
#include <stdio.h>

static int list_ways(struct bn_way *ways, int cap, const struct bn_stress_options *options)
{
    const char *names[16];
    int n = 0, n_variants = (int)bn_kernel_backends(names, 16);
    for (int i = 0; i < n_variants && n < cap; i++, n++) {
        ways[n] = (struct bn_way){.kernel_backend = names[i], .n_threads = options->n_threads, .n_decode = 8};
        snprintf(ways[n].name, sizeof ways[n].name, "%s", names[i]);
    }
    if (options->against_path && n < cap) {
        ways[n] = (struct bn_way){.model_path = options->against_path, .n_threads = options->n_threads, .n_decode = 8};
        snprintf(ways[n++].name, sizeof ways[0].name, "the other file");
    }
    return n;
}

static enum bn_status run(struct bn_stress_result *result, const struct bn_stress_options *options,
                          struct bn_error *err)
{
    struct bn_way ways[17];
    struct bn_engine_hasher engine;
    int n = list_ways(ways, 17, options);
    if (n < 2) {
        result->verdict = BN_SKIP;
        snprintf(result->reason, sizeof result->reason, "this CPU runs only the variant %s", ways[0].name);
        return BN_OK;
    }
    bn_engine_hasher_init(&engine, options, options->quick ? 40 : 160);
    enum bn_status status = bn_ways_compare(result, &engine.hasher, ways, n, "kernel variants and files", err);
    bn_engine_hasher_release(&engine);
    return status;
}

const struct bn_stress_test bn_s02_kernel_parity = {"s02_kernel_parity",
                                                    "all kernel variants give the same logits, bit for bit", run, 10};
