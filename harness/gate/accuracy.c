/* accuracy.c - asks both builds the same questions and pairs their answers. */
#include "harness/gate/accuracy.h"
#include "engine/cmdline.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/stats/multiple.h"
#include "harness/stats/rank_test.h"
#include "harness/stats/sample.h"
#include "harness/worker/child.h"
#include "harness/worker/reply.h"
#include "harness/worker/request.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double level = 0.01;
enum { LIMIT_S = 600, CHOICES = 64 };

/* Log-likelihoods of an item's choices; returns how many, 0 where they are not 1 to CHOICES numbers. */
static int read_ll(const char *text, double *ll)
{
    json_t *list = json_loads(text, 0, NULL), *value;
    size_t i, n = json_array_size(list) <= CHOICES ? json_array_size(list) : 0;
    json_array_foreach(list, i, value)
    {
        if (!json_is_number(value)) n = 0;
        if (i < n) ll[i] = json_number_value(value);
    }
    json_decref(list);
    return (int)n;
}

static bool right(const struct bn_score_item *item, const double *ll, int n)
{
    return strtol(item->gold, NULL, 10) == (long)bn_sample_argmax(ll, (size_t)n);
}

static struct bn_accuracy_task *task_of(struct bn_accuracy_result *r, const struct bn_score_item *item)
{
    for (int i = 0; i < r->n_tasks; i++)
        if (!strcmp(r->tasks[i].name, item->task)) return &r->tasks[i];
    if (r->n_tasks == BN_ACCURACY_TASKS) return NULL;
    struct bn_accuracy_task *t = &r->tasks[r->n_tasks++];
    *t = (struct bn_accuracy_task){.questions = item->gold != NULL, .p = 1};
    bn_printable(t->name, sizeof t->name, item->task);
    return t;
}

static void add_question(struct bn_accuracy_task *t, const bool is[2])
{
    for (int side = 0; side < 2; side++) t->value[side] += is[side];
    t->only_base += is[0] && !is[1], t->only_head += is[1] && !is[0];
}

/* Walks over the items of both sides; *d gets what each window of a text lost. */
static enum bn_status pair_items(struct bn_accuracy_result *r, const struct bn_reply *replies, double *d, size_t *n_d,
                                 struct bn_error *err)
{
    for (size_t i = 0; i < replies[0].n_items; i++) {
        const struct bn_score_item *pair[2] = {&replies[0].items[i], &replies[1].items[i]};
        struct bn_accuracy_task *t = task_of(r, pair[0]);
        double ll[2][CHOICES];
        int n[2];
        if (!t || strcmp(pair[0]->task, pair[1]->task) || strcmp(pair[0]->item, pair[1]->item))
            return bn_harness_fail(err, BN_ERR_FORMAT, "Base and head answered other items: %s and %s.", pair[0]->item,
                                   pair[1]->item);
        for (int side = 0; side < 2; side++)
            if (!(n[side] = read_ll(pair[side]->ll, ll[side])))
                return bn_harness_fail(err, BN_ERR_FORMAT, "The %s worker's log-likelihoods of %s are no numbers: %s.",
                                       side ? "head" : "base", pair[side]->item, pair[side]->ll);
        t->n++, t->n_changed += strcmp(pair[0]->ll, pair[1]->ll) != 0;
        if (pair[0]->gold && pair[1]->gold)
            add_question(t, (const bool[2]){right(pair[0], ll[0], n[0]), right(pair[1], ll[1], n[1])});
        else
            d[(*n_d)++] = ll[0][0] - ll[1][0];
    }
    return BN_OK;
}

static void take_perplexity(struct bn_accuracy_task *t, const struct bn_reply *replies)
{
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < replies[side].n_scores; i++)
            if (!strcmp(replies[side].scores[i].metric, "ppl@windows")) t->value[side] = replies[side].scores[i].value;
}

static void judge(struct bn_accuracy_result *r, const struct bn_reply *replies, const double *d, size_t n_d)
{
    double p[BN_ACCURACY_TASKS];
    for (int i = 0; i < r->n_tasks; i++) {
        struct bn_accuracy_task *t = &r->tasks[i];
        if (t->questions) {
            t->value[0] /= t->n, t->value[1] /= t->n;
            t->p = t->only_base > t->only_head ? bn_mcnemar(t->only_base, t->only_head) / 2 : 1;
        } else {
            take_perplexity(t, replies);
            t->p = t->n_changed ? bn_wilcoxon(d, n_d, BN_GREATER).p : 1;
        }
        p[i] = t->p;
    }
    bool ok = !bn_holm_adjust(p, (size_t)r->n_tasks, p);
    for (int i = 0; i < r->n_tasks; i++) r->tasks[i].p_holm = ok ? p[i] : 1, r->tasks[i].worse = ok && p[i] <= level;
}

enum bn_status bn_accuracy_compare(struct bn_accuracy_result *r, const char *base, const char *head,
                                   struct bn_error *err)
{
    struct bn_reply replies[2] = {0};
    size_t n_d = 0;
    enum bn_status status = bn_reply_parse(&replies[0], base, err);
    if (!status) status = bn_reply_parse(&replies[1], head, err);
    double *d = malloc((replies[0].n_items + 1) * sizeof *d);
    if (!status && !replies[0].n_items)
        snprintf(r->reason, sizeof r->reason, "The base build is older and answers no questions.");
    if (!status && replies[0].n_items &&
        (replies[0].n_items != replies[1].n_items || !replies[0].done || !replies[1].done || !d))
        status = bn_harness_fail(err, BN_ERR_FORMAT, "Base answered %zu items and head %zu.", replies[0].n_items,
                                 replies[1].n_items);
    if (!status) status = pair_items(r, replies, d, &n_d, err);
    if (!status) judge(r, replies, d, n_d);
    if (status) r->n_tasks = 0;
    free(d);
    bn_reply_release(&replies[0]), bn_reply_release(&replies[1]);
    return status;
}

