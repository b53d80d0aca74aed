/* request.h - what a worker process is asked to measure: one JSON object on its stdin. Shared by runner and worker. */
#ifndef BN_WORKER_REQUEST_H
#define BN_WORKER_REQUEST_H
#include "harness/plan/plan.h"
#include <stdio.h>

enum { BN_REQUEST_MAX_CPUS = 1024, BN_REQUEST_MAX_OPTIONS = 64 };
struct bn_request_option {
    char *name, *value;
};
struct bn_request {
    char *model, *kernel, *text; /* text: file whose tokens are computed; NULL: synthetic ones */
    uint32_t threads, fill, prefill, decode, repetitions, warmup;
    uint32_t skip;                /* of the text: not its first tokens */
    uint32_t sequences;           /* decoded together; 0 or 1: one alone */
    bool ops, counters, simulate; /* simulate: the timed region is switched on for callgrind */
    int cpus[BN_REQUEST_MAX_CPUS];
    uint32_t n_cpus; /* 0: do not pin */
    struct bn_request_option options[BN_REQUEST_MAX_OPTIONS];
    uint32_t n_options;
    const char *config;              /* file of further options (--config), not part of the text; NULL: none */
    struct bn_plan_quality *quality; /* after the timed passes */
    uint32_t n_quality;
};
/* One line of JSON; NULL without memory. The caller frees it. */
char *bn_request_text(const struct bn_request *request);
/* Reads one from text (copies all strings). */
enum bn_status bn_request_parse(struct bn_request *request, const char *text, struct bn_error *err);
void bn_request_release(struct bn_request *request);
#endif
