/* random.h - our own seeded random numbers: the same seed gives the same plan order and the same interval on
 * every machine. Source: xoshiro256++ 1.0 seeded by splitmix64 (Blackman and Vigna,
 * https://prng.di.unimi.it). Not for secrets. */
#ifndef BN_STATS_RANDOM_H
#define BN_STATS_RANDOM_H
#include <stddef.h>
#include <stdint.h>

struct bn_random {
    uint64_t state[4];
};
uint64_t bn_random_split(uint64_t *state); /* splitmix64: advances *state; for seeds of independent streams */
void bn_random_init(struct bn_random *random, uint64_t seed);
uint64_t bn_random_next(struct bn_random *random);
uint64_t bn_random_below(struct bn_random *random, uint64_t n); /* 0..n-1, without bias; n > 0 */
double bn_random_uniform(struct bn_random *random);             /* [0, 1), 53 bits */
double bn_random_normal(struct bn_random *random);              /* mean 0, standard deviation 1 (polar method) */
void bn_random_shuffle(struct bn_random *random, double *x, size_t n);
#endif
