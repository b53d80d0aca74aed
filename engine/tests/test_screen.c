/* test_screen.c - head screening: bounds hold for heads of every kind of row, what is left contains the best k, and
 * text is that of the full head. */
#include "engine/kernels/kernels.h"
#include "engine/model/screen.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 400, COLS = 320 };
static uint64_t state = 11;

static float uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (float)((double)(state >> 40) / 0x1p24) * 2 - 1;
}

/* Rows of all sizes, some equal, some zero, some with one large value; an input of either even or very uneven size. */
static void make(float *w, float *x, int kind)
{
    for (int r = 0; r < ROWS; r++)
        for (int k = 0; k < COLS; k++)
            w[r * COLS + k] =
                uniform() * expf(3 * (float)(r % 7) - 9) + (k == r % COLS && r % 5 == 0 ? 4 * uniform() : 0);
    memset(w + 9 * COLS, 0, COLS * sizeof *w);
    memcpy(w + 20 * COLS, w + 21 * COLS, COLS * sizeof *w);
    for (int k = 0; k < COLS; k++) x[k] = uniform() * (kind % 2 && k % 50 == 3 ? 80 : 1) * (kind == 2 ? 1e-3f : 1);
    if (kind == 3)
        for (int k = 0; k < COLS; k++) x[k] = w[27 * COLS + k]; /* aligned with one of the largest rows */
    if (kind == 4) memset(x, 0, COLS * sizeof *x);
}

static int descending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x < y) - (x > y);
}

/* `exact` comes from the kernel that is to be saved; the floor for k must keep every row that reaches the k-th best. */
static int check(int kind, int k)
{
    static float w[ROWS * COLS], x[COLS], exact[ROWS], sorted[ROWS], approx[ROWS];
    static _Alignas(64) char scratch[BN_KERNEL_SCRATCH];
    struct bn_kernels kernels;
    struct bn_screen screen;
    int8_t codes[COLS + 64];
    float scale[2];
    int kept = 0;
    make(w, x, kind);
    struct bn_linear head = {.form = &bn_linear_float,
                             .encoding = BN_ENC_F32,
                             .rows = ROWS,
                             .cols = COLS,
                             .data = (const uint8_t *)w,
                             .row_bytes = COLS * 4};
    cr_assert_eq(bn_kernels_select(&kernels, NULL, NULL), BN_OK);
    cr_assert_eq(bn_screen_open(&screen, &head, NULL), BN_OK);
    kernels.quantize_b256(codes, scale, x, COLS);
    kernels.matmul_f32(&(struct bn_float_args){exact, ROWS, w, COLS * 4, ROWS, COLS, x, COLS, 1}, 0, ROWS);
    kernels.matmul_q8_0(&(struct bn_block_args){approx, ROWS, screen.plane.data, screen.plane.row_bytes, ROWS, COLS,
                                                codes, COLS, scale, 2, 1, scratch},
                        0, ROWS);
    struct bn_screen_input in = bn_screen_input(x, codes, scale, COLS);
    float floor = bn_screen_floor(&screen, in, approx, 0, ROWS, k);
    memcpy(sorted, exact, sizeof sorted);
    qsort(sorted, ROWS, sizeof *sorted, descending);
    for (int r = 0; r < ROWS; r++) {
        cr_expect_leq(fabsf(exact[r] - approx[r]), bn_screen_bound(&screen, in, r), "kind %d, row %d", kind, r);
        bool keep = bn_screen_keeps(&screen, in, approx, r, floor);
        cr_expect(keep || exact[r] < sorted[k - 1], "kind %d, k %d: row %d is lost", kind, k, r);
        kept += keep;
    }
    bn_screen_close(&screen);
    return kept;
}

Test(screen, bounds_hold_and_the_best_are_kept)
{
    for (int kind = 0; kind < 5; kind++)
        for (int k = 1; k <= 256; k = k * 2 + 1) cr_expect_geq(check(kind, k), k);
}

Test(screen, most_rows_are_passed_over)
{
    cr_expect_leq(check(3, 1), 2);
    cr_expect_leq(check(0, 1), ROWS / 20);
    cr_expect_eq(check(4, 1), ROWS, "of equal logits none can be passed over");
}

