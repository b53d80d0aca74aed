/* student.c - Student's t by the incomplete beta function; paired differences. */
#include "harness/stats/student.h"
#include "harness/stats/distribution.h"
#include "harness/stats/sample.h"
#include <math.h>

/* Continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), by Lentz's method; it converges
 * fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1), h;
    h = d = 1 / (fabs(d) < tiny ? tiny : d);
    for (int m = 1; m < 1000; m++) {
        const double terms[2] = {m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                                 -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))};
        double step = 1;
        for (int i = 0; i < 2; i++) {
            d = 1 + terms[i] * d, c = 1 + terms[i] / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            if (fabs(c) < tiny) c = tiny;
            h *= step = c * d;
        }
        if (fabs(step - 1) < 1e-16) break;
    }
    return h;
}

static double beta_share(double a, double b, double x)
{
    if (x <= 0 || x >= 1) return x > 0;
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double bn_student_cdf(double t, double freedom)
{
    double tail = 0.5 * beta_share(freedom / 2, 0.5, freedom / (freedom + t * t));
    return isnan(t) ? (double)NAN : t > 0 ? 1 - tail : tail;
}

double bn_student_quantile(double p, double freedom)
{
    if (!(p > 0)) return -INFINITY;
    if (!(p < 1)) return INFINITY;
    if (p > 0.5) return -bn_student_quantile(1 - p, freedom);
    double low = -1, high = 0;
    while (bn_student_cdf(low, freedom) > p) low *= 2;
    for (int i = 0; i < 100; i++) {
        double middle = 0.5 * (low + high);
        if (bn_student_cdf(middle, freedom) < p)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

struct bn_mean_difference bn_mean_difference(const double *d, size_t n)
{
    struct bn_mean_difference m = {bn_sample_mean(d, n), NAN, NAN, 1, n};
    if (n < 2) return m;
    double error = bn_sample_sd(d, n) / sqrt((double)n), freedom = (double)n - 1;
    double half = bn_student_quantile(0.975, freedom) * error;
    m.low = m.value - half, m.high = m.value + half;
    m.p = error > 0 ? 2 * bn_student_cdf(-fabs(m.value) / error, freedom) : m.value == 0;
    return m;
}

/* Two pairs are added, half of one to each cell of the table. */
static double adjusted(size_t only, size_t n) { return ((double)only + 1) / ((double)n + 2); }

struct bn_interval bn_paired_shares(size_t only_base, size_t only_head, size_t n)
{
    return bn_paired_shares_at(only_base, only_head, n, 0.95);
}

struct bn_interval bn_paired_shares_at(size_t only_base, size_t only_head, size_t n, double confidence)
{
    double head = adjusted(only_head, n), base = adjusted(only_base, n), d = head - base,
           half = bn_normal_quantile(0.5 + confidence / 2) * sqrt((head + base - d * d) / ((double)n + 2));
    if (!n) return (struct bn_interval){NAN, NAN, confidence};
    return (struct bn_interval){fmax(-1, d - half), fmin(1, d + half), confidence};
}

double bn_paired_shares_needed(size_t only_base, size_t only_head, size_t n, double least)
{
    double z = bn_normal_quantile(0.975) / least;
    double differing = (double)(only_base + only_head) / (double)(n ? n : 1);
    /* (z'^2)(differing + 2 / N) = N + 2 for N, where z' = z / least */
    double b = z * z * differing - 2, c = 2 * z * z;
    return ceil((b + sqrt(b * b + 4 * c)) / 2);
}
