/* judge.c - suspect, clear, or continue. */
#include "harness/gate/judge.h"
#include "harness/stats/multiple.h"
#include "harness/stats/power.h"
#include "harness/stats/sample.h"
#include <math.h>

void bn_gate_rule_init(struct bn_gate_rule *rule, double tolerance_percent)
{
    *rule = (struct bn_gate_rule){.alpha_suspect = 0.02,
                                  .alpha_confirm = 0.05,
                                  .alpha_pass = 0.05,
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

double bn_gate_sign_needed(const struct bn_gate_rule *rule, int n_series, double power)
{
    double first = bn_sequential_threshold(&rule->looks, rule->alpha_suspect / n_series);
    double again = bn_sequential_threshold(&rule->looks, rule->alpha_confirm / n_series), low = 0.5, high = 1;
    for (int i = 0; i < 40; i++) {
        double q = (low + high) / 2;
        double found = bn_sequential_crossing(&rule->looks, first, q) * bn_sequential_crossing(&rule->looks, again, q);
        if (found < power)
            low = q;
        else
            high = q;
    }
    return high;
}

static struct bn_gate_finding find(const struct bn_gate_rule *rule, const struct bn_gate_series *series,
                                   double sign_needed)
{
    double above[BN_PAIRS_MAX];
    size_t n = (size_t)series->n;
    for (size_t i = 0; i < n; i++) above[i] = series->d[i] - rule->ignore;
    struct bn_interval bounds = bn_sequential_interval(&rule->looks, series->d, series->n, rule->alpha_pass);
    return (struct bn_gate_finding){.median = bn_sample_median(series->d, n),
                                    .low = bounds.low,
                                    .high = bounds.high,
                                    .p = bn_sequential_p(&rule->looks, above, series->n),
                                    .detectable =
                                        n < 4 ? NAN : rule->ignore + bn_shift_normal(series->d, n, sign_needed),
                                    .ruled_out = bounds.high < rule->tolerance};
}

enum bn_gate_state bn_gate_judge(const struct bn_gate_rule *rule, double alpha, const struct bn_gate_series *series,
                                 int n_series, struct bn_gate_finding *findings)
{
    double p[BN_GATE_WORKLOADS], adjusted[BN_GATE_WORKLOADS], needed = bn_gate_sign_needed(rule, n_series, 0.8);
    bool suspect = false, clear = n_series > 0;
    for (int i = 0; i < n_series; i++) {
        findings[i] = find(rule, &series[i], needed);
        p[i] = findings[i].p;
    }
    if (bn_holm_adjust(p, (size_t)n_series, adjusted)) return BN_GATE_GO_ON;
    for (int i = 0; i < n_series; i++) {
        findings[i].p_holm = adjusted[i];
        findings[i].suspect = adjusted[i] <= alpha;
        suspect |= findings[i].suspect;
        clear &= findings[i].ruled_out;
    }
    return suspect ? BN_GATE_SUSPECT : clear ? BN_GATE_CLEAR : BN_GATE_GO_ON;
}