/* A head that gives no answers where base did has failed; a base of before may not know the questions. */
static enum bn_status no_answers(struct bn_pairs *pairs, const struct bn_child_result *c, struct bn_error *err)
{
    struct bn_dialogue_fate *fate = &pairs->fate;
    fate->end = c->timed_out   ? BN_DIALOGUE_HANGS
                : c->signal    ? BN_DIALOGUE_SIGNAL
                : c->exit_code ? BN_DIALOGUE_EXIT
                               : BN_DIALOGUE_SILENT;
    snprintf(fate->name, sizeof fate->name, "head");
    snprintf(fate->command, sizeof fate->command, "accuracy");
    memcpy(fate->last_words, c->process.error_tail, sizeof fate->last_words);
    if (c->timed_out) return bn_harness_fail(err, BN_ERR_IO, "The head worker answered no questions in %d s.", LIMIT_S);
    if (c->signal)
        return bn_harness_fail(err, BN_ERR_IO, "The head worker ended by signal %d (%s) while it answered questions.",
                               c->signal, strsignal(c->signal));
    return bn_harness_fail(err, BN_ERR_IO, "The head worker ended with exit code %d and answered no questions.",
                           c->exit_code);
}

/* One side's answers, which the caller frees; NULL where it has none, with a reason for base. */
static enum bn_status answers(struct bn_accuracy_result *r, struct bn_pairs *pairs, int side, const char *request,
                              char **text, struct bn_error *err)
{
    char *const argv[] = {(char *)pairs->argv[side][0], "--request", NULL};
    const struct bn_child_spec spec = {
        .process = {.argv = argv, .watch = &pairs->files[side]}, .input = request, .time_limit_s = LIMIT_S};
    struct bn_child_result child;
    enum bn_status status = bn_child_run(&spec, &child, err);
    if (status) return status;
    bool said = !child.exit_code && !child.signal && !child.timed_out && child.process.output;
    if (said) *text = strdup(child.process.output);
    if (!said && side) status = no_answers(pairs, &child, err);
    if (!said && !side)
        snprintf(r->reason, sizeof r->reason, "The base worker answered no questions: %.*s",
                 (int)strcspn(child.process.error_tail, "\n"), child.process.error_tail);
    bn_child_release(&child);
    return status;
}

static char *request_of(const struct bn_pairs *pairs, const char *data, const char *text, bool full)
{
    struct bn_plan_quality quality[] = {{.task = "microworld", .data = (char *)data, .limit = full ? 0 : 40},
                                        {.text = (char *)text, .limit = full ? 0 : 8}};
    const char *kernel = bn_pairs_word(pairs, "--kernel_backend");
    const struct bn_request request = {.model = (char *)bn_pairs_word(pairs, "--model"),
                                       .kernel = (char *)(kernel[0] ? kernel : "auto"),
                                       .threads = (uint32_t)pairs->n_threads,
                                       .prefill = 1,
                                       .repetitions = 1,
                                       .quality = quality,
                                       .n_quality = 2};
    return bn_request_text(&request);
}

const char *const bn_accuracy_extents[] = {
    [BN_ACCURACY_OFF] = "off", [BN_ACCURACY_SHORT] = "short", [BN_ACCURACY_FULL] = "full", NULL};

enum bn_accuracy_extent bn_accuracy_extent_of(const char *word)
{
    int i = 0;
    while (bn_accuracy_extents[i + 1] && strcmp(word, bn_accuracy_extents[i])) i++;
    return (enum bn_accuracy_extent)i;
}

enum bn_status bn_accuracy_run(struct bn_accuracy_result *r, struct bn_pairs *pairs, const char *data,
                               enum bn_accuracy_extent extent, struct bn_error *err)
{
    double start = bn_clock_s();
    char text[4200], *said[2] = {NULL, NULL};
    enum bn_status status = BN_OK;
    *r = (struct bn_accuracy_result){0};
    snprintf(text, sizeof text, "%s/heldout/stories.txt", data);
    if (extent == BN_ACCURACY_OFF) return snprintf(r->reason, sizeof r->reason, "Switched off."), BN_OK;
    if (access(text, R_OK)) return snprintf(r->reason, sizeof r->reason, "Its data is not there: %.200s.", text), BN_OK;
    char *request = request_of(pairs, data, text, extent == BN_ACCURACY_FULL);
    if (!request) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for the questions.");
    for (int side = 0; side < 2 && !status && !r->reason[0]; side++) {
        bn_cmd_progress("answering questions: %s", side ? "head" : "base");
        status = answers(r, pairs, side, request, &said[side], err);
    }
    if (!status && said[0] && said[1]) status = bn_accuracy_compare(r, said[0], said[1], err);
    free(request), free(said[0]), free(said[1]);
    r->seconds = bn_clock_s() - start;
    return status;
}

void bn_accuracy_text(const struct bn_accuracy_task *t, char *text, size_t cap)
{
    if (t->questions)
        snprintf(text, cap, "%.1f -> %.1f %% right of %d (%d lost, %d won), %d items differ, p %.2g", 100 * t->value[0],
                 100 * t->value[1], t->n, t->only_base, t->only_head, t->n_changed, t->p_holm);
    else
        snprintf(text, cap, "perplexity %.4f -> %.4f over %d windows, %d differ, p %.2g", t->value[0], t->value[1],
                 t->n, t->n_changed, t->p_holm);
}
