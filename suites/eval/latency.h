/* latency.h - how long a text takes: each document of a workload is a prompt that is continued greedily, one at a time,
 * and the time of every token is taken. */
#ifndef SUITES_EVAL_LATENCY_H
#define SUITES_EVAL_LATENCY_H
#include "suites/eval/task.h"

enum { BN_LATENCY_TOKENS = 64 }; /* generated for a document, unless options say otherwise */
enum bn_latency_time {
    BN_TIME_TTFT, /* first token - request; tokenising is part of it */
    BN_TIME_ITL,  /* each gap between two tokens */
    BN_TIME_TPOT, /* (last token - first) / (n - 1) of a document */
    BN_TIME_E2E,  /* last token - request */
    BN_TIMES
};
extern const char *const bn_time_names[BN_TIMES]; /* "ttft", ... */
enum { BN_QUANTILES = 4 };
extern const double bn_latency_quantiles[BN_QUANTILES]; /* 0.5, 0.9, 0.95, 0.99 */

struct bn_latency_times {
    size_t n;                      /* documents, or gaps */
    double mean, error;            /* ms; the standard error takes documents, not gaps, as independent; NAN of one */
    double quantile[BN_QUANTILES]; /* ms; NAN where n is too small for it (bn_latency_least) */
    double most;
};
struct bn_latency {
    struct bn_latency_times times[BN_TIMES];
    size_t n, n_documents, n_prompt_tokens; /* documents timed, of how many; tokens of their prompts */
    size_t n_cut;                           /* prompts that lost their right end, so that the answer fits */
    int n_new;                              /* tokens generated for each */
    int n_ctx, n_threads;
    const char *kv_type; /* "auto": the engine's choice */
    double seconds;
};
/* The documents are the texts of a task of texts, chosen by the options. The first is continued once more before, which
 * is not counted. End tokens are ignored, so that every document gets n_new tokens. */
enum bn_status bn_latency_run(struct bn_latency *latency, const struct bn_model *model, const struct bn_task *workload,
                              const struct bn_eval_options *options, int n_new, struct bn_error *err);
/* The least n for the q-quantile: that more than one of n values lies above it is then 99 % certain (MLPerf Inference's
 * rule for tails: 64 for 0.9, 662 for 0.99). */
size_t bn_latency_least(double q);
/* From times to what is stated of them. ms: [n_documents][per_document], the gaps (or the one time) of each document.
 */
enum bn_status bn_latency_sum(struct bn_latency_times *times, const double *ms, size_t n_documents, size_t per_document,
                              struct bn_error *err);
/* What --workload names: a task of texts, a task file, or a file of texts (.jsonl: the field text of each line; else
 * texts that each end with a line <|endoftext|>, or one text). The caller frees *own with bn_task_free, and *directory,
 * which is where it is when it is a file (else NULL). */
enum bn_status bn_workload_open(const struct bn_task **task, struct bn_task **own, char **directory, const char *name,
                                struct bn_error *err);
#endif
