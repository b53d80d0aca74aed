/* opened.h - runs a part of a stress test on a model that it opens, and notices files that change meanwhile. */
#ifndef SUITES_STRESS_OPENED_H
#define SUITES_STRESS_OPENED_H
#include "suites/suite.h"

/* Opens `path` with options->model, calls measure(self, model), checks the file and closes the model. */
enum bn_status bn_stress_open(const struct bn_stress_options *options, const char *path,
                              enum bn_status (*measure)(void *self, const struct bn_model *model, struct bn_error *err),
                              void *self, struct bn_error *err);
/* Session options of the test: those of the registry, a context of n_ctx and the threads that the user chose. */
struct bn_session_options bn_stress_session(const struct bn_stress_options *options, int n_ctx);
/* Runs a task on `path`: --data_dir, the first `limit` items (0: all), with the model and session options given. The
 * caller releases *result. */
enum bn_status bn_stress_evaluate(struct bn_eval_result *result, const struct bn_stress_options *options,
                                  const char *path, const char *task, int limit, struct bn_error *err);
/* Makes the result a SKIP with this sentence and returns BN_OK. */
enum bn_status bn_stress_skip(struct bn_stress_result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Whether the file is missing under --data_dir; the result is then a SKIP that says so. */
bool bn_stress_lacks(struct bn_stress_result *result, const struct bn_stress_options *options, const char *file);
/* value <= threshold passes; NaN fails. */
void bn_stress_judge(struct bn_stress_result *result, double value, double threshold, const char *unit);
/* Adds the metric "name@at", mean of n with its standard error; those beyond BN_STRESS_METRICS are left out. */
void bn_stress_metric(struct bn_stress_result *result, const char *name, size_t at, double value, double error,
                      size_t n);
#endif
