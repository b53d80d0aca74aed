/* tinystories.c - nats a token on short stories; each is followed by a line <|endoftext|>. A story without it is cut
 * off and not scored. */
#include "suites/eval/task.h"
#include "suites/eval/read.h"
#include "suites/fail.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum bn_status add_story(struct bn_items *items, const char *story, struct bn_error *err)
{
    char id[32];
    snprintf(id, sizeof id, "%zu", items->n);
    struct bn_item *item = bn_items_add(items, id, NULL, "");
    if (!item || !bn_item_add_choice(item, story)) return bn_suites_fail_memory(err);
    item->numeric_id = true;
    item->n_bytes = strlen(story);
    return BN_OK;
}

static enum bn_status read(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err)
{
    static const char mark[] = "\n<|endoftext|>";
    char *text = NULL;
    size_t n_bytes;
    enum bn_status status =
        bn_data_read(&text, &n_bytes, options->data_dir, "train-text/tinystories/tinystories_a.txt", err);
    for (char *story = text, *end; status == BN_OK && (end = strstr(story, mark));) {
        char *next = end + sizeof mark - 1;
        if (*next && *next != '\n') {
            status = bn_suites_fail(err, BN_ERR_FORMAT, "Story %zu has text after its <|endoftext|>.", items->n + 1);
            break;
        }
        *end = 0;
        status = add_story(items, story, err);
        story = next + (*next == '\n');
    }
    free(text);
    return status;
}

const struct bn_task bn_task_tinystories = {.name = "tinystories",
                                            .version = "1",
                                            .purpose = "nats a token on short stories",
                                            .kind = BN_TASK_STORY,
                                            .read = read};
