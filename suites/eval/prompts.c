/* prompts.c - what is said first, examples and chat turns. */
#include "suites/eval/prompts.h"
#include "suites/eval/draw.h"
#include "suites/fail.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one item is made of. */
struct parts {
    char *first;                  /* system and description; "" */
    const struct bn_item **shots; /* [n_shots] */
    const struct bn_item *item;
};

/* ---- examples ---- */
static bool same_group(const struct bn_item *a, const struct bn_item *b)
{
    return (!a->group && !b->group) || (a->group && b->group && !strcmp(a->group, b->group));
}

struct pool {                     /* the examples of one group */
    const struct bn_item **shots; /* [n] */
    size_t n, *drawn;
    const struct bn_item *of; /* whose group it is; NULL: none yet */
    struct bn_draw draw;
};

static void take_group(struct pool *pool, const struct bn_items *shots, const struct bn_item *item, uint64_t seed)
{
    pool->n = 0, pool->of = item;
    for (size_t i = 0; i < shots->n; i++)
        if (same_group(item, &shots->list[i])) pool->shots[pool->n++] = &shots->list[i];
    bn_draw_seed(&pool->draw, seed);
}

/* The examples of parts->item; a group begins with the seed, as the tasks that it is with lm-eval do. */
static enum bn_status choose(struct parts *parts, struct pool *pool, const struct bn_items *shots,
                             const struct bn_prompting *how, struct bn_error *err)
{
    const struct bn_item *item = parts->item;
    size_t n = (size_t)how->n_shots;
    if (!pool->of || !same_group(pool->of, item)) take_group(pool, shots, item, how->seed);
    if (pool->n < n)
        return bn_suites_fail(err, BN_ERR_USAGE,
                              "Task %s has %zu examples%s%s, not %zu; choose a smaller --num_fewshot.", how->task,
                              pool->n, item->group ? " of " : "", item->group ? item->group : "", n);
    if (how->drawn && !bn_draw_sample(&pool->draw, pool->n, n, pool->drawn)) return bn_suites_fail_memory(err);
    for (size_t i = 0; i < n; i++) parts->shots[i] = pool->shots[how->drawn ? pool->drawn[i] : i];
    return BN_OK;
}

/* ---- texts ---- */
/* a and b with a blank line between them, unless one is empty or brings white space; NULL: memory is short. */
static char *join(const char *a, const char *b)
{
    size_t n = strlen(a);
    char *text;
    bool close = !n || !*b || isspace((unsigned char)a[n - 1]) || isspace((unsigned char)*b);
    return asprintf(&text, "%s%s%s", a, close ? "" : "\n\n", b) < 0 ? NULL : text;
}

static void put_shot(FILE *f, const struct bn_item *shot)
{
    fprintf(f, "%s %s\n\n", shot->context, shot->choices[shot->gold]);
}

/* `first`, the examples, the question as one text of the caller's. */
static char *as_text(const char *first, const struct parts *parts, size_t n_shots, const char *question)
{
    char *text = NULL;
    size_t n_bytes;
    FILE *f = open_memstream(&text, &n_bytes);
    if (!f) return NULL;
    fputs(first, f);
    for (size_t i = 0; i < n_shots; i++) put_shot(f, parts->shots[i]);
    fputs(question, f);
    if (!fclose(f)) return text;
    free(text);
    return NULL;
}

/* ---- turns ---- */
static enum bn_status render(char **prompt, const struct bn_model *model, const struct bn_message *messages, size_t n,
                             struct bn_error *err)
{
    size_t n_bytes = 0;
    *prompt = NULL;
    enum bn_status status = bn_chat_render(model, messages, n, NULL, 0, &n_bytes, err);
    if (status != BN_OK) return status;
    *prompt = malloc(n_bytes + 1);
    if (!*prompt) return bn_suites_fail_memory(err);
    status = bn_chat_render(model, messages, n, *prompt, n_bytes + 1, &n_bytes, err);
    if (status == BN_OK && strlen(*prompt) != n_bytes)
        return bn_suites_fail(err, BN_ERR_FORMAT, "The chat template gives a NUL character.");
    return status;
}

static enum bn_status as_chat(char **prompt, const struct parts *parts, const struct bn_prompting *how,
                              const char *question, struct bn_error *err)
{
    size_t n = 0, n_shots = (size_t)how->n_shots;
    struct bn_message *messages = calloc(2 * n_shots + 2, sizeof *messages);
    char *all = how->multiturn ? NULL : as_text("", parts, n_shots, question);
    enum bn_status status = messages && (how->multiturn || all) ? BN_OK : bn_suites_fail_memory(err);
    if (status == BN_OK && *parts->first)
        messages[n++] = (struct bn_message){.role = "system", .content = parts->first};
    for (size_t i = 0; status == BN_OK && how->multiturn && i < n_shots; i++) {
        const struct bn_item *shot = parts->shots[i];
        messages[n++] = (struct bn_message){.role = "user", .content = shot->context};
        messages[n++] = (struct bn_message){.role = "assistant", .content = shot->choices[shot->gold]};
    }
    if (status == BN_OK) {
        messages[n++] = (struct bn_message){.role = "user", .content = all ? all : question};
        status = render(prompt, how->chat, messages, n, err);
    }
    free(messages);
    free(all);
    return status;
}

/* ---- items ---- */
static enum bn_status prompt_of(char **text, const struct parts *parts, const struct bn_prompting *how,
                                const char *question, struct bn_error *err)
{
    if (how->chat) return as_chat(text, parts, how, question, err);
    *text = as_text(parts->first, parts, (size_t)how->n_shots, question);
    return *text ? BN_OK : bn_suites_fail_memory(err);
}

/* The question of `item` becomes the prompt; of a partial one each beginning does. */
static enum bn_status replace(struct bn_item *item, const struct parts *parts, const struct bn_prompting *how,
                              struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (int i = 0; i < (how->partial ? item->n_choices : 1) && status == BN_OK; i++) {
        char **question = how->partial ? &item->choices[i] : &item->context, *text = NULL;
        status = prompt_of(&text, parts, how, *question, err);
        if (status == BN_OK) {
            free(*question);
            *question = text;
        } else {
            free(text);
        }
    }
    return status;
}

enum bn_status bn_items_prompt(struct bn_items *items, const struct bn_items *shots, const struct bn_prompting *how,
                               struct bn_error *err)
{
    struct parts parts = {.shots = calloc((size_t)how->n_shots + 1, sizeof *parts.shots)};
    struct pool pool = {.shots = calloc(shots->n + 1, sizeof *pool.shots),
                        .drawn = calloc((size_t)how->n_shots + 1, sizeof *pool.drawn)};
    enum bn_status status = parts.shots && pool.shots && pool.drawn ? BN_OK : bn_suites_fail_memory(err);
    for (size_t i = 0; i < items->n && status == BN_OK; i++) {
        struct bn_item *item = &items->list[i];
        if (!item->description && !how->n_shots && !how->system && !how->chat) continue;
        parts.item = item;
        if (how->n_shots) status = choose(&parts, &pool, shots, how, err);
        parts.first = join(how->system ? how->system : "", item->description ? item->description : "");
        if (status == BN_OK && !parts.first) status = bn_suites_fail_memory(err);
        if (status == BN_OK) status = replace(item, &parts, how, err);
        free(parts.first);
    }
    free(parts.shots);
    free(pool.shots);
    free(pool.drawn);
    return status;
}
