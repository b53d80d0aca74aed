/* llama_bench.c - the command line of llama-bench, and its answer as samples. */
#include "harness/worker/llama_bench.h"
#include "harness/core/error.h"
#include "harness/import/import.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool bn_llama_bench_is(const struct bn_engine *engine) { return !strncmp(engine->name, "llama-bench", 11); }

const char *bn_llama_bench_refuses(const struct bn_plan_workload *w)
{
    if (w->together > 1) return "llama-bench decodes one sequence; this workload decodes several together.";
    if (w->text) return "llama-bench computes random tokens; this workload computes a text.";
    if (w->fill) return "llama-bench begins every test with an empty context; this workload fills one first.";
    if (w->prefill && w->decode)
        return "llama-bench times prefill and decode in tests of their own; this workload does both.";
    return NULL;
}

void bn_llama_bench_call(struct bn_llama_bench_call *call, const struct bn_engine *engine, const struct bn_config *c,
                         uint32_t repetitions)
{
    size_t n = 0;
    *call = (struct bn_llama_bench_call){.argv = {NULL}};
    snprintf(call->prefill, sizeof call->prefill, "%u", c->workload->prefill);
    snprintf(call->decode, sizeof call->decode, "%u", c->workload->decode);
    snprintf(call->repetitions, sizeof call->repetitions, "%u", repetitions);
    snprintf(call->threads, sizeof call->threads, "%u", c->threads);
    for (char *const *w = engine->words; *w; w++) call->argv[n++] = *w;
    char *const asked[] = {"-m", c->model->path,    "-p", call->prefill, "-n", call->decode,
                           "-r", call->repetitions, "-t", call->threads, "-o", "json"};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) call->argv[n++] = asked[i];
}

/* One test of the answer: phase, tokens and its repetitions. */
static enum bn_status take_test(struct bn_reply *r, const json_t *test, struct bn_error *err)
{
    json_int_t prompt = json_integer_value(json_object_get(test, "n_prompt")),
               gen = json_integer_value(json_object_get(test, "n_gen"));
    const json_t *all = json_object_get(test, "samples_ns");
    size_t n = json_array_size(all);
    if (n == 0 || (prompt > 0) == (gen > 0))
        return bn_harness_fail(err, BN_ERR_FORMAT, "A test of llama-bench's answer has no repetitions of one phase.");
    r->samples = calloc(n, sizeof *r->samples);
    if (!r->samples) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory reading llama-bench's answer.");
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < n; i++) {
        r->samples[i] = (struct bn_sample){gen > 0 ? "decode" : "prefill", (int64_t)i, 0, 0, gen > 0 ? gen : prompt};
        status = bn_import_ns(json_array_get(all, i), 1, "Each of samples_ns", &r->samples[i].ns, err);
    }
    r->n_samples = status ? 0 : n;
    return status;
}

enum bn_status bn_llama_bench_parse(struct bn_reply *r, const char *output, struct bn_error *err)
{
    *r = (struct bn_reply){.kernels = "own"};
    struct bn_error why = {0};
    json_t *documents = json_array(), *tests = NULL;
    if (output && !bn_import_json(output, strlen(output), documents, &why)) tests = json_array_get(documents, 0);
    enum bn_status status =
        json_array_size(tests) == 1 && json_array_size(documents) == 1
            ? take_test(r, json_array_get(tests, 0), err)
            : bn_harness_fail(err, BN_ERR_FORMAT, "llama-bench answered without the one test that was asked for.");
    json_decref(documents);
    r->done = !status;
    return status;
}
