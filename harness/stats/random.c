/* random.c - xoshiro256++ and what we draw from it. */
#include "harness/stats/random.h"
#include <math.h>

uint64_t bn_random_split(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void bn_random_init(struct bn_random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++) random->state[i] = bn_random_split(&seed);
}

static uint64_t rotate(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t bn_random_next(struct bn_random *random)
{
    uint64_t *s = random->state, result = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t bn_random_below(struct bn_random *random, uint64_t n)
{
    unsigned __int128 product = (unsigned __int128)bn_random_next(random) * n;
    if ((uint64_t)product < n) {
        uint64_t biased = -n % n; /* how many low words would make the first results too likely */
        while ((uint64_t)product < biased) product = (unsigned __int128)bn_random_next(random) * n;
    }
    return (uint64_t)(product >> 64);
}

double bn_random_uniform(struct bn_random *random)
{
    return (double)(bn_random_next(random) >> 11) * 0x1p-53;
}

double bn_random_normal(struct bn_random *random)
{
    double u, v, s;
    do {
        u = 2 * bn_random_uniform(random) - 1;
        v = 2 * bn_random_uniform(random) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s == 0);
    return u * sqrt(-2 * log(s) / s);
}

void bn_random_shuffle(struct bn_random *random, double *x, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = bn_random_below(random, i);
        double t = x[i - 1];
        x[i - 1] = x[j];
        x[j] = t;
    }
}
