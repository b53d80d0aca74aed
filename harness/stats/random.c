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

static uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

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

/* The upper half of a * b; *low is the lower. CPUs of 32 bits have no __int128. */
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *low)
{
    *low = a * b;
#ifdef __SIZEOF_INT128__
    return (uint64_t)((unsigned __int128)a * b >> 64);
#else
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (uint32_t)middle;
    return a1 * b1 + (middle >> 32) + (other >> 32);
#endif
}

uint64_t bn_random_below(struct bn_random *random, uint64_t n)
{
    uint64_t low, high = multiply(bn_random_next(random), n, &low);
    if (low < n) {
        uint64_t biased = -n % n; /* how many low words would make the first results too likely */
        while (low < biased) high = multiply(bn_random_next(random), n, &low);
    }
    return high;
}

double bn_random_uniform(struct bn_random *random) { return (double)(bn_random_next(random) >> 11) * 0x1p-53; }

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
