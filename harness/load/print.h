/* print.h - a load test as text and as JSON. */
#ifndef BN_LOAD_PRINT_H
#define BN_LOAD_PRINT_H
#include "harness/load/summary.h"
#include "harness/load/verify.h"
#include <jansson.h>

struct bn_load_report {
    const struct bn_load_plan *plan;
    const struct bn_load_slo *slo;
    const struct bn_load_run *runs;
    size_t n_runs;
    const struct bn_load_summary *summary;
    const struct bn_load_verdict *verdict; /* NULL: texts were not compared */
    const char *workload, *options, *server, *verdict_word;
    int64_t run_id; /* of the database */
};
void bn_load_print(const struct bn_load_report *report);
json_t *bn_load_json(const struct bn_load_report *report);
#endif
