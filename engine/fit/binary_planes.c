/* binary_planes.c - rows of weights as one or two planes of signs, by alternating least squares. */
#include "engine/fit/binary_planes.h"
#include <math.h>
#include <stddef.h>

enum { LANES = 8 }; /* partial sums in a fixed order, which compilers can put side by side */

/* Weighted count and sum of the |w| above a threshold. */
struct side {
    double weight, sum;
};

static double total(const double lane[LANES])
{
    return (lane[0] + lane[4]) + (lane[1] + lane[5]) + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

static struct side above(const float *w, const float *h, int n, float threshold)
{
    double weight[LANES] = {0}, sum[LANES] = {0};
    for (int k = 0; k < n; k++) {
        float a = fabsf(w[k]), in = a > threshold ? 1.0f : 0.0f;
        double one = (double)in * (h ? (double)h[k] : 1);
        weight[k % LANES] += one;
        sum[k % LANES] += one * (double)a;
    }
    return (struct side){total(weight), total(sum)};
}

/* Scales of both planes. */
struct scales {
    double s1, s2;
};

static struct scales solve(const struct bn_fit *fit, struct side all, struct side high)
{
    struct side low = {all.weight - high.weight, all.sum - high.sum};
    if (fit->ratio >= 0) {
        double a = 1 - fit->ratio, b = 1 + fit->ratio;
        double weight = a * a * low.weight + b * b * high.weight;
        double s1 = weight > 0 ? (a * low.sum + b * high.sum) / weight : 0;
        return (struct scales){s1, s1 * fit->ratio};
    }
    if (high.weight <= 0 || low.weight <= 0) return (struct scales){all.sum / all.weight, 0};
    double up = high.sum / high.weight, down = low.sum / low.weight;
    return (struct scales){(up + down) / 2, (up - down) / 2};
}

static void refine(struct scales *s, const struct bn_fit *fit, const float *w, const float *h, int n, struct side all)
{
    for (int round = 0; round < fit->rounds; round++) {
        float before = (float)s->s1;
        *s = solve(fit, all, above(w, h, n, before));
        if ((float)s->s1 == before) break;
    }
}

static void assign(struct bn_fitted *f, uint8_t *codes, const float *w, const float *h, int n, bool two)
{
    double error[LANES] = {0}, energy[LANES] = {0};
    float s1 = f->scale[0], s2 = f->scale[1];
    for (int k = 0; k < n; k++) {
        bool positive = w[k] >= 0, high = fabsf(w[k]) > s1;
        double value = (double)s1 + (two ? high ? (double)s2 : -(double)s2 : 0);
        double weight = h ? (double)h[k] : 1, a = fabs((double)w[k]);
        codes[k] = (uint8_t)(two ? 2 * positive + (positive == high) : positive);
        error[k % LANES] += weight * (a - value) * (a - value);
        energy[k % LANES] += weight * a * a;
    }
    f->error = total(error), f->energy = total(energy);
}

void bn_fit_row(struct bn_fitted *f, uint8_t *codes, const struct bn_fit *fit, const float *w, const float *h, int n)
{
    struct side all = above(w, h, n, -1);
    if (all.weight <= 0) all = above(w, h = NULL, n, -1);
    struct scales s = {all.sum / all.weight, 0};
    struct side high = above(w, h, n, (float)s.s1);
    f->start = (2 * (high.sum - s.s1 * high.weight) + s.s1 * all.weight - all.sum) / all.weight; /* mean |w - s1 b1| */
    s.s2 = fit->ratio < 0 ? fit->alpha * f->start : fit->ratio * s.s1;
    refine(&s, fit, w, h, n, all);
    f->scale[0] = (float)s.s1, f->scale[1] = (float)s.s2;
    assign(f, codes, w, h, n, fit->ratio != 0);
}
