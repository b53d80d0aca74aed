/* test_moments.c - what linears take in (fit/inputs.h), summed by fit/moments.h: against numpy's residual stream of a
 * float model (data/families/make.py), against what RMSNorm leaves by definition, and for every split of the work. */
#include "engine/files.h"
#include "engine/fit/calibration_text.h"
#include "engine/fit/moments.h"
#include "engine/model/session.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct expected {
    int n_layers, n_tokens, dim, n_vocab;
    int32_t ids[64];
    float *residual; /* [n_layers][n_tokens][dim] after each layer */
};

static struct expected expected_open(const char *family)
{
    struct expected e;
    char path[256];
    snprintf(path, sizeof path, "engine/tests/data/families/%s/expected.bin", family);
    FILE *f = fopen(path, "rbe");
    cr_assert(f, "%s", path);
    cr_assert_eq(fread(&e, 4, 4, f), 4);
    cr_assert_leq(e.n_tokens, 64);
    size_t n = (size_t)e.n_layers * (size_t)e.n_tokens * (size_t)e.dim;
    cr_assert_eq(fread(e.ids, 4, (size_t)e.n_tokens, f), (size_t)e.n_tokens);
    e.residual = malloc(n * sizeof(float));
    cr_assert_eq(fread(e.residual, 4, n, f), n);
    fclose(f);
    return e;
}

static struct bn_model *model_open(const char *family)
{
    struct bn_model *model;
    struct bn_error err;
    char path[256];
    snprintf(path, sizeof path, "engine/tests/data/families/%s", family);
    cr_assert_eq(bn_model_open(&model, path, NULL, &err), BN_OK, "%s", err.text);
    return model;
}

