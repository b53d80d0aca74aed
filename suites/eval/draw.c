/* draw.c - the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998, mt19937ar of 2002) and what CPython makes of it:
 * seeds as keys, numbers below n by rejection, samples without repetition. */
#include "suites/eval/draw.h"
#include <stdlib.h>

enum { N = 624, M = 397 };

static void fill(uint32_t *s, uint32_t seed)
{
    s[0] = seed;
    for (uint32_t i = 1; i < N; i++) s[i] = 1812433253u * (s[i - 1] ^ (s[i - 1] >> 30)) + i;
}

void bn_draw_seed(struct bn_draw *draw, uint64_t seed)
{
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    uint32_t *s = draw->state, n_key = key[1] ? 2 : 1, i = 1, j = 0;
    fill(s, 19650218u);
    for (int k = N; k; k--) {
        s[i] = (s[i] ^ ((s[i - 1] ^ (s[i - 1] >> 30)) * 1664525u)) + key[j] + j;
        if (++i == N) s[0] = s[N - 1], i = 1;
        if (++j == n_key) j = 0;
    }
    for (int k = N - 1; k; k--) {
        s[i] = (s[i] ^ ((s[i - 1] ^ (s[i - 1] >> 30)) * 1566083941u)) - i;
        if (++i == N) s[0] = s[N - 1], i = 1;
    }
    s[0] = 0x80000000u;
    draw->at = N;
}

static void twist(uint32_t *s)
{
    for (int i = 0; i < N; i++) {
        uint32_t y = (s[i] & 0x80000000u) | (s[(i + 1) % N] & 0x7fffffffu);
        s[i] = s[(i + M) % N] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
    }
}

static uint32_t next(struct bn_draw *draw)
{
    if (draw->at == N) twist(draw->state), draw->at = 0;
    uint32_t y = draw->state[draw->at++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

/* A number below n, 1 <= n < 2^32: as many bits as n has, until they are below it. */
static size_t below(struct bn_draw *draw, size_t n)
{
    int bits = 64 - __builtin_clzll(n);
    size_t x;
    do x = next(draw) >> (32 - bits);
    while (x >= n);
    return x;
}

/* Few of many are drawn until they are new, else from a list that shrinks; this bound is CPython's. */
static bool from_list(size_t n, size_t k)
{
    size_t bound = 21, power = 1;
    while (k > 5 && power < 3 * k) power *= 4;
    return n <= bound + (k > 5 ? power : 0);
}

static bool taken(const size_t *drawn, size_t k, size_t x)
{
    for (size_t i = 0; i < k; i++)
        if (drawn[i] == x) return true;
    return false;
}

bool bn_draw_sample(struct bn_draw *draw, size_t n, size_t k, size_t *drawn)
{
    size_t *list = from_list(n, k) ? malloc((n + 1) * sizeof *list) : NULL;
    if (from_list(n, k) && !list) return false;
    for (size_t i = 0; list && i < n; i++) list[i] = i;
    for (size_t i = 0; i < k; i++) {
        size_t x = below(draw, list ? n - i : n);
        while (!list && taken(drawn, i, x)) x = below(draw, n);
        drawn[i] = list ? list[x] : x;
        if (list) list[x] = list[n - i - 1];
    }
    free(list);
    return true;
}
