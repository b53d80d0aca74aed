#!/usr/bin/env python3
"""Writes segments.tsv: what harness/stats/segments.c must give, from the definitions. Sums of squares by generalised least squares
with the full covariance matrix of AR(1) noise, the best division by trying all of them. Columns as in stats.tsv."""
import random


def solve(a, b):
    """x of a x = b, by elimination with pivots."""
    n = len(a)
    m = [row[:] + [y] for row, y in zip(a, b)]
    for i in range(n):
        p = max(range(i, n), key=lambda r: abs(m[r][i]))
        m[i], m[p] = m[p], m[i]
        for r in range(n):
            if r != i:
                f = m[r][i] / m[i][i]
                m[r] = [x - f * y for x, y in zip(m[r], m[i])]
    return [m[i][n] / m[i][i] for i in range(n)]


def fit(x, first, to, sloped, rho):
    """Sum of squares in units of the innovations, and the line at the first place and a place later."""
    n = to - first
    v = [[rho ** abs(i - j) / (1 - rho * rho) for j in range(n)] for i in range(n)]
    columns = [[1.0] * n] + ([[float(first + i) for i in range(n)]] if sloped else [])
    y = x[first:to]
    inverse = lambda c: solve(v, c)
    dot = lambda a, b: sum(p * q for p, q in zip(a, b))
    weighted = [inverse(c) for c in columns]
    normal = [[dot(a, b) for b in columns] for a in weighted]
    beta = solve(normal, [dot(w, y) for w in weighted])
    rest = [p - sum(b * c[i] for b, c in zip(beta, columns)) for i, p in enumerate(y)]
    at = lambda t: [1.0] + ([t] if sloped else [])
    line = lambda t: dot(at(t), beta)
    variance = lambda t: dot(at(t), solve(normal, at(t)))
    return dot(rest, inverse(rest)), line(first), line(to), variance(to - 0.5)


def divisions(start, n, u, level, slope):
    """Every list of (from, to, sloped) of [start, n) at the price u: three for a border, two for a slope."""
    for to in range(start + level, n + 1):
        for sloped in (False, True) if to - start >= slope else (False,):
            left = u - 3 * (start > 0) - 2 * sloped
            if left < 0:
                continue
            if to == n:
                if left == 0:
                    yield [(start, to, sloped)]
            else:
                for rest in divisions(to, n, left, level, slope):
                    yield [(start, to, sloped)] + rest


def text(values):
    return " ".join(repr(float(v)) for v in values)


def row(name, param, x, want):
    print(name, text(param), text(x), "0", text(want), sep="\t")


random.seed(20261129)
series = [[round(random.gauss(3 * (i >= 9), 1), 3) for i in range(18)],
          [round(random.gauss(0.5 * i, 1), 3) for i in range(16)],
          [round(random.gauss(2 * (5 <= i < 11), 1) + 0.3 * max(0, i - 8), 3) for i in range(17)]]
for x in series:
    for rho in 0.0, 0.4, 0.8:
        for first, to, sloped in (0, len(x), 0), (0, len(x), 1), (4, 12, 0), (5, 14, 1):
            row("segment_fit", (rho, first, to, sloped), x, fit(x, first, to, sloped, rho))
        known = {}
        for u in range(9):
            best = None
            for division in divisions(0, len(x), u, 3, 5):
                rss = sum(known.setdefault(g, fit(x, *g, rho)[0]) for g in division)
                if best is None or rss < best[0]:
                    best = rss, division
            row("segment_search", (rho, 3, 5, u), x, [best[0]] + [v for g in best[1] for v in g] if best else [0])
