/* metrics.h - what the server counts, for Prometheus. The server's mutex guards it. */
#ifndef BN_SERVE_METRICS_H
#define BN_SERVE_METRICS_H
#include <stdint.h>
#include <stdio.h>

enum { HISTOGRAM_BUCKETS = 16 };
struct histogram {
    const double *bounds; /* [n_bounds], ascending */
    int n_bounds;
    uint64_t counts[HISTOGRAM_BUCKETS + 1], n;
    double sum;
};
void histogram_add(struct histogram *histogram, double value);

struct metrics {
    uint64_t answered[6];                   /* requests, by the first digit of their status */
    uint64_t prompt, cached, generated;     /* tokens; cached: of the prompts, not computed again */
    uint64_t rejected, cancelled, steps;    /* requests refused for a full queue; that their client left; passes */
    struct histogram ttft, itl, e2e, batch; /* seconds to the first token, between two, of a request; texts in a step */
};
void metrics_init(struct metrics *metrics);
struct bn_server;
void metrics_print(const struct bn_server *server, FILE *out);
#endif
