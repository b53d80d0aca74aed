#!/usr/bin/python3
"""Prints the thresholds that test_histogram.c expects, by definitions of their own: percentiles of magnitudes listed one by one, mean
square errors of quantised bin centres, and TensorRT's search for the least KL divergence (S. Migacz, GTC 2017) with array slices."""
import numpy as np

BINS, LEVELS, MOST = 2048, 128, 8.0


def shapes():
    b = np.arange(BINS)
    falling = 1000000 // (1 + b * b // 400)
    falling[-1] += 3
    holes = np.where(b % 3 == 0, 500000 // (1 + b * b // 10000), 0)
    holes[1900:] = 0
    holes[2000] = 40
    wide = np.where(b < 1400, 2000 - b, 0)
    wide[2047] = 1
    return {"falling": falling, "holes": holes, "wide": wide}


def percentile(count, percent):
    """The upper edge of the bin of the smallest magnitude that `percent` of all do not exceed."""
    bins = np.repeat(np.arange(BINS), count)
    rank = int(np.ceil(len(bins) * (percent / 100) - 1e-6))
    return MOST * (bins[rank - 1] + 1) / BINS


def mse(count, tries):
    x = (np.arange(BINS) + 0.5) * MOST / BINS
    limits = MOST * np.arange(1, tries + 1) / tries
    errors = [np.dot(count, (np.clip(np.rint(x * 127 / t), -127, 127) * t / 127 - x) ** 2) for t in limits]
    return limits[int(np.argmin(errors))]


def kl(count):
    best = (np.inf, BINS)
    for i in range(LEVELS, BINS + 1):
        p = count[:i].astype(float)
        q = np.zeros(i)
        edges = [-(-k * i // LEVELS) for k in range(LEVELS + 1)]
        for low, high in zip(edges, edges[1:]):
            full = p[low:high] > 0
            if full.any():
                q[low:high][full] = p[low:high].sum() / full.sum()
        p[-1] += count[i:].sum()
        p, q = p / p.sum(), q / q.sum()
        some = p > 0
        if (q[some] == 0).any():
            continue
        best = min(best, (float(np.sum(p[some] * np.log(p[some] / q[some]))), i))
    return MOST * best[1] / BINS


for name, count in shapes().items():
    values = [percentile(count, 99), percentile(count, 99.9), mse(count, 200), mse(count, 37), kl(count)]
    print(name, ", ".join(f"{v:.10g}" for v in values))
