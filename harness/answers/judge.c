/* judge.c - pairs the items of two files and tests their differences. */
#include "harness/answers/answers.h"
#include "harness/core/error.h"
#include "harness/stats/distribution.h"
#include "harness/stats/multiple.h"
#include "harness/stats/sample.h"
#include "harness/stats/student.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_right(const struct bn_answer *a)
{
    if (a->gold < 0) return a->right;
    return (int)bn_sample_argmax(a->ll, (size_t)a->n) == a->gold; /* the first wins a tie, as with lm-eval */
}

static int order(const struct bn_answer *x, const struct bn_answer *y)
{
    int by_task = strcmp(x->task, y->task);
    return by_task ? by_task : strcmp(x->id, y->id);
}

static void add(struct bn_answers_task *t, const struct bn_answer *base, const struct bn_answer *head, double *shifts)
{
    bool was = is_right(base), is = is_right(head);
    t->right[0] += was, t->right[1] += is;
    t->lost += was && !is, t->won += is && !was;
    bool changed = was != is || (base->text && strcmp(base->text, head->text));
    for (int i = 0; i < base->n; i++) changed |= base->ll[i] != head->ll[i];
    t->n_changed += changed;
    int judged = base->gold < 0 ? 0 : base->gold;
    if (base->n) shifts[t->n_ll++] = head->ll[judged] - base->ll[judged];
    t->n++;
}

static void conclude(struct bn_answers_task *t, double *shifts, double margin)
{
    double n = (double)t->n, differing = fmax((double)(t->lost + t->won), 1) / n;
    struct bn_interval narrow = bn_paired_shares_at(t->lost, t->won, t->n, 0.90);
    t->right[0] /= n, t->right[1] /= n;
    t->difference = bn_paired_shares(t->lost, t->won, t->n);
    t->p = bn_mcnemar((int)t->lost, (int)t->won);
    t->shift = t->n_ll ? bn_sample_median(shifts, t->n_ll) : NAN;
    t->shift_range = t->n_ll ? bn_sign_interval(shifts, t->n_ll, 0.95) : (struct bn_interval){NAN, NAN, 0};
    t->p_shift = bn_sign_test(shifts, t->n_ll, 0);
    t->detectable = fmin(1, (bn_normal_quantile(0.975) + bn_normal_quantile(0.8)) * sqrt(differing / n));
    t->equivalent = margin > 0 && narrow.low > -margin && narrow.high < margin;
}

static enum bn_status adjust(struct bn_answers_result *r, struct bn_error *err)
{
    double p[BN_ANSWERS_TASKS];
    bool all = true;
    for (int i = 0; i < r->n_tasks; i++) {
        p[i] = r->tasks[i].p;
        bool known = !isnan(r->tasks[i].shift) && !isnan(r->tasks[i].shift_range.low); /* which need memory to sort */
        all &= known || !r->tasks[i].n_ll;
    }
    if (!all || bn_holm_adjust(p, (size_t)r->n_tasks, p))
        return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for the tests of %d tasks.", r->n_tasks);
    for (int i = 0; i < r->n_tasks; i++) r->tasks[i].p_holm = p[i];
    return BN_OK;
}

static struct bn_answers_task *task_of(struct bn_answers_result *r, const char *name)
{
    struct bn_answers_task *last = r->n_tasks ? &r->tasks[r->n_tasks - 1] : NULL;
    if (last && !strcmp(last->name, name)) return last;
    if (r->n_tasks == BN_ANSWERS_TASKS) return NULL;
    last = &r->tasks[r->n_tasks++];
    *last = (struct bn_answers_task){.name = name, .p = 1};
    return last;
}

/* Walks along both sorted lists; a task's shifts are concluded when the next task begins. */
static enum bn_status pair(struct bn_answers_result *r, const struct bn_answers *base, const struct bn_answers *head,
                           double *shifts, double margin, struct bn_error *err)
{
    struct bn_answers_task *t = NULL;
    for (size_t i = 0, j = 0; i < base->n || j < head->n;) {
        const struct bn_answer *b = i < base->n ? &base->list[i] : NULL, *h = j < head->n ? &head->list[j] : NULL;
        int which = !b ? 1 : !h ? -1 : order(b, h);
        i += which <= 0, j += which >= 0;
        r->only_base += which<0, r->only_head += which> 0;
        if (which) continue;
        if (b->n != h->n || b->gold != h->gold || !b->text != !h->text)
            return bn_harness_fail(
                err, BN_ERR_FORMAT,
                "Item %.60s of task %.60s has other choices or another right one in each file; compare "
                "answers to the same data.",
                b->id, b->task);
        struct bn_answers_task *now = task_of(r, b->task);
        if (!now)
            return bn_harness_fail(err, BN_ERR_UNSUPPORTED, "More than %d tasks; split the files.", BN_ANSWERS_TASKS);
        if (t && now != t) conclude(t, shifts, margin);
        t = now;
        add(t, b, h, shifts);
    }
    if (!t)
        return bn_harness_fail(err, BN_ERR_USAGE,
                               "The files have no item in common; give answers to the same tasks (of lm-eval the file "
                               "names the task: samples_TASK_DATE.jsonl).");
    conclude(t, shifts, margin);
    return adjust(r, err);
}

enum bn_status bn_answers_compare(struct bn_answers_result *result, const struct bn_answers *base,
                                  const struct bn_answers *head, double margin, struct bn_error *err)
{
    double *shifts = malloc((base->n + 1) * sizeof *shifts);
    *result = (struct bn_answers_result){0};
    if (!shifts) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for %zu pairs.", base->n);
    enum bn_status status = pair(result, base, head, shifts, margin, err);
    free(shifts);
    return status;
}

const char *bn_answers_verdict(const struct bn_answers_task *t)
{
    if (!t->n_changed) return "same answers";
    if (t->equivalent) return "equivalent"; /* a difference that shows may still be within the margin */
    if (t->p_holm <= 0.05) return t->won < t->lost ? "worse" : "better";
    return "unclear";
}
