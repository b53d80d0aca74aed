/* test_families.c - a tiny random model of every published family, layer by layer against the numbers that an
 * independent implementation gave (data/families/make.py, numpy, float64): from safetensors, and through GGUF files
 * written from them. */
#include "engine/format/gguf_save.h"
#include "engine/model/session.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const families[] = {
    "2b4t",         "2b4t-bf16",        "1bitllm",           "1bitllm-large", "1bitllm-3b",  "llama3-1.58",
    "falcon3-1.58", "falcon3-10b-1.58", "llama-input-norms", "llama-tied",    "llama-untied"};
#define EACH_FAMILY(f) for (size_t f = 0; f < sizeof families / sizeof *families; f++)

/* expected.bin, and beside it what the engine computed. */
struct run {
    int n_layers, n_tokens, dim, n_vocab;
    int32_t *ids;             /* [n_tokens] */
    float *residual, *logits; /* expected: [n_layers][n_tokens][dim], [n_tokens][n_vocab] */
    double *got_residual;     /* [n_layers][n_tokens][dim] */
    float *got_logits;        /* [n_tokens][n_vocab] */
    int n_seen;               /* residual rows that the engine showed */
};

static void *read_values(FILE *f, size_t n)
{
    void *p = malloc(n * 4);
    cr_assert_eq(fread(p, 4, n, f), n);
    return p;
}

static struct run run_open(const char *family)
{
    struct run r = {0};
    char path[256];
    snprintf(path, sizeof path, "engine/tests/data/families/%s/expected.bin", family);
    FILE *f = fopen(path, "rbe");
    cr_assert(f, "%s", path);
    cr_assert_eq(fread(&r, 4, 4, f), 4);
    size_t n = (size_t)r.n_tokens, cells = (size_t)r.n_layers * n * (size_t)r.dim;
    r.ids = read_values(f, n);
    r.residual = read_values(f, cells);
    r.logits = read_values(f, n * (size_t)r.n_vocab);
    r.got_residual = calloc(cells, sizeof(double));
    r.got_logits = calloc(n * (size_t)r.n_vocab, sizeof(float));
    fclose(f);
    return r;
}

static void run_close(struct run *r)
{
    free(r->ids), free(r->residual), free(r->logits), free(r->got_residual), free(r->got_logits);
}

/* Probe of the residual stream (session.h). */
static void keep_layer(void *self, int layer, int pos, const float *x, const double *x64)
{
    struct run *r = self;
    double *row = r->got_residual + ((size_t)layer * (size_t)r->n_tokens + (size_t)pos) * (size_t)r->dim;
    for (int d = 0; d < r->dim; d++) row[d] = x64 ? x64[d] : (double)x[d];
    __atomic_fetch_add(&r->n_seen, 1, __ATOMIC_RELAXED);
}

static void keep_logits(void *self, size_t pos, const float *logits)
{
    struct run *r = self;
    memcpy(r->got_logits + pos * (size_t)r->n_vocab, logits, (size_t)r->n_vocab * sizeof *logits);
}

static void compute(struct run *r, const char *path, const char *backend)
{
    struct bn_model *model;
    struct bn_session *session;
    struct bn_error err;
    cr_assert_eq(bn_model_open(&model, path, &(struct bn_model_options){.kernel_backend = backend}, &err), BN_OK, "%s",
                 err.text);
    struct bn_session_options options = {.n_ctx = 64, .n_threads = 2, .n_batch = 5, .kv_type = "f32"};
    cr_assert_eq(bn_session_open(&session, model, &options, &err), BN_OK, "%s", err.text);
    session->crew->probe = (struct bn_layer_probe){r, keep_layer};
    r->n_seen = 0;
    cr_assert_eq(bn_prefill_logits(session, r->ids, (size_t)r->n_tokens, 0, keep_logits, r, &err), BN_OK, "%s",
                 err.text);
    cr_assert_eq(r->n_seen, r->n_layers * r->n_tokens, "the probe saw %d rows", r->n_seen);
    bn_session_close(session);
    bn_model_close(model);
}

/* Largest |difference| of layer `layer`, relative to the root mean square of what is expected there. */
static double layer_error(const struct run *r, int layer)
{
    size_t n = (size_t)r->n_tokens * (size_t)r->dim, at = (size_t)layer * n;
    double most = 0, square = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs(r->got_residual[at + i] - (double)r->residual[at + i]));
        square += (double)r->residual[at + i] * (double)r->residual[at + i];
    }
    return most / sqrt(square / (double)n);
}

static int best(const float *logits, int n)
{
    int id = 0;
    for (int i = 1; i < n; i++)
        if (logits[i] > logits[id]) id = i;
    return id;
}

