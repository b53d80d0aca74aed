/* lengths.c - reads a distribution and draws from it. */
#include "harness/load/lengths.h"
#include "harness/core/error.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers between commas; 0: not only numbers, or more than `most` of them. */
static int numbers(const char *text, double *x, int most)
{
    for (int n = 0; n < most; text++) {
        char *end;
        x[n++] = strtod(text, &end);
        if (end == text || !isfinite(x[n - 1])) return 0;
        if (!*end) return n;
        if (*end != ',') return 0;
        text = end;
    }
    return 0;
}

static bool is_length(double x) { return x >= 1 && x <= BN_LENGTH_MOST && x == floor(x); }

static bool parse(struct bn_lengths *l, const char *text)
{
    static const char uniform[] = "uniform:", lognormal[] = "lognormal:";
    double x[3] = {0};
    if (!strncmp(text, uniform, strlen(uniform))) {
        if (numbers(text + strlen(uniform), x, 3) != 2 || !is_length(x[0]) || !is_length(x[1]) || x[0] > x[1])
            return false;
        *l = (struct bn_lengths){.kind = BN_LENGTHS_UNIFORM, .low = (int)x[0], .high = (int)x[1]};
        return true;
    }
    if (!strncmp(text, lognormal, strlen(lognormal))) {
        int n = numbers(text + strlen(lognormal), x, 3);
        if (n < 3) x[2] = BN_LENGTH_MOST;
        if (n < 2 || !(x[0] >= 1 && x[0] <= BN_LENGTH_MOST) || !(x[1] >= 0 && x[1] <= 10) || !is_length(x[2]))
            return false;
        *l = (struct bn_lengths){
            .kind = BN_LENGTHS_LOGNORMAL, .low = 1, .high = (int)x[2], .median = x[0], .sigma = x[1]};
        return true;
    }
    if (numbers(text, x, 1) != 1 || !is_length(x[0])) return false;
    *l = (struct bn_lengths){.kind = BN_LENGTHS_FIXED, .low = (int)x[0], .high = (int)x[0]};
    return true;
}

enum bn_status bn_lengths_parse(struct bn_lengths *l, const char *option, const char *text, struct bn_error *err)
{
    if (parse(l, text)) return BN_OK;
    return bn_harness_fail(err, BN_ERR_USAGE,
                           "--%s takes a length from 1 to %d, uniform:LOW,HIGH or lognormal:MEDIAN,SIGMA[,MAX], not "
                           "\"%s\".",
                           option, BN_LENGTH_MOST, text);
}

int bn_lengths_draw(const struct bn_lengths *l, struct bn_random *random)
{
    if (l->kind == BN_LENGTHS_FIXED) return l->low;
    if (l->kind == BN_LENGTHS_UNIFORM) return l->low + (int)bn_random_below(random, (uint64_t)(l->high - l->low) + 1);
    double x = nearbyint(l->median * exp(l->sigma * bn_random_normal(random)));
    return x < l->low ? l->low : x > l->high ? l->high : (int)x;
}
