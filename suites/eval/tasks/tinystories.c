/* tinystories.c - nats a token on short stories; each is followed by a line <|endoftext|>. */
#include "suites/eval/task.h"
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
    static const char mark[] = "\n<|endoftext|>\n";
    char *text = NULL;
    size_t n_bytes;
    enum bn_status status =
        bn_file_read(&text, &n_bytes, options->data_dir, "train-text/tinystories/tinystories_a.txt", err);
    for (char *story = text, *end; status == BN_OK && *story; story = end + sizeof mark - 1) {
        end = strstr(story, mark);
        if (!end) break; /* the file may end inside a story */
        *end = 0;
        status = add_story(items, story, err);
    }
    free(text);
    return status;
}

const struct bn_task bn_task_tinystories = {.name = "tinystories",
                                            .version = "1",
                                            .purpose = "nats a token on short stories",
                                            .kind = BN_TASK_STORY,
                                            .read = read};
