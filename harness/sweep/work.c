/* work.c - processes the queue of a run, point by point. */
#include "harness/sweep/sweep.h"
#include "engine/cmdline.h"
#include "harness/core/error.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void bn_config_label(const struct bn_plan *plan, const struct bn_config *c, char *text, size_t cap)
{
    bool ours = !strcmp(c->engine, "bitnet");
    int n = snprintf(text, cap, "%s%s%s x%u ", ours ? "" : c->engine, ours ? "" : " ", c->kernel, c->threads);
    if (n < 0 || (size_t)n >= cap) return;
    bn_config_options_text(plan, c, text + n, cap - (size_t)n);
    if (!text[n]) text[n - 1] = 0;
}

static int lease_s(const struct bn_sweep *s) { return (int)s->plan->time_limit_s + 60; }

static void renew(void *self)
{
    struct bn_sweep *s = self;
    static int seconds;
    bn_progress_draw(&s->progress);
    if (++seconds % 30 == 0) bn_store_lease(s->store, s->current_point, lease_s(s), NULL);
}

static void say_failure(const char *what, const struct bn_point_result *r)
{
    bn_cmd_progress(NULL);
    char reason[1024];
    fprintf(stderr, "%s: %s: %s\n", r->state, BN_PRINTABLE(what), bn_printable(reason, sizeof reason, r->reason));
}

/* What became of a point: the store may know better, e.g. that its output contradicts another point's. */
static void report(struct bn_sweep *s, const char *what, const struct bn_point_result *r)
{
    struct bn_query *q;
    struct bn_point_result told = *r;
    char reason[1024];
    if (bn_query_open(&q, s->store, NULL, "SELECT reason FROM v_failures WHERE point_id = ?", "i", s->current_point))
        return;
    if (bn_query_next(q)) {
        snprintf(reason, sizeof reason, "%s", bn_query_text(q, 0));
        if (!strcmp(told.state, "finished")) told.state = "failed";
        told.reason = reason;
        say_failure(what, &told);
    }
    bn_query_close(q);
}

static enum bn_status skip_for_budget(struct bn_sweep *s, struct bn_error *err)
{
    char reason[128];
    snprintf(reason, sizeof reason, "The budget of %.0f s was spent before this point could run.", s->budget_s);
    const struct bn_point_result r = {.state = "skipped", .reason = reason, .seconds = 0};
    bn_progress_step(&s->progress);
    return bn_store_point_end(s->store, s->current_point, &r, NULL, err);
}

static enum bn_status measure(struct bn_sweep *s, uint32_t ordinal, bool *interrupted, struct bn_error *err)
{
    const struct bn_config *c = &s->points.configs[s->points.order[ordinal]];
    bool first = bn_point_is_first(&s->points, ordinal); /* counters and operations need no repetition */
    struct bn_execution x = {.plan = s->plan,
                             .config = c,
                             .engine = bn_engines_find(&s->engines, c->engine),
                             .topology = &s->topology,
                             .model = &s->models[c->model - s->plan->models],
                             .counters = first && s->plan->counters && strcmp(s->counters, "off") != 0,
                             .ops = first && s->plan->ops,
                             .quality = first && bn_plan_asks_quality(s->plan, &s->points, c),
                             .callgrind = first && !strcmp(s->counters, "sim") && !strcmp(c->engine, "bitnet"),
                             .tick = renew,
                             .self = s};
    struct bn_execution_result r;
    char label[512], what[640];
    bn_config_label(s->plan, c, label, sizeof label);
    snprintf(what, sizeof what, "%s %s", c->workload->name, label);
    bn_progress_show(&s->progress, what);
    enum bn_status status = bn_execute(&x, &r, err);
    *interrupted = !status && r.interrupted;
    if (status)
        bn_store_unclaim(s->store, s->current_point, NULL);
    else if (*interrupted)
        status = bn_store_unclaim(s->store, s->current_point, err);
    else
        status = bn_store_point_end(s->store, s->current_point, &r.point, NULL, err);
    if (!status && !*interrupted) {
        if (first || strcmp(r.point.state, "skipped"))
            report(s, what, &r.point); /* skipped in one round, skipped in all */
        bn_progress_step(&s->progress);
    }
    bn_execution_release(&r);
    return status;
}

static enum bn_status take_point(struct bn_sweep *s, uint32_t ordinal, bool *interrupted, struct bn_error *err)
{
    if (ordinal >= s->points.n_points)
        return bn_harness_fail(err, BN_ERR_FORMAT, "The run in %s has more points than its plan.", s->db_path);
    if (s->budget_s > 0 && bn_sweep_spent(s) >= s->budget_s) return skip_for_budget(s, err);
    return measure(s, ordinal, interrupted, err);
}

/* Nothing is planned: another round, or the end, or a wait for the last points of another runner. */
static enum bn_status queue_empty(struct bn_sweep *s, int64_t *open, struct bn_error *err)
{
    bool added = false;
    enum bn_status status = bn_sweep_add_pass(s, &added, err);
    *open = added;
    if (status || added) return status;
    status = bn_store_run_end(s->store, s->run_id, open, err);
    if (*open) nanosleep(&(struct timespec){0, 200000000}, NULL);
    return status;
}

/* Other runners of the same database measure between our points, not during them. */
static enum bn_status one_turn(struct bn_sweep *s, int64_t *open, bool *interrupted, struct bn_error *err)
{
    uint32_t ordinal = 0;
    bn_lock_turn(&s->lock, true, &bn_child_interrupt);
    if (bn_child_interrupt) return BN_OK;
    enum bn_status status = bn_store_claim(s->store, s->run_id, lease_s(s), &ordinal, &s->current_point, err);
    if (!status && s->current_point) status = take_point(s, ordinal, interrupted, err);
    bn_lock_turn(&s->lock, false, &bn_child_interrupt);
    return status || s->current_point ? status : queue_empty(s, open, err);
}

enum bn_status bn_sweep_work(struct bn_sweep *s, bool *interrupted, struct bn_error *err)
{
    int64_t open = 1;
    enum bn_status status = BN_OK;
    *interrupted = false;
    while (!status && open && !*interrupted) {
        status = one_turn(s, &open, interrupted, err);
        if (!status) status = bn_store_in_place(s->store, err);
        if (bn_child_interrupt) *interrupted = true;
    }
    bn_cmd_progress(NULL);
    return status;
}

double bn_sweep_estimate(struct bn_sweep *s, const struct bn_config *c)
{
    struct bn_query *q;
    char options[BN_OPTIONS_TEXT];
    double seconds = NAN;
    bn_config_options_text(s->plan, c, options, sizeof options);
    if (!s->store ||
        bn_query_open(&q, s->store, NULL,
                      "SELECT seconds FROM v_points WHERE engine = ? AND workload = ? AND kernel = ? AND threads = ? "
                      "AND options = ? AND"
                      " prefill_tokens = ? AND decode_tokens = ? AND fill_tokens = ? AND state = 'finished' ORDER BY "
                      "point_id DESC LIMIT 1",
                      "sssisiii", c->engine, c->workload->name, c->kernel, (int64_t)c->threads, options,
                      (int64_t)c->workload->prefill, (int64_t)c->workload->decode, (int64_t)c->workload->fill))
        return seconds;
    if (bn_query_next(q)) seconds = bn_query_double(q, 0);
    bn_query_close(q);
    return seconds;
}
