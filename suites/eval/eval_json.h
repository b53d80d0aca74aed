/* eval_json.h - the JSON forms that scripts rely on (DESIGN.md section 8).
 *
 * Summary: {"format": "bitnet-eval-1", "engine": {"version", "commit"}, "model": PATH, "model_name", "architecture",
 *   "weight_encoding", "head_encoding", "kernels", "threads", "results": [RESULT, ...]}; a run of one task repeats its
 *   figures at the top: "perplexity", "stderr", "tokens" for perplexity, "acc", ... for choices.
 * RESULT: {"task", "version", "rule", "kv_type", "n_ctx", "num_fewshot", "n", "tokens", "seconds",
 *   "metrics": {"acc": {"value", "stderr", "n"}, ...}, "groups": [{"name", "acc", "stderr", "n"}, ...],
 *   "categories": likewise, of several groups, "documents"?: of the whole set,
 *   "settings"?: {"samples"?, "seed"?, "chat_template"?, "fewshot_as_multiturn"?, "system_instruction"?}}.
 *   A metric whose rules differ between projects carries the rule in its name: "ppl@llama.cpp".
 * Items: one object a task and line: {"model", "task", "version", "rule", "items": [{"id", "gold", "ll", "tokens",
 *   "labels"?, "cut"?, "input_ids"?, "ids"?}, ...]}. A task of one ending or answer has "right" instead of "gold", of
 * the first filter, and an answer its "text" instead of "ll". */
#ifndef SUITES_EVAL_EVAL_JSON_H
#define SUITES_EVAL_EVAL_JSON_H
#include "suites/eval/items.h"
#include "suites/suite.h"
#include <jansson.h>

/* Adds how --samples chose n documents: "samples", "seed". */
void bn_eval_add_choice(json_t *settings, const struct bn_eval_options *options, size_t n);
/* New references, NULL when memory is short. */
json_t *bn_eval_summary_json(const struct bn_eval_result *results, int n, const struct bn_model_info *model,
                             int n_threads);
json_t *bn_eval_items_json(const struct bn_eval_result *result, const struct bn_model_info *model);
/* {task, id, context, choices, gold or labels}: what is scored of an item; and "delimiter": "" where no space comes
 * between context and choice (close). */
json_t *bn_eval_prompt_json(const char *task, const struct bn_item *item, bool close);
/* config: what the tests ran with, "quick with --kv_type q4_0". */
json_t *bn_stress_json(const struct bn_stress_result *results, size_t n, const char *model_path, const char *config);
/* The stress results given and "parts": [{"name", "weight", "verdict", "share", "low", "high", "reason"}, ...],
 * "skipped", and the score as a RESULT of task "readiness" with "config" and the metrics "readiness", "readiness_low",
 * "readiness_high" (percent). */
json_t *bn_readiness_json(const struct bn_readiness *readiness, const struct bn_stress_result *results, size_t n,
                          const char *model_path, const char *config);
#endif
