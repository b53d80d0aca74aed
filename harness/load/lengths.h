/* lengths.h - how long prompts and outputs are: a number each time, drawn from a named distribution. */
#ifndef BN_LOAD_LENGTHS_H
#define BN_LOAD_LENGTHS_H
#include "engine/bitnet.h"
#include "harness/stats/random.h"

enum { BN_LENGTH_MOST = 1 << 20 };
struct bn_lengths {
    enum { BN_LENGTHS_FIXED, BN_LENGTHS_UNIFORM, BN_LENGTHS_LOGNORMAL } kind;
    int low, high; /* every draw is in [low, high] */
    double median, sigma;
};
/* "32" | "uniform:8,64" (both ends included) | "lognormal:MEDIAN,SIGMA[,MAX]": exp of a normal variable with mean
 * ln MEDIAN and standard deviation SIGMA, rounded, at least 1 and at most MAX. `option` names it in errors. */
enum bn_status bn_lengths_parse(struct bn_lengths *lengths, const char *option, const char *text, struct bn_error *err);
int bn_lengths_draw(const struct bn_lengths *lengths, struct bn_random *random);
#endif
