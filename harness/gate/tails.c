/* tails.c - log ratios of means and slow ends, and their test. */
#include "harness/gate/tails.h"
#include "harness/stats/multiple.h"
#include "harness/stats/sample.h"
#include "harness/stats/sign_test.h"
#include <math.h>

static const double level = 0.05;
const struct bn_tail bn_tail[BN_TAILS] = {{"mean", 0.1}, {"slowest twentieth", 0.3}};

void bn_tails_put(struct bn_tails *tails, int workload, const double *base, size_t n_base, const double *head,
                  size_t n_head)
{
    if (tails->n >= 2 * BN_PAIRS_MAX) return;
    double(*d)[2 * BN_PAIRS_MAX] = tails->d[workload];
    d[BN_TAIL_MEAN][tails->n] = log(bn_sample_mean(head, n_head) / bn_sample_mean(base, n_base));
    d[BN_TAIL_SLOW][tails->n] = log(bn_sample_quantile(head, n_head, 0.95) / bn_sample_quantile(base, n_base, 0.95));
}

void bn_tails_judge(const struct bn_tails *tails, int n_workloads,
                    struct bn_tail_finding findings[BN_GATE_WORKLOADS][BN_TAILS])
{
    double p[BN_GATE_WORKLOADS * BN_TAILS] = {0};
    size_t n = (size_t)(tails->n < 2 * BN_PAIRS_MAX ? tails->n : 2 * BN_PAIRS_MAX);
    for (int i = 0; i < n_workloads * BN_TAILS; i++) {
        const double *d = tails->d[i / BN_TAILS][i % BN_TAILS];
        findings[i / BN_TAILS][i % BN_TAILS].median = bn_sample_median(d, n);
        p[i] = bn_sign_above(d, n, log1p(bn_tail[i % BN_TAILS].tolerance));
    }
    bool ok = !bn_holm_adjust(p, (size_t)n_workloads * BN_TAILS, p);
    for (int i = 0; i < n_workloads * BN_TAILS; i++) {
        struct bn_tail_finding *f = &findings[i / BN_TAILS][i % BN_TAILS];
        f->p_holm = ok ? p[i] : 1;
        f->slower = ok && p[i] <= level;
    }
}