static struct bn_moments *collect(const struct bn_model *model, const struct expected *e, int threads, int batch)
{
    struct bn_session *session;
    struct bn_moments *moments;
    struct bn_error err;
    struct bn_session_options options = {.n_ctx = 64, .n_threads = threads, .n_batch = batch};
    cr_assert_eq(bn_session_open(&session, model, &options, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_moments_open(&moments, model, &err), BN_OK, "%s", err.text);
    session->crew->inputs = bn_moments_probe(moments);
    cr_assert_eq(bn_prefill(session, e->ids, (size_t)e->n_tokens, &err), BN_OK, "%s", err.text);
    bn_session_close(session);
    return moments;
}

/* Second moment of column c of RMSNorm(residual of the layer before) * w. */
static double expected_moment(const struct expected *e, int layer, int c, const float *w, double eps)
{
    double sum = 0;
    for (int t = 0; t < e->n_tokens; t++) {
        const float *x = e->residual + ((size_t)(layer - 1) * (size_t)e->n_tokens + (size_t)t) * (size_t)e->dim;
        double square = 0, y;
        for (int d = 0; d < e->dim; d++) square += (double)x[d] * (double)x[d];
        y = (double)x[c] / sqrt(square / e->dim + eps) * (double)w[c];
        sum += y * y;
    }
    return sum;
}

Test(moments, qkv_of_a_float_model_equal_numpy)
{
    struct expected e = expected_open("llama-untied");
    struct bn_model *model = model_open("llama-untied");
    struct bn_moments *moments = collect(model, &e, 2, 5);
    cr_assert_geq(e.n_layers, 2);
    for (int layer = 1; layer < e.n_layers; layer++) {
        const struct bn_site_moments *site = &moments->sites[bn_site(layer, BN_OP_QKV)];
        cr_assert_eq(site->rows, e.n_tokens);
        for (int c = 0; c < e.dim; c++) {
            double want = expected_moment(&e, layer, c, model->weights.layers[layer].attn_norm,
                                          (double)model->source.config.rms_eps);
            cr_assert_lt(fabs(site->sum[c] - want), 1e-3 * (want + 1e-3), "layer %d, column %d: %g, numpy %g", layer, c,
                         site->sum[c], want);
        }
    }
    bn_moments_close(moments);
    bn_model_close(model);
    free(e.residual);
}

/* RMSNorm gives rows of mean square 1 before its weights, whatever goes in. */
static void expect_normed(const struct bn_moments *moments, int site_index, const float *w)
{
    const struct bn_site_moments *site = &moments->sites[site_index];
    double sum = 0;
    for (int c = 0; c < site->cols; c++) sum += site->sum[c] / ((double)w[c] * (double)w[c]);
    cr_expect_lt(fabs(sum / site->cols / (double)site->rows - 1), 1e-2, "site %d: mean square %g", site_index,
                 sum / site->cols / (double)site->rows);
}

Test(moments, every_site_sees_its_normalised_input)
{
    struct expected e = expected_open("2b4t");
    struct bn_model *model = model_open("2b4t");
    struct bn_moments *moments = collect(model, &e, 2, 5);
    for (int i = 0; i < e.n_layers; i++) {
        const struct bn_layer *layer = &model->weights.layers[i];
        expect_normed(moments, bn_site(i, BN_OP_QKV), layer->attn_norm);
        expect_normed(moments, bn_site(i, BN_OP_O), layer->attn_sub_norm);
        expect_normed(moments, bn_site(i, BN_OP_GATE_UP), layer->ffn_norm);
        expect_normed(moments, bn_site(i, BN_OP_DOWN), layer->ffn_sub_norm);
    }
    bn_moments_close(moments);
    bn_model_close(model);
    free(e.residual);
}

/* A site is shown once for each norm of a projection: three of q, k and v. */
Test(moments, norms_of_single_projections_are_all_seen)
{
    struct expected e = expected_open("llama-input-norms");
    struct bn_model *model = model_open("llama-input-norms");
    struct bn_moments *moments = collect(model, &e, 2, 5);
    cr_expect_eq(moments->sites[bn_site(0, BN_OP_QKV)].rows, 3 * e.n_tokens);
    cr_expect_eq(moments->sites[bn_site(0, BN_OP_GATE_UP)].rows, 2 * e.n_tokens);
    cr_expect_eq(moments->sites[bn_site(0, BN_OP_DOWN)].rows, e.n_tokens);
    bn_moments_close(moments);
    bn_model_close(model);
    free(e.residual);
}

Test(moments, same_bits_for_every_split_of_the_work)
{
    struct expected e = expected_open("2b4t");
    struct bn_model *model = model_open("2b4t");
    struct bn_moments *one = collect(model, &e, 1, 64);
    const int splits[][2] = {{1, 1}, {2, 1}, {3, 4}, {5, 64}};
    for (int i = 0; i < 4; i++) {
        struct bn_moments *other = collect(model, &e, splits[i][0], splits[i][1]);
        for (int s = 0; s < one->n_sites; s++) {
            cr_assert_eq(one->sites[s].rows, other->sites[s].rows);
            cr_assert_eq(memcmp(one->sites[s].sum, other->sites[s].sum, (size_t)one->sites[s].cols * sizeof(double)), 0,
                         "site %d with %d threads and passes of %d", s, splits[i][0], splits[i][1]);
        }
        bn_moments_close(other);
    }
    bn_moments_close(one);
    bn_model_close(model);
    free(e.residual);
}

/* ---- windows of text ---- */
static const char reference[] = "datasets/reference/b158-i2_s.gguf";

static struct bn_moments *collect_text(const struct bn_model *model, uint64_t seed, int threads)
{
    struct bn_calibration_text *text;
    struct bn_moments *moments;
    struct bn_error err;
    char *words;
    size_t n;
    cr_assert_eq(bn_input_read(&words, &n, "datasets/heldout/stories.txt", 1 << 20, &err), BN_OK, "%s", err.text);
    const struct bn_calibration_options options = {3, 16, threads, seed};
    cr_assert_eq(bn_calibration_text_open(&text, model, words, n, &options, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_moments_open(&moments, model, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_calibration_run(text, bn_moments_probe(moments), 0, bn_calibration_text_windows(text), &err), BN_OK,
                 "%s", err.text);
    bn_calibration_text_close(text);
    free(words);
    return moments;
}

Test(moments, text_gives_the_same_for_a_seed_and_any_number_of_threads)
{
    struct bn_model *model;
    cr_assert_eq(bn_model_open(&model, reference, NULL, NULL), BN_OK);
    struct bn_moments *a = collect_text(model, 1, 1), *b = collect_text(model, 1, 3), *c = collect_text(model, 2, 1);
    size_t bytes = (size_t)a->sites[0].cols * sizeof(double);
    cr_expect_eq(a->sites[0].rows, 3 * 16);
    cr_expect_eq(memcmp(a->sites[0].sum, b->sites[0].sum, bytes), 0);
    cr_expect_neq(memcmp(a->sites[0].sum, c->sites[0].sum, bytes), 0, "another seed draws other windows");
    bn_moments_close(a), bn_moments_close(b), bn_moments_close(c);
    bn_model_close(model);
}

Test(moments, text_that_is_too_short_is_refused)
{
    struct bn_model *model;
    struct bn_calibration_text *text;
    struct bn_error err;
    cr_assert_eq(bn_model_open(&model, reference, NULL, NULL), BN_OK);
    const struct bn_calibration_options options = {.n_windows = 4, .window_tokens = 32};
    cr_expect_eq(bn_calibration_text_open(&text, model, "Once upon a time", 16, &options, &err), BN_ERR_USAGE);
    cr_expect(strstr(err.text, "4 are wanted"), "%s", err.text);
    cr_expect_eq(bn_calibration_text_open(&text, model, "", 0, &options, &err), BN_ERR_USAGE);
    bn_model_close(model);
}
