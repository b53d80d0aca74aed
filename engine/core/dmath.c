/* dmath.c - series after argument reduction; constants split in two so that the reduction is exact enough. */
#include "engine/core/dmath.h"
#include <math.h>

double bn_exp(double x)
{
    const double ln2_hi = 6.93147180369123816490e-01, ln2_lo = 1.90821492927058770002e-10;
    double k = floor(x * 1.4426950408889634 + 0.5);
    double r = (x - k * ln2_hi) - k * ln2_lo, sum = 1, term = 1;
    for (int i = 1; i < 20; i++) {
        term = term * r / i;
        sum = sum + term;
    }
    return ldexp(sum, (int)k);
}

double bn_log(double x)
{
    const double ln2_hi = 6.93147180369123816490e-01, ln2_lo = 1.90821492927058770002e-10;
    int e;
    double m = frexp(x, &e); /* 0.5 <= m < 1 */
    if (m < 0.70710678118654752) {
        m = m * 2;
        e--;
    }
    double t = (m - 1) / (m + 1), t2 = t * t, sum = 0, power = t; /* ln m = 2 (t + t^3/3 + ...) */
    for (int i = 1; i < 40; i += 2) {
        sum = sum + power / i;
        power = power * t2;
    }
    return e * ln2_hi + (2 * sum + e * ln2_lo);
}

void bn_sincos(double x, double *sine, double *cosine)
{
    /* pi/2 in three parts of 33 bits: k * part is exact for k < 2^20 */
    const double p1 = 1.57079632673412561417e+00, p2 = 6.07710050630396597660e-11, p3 = 2.02226624879595063154e-21;
    double k = floor(x * 0.63661977236758134 + 0.5);
    double r = ((x - k * p1) - k * p2) - k * p3, r2 = r * r;
    double s = 0, c = 0, ts = r, tc = 1;
    for (int i = 1; i < 24; i += 2) {
        s = s + ts;
        c = c + tc;
        tc = -tc * r2 / (i * (i + 1));
        ts = -ts * r2 / ((i + 1) * (i + 2));
    }
    switch ((long long)k & 3) {
    case 0:
        *sine = s, *cosine = c;
        break;
    case 1:
        *sine = c, *cosine = -s;
        break;
    case 2:
        *sine = -s, *cosine = -c;
        break;
    default:
        *sine = -c, *cosine = s;
    }
}
