/* llama_bench.h - engines that speak llama-bench's way (llama.cpp and its forks): a point is one call of it, a sample
 * one repetition. An engine whose name begins with "llama-bench" is spoken to like that: --engine llama-bench=PATH,
 * --engine "llama-bench-rtr=PATH -rtr 1". */
#ifndef BN_WORKER_LLAMA_BENCH_H
#define BN_WORKER_LLAMA_BENCH_H
#include "harness/worker/engines.h"
#include "harness/worker/reply.h"
#include "harness/plan/plan.h"

bool bn_llama_bench_is(const struct bn_engine *engine);
/* Why this workload cannot be asked of it, or NULL: it begins every test with an empty context and times one phase. */
const char *bn_llama_bench_refuses(const struct bn_plan_workload *workload);

enum { BN_LLAMA_BENCH_WORDS = BN_ENGINE_WORDS + 16 };
struct bn_llama_bench_call {
    char *argv[BN_LLAMA_BENCH_WORDS];
    char prefill[16], decode[16], repetitions[16], threads[16];
};
void bn_llama_bench_call(struct bn_llama_bench_call *call, const struct bn_engine *engine,
                         const struct bn_config *config, uint32_t repetitions);
/* Its JSON as samples: a decode sample is a whole repetition, n_tokens long. The hash stays NULL: it computes none. */
enum bn_status bn_llama_bench_parse(struct bn_reply *reply, const char *output, struct bn_error *err);
#endif
