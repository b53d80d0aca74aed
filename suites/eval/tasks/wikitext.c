/* wikitext.c - WikiText-2, perplexity of whole pages (test split): words and bytes are counted on the page as it is,
 * the detokenised page is scored. */
#include "suites/eval/tasks/wikitext.h"
#include "suites/eval/metrics.h"
#include "suites/eval/read.h"
#include "suites/fail.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum bn_status add_page(struct bn_items *items, const char *page, struct bn_error *err)
{
    char id[32];
    snprintf(id, sizeof id, "%zu", items->n);
    char *text = bn_wikitext_detokenise(page);
    struct bn_item *item = text ? bn_items_add(items, id, NULL, "") : NULL;
    bool ok = item && bn_item_add_choice(item, text);
    free(text);
    if (!ok) return bn_suites_fail_memory(err);
    item->numeric_id = true;
    item->n_words = bn_text_words(page);
    item->n_bytes = strlen(page);
    return BN_OK;
}

static enum bn_status read(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err)
{
    static const char *const names[] = {"wikitext-2/test.txt", "wikitext-2/wiki.test.tokens",
                                        "wikitext-2/wiki.test.raw", NULL};
    char *text = NULL;
    const char *name;
    size_t n_bytes;
    enum bn_status status = bn_data_find(&name, options->data_dir, names, err);
    if (status == BN_OK) status = bn_data_read(&text, &n_bytes, options->data_dir, name, err);
    for (char *page = text, *end; status == BN_OK && *page; page = end) {
        end = page + bn_wikitext_page(page);
        if (*end) *end++ = 0;                                               /* the newline before the next heading */
        if (page[strspn(page, " \n")]) status = add_page(items, page, err); /* the text may begin with empty lines */
    }
    free(text);
    return status;
}

const struct bn_task bn_task_wikitext = {.name = "wikitext",
                                         .version = "2.0",
                                         .purpose = "perplexity of Wikipedia pages by word, byte and bit",
                                         .kind = BN_TASK_ROLLING,
                                         .read = read};
