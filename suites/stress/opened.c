/* opened.c - what stress tests share: opening the model, running a task on it, verdicts. */
#include "suites/stress/opened.h"
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum bn_status bn_stress_open(const struct bn_stress_options *options, const char *path,
                              enum bn_status (*measure)(void *self, const struct bn_model *model, struct bn_error *err),
                              void *self, struct bn_error *err)
{
    struct bn_model *model;
    enum bn_status status = bn_model_open(&model, path, &options->model, err);
    if (status != BN_OK) return status;
    status = measure(self, model, err);
    struct bn_error changed; /* explains better than what was computed */
    if (bn_model_check(model, &changed) != BN_OK) *err = changed, status = changed.status;
    bn_model_close(model);
    return status;
}

struct bn_session_options bn_stress_session(const struct bn_stress_options *options, int n_ctx)
{
    struct bn_session_options session = options->session;
    session.n_ctx = n_ctx, session.n_threads = options->n_threads;
    return session;
}

struct task {
    struct bn_eval_result *result;
    const char *name;
    struct bn_eval_options eval;
};

static enum bn_status run_task(void *self, const struct bn_model *model, struct bn_error *err)
{
    struct task *task = self;
    return bn_eval_run(task->result, model, task->name, &task->eval, err);
}

enum bn_status bn_stress_evaluate(struct bn_eval_result *result, const struct bn_stress_options *options,
                                  const char *path, const char *name, int limit, struct bn_error *err)
{
    struct task task = {result,
                        name,
                        {.data_dir = options->data_dir,
                         .limit = limit,
                         .n_ctx = options->n_ctx,
                         .n_threads = options->n_threads,
                         .session = options->session}};
    return bn_stress_open(options, path, run_task, &task, err);
}

enum bn_status bn_stress_skip(struct bn_stress_result *result, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(result->reason, sizeof result->reason, format, args);
    va_end(args);
    result->verdict = BN_SKIP;
    return BN_OK;
}

bool bn_stress_lacks(struct bn_stress_result *result, const struct bn_stress_options *options, const char *file)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", options->data_dir, file);
    if (!access(path, R_OK)) return false;
    bn_stress_skip(result, "%s is missing under \"%s\"; name its folder with --data_dir", file,
                   BN_PRINTABLE(options->data_dir));
    return true;
}

void bn_stress_judge(struct bn_stress_result *result, double value, double threshold, const char *unit)
{
    result->value = value, result->threshold = threshold, result->unit = unit;
    result->verdict = value <= threshold ? BN_PASS : BN_FAIL;
}

void bn_stress_metric(struct bn_stress_result *result, const char *name, size_t at, double value, double error,
                      size_t n)
{
    if (result->n_metrics == BN_STRESS_METRICS) return;
    struct bn_eval_metric *m = &result->metrics[result->n_metrics++];
    *m = (struct bn_eval_metric){.value = value, .error = error, .n = n};
    snprintf(m->name, sizeof m->name, "%s@%zu", name, at);
}
