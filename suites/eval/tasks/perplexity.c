/* perplexity.c - perplexity of any text file (--text_file) by the rule of llama.cpp or of lm-eval (--rule). */
#include "suites/eval/metrics.h"
#include "suites/eval/read.h"
#include "suites/fail.h"
#include <stdlib.h>
#include <string.h>

static enum bn_status read(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err)
{
    char *text = NULL;
    size_t n_bytes;
    const char *rule = options->rule ? options->rule : "llama.cpp";
    if (!options->text_file) return bn_suites_fail(err, BN_ERR_USAGE, "Task perplexity needs --text_file FILE.");
    if (strcmp(rule, "llama.cpp") && strcmp(rule, "lm-eval"))
        return bn_suites_fail(err, BN_ERR_USAGE, "Unknown rule \"%s\" of perplexity; choose llama.cpp or lm-eval.",
                              rule);
    enum bn_status status = bn_text_read(&text, &n_bytes, options->text_file, err);
    if (status != BN_OK) return status;
    struct bn_item *item = bn_items_add(items, options->text_file, NULL, "");
    if (!item || !bn_item_add_choice(item, text))
        status = bn_suites_fail_memory(err);
    else
        item->n_words = bn_text_words(text), item->n_bytes = n_bytes;
    free(text);
    return status;
}

const struct bn_task bn_task_perplexity = {.name = "perplexity",
                                           .version = "1",
                                           .purpose = "perplexity of a text file, by the rule of llama.cpp or lm-eval",
                                           .kind = BN_TASK_HALVES,
                                           .read = read};
