/* hellaswag.c - HellaSwag, how a scene goes on (validation). Two published forms: JSON lines (hellaswag_val.jsonl), and
 * six lines an item: the context, the number of the right ending, four endings (the layout llama.cpp's tool reads). The
 * latter has lost the border inside the context, so its second half is not capitalised as lm-eval does. */
#include "suites/eval/read.h"
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

static enum bn_status add(struct bn_items *items, char *context, char *const endings[4], int gold, struct bn_error *err)
{
    char id[32];
    snprintf(id, sizeof id, "%zu", items->n);
    struct bn_item *item = bn_items_add(items, id, NULL, clean(context));
    bool ok = item != NULL;
    for (int i = 0; ok && i < 4; i++) ok = bn_item_add_choice(item, clean(endings[i]));
    if (!ok) return bn_suites_fail_memory(err);
    item->gold = gold;
    item->numeric_id = true;
    return BN_OK;
}

/* "0" to "3", or -1. */
static int gold_of(const char *text)
{
    return text && text[0] >= '0' && text[0] <= '3' && !text[1] ? text[0] - '0' : -1;
}

/* ---- six lines an item ---- */
static enum bn_status read_lines(struct bn_items *items, char **text, size_t *line, const char *path,
                                 struct bn_error *err)
{
    char *part[6];
    for (int i = 0; i < 6; i++, (*line)++) {
        if (!**text) return bn_data_fault(err, path, *line, "is missing: the file ends inside item %zu.", items->n);
        part[i] = *text;
        *text += strcspn(*text, "\n");
        if (**text) *(*text)++ = 0;
        if (i == 1 && gold_of(part[1]) < 0)
            return bn_data_fault(err, path, *line, "is not the number of an ending, 0 to 3, but \"%.40s\".", part[1]);
    }
    return add(items, part[0], part + 2, gold_of(part[1]), err);
}

static enum bn_status read_text(struct bn_items *items, const char *directory, const char *path, struct bn_error *err)
{
    char *text = NULL;
    size_t n_bytes, line = 1;
    enum bn_status status = bn_data_read(&text, &n_bytes, directory, path, err);
    for (char *p = text; status == BN_OK && p[strspn(p, " \t\n")];) status = read_lines(items, &p, &line, path, err);
    free(text);
    return status;
}

/* ---- JSON lines ---- */
struct jsonl {
    struct bn_items *items;
    const char *path;
};

static void capitalise(char *text) /* Python's capitalize() for ASCII */
{
    for (char *p = text; *p; p++) *p = (char)(p == text ? toupper((unsigned char)*p) : tolower((unsigned char)*p));
}

/* "label: first half Second half", as lm-eval joins it. */
static char *context_of(const char *label, const char *first, const char *second)
{
    char *context = NULL;
    if (asprintf(&context, "%s: %s %s", label, first, second) < 0) return NULL;
    capitalise(context + strlen(context) - strlen(second));
    return context;
}

static int json_gold(const json_t *label)
{
    if (json_is_string(label)) return gold_of(json_string_value(label));
    json_int_t i = json_is_integer(label) ? json_integer_value(label) : -1;
    return i >= 0 && i <= 3 ? (int)i : -1;
}

static enum bn_status read_object(void *self, size_t line, json_t *value, struct bn_error *err)
{
    struct jsonl *j = self;
    char *endings[4] = {NULL}, *context;
    const char *label, *first, *second, *e[4];
    int gold = json_gold(json_object_get(value, "label"));
    if (json_unpack(value, "{s:s, s:s, s:s, s:[s, s, s, s!]}", "activity_label", &label, "ctx_a", &first, "ctx_b",
                    &second, "endings", &e[0], &e[1], &e[2], &e[3]))
        return bn_data_fault(err, j->path, line, "lacks activity_label, ctx_a, ctx_b or four endings.");
    if (gold < 0) return bn_data_fault(err, j->path, line, "has no label from 0 to 3.");
    context = context_of(label, first, second);
    bool ok = context != NULL;
    for (int i = 0; i < 4; i++) ok = (endings[i] = strdup(e[i])) && ok;
    enum bn_status status = ok ? add(j->items, context, endings, gold, err) : bn_suites_fail_memory(err);
    for (int i = 0; i < 4; i++) free(endings[i]);
    free(context);
    return status;
}

static enum bn_status read(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err)
{
    static const char *const names[] = {"hellaswag/hellaswag_val_every5th.txt", "hellaswag/hellaswag_val_full.txt",
                                        "hellaswag/hellaswag_val.jsonl", NULL};
    struct jsonl jsonl = {.items = items};
    enum bn_status status = bn_data_find(&jsonl.path, options->data_dir, names, err);
    if (status != BN_OK) return status;
    return strstr(jsonl.path, ".jsonl") ? bn_jsonl_read(options->data_dir, jsonl.path, read_object, &jsonl, err)
                                        : read_text(items, options->data_dir, jsonl.path, err);
}

const struct bn_task bn_task_hellaswag = {.name = "hellaswag",
                                          .version = "1.0",
                                          .purpose = "how a scene goes on",
                                          .kind = BN_TASK_CHOICE,
                                          .metrics = BN_METRIC_ACC | BN_METRIC_ACC_NORM | BN_METRIC_ACC_BYTES,
                                          .read = read};