Test(screen, what_is_not_finite_is_kept)
{
    float error[3] = {0, NAN, 0}, norm[3] = {1, 1, 1};
    const float logits[3] = {5, 0, -INFINITY};
    struct bn_screen s = {.error = error, .norm = norm};
    struct bn_screen_input in = {1e-6f, 1e-6f}, broken = {NAN, NAN};
    float floor = bn_screen_floor(&s, in, logits, 0, 3, 1);
    cr_expect(bn_screen_keeps(&s, in, logits, 0, floor) && bn_screen_keeps(&s, in, logits, 1, floor) &&
              !bn_screen_keeps(&s, in, logits, 2, floor));
    for (int r = 0; r < 3; r++)
        cr_expect(bn_screen_keeps(&s, broken, logits, r, bn_screen_floor(&s, broken, logits, 0, 3, 1)));
}

Test(screen, short_heads_are_refused)
{
    struct bn_linear head = {.form = &bn_linear_block, .encoding = BN_ENC_Q6_K, .rows = 1, .cols = 256};
    struct bn_screen screen = {.error = NULL};
    struct bn_error err;
    cr_expect_eq(bn_screen_open(&screen, &head, &err), BN_ERR_UNSUPPORTED);
    cr_expect_str_eq(err.text + strlen(err.text) - 1, ".");
}

/* ---- in a model ---- */
static void decode_alike(const char *backend, int threads, int k)
{
    struct bn_model *model;
    struct bn_session *full, *top;
    struct bn_session_options options = {.n_ctx = 64, .n_threads = threads};
    struct bn_model_options mo = {.kernel_backend = backend, .head_screening = true};
    cr_assert_eq(bn_model_open(&model, "datasets/reference/b158-i2_s.gguf", &mo, NULL), BN_OK);
    cr_assert(bn_session_open(&full, model, &options, NULL) == BN_OK &&
              bn_session_open(&top, model, &options, NULL) == BN_OK);
    int n_vocab = bn_model_info(model)->n_vocab;
    float *sorted = malloc((size_t)n_vocab * sizeof *sorted);
    int32_t id = bn_token_bos(model);
    for (int i = 0; i < 20; i++) {
        cr_assert(bn_decode(full, id, NULL) == BN_OK && bn_decode_top(top, id, k, NULL) == BN_OK);
        const float *a = bn_logits(full), *b = bn_logits(top);
        memcpy(sorted, a, (size_t)n_vocab * sizeof *sorted);
        qsort(sorted, (size_t)n_vocab, sizeof *sorted, descending);
        for (int r = 0; r < n_vocab; r++)
            cr_assert(b[r] == a[r] || (b[r] == -INFINITY && a[r] < sorted[k - 1]), "row %d of token %d", r, i);
        id = bn_logits_best(a, n_vocab);
    }
    cr_expect_eq(bn_session_screened_rows(full), 0);
    cr_expect(bn_session_screened_rows(top) >= 20u * (unsigned)k &&
              bn_session_screened_rows(top) < 20u * (unsigned)n_vocab / 4);
    free(sorted);
    bn_session_close(full), bn_session_close(top), bn_model_close(model);
}

Test(screen, the_best_logits_are_those_of_the_whole_head)
{
    decode_alike(NULL, 1, 1);
    decode_alike(NULL, 2, 1);
    decode_alike(NULL, 3, 40);
    decode_alike("ref", 2, 5);
}

Test(screen, a_hash_gets_every_logit)
{
    struct bn_model *model;
    struct bn_session *s;
    cr_assert_eq(bn_model_open(&model, "datasets/reference/b158-i2_s.gguf",
                               &(struct bn_model_options){.head_screening = true}, NULL),
                 BN_OK);
    cr_assert_eq(bn_session_open(&s, model, &(struct bn_session_options){.n_ctx = 16, .n_threads = 1}, NULL), BN_OK);
    bn_session_hash_reset(s, true);
    cr_assert_eq(bn_decode_top(s, 5, 1, NULL), BN_OK);
    for (int r = 0; r < bn_model_info(model)->n_vocab; r++) cr_assert(isfinite(bn_logits(s)[r]));
    bn_session_close(s), bn_model_close(model);
}
