/* multiple.c - Holm, Benjamini-Hochberg, McNemar. */
#include "harness/stats/multiple.h"
#include "harness/stats/distribution.h"
#include <math.h>
#include <stdlib.h>

static int by_p(const void *a, const void *b, void *p)
{
    double x = ((const double *)p)[*(const size_t *)a], y = ((const double *)p)[*(const size_t *)b];
    return (x > y) - (x < y);
}

/* order[0] is the index of the smallest p. Caller frees. */
static size_t *order_of(const double *p, size_t n)
{
    size_t *order = malloc((n ? n : 1) * sizeof *order);
    for (size_t i = 0; order && i < n; i++) order[i] = i;
    if (order) qsort_r(order, n, sizeof *order, by_p, (void *)p);
    return order;
}

int bn_holm_adjust(const double *p, size_t n, double *adjusted)
{
    size_t *order = order_of(p, n);
    double most = 0;
    for (size_t i = 0; order && i < n; i++) {
        most = fmax(most, fmin(1, p[order[i]] * (double)(n - i)));
        adjusted[order[i]] = most;
    }
    free(order);
    return order ? 0 : -1;
}

int bn_fdr_adjust(const double *p, size_t n, double *adjusted)
{
    size_t *order = order_of(p, n);
    double least = 1;
    for (size_t i = n; order && i-- > 0;) {
        least = fmin(least, p[order[i]] * (double)n / (double)(i + 1));
        adjusted[order[i]] = least;
    }
    free(order);
    return order ? 0 : -1;
}

double bn_mcnemar(int only_first, int only_second)
{
    int least = only_first < only_second ? only_first : only_second;
    return fmin(1, 2 * bn_binomial_cdf(least, only_first + only_second, 0.5));
}
