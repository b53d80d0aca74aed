#!/usr/bin/env python3
"""sampler_draws.py - the random numbers test_sampler.c expects, computed apart from the engine.

xoshiro256** (prng.di.unimi.it, the published recurrences) seeded with four outputs of SplitMix64; the upper 53 bits
over 2^53, times 1000, rounded down: what a sampler draws from 1000 equal logits. Prints 8 draws for each of two seeds."""

MASK = (1 << 64) - 1


def split_mix(seed):
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def rotl(x, k):
    return ((x << k) | (x >> (64 - k))) & MASK


def draws(seed, n):
    source = split_mix(seed)
    s = [next(source) for _ in range(4)]
    for _ in range(n):
        result = (rotl((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 45)
        yield ((result >> 11) * 1000) >> 53


for seed in (0, 42):
    print(seed, list(draws(seed, 8)))