static int n_same_argmax(const struct run *r)
{
    int n = 0;
    for (int t = 0; t < r->n_tokens; t++)
        n += best(r->logits + (size_t)t * (size_t)r->n_vocab, r->n_vocab) ==
             best(r->got_logits + (size_t)t * (size_t)r->n_vocab, r->n_vocab);
    return n;
}

/* The bar of the specification: 1e-4 relative at every layer, and the same best token everywhere. */
static void expect_equal(const struct run *r, const char *family, const char *form)
{
    for (int layer = 0; layer < r->n_layers; layer++)
        cr_expect_lt(layer_error(r, layer), 1e-4, "%s as %s: layer %d is off by %g", family, form, layer,
                     layer_error(r, layer));
    cr_log_info("%s as %s: last layer off by %.2g", family, form, layer_error(r, r->n_layers - 1));
    cr_expect_eq(n_same_argmax(r), r->n_tokens, "%s as %s: the best token differs at %d places", family, form,
                 r->n_tokens - n_same_argmax(r));
}

static void directory_of(char path[256], const char *family)
{
    snprintf(path, 256, "engine/tests/data/families/%s", family);
}

Test(families, reference64_equals_numpy_at_every_layer)
{
    EACH_FAMILY(f)
    {
        char path[256];
        struct run r = run_open(families[f]);
        directory_of(path, families[f]);
        compute(&r, path, "reference64");
        expect_equal(&r, families[f], "safetensors");
        run_close(&r);
    }
}

/* Writes the family as GGUF; false when its rows fit no ternary encoding. */
static bool save(const char *family, enum bn_encoding linear, const char *out)
{
    char path[256];
    struct bn_source source;
    struct bn_save_plan plan;
    struct bn_save_options options = {.linear = linear, .head = BN_ENC_F32};
    struct bn_error err;
    directory_of(path, family);
    cr_assert_eq(bn_source_open(&source, path, NULL, &err), BN_OK, "%s", err.text);
    enum bn_status status = bn_save_plan_open(&plan, &source, &options, &err);
    if (status == BN_OK) {
        struct bn_output *output;
        cr_assert_eq(bn_output_open(&output, out, &err), BN_OK, "%s", err.text);
        cr_assert_eq(bn_gguf_save(&plan, &source, output, &options, &err), BN_OK, "%s", err.text);
        cr_assert_eq(bn_output_commit(output, &err), BN_OK, "%s", err.text);
        bn_save_plan_close(&plan);
    } else {
        cr_assert_eq(status, BN_ERR_UNSUPPORTED, "%s: %s", family, err.text);
    }
    bn_source_close(&source);
    return status == BN_OK;
}

/* GGUF has its own names, its own rotation of llama models and its own ternary encodings: none may change the numbers.
 */
static int check_gguf(enum bn_encoding encoding)
{
    int n_written = 0;
    EACH_FAMILY(f)
    {
        char out[] = "/tmp/bn_family_XXXXXX";
        bool plain = !strcmp(families[f], "llama-tied") || !strcmp(families[f], "llama-untied");
        int fd = mkstemp(out);
        struct run r = run_open(families[f]);
        cr_assert_geq(fd, 0);
        close(fd);
        if (save(families[f], plain ? BN_ENC_BF16 : encoding, out)) {
            compute(&r, out, "reference64");
            expect_equal(&r, families[f], bn_encoding_traits(encoding)->name);
            n_written++;
        }
        unlink(out);
        run_close(&r);
    }
    return n_written;
}

Test(families, gguf_i2_s_equals_numpy_at_every_layer) { cr_expect_geq(check_gguf(BN_ENC_I2_S), 8); }
Test(families, gguf_iq2_bn_equals_numpy_at_every_layer) { cr_expect_geq(check_gguf(BN_ENC_IQ2_BN), 8); }

/* The fast path: float32 for plain llama; for ternary models int8 codes flip at rounding ties, so layers differ by
 * codes, not by noise. */
Test(families, fast_pass_follows_numpy)
{
    EACH_FAMILY(f)
    {
        char path[256];
        struct run r = run_open(families[f]);
        bool plain = !strcmp(families[f], "llama-tied") || !strcmp(families[f], "llama-untied");
        directory_of(path, families[f]);
        compute(&r, path, NULL);
        for (int layer = 0; layer < r.n_layers; layer++)
            cr_expect_lt(layer_error(&r, layer), plain ? 1e-4 : 0.05, "%s: layer %d is off by %g", families[f], layer,
                         layer_error(&r, layer));
        cr_log_info("%s, fast: last layer off by %.2g", families[f], layer_error(&r, r.n_layers - 1));
        cr_expect_geq(n_same_argmax(&r), r.n_tokens - !plain, "%s: the best token is the same at %d of %d places",
                      families[f], n_same_argmax(&r), r.n_tokens);
        run_close(&r);
    }
}
