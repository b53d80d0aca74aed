/* warmup.c - the MSER-5 rule. */
#include "harness/stats/warmup.h"
#include "harness/stats/sample.h"
#include <math.h>

enum { BATCH = 5 };

/* Squared deviations of batch means from batch `first` on, over their number squared. */
static double standard_error(const double *x, size_t n_batches, size_t first)
{
    double sum = 0, squares = 0, n = (double)(n_batches - first), shift = x[first * BATCH];
    for (size_t i = first; i < n_batches; i++) {
        double mean = bn_sample_mean(x + i * BATCH, BATCH) - shift;
        sum += mean;
        squares += mean * mean;
    }
    return (squares - sum * sum / n) / (n * n);
}

struct bn_warmup bn_warmup_detect(const double *x, size_t n)
{
    size_t n_batches = n / BATCH, best = 0;
    if (n_batches < 2) return (struct bn_warmup){0, false};
    double least = INFINITY;
    for (size_t first = 0; first <= n_batches / 2; first++) {
        double error = standard_error(x, n_batches, first);
        if (error < least) least = error, best = first;
    }
    return (struct bn_warmup){best * BATCH, best < n_batches / 2};
}
