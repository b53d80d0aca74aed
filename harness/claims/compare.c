/* compare.c - the rule that turns a published and a measured figure into a verdict. */
#include "harness/claims/claims.h"
#include <math.h>

static const struct {
    const char *text;
    bool decided;
} verdicts[] = {
#define VERDICT(name, text, decided) {text, decided},
#include "harness/claims/verdicts.list"
#undef VERDICT
};

const char *bn_claim_verdict_name(enum bn_claim_verdict verdict) { return verdicts[verdict].text; }
bool bn_claim_decided(enum bn_claim_verdict verdict) { return verdicts[verdict].decided; }

static bool inside(double x, double low, double high) { return x >= low && x <= high; }

/* The interval meets what is accepted: reproduced, unless it cannot tell the claim from no effect, or is so wide that
 * it would meet most other claims, too. */
static enum bn_claim_verdict equal(double accept_low, double accept_high, double neutral, double measured, double low,
                                   double high, enum bn_claim_verdict otherwise)
{
    bool no_effect = inside(neutral, low, high); /* false where there is none */
    if (low <= accept_high && high >= accept_low) {
        bool either = no_effect && !inside(neutral, accept_low, accept_high),
             wide = high - low > 2 * (accept_high - accept_low);
        return either || wide ? BN_VERDICT_INCONCLUSIVE : BN_VERDICT_REPRODUCED;
    }
    double published = 0.5 * (accept_low + accept_high);
    if (!no_effect && (published - neutral) * (measured - neutral) > 0) return BN_VERDICT_DIRECTION;
    return otherwise;
}

enum bn_claim_verdict bn_claim_compare(enum bn_claim_relation relation, double accept_low, double accept_high,
                                       double neutral, double measured, double low, double high, bool arithmetic)
{
    const enum bn_claim_verdict otherwise = arithmetic ? BN_VERDICT_ARITHMETIC : BN_VERDICT_CONTRADICTED;
    if (isnan(low) || isnan(high)) low = high = measured;
    switch (relation) {
    case BN_CLAIM_AT_MOST:
        return high <= accept_high ? BN_VERDICT_REPRODUCED : low > accept_high ? otherwise : BN_VERDICT_INCONCLUSIVE;
    case BN_CLAIM_AT_LEAST:
        return low >= accept_low ? BN_VERDICT_REPRODUCED : high < accept_low ? otherwise : BN_VERDICT_INCONCLUSIVE;
    case BN_CLAIM_LIMIT:
        return accept_low > measured ? BN_VERDICT_ARITHMETIC : BN_VERDICT_NOT_HERE;
    case BN_CLAIM_ROOFLINE:
        return accept_low > measured ? BN_VERDICT_ROOFLINE : BN_VERDICT_NOT_HERE;
    case BN_CLAIM_EQUAL:
        break;
    }
    return equal(accept_low, accept_high, neutral, measured, low, high, otherwise);
}
