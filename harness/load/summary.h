/* summary.h - what a load test says: distributions by manner of client, outcomes, goodput, throughput. */
#ifndef BN_LOAD_SUMMARY_H
#define BN_LOAD_SUMMARY_H
#include "harness/load/loop.h"

struct bn_load_slo { /* 0: no objective */
    double ttft_ms, itl_ms /* every gap between tokens */, tpot_ms /* their mean */;
};
struct bn_load_figures { /* quantiles of R's type 7; NAN: too few values (p90 from 64, p99 from 662 on: MLPerf) */
    size_t n;
    double mean, p50, p90, p99, max;
};
enum { BN_LOAD_REASONS = 8 };
struct bn_load_reason {
    enum bn_load_outcome outcome;
    size_t n;
    const char *text; /* of the first result with this outcome and sentence */
};
struct bn_load_summary {
    size_t n, counts[BN_LOAD_MANNERS][BN_LOAD_OUTCOMES]; /* requests that count */
    /* ns, of complete requests; itl: from event to event; tpot: mean time of a token after the first; late: how long
     * after its time a request was sent, of all requests */
    struct bn_load_figures ttft[BN_LOAD_MANNERS], itl[BN_LOAD_MANNERS], tpot[BN_LOAD_MANNERS], e2e[BN_LOAD_MANNERS],
        late;
    size_t n_good;         /* steady requests that completed within the objectives */
    double seconds;        /* counted, of all rounds */
    int64_t tokens, ended; /* received, and requests completed, in that time, by all clients, those of warm-up too */
    int64_t bytes;         /* of the requests that count */
    int64_t wasted;        /* of requests that did not complete */
    double never_received; /* tokens that the server generated and no client received; NAN: it does not say */
    double cpu_share;      /* of one CPU, that the load generator used */
    struct bn_load_reason reasons[BN_LOAD_REASONS];
    size_t n_reasons;
};
/* runs: one a round. BN_ERR_MEMORY or BN_OK. */
enum bn_status bn_load_summarise(struct bn_load_summary *summary, const struct bn_load_run *runs, size_t n_runs,
                                 const struct bn_load_plan *plan, const struct bn_load_slo *slo, struct bn_error *err);
size_t bn_load_outcomes(const struct bn_load_summary *summary, enum bn_load_outcome outcome);
/* Tokens received in the counted time of one run. */
int64_t bn_load_tokens(const struct bn_load_run *run);
/* Time of the first token; 0: there was none. */
int64_t bn_load_ttft_ns(const struct bn_load_result *result);
/* Hash of the texts of all requests that count, in their order, as 16 digits; "": not all of steady and slow clients
 * are complete. Texts of vanishing clients are left out. */
void bn_load_hash(const struct bn_load_run *run, const struct bn_load_plan *plan, char text[32]);
#endif
