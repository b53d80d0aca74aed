/* hellaswag.c - HellaSwag, how a scene goes on (validation). The file has six lines an item: the context, the number of
 * the right ending, four endings (the layout llama.cpp's tool reads). It has lost the border inside the context, so the
 * second half is not capitalised as lm-eval does. */
#include "suites/eval/task.h"
#include "suites/fail.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Replaces every `from` by the shorter or equal `to`, left to right, in place. */
static void replace(char *text, const char *from, const char *to)
{
    size_t n = strlen(from), m = strlen(to);
    char *out = text;
    for (char *p = text; *p;) {
        if (!strncmp(p, from, n)) {
            memcpy(out, to, m);
            out += m, p += n;
        } else {
            *out++ = *p++;
        }
    }
    *out = 0;
}

static void drop_brackets(char *text) /* "[...]", shortest */
{
    char *out = text;
    for (char *p = text; *p;) {
        char *end = *p == '[' ? strpbrk(p, "]\n") : NULL;
        if (end && *end == ']')
            p = end + 1;
        else
            *out++ = *p++;
    }
    *out = 0;
}

/* lm-eval's clean-up of a text: strip, "[title]" ends a sentence, other brackets go, two spaces become one. */
static char *clean(char *text)
{
    while (isspace((unsigned char)*text)) text++;
    size_t n = strlen(text);
    while (n && isspace((unsigned char)text[n - 1])) text[--n] = 0;
    replace(text, " [title]", ". ");
    drop_brackets(text);
    replace(text, "  ", " ");
    return text;
}

static char *next_line(char **text)
{
    char *line = *text, *end = strchr(line, '\n');
    *text = end ? end + 1 : line + strlen(line);
    if (end) *end = 0;
    return line;
}

static enum bn_status read_item(struct bn_items *items, char **text, struct bn_error *err)
{
    char id[32];
    snprintf(id, sizeof id, "%zu", items->n);
    char *context = next_line(text), *gold = next_line(text);
    if (gold[0] < '0' || gold[0] > '3')
        return bn_suites_fail(err, BN_ERR_FORMAT,
                              "Item %s of the HellaSwag file has no number 0 to 3 in its second line.", id);
    int answer = gold[0] - '0';
    struct bn_item *item = bn_items_add(items, id, NULL, clean(context));
    bool ok = item != NULL;
    for (int i = 0; ok && i < 4; i++) ok = bn_item_add_choice(item, clean(next_line(text)));
    if (!ok) return bn_suites_fail_memory(err);
    item->gold = answer;
    item->numeric_id = true;
    return BN_OK;
}

static enum bn_status read(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err)
{
    char *text = NULL;
    size_t n_bytes;
    enum bn_status status =
        bn_file_read(&text, &n_bytes, options->data_dir, "hellaswag/hellaswag_val_every5th.txt", err);
    for (char *p = text; status == BN_OK && *p;) status = read_item(items, &p, err);
    free(text);
    return status;
}

const struct bn_task bn_task_hellaswag = {.name = "hellaswag",
                                          .version = "1.0",
                                          .purpose = "how a scene goes on",
                                          .kind = BN_TASK_CHOICE,
                                          .metrics = BN_METRIC_ACC | BN_METRIC_ACC_NORM | BN_METRIC_ACC_BYTES,
                                          .read = read};
