/* test_fit.c - fits of rows to planes of signs against values that a numpy script computed with explicit normal
 * equations (np.linalg.solve) and the nearest of all levels, in double precision. */
#include "engine/fit/binary_planes.h"
#include <criterion/criterion.h>
#include <string.h>

enum { N = 40 };
static float w[N], h[N];

static void fill(void)
{
    uint32_t seed = 12345;
    for (int i = 0; i < N; i++)
        w[i] = (float)((int)((seed = seed * 1664525u + 1013904223u) >> 16) % 2001 - 1000) / 1000;
    for (int i = 0; i < N; i++) h[i] = (float)(1 + ((seed = seed * 1664525u + 1013904223u) >> 16) % 9);
}

static void expect(struct bn_fit fit, const float *importance, double s1, double s2, double error)
{
    struct bn_fitted f;
    uint8_t codes[N];
    bn_fit_row(&f, codes, &fit, w, importance, N);
    cr_assert_float_eq(f.scale[0], s1, 1e-6, "s1 %.9g", (double)f.scale[0]);
    cr_assert_float_eq(f.scale[1], s2, 1e-6, "s2 %.9g", (double)f.scale[1]);
    cr_assert_float_eq(f.error, error, 1e-5 * error, "error %.9g", f.error);
}

Test(fit, rows_agree_with_numpy)
{
    struct bn_fit fit = BN_FIT_DEFAULT;
    struct bn_fitted f;
    uint8_t codes[N];
    fill();
    expect(fit, h, 0.45114044968835165, 0.2493721576196434, 3.471492456773058);
    expect(fit, NULL, 0.44639097946348194, 0.25718045223009467, 0.7390283339515957);
    fit.ratio = 0;
    expect(fit, h, 0.49704477721037554, 0, 15.547424864609095);
    fit.ratio = 0.5;
    expect(fit, h, 0.4624943638483752, 0.2312471819241876, 3.548206688079877);
    fit.ratio = 1;
    expect(fit, h, 0.3277913676105815, 0.3277913676105815, 5.464548027495034);
    fit = (struct bn_fit){BN_FIT_FREE, 0.85, 0}; /* the start alone: mean |w|, and alpha times the mean residual */
    bn_fit_row(&f, codes, &fit, w, h, N);
    cr_assert_float_eq(f.scale[0], 0.49704477721037554, 1e-6);
    cr_assert_float_eq(f.scale[1], 0.20534313643243637, 1e-6);
    cr_assert_float_eq(f.energy, 65.20518048558358, 1e-4);
}

/* The codes say what the scales are summed with. */
Test(fit, codes_are_signs_of_both_planes)
{
    struct bn_fit fit = BN_FIT_DEFAULT;
    struct bn_fitted f;
    uint8_t codes[N];
    double error = 0;
    fill();
    bn_fit_row(&f, codes, &fit, w, h, N);
    for (int k = 0; k < N; k++) {
        double value = (codes[k] & 2 ? 1 : -1) * (double)f.scale[0] + (codes[k] & 1 ? 1 : -1) * (double)f.scale[1];
        error += (double)h[k] * ((double)w[k] - value) * ((double)w[k] - value);
    }
    cr_assert_float_eq(error, f.error, 1e-6 * error);
}

/* Rows that are ternary already keep their values: s1 = s2 = s / 2 makes -s, 0, 0 and s. Rows of one magnitude, of
 * zeros and of columns that do not matter are no division by zero. */
Test(fit, special_rows)
{
    struct bn_fit fit = BN_FIT_DEFAULT;
    struct bn_fitted f;
    uint8_t codes[N];
    float none[N] = {0};
    for (int k = 0; k < N; k++) w[k] = (float)(k % 3 - 1) * 0.375f;
    bn_fit_row(&f, codes, &fit, w, NULL, N);
    cr_assert(f.scale[0] == 0.1875f && f.scale[1] == 0.1875f && f.error == 0);
    bn_fit_row(&f, codes, &fit, w, none, N);
    cr_assert(f.scale[0] == 0.1875f && f.error == 0);
    for (int k = 0; k < N; k++) w[k] = k % 2 ? 0.5f : -0.5f;
    bn_fit_row(&f, codes, &fit, w, NULL, N);
    cr_assert(f.scale[0] == 0.5f && f.scale[1] == 0 && f.error == 0);
    memset(w, 0, sizeof w);
    for (int i = 0; i < 4; i++) {
        fit.ratio = (double[]){BN_FIT_FREE, 0, 0.5, 1}[i];
        bn_fit_row(&f, codes, &fit, w, NULL, N);
        cr_assert(f.scale[0] == 0 && f.scale[1] == 0 && f.error == 0);
    }
}
