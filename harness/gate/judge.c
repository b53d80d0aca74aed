/* judge.c - suspect, clear, or continue. */
#include "harness/gate/judge.h"
#include "harness/stats/multiple.h"
#include "harness/stats/sample.h"
#include <math.h>

void bn_gate_rule_init(struct bn_gate_rule *rule, double tolerance_percent)
{
    *rule = (struct bn_gate_rule){.alpha_suspect = 0.02,
                                  .alpha_confirm = 0.05,
                                  .alpha_pass = 0.05,
                                  .alpha_faster = 0.05,
                                  .ignore = log1p(0.005),
                                  .tolerance = log1p(tolerance_percent / 100)};
    bn_sequential_init(&rule->looks, 8, 4, 32);
}

void bn_gate_rule_ignore(struct bn_gate_rule *rule, double ignore_percent)
{
    rule->ignore = log1p(ignore_percent / 100);
}

bool bn_gate_is_look(const struct bn_gate_rule *rule, int n)
{
    for (int i = 0; i < rule->looks.n_looks; i++)
        if (rule->looks.n[i] == n) return true;
    return false;
}

static struct bn_gate_finding find(const struct bn_gate_rule *rule, const struct bn_gate_series *series)
{
    double above[BN_PAIRS_MAX], below[BN_PAIRS_MAX];
    size_t n = (size_t)series->n;
    for (size_t i = 0; i < n; i++) above[i] = series->d[i] - rule->ignore, below[i] = -series->d[i] - rule->ignore;
    struct bn_interval bounds = bn_sequential_interval(&rule->looks, series->d, series->n, rule->alpha_pass);
    return (struct bn_gate_finding){.median = bn_sample_median(series->d, n),
                                    .low = bounds.low,
                                    .high = bounds.high,
                                    .p = bn_sequential_p(&rule->looks, above, series->n),
                                    .p_faster = bn_sequential_p(&rule->looks, below, series->n),
                                    .ruled_out = bounds.high < rule->tolerance};
}

/* Looks faster by itself, and is not shown to be among all workloads: pairs that are left decide it. */
static bool hopeful(const struct bn_gate_rule *rule, double p, double p_holm)
{
    return p <= rule->alpha_faster && p_holm > rule->alpha_faster;
}

enum bn_gate_state bn_gate_judge(const struct bn_gate_rule *rule, double alpha, const struct bn_gate_series *series,
                                 int n_series, struct bn_gate_finding *findings)
{
    double p[BN_GATE_WORKLOADS], faster[BN_GATE_WORKLOADS], adjusted[BN_GATE_WORKLOADS], gain[BN_GATE_WORKLOADS];
    bool suspect = false, clear = n_series > 0, open = false;
    for (int i = 0; i < n_series; i++) {
        findings[i] = find(rule, &series[i]);
        p[i] = findings[i].p, faster[i] = findings[i].p_faster;
    }
    if (bn_holm_adjust(p, (size_t)n_series, adjusted) || bn_holm_adjust(faster, (size_t)n_series, gain))
        return BN_GATE_GO_ON;
    for (int i = 0; i < n_series; i++) {
        findings[i].p_holm = adjusted[i];
        findings[i].suspect = adjusted[i] <= alpha;
        findings[i].p_faster = gain[i];
        findings[i].faster = gain[i] <= rule->alpha_faster;
        suspect |= findings[i].suspect;
        clear &= findings[i].ruled_out;
        open |= hopeful(rule, faster[i], gain[i]) && series[i].n < rule->looks.n[rule->looks.n_looks - 1];
    }
    return suspect ? BN_GATE_SUSPECT : clear && !open ? BN_GATE_CLEAR : BN_GATE_GO_ON;
}
