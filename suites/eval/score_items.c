/* score_items.c - blocks of questions through the provider, in an order that shares and tells the time left. */
#include "suites/eval/score_items.h"
#include "suites/eval/answer.h"
#include "suites/eval/journal.h"
#include "suites/eval/score.h"
#include "suites/fail.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct scoring {
    struct bn_eval_result *result;
    const struct bn_items *items;
    const struct bn_task *task;
    const struct bn_eval_options *options;
    const struct bn_provider *provider;
    struct bn_error *err;
};

/* ---- time ---- */
struct bn_since bn_since_now(void)
{
    struct bn_since since;
    clock_gettime(CLOCK_MONOTONIC, &since.start);
    return since;
}

double bn_since_s(const struct bn_since *since)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - since->start.tv_sec) + 1e-9 * (double)(now.tv_nsec - since->start.tv_nsec);
}

double bn_left_s(const struct bn_since *since, double done, double total)
{
    return done > 0 ? bn_since_s(since) * (total - done) / done : NAN;
}

/* ---- order ---- */
struct place {
    size_t group, length, at;
};

static int by_group_and_length(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    if (x->length != y->length) return x->length > y->length ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static size_t length_of(const struct bn_item *item)
{
    size_t n = strlen(item->context);
    for (int c = 0; c < item->n_choices; c++) n += strlen(item->choices[c]);
    return n;
}

/* Items of a group are side by side already (bn_items_gather). */
static void find_places(struct place *places, const struct bn_items *items)
{
    for (size_t i = 0; i < items->n; i++) {
        const char *group = items->list[i].group;
        bool same = i && (!group || !strcmp(group, items->list[i - 1].group));
        places[i] = (struct place){i ? places[i - 1].group + !same : 0, length_of(&items->list[i]), i};
    }
    qsort(places, items->n, sizeof *places, by_group_and_length);
}

/* ---- a block of choices or endings ---- */
static enum bn_status keep_ids(const struct scoring *s, struct bn_eval_item *r, int c, int32_t **ids, size_t n_ids)
{
    if (!s->options->token_ids) return BN_OK;
    if (!r->ids) r->ids = calloc((size_t)r->n_choices, sizeof *r->ids);
    if (!r->n_ids) r->n_ids = calloc((size_t)r->n_choices, sizeof *r->n_ids);
    if (!r->ids || !r->n_ids) return bn_suites_fail_memory(s->err);
    r->ids[c] = *ids, r->n_ids[c] = n_ids;
    *ids = NULL;
    return BN_OK;
}

static enum bn_status keep_scores(const struct scoring *s, struct bn_eval_item *r, struct bn_choice_score *scores)
{
    enum bn_status status = BN_OK;
    for (int c = 0; c < r->n_choices && status == BN_OK; c++) {
        r->ll[c] = scores[c].ll, r->tokens[c] = scores[c].tokens, r->greedy = scores[c].greedy;
        if (scores[c].cut > r->cut) r->cut = scores[c].cut;
        status = keep_ids(s, r, c, &scores[c].ids, scores[c].n_ids);
    }
    return status;
}

static enum bn_status score_block(const struct scoring *s, const struct place *block, size_t n)
{
    size_t n_choices = 0, k = 0;
    for (size_t i = 0; i < n; i++) n_choices += (size_t)s->items->list[block[i].at].n_choices;
    struct bn_choice *choices = calloc(n_choices, sizeof *choices);
    struct bn_choice_score *scores = calloc(n_choices, sizeof *scores);
    enum bn_status status = choices && scores ? BN_OK : bn_suites_fail_memory(s->err);
    for (size_t i = 0; i < n && status == BN_OK; i++) {
        const struct bn_item *item = &s->items->list[block[i].at];
        bool partial = s->task->score == BN_SCORE_PARTIAL;
        bool close = s->options->chat && bn_score_is_of_choices(s->task->score); /* an ending brings its own space */
        for (int c = 0; c < item->n_choices; c++)
            choices[k++] = (struct bn_choice){partial ? item->choices[c] : item->context,
                                              partial ? item->context : item->choices[c], close};
    }
    if (status == BN_OK) status = bn_score_choices(scores, s->provider, choices, n_choices, s->err);
    k = 0;
    for (size_t i = 0; i < n && status == BN_OK; i++) {
        struct bn_eval_item *r = &s->result->items[block[i].at];
        status = keep_scores(s, r, scores + k);
        k += (size_t)r->n_choices;
    }
    if (scores) bn_choice_scores_release(scores, n_choices);
    free(scores);
    free(choices);
    return status;
}

/* ---- a block of answers ---- */
/* A context that leaves no room for the answer loses its left end, as in lm-eval. */
static enum bn_status encode_context(const struct scoring *s, struct bn_continuation *c, int32_t **ids,
                                     const struct bn_item *item, struct bn_eval_item *r)
{
    int room = s->provider->max_tokens - (int)s->task->max_tokens;
    if (room < 1)
        return bn_suites_fail(s->err, BN_ERR_USAGE,
                              "Task %s generates %u tokens, and the context has %d; take a larger --n_ctx.",
                              s->task->name, s->task->max_tokens, s->provider->max_tokens);
    enum bn_status status = s->provider->encode(s->provider->self, item->context, true, ids, &c->n, s->err);
    if (status != BN_OK) return status;
    r->cut = c->n > (size_t)room ? (int)(c->n - (size_t)room) : 0;
    if (r->cut) memmove(*ids, *ids + r->cut, (c->n -= (size_t)r->cut) * sizeof **ids);
    if (!c->n) (*ids)[c->n++] = s->provider->prefix;
    c->ids = *ids, c->max_tokens = (int)s->task->max_tokens;
    c->stops = (const char *const *)s->task->until, c->n_stops = s->task->n_until;
    return BN_OK;
}

static enum bn_status judge_answer(const struct scoring *s, struct bn_eval_item *r, const char *target)
{
    enum bn_status status = BN_OK;
    r->exact = calloc(s->task->n_filters, sizeof *r->exact);
    if (!r->exact) return bn_suites_fail_memory(s->err);
    for (uint32_t f = 0; f < s->task->n_filters && status == BN_OK; f++) {
        char *answer;
        status = bn_answer_extract(&answer, &s->task->filters[f], r->text, s->err);
        if (status == BN_OK) status = bn_answer_is(&r->exact[f], s->task, answer, target, s->err);
        free(answer);
    }
    return status;
}

static enum bn_status generate_block(const struct scoring *s, const struct place *block, size_t n)
{
    struct bn_continuation *texts = calloc(n, sizeof *texts);
    int32_t **ids = calloc(n, sizeof *ids);
    enum bn_status status = texts && ids ? BN_OK : bn_suites_fail_memory(s->err);
    for (size_t i = 0; i < n && status == BN_OK; i++)
        status = encode_context(s, &texts[i], &ids[i], &s->items->list[block[i].at], &s->result->items[block[i].at]);
    if (status == BN_OK) status = s->provider->generate(s->provider->self, texts, n, s->err);
    for (size_t i = 0; texts && ids && i < n; i++) {
        struct bn_eval_item *r = &s->result->items[block[i].at];
        r->text = texts[i].text, *r->tokens = texts[i].n_tokens;
        if (status == BN_OK) status = judge_answer(s, r, s->items->list[block[i].at].choices[0]);
        if (status == BN_OK) status = keep_ids(s, r, 0, &ids[i], texts[i].n);
        free(ids[i]);
    }
    free(texts);
    free(ids);
    return status;
}

/* ---- all blocks ---- */
static enum bn_status run_block(const struct scoring *s, const struct place *block, size_t n)
{
    bool exact = s->task->score == BN_SCORE_EXACT;
    enum bn_status status = exact ? generate_block(s, block, n) : score_block(s, block, n);
    for (size_t i = 0; i < n && status == BN_OK; i++)
        status = bn_journal_add(s->options->journal, s->task, &s->items->list[block[i].at],
                                &s->result->items[block[i].at], s->err);
    return status;
}

/* Takes what the journal has out of the list; the rest moves up. */
static enum bn_status resume(const struct scoring *s, struct place *places, size_t *n)
{
    size_t kept = 0;
    enum bn_status status = BN_OK;
    for (size_t i = 0; i < *n && status == BN_OK; i++) {
        const struct bn_item *item = &s->items->list[places[i].at];
        struct bn_eval_item *r = &s->result->items[places[i].at];
        if (!bn_journal_find(s->options->journal, s->task, item, r))
            places[kept++] = places[i];
        else if (s->task->score == BN_SCORE_EXACT)
            status = judge_answer(s, r, item->choices[0]);
    }
    s->result->n_resumed = *n - kept;
    *n = kept;
    return status;
}

static enum bn_status run_blocks(const struct scoring *s, const struct place *places, size_t n)
{
    const struct bn_since since = bn_since_now();
    size_t most = s->options->alone ? 1 : s->options->n_together ? (size_t)s->options->n_together : BN_TOGETHER;
    double bytes = 0, done = 0;
    enum bn_status status = BN_OK;
    for (size_t i = 0; i < n; i++) bytes += (double)places[i].length;
    for (size_t i = 0, end = 0; i < n && status == BN_OK; i = end) {
        for (end = i; end < n && end - i < most && places[end].group == places[i].group; end++)
            done += (double)places[end].length;
        status = run_block(s, places + i, end - i);
        if (s->options->progress)
            s->options->progress(s->options->progress_self, s->task->name, s->result->n_resumed + end, s->items->n,
                                 bn_left_s(&since, done, bytes));
    }
    return status;
}

enum bn_status bn_score_items(struct bn_eval_result *result, const struct bn_items *items, const struct bn_task *task,
                              const struct bn_eval_options *options, const struct bn_provider *provider,
                              struct bn_error *err)
{
    const struct scoring s = {result, items, task, options, provider, err};
    struct place *places = calloc(items->n + 1, sizeof *places);
    size_t n = items->n;
    if (!places) return bn_suites_fail_memory(err);
    find_places(places, items);
    enum bn_status status = resume(&s, places, &n);
    if (status == BN_OK) status = run_blocks(&s, places, n);
    for (size_t i = 0; i < result->n_items; i++)
        for (int c = 0; c < result->items[i].n_choices; c++) result->n_tokens += (size_t)result->items[i].tokens[c];
    free(places);
    return status;
}

void bn_eval_item_release(struct bn_eval_item *item)
{
    for (int c = 0; item->ids && c < item->n_choices; c++) free(item->ids[c]);
    free(item->ids);
    free(item->n_ids);
    free(item->ll);
    free(item->tokens);
    free(item->text);
    free(item->exact);
}
