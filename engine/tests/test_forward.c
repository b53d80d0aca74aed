/* test_forward.c - the forward pass on the embedded reference model: the same bits whatever the threads, batches and
 * kernels; close to the double precision pass; context handling. */
#include "engine/kernels/counted.h"
#include "engine/model/session.h"
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

static const char *const path = "datasets/reference/b158-i2_s.gguf";
static const char *const text =
    "Once upon a time, there was a little girl named Lily. She put the key in the box and went to the garden. "
    "Then she saw a big dog, and the dog said: \"Where is the key?\" 12 + 7 = 19.";

static struct bn_model *open_model(const char *backend)
{
    struct bn_model *model;
    struct bn_error err;
    enum bn_status status = bn_model_open(&model, path, &(struct bn_model_options){.kernel_backend = backend}, &err);
    cr_assert_eq(status, BN_OK, "%s", err.text);
    return model;
}

static struct bn_session *open_session(const struct bn_model *model, int threads, int batch)
{
    struct bn_session *session;
    struct bn_error err;
    struct bn_session_options options = {.n_ctx = 512, .n_threads = threads, .n_batch = batch};
    cr_assert_eq(bn_session_open(&session, model, &options, &err), BN_OK, "%s", err.text);
    bn_session_hash_reset(session, true);
    return session;
}

static size_t encode(const struct bn_model *model, int32_t *ids, size_t cap)
{
    struct bn_error err;
    size_t n;
    cr_assert_eq(bn_tokenize(model, text, strlen(text), BN_TOKENIZE_BOS, ids, cap, &n, &err), BN_OK, "%s", err.text);
    cr_assert(n <= cap && n > 40);
    return n;
}

static void nothing(void *self, size_t pos, const float *logits) { (void)self, (void)pos, (void)logits; }

/* Hash of the logits after every token of the text and of 20 greedy tokens. */
static uint64_t hash_of(const struct bn_model *model, int threads, int batch)
{
    struct bn_session *session = open_session(model, threads, batch);
    struct bn_error err;
    int32_t ids[256];
    size_t n = encode(model, ids, 256);
    cr_assert_eq(bn_prefill_logits(session, ids, n, 0, nothing, NULL, &err), BN_OK);
    for (int i = 0; i < 20; i++) {
        const float *logits = bn_logits(session);
        int32_t best = 0;
        for (int32_t id = 1; id < bn_model_info(model)->n_vocab; id++)
            if (logits[id] > logits[best]) best = id;
        cr_assert_eq(bn_decode(session, best, &err), BN_OK);
    }
    uint64_t hash = bn_session_logits_hash(session);
    bn_session_close(session);
    return hash;
}

Test(forward, same_bits_for_threads_and_batches)
{
    struct bn_model *model = open_model(NULL);
    uint64_t first = hash_of(model, 1, 1);
    for (int threads = 1; threads <= 8; threads++) {
        int batch = (const int[]){1, 2, 3, 7, 16, 33, 64, 128}[threads - 1];
        cr_expect_eq(hash_of(model, threads, batch), first, "threads %d, batch %d", threads, batch);
    }
    cr_expect_eq(hash_of(model, 2, 5), first);
    bn_model_close(model);
}

Test(forward, same_bits_for_kernel_variants)
{
    static const char *const backends[] = {"avx2", "avx512vnni", "neon", "auto"};
    struct bn_model *model = open_model("ref");
    uint64_t first = hash_of(model, 2, 32);
    bn_model_close(model);
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++) {
        struct bn_error err;
        if (bn_model_open(&model, path, &(struct bn_model_options){.kernel_backend = backends[i]}, &err) != BN_OK)
            continue;
        cr_expect_eq(hash_of(model, 2, 32), first, "%s", backends[i]);
        bn_model_close(model);
    }
}

Test(forward, same_bits_for_ternary_layouts)
{
    struct bn_model *model = open_model(NULL);
    struct bn_error err;
    uint64_t first = hash_of(model, 2, 32);
    bn_model_close(model);
    for (int i = 0; i < 6; i++) {
        const char *backend = (const char *const[]){"ref", "avx2", "auto"}[i % 3], *layout = i < 3 ? "lut3" : "i2";
        if (bn_model_open(&model, path, &(struct bn_model_options){.kernel_backend = backend, .ternary_layout = layout},
                          &err) != BN_OK)
            continue;
        cr_expect_eq(model->weights.layers[0].down.form == &bn_linear_lut3, i < 3, "%s", backend);
        cr_expect_eq(hash_of(model, 2, 32), first, "%s", backend);
        bn_model_close(model);
    }
    cr_expect_eq(bn_model_open(&model, path, &(struct bn_model_options){.ternary_layout = "t5"}, &err), BN_ERR_USAGE);
}

Test(forward, same_bits_for_wrq_layouts)
{
    uint64_t first = 0;
    for (int i = 0; i < 6; i++) {
        struct bn_model *model = NULL;
        struct bn_error err;
        const char *layout = i % 2 ? "lut3" : "i2";
        const struct bn_model_options o = {.kernel_backend = (const char *const[]){"ref", "avx2", "auto"}[i / 2],
                                           .ternary_layout = layout,
                                           .wrq = true};
        if (bn_model_open(&model, path, &o, &err) != BN_OK) continue;
        cr_expect_eq(model->weights.layers[0].down.form == &bn_linear_lut4, i % 2, "%s", o.kernel_backend);
        uint64_t hash = hash_of(model, 2, 32);
        if (!i) first = hash;
        cr_expect_eq(hash, first, "%s, %s", o.kernel_backend, layout);
        bn_model_close(model);
    }
}

struct rows {
    float *logits;
    size_t n_vocab;
};

static void keep(void *self, size_t pos, const float *logits)
{
    struct rows *r = self;
    memcpy(r->logits + pos * r->n_vocab, logits, r->n_vocab * sizeof *logits);
}

static struct rows all_logits(const char *backend, size_t *n)
{
    struct bn_model *model = open_model(backend);
    struct bn_session *session = open_session(model, 2, 16);
    struct bn_error err;
    int32_t ids[256];
    *n = encode(model, ids, 256);
    struct rows rows = {NULL, (size_t)bn_model_info(model)->n_vocab};
    rows.logits = malloc(*n * rows.n_vocab * sizeof(float));
    cr_assert_eq(bn_prefill_logits(session, ids, *n, 0, keep, &rows, &err), BN_OK);
    bn_session_close(session);
    bn_model_close(model);
    return rows;
}

/* int8 rounding makes single logits wander; their mean distance must stay small and without bias. */
Test(forward, fast_pass_is_close_to_reference64)
{
    size_t n, agree = 0;
    struct rows fast = all_logits(NULL, &n), slow = all_logits("reference64", &n);
    double distance = 0, bias = 0;
    for (size_t i = 0; i < n * fast.n_vocab; i++) {
        distance += fabs((double)fast.logits[i] - (double)slow.logits[i]);
        bias += (double)fast.logits[i] - (double)slow.logits[i];
    }
    for (size_t t = 0; t < n; t++) {
        size_t a = 0, b = 0;
        for (size_t i = 0; i < fast.n_vocab; i++) {
            if (fast.logits[t * fast.n_vocab + i] > fast.logits[t * fast.n_vocab + a]) a = i;
            if (slow.logits[t * fast.n_vocab + i] > slow.logits[t * fast.n_vocab + b]) b = i;
        }
        agree += a == b;
    }
    double cells = (double)(n * fast.n_vocab);
    cr_expect_lt(distance / cells, 0.1, "mean |difference| %g", distance / cells);
    cr_expect_lt(fabs(bias / cells), 0.02, "bias %g", bias / cells);
    cr_expect_geq((double)agree, 0.95 * (double)n, "argmax agrees in %zu of %zu", agree, n);
    free(fast.logits), free(slow.logits);
}

Test(forward, truncate_and_go_on_gives_the_same_logits)
{
    struct bn_model *model = open_model(NULL);
    struct bn_session *a = open_session(model, 2, 0), *b = open_session(model, 2, 0);
    struct bn_error err;
    int32_t ids[256];
    size_t n = encode(model, ids, 256), size = (size_t)bn_model_info(model)->n_vocab * sizeof(float);
    cr_assert_eq(bn_prefill(a, ids, n, &err), BN_OK);
    cr_assert_eq(bn_prefill(b, ids, 20, &err), BN_OK);
    cr_assert_eq(bn_prefill(b, ids + 3, 17, &err), BN_OK); /* a wrong turn */
    bn_session_truncate(b, 20);
    cr_assert_eq(bn_prefill(b, ids + 20, n - 20, &err), BN_OK);
    cr_expect_arr_eq(bn_logits(a), bn_logits(b), size);
    bn_session_close(a), bn_session_close(b), bn_model_close(model);
}

Test(forward, a_full_context_is_an_error_and_loses_nothing)
{
    struct bn_model *model = open_model(NULL);
    struct bn_session *s;
    struct bn_error err;
    int32_t ids[256];
    size_t n = encode(model, ids, 256);
    cr_assert_eq(bn_session_open(&s, model, &(struct bn_session_options){.n_ctx = 32, .n_threads = 1}, &err), BN_OK);
    cr_expect_eq(bn_prefill(s, ids, n, &err), BN_ERR_CONTEXT);
    cr_expect_eq(bn_session_position(s), 0);
    cr_assert_eq(bn_prefill(s, ids, 32, &err), BN_OK);
    cr_expect_eq(bn_decode(s, ids[0], &err), BN_ERR_CONTEXT);
    cr_expect_eq(bn_decode(s, -1, &err), BN_ERR_CONTEXT);
    bn_session_truncate(s, 31);
    cr_expect_eq(bn_decode(s, 1 << 20, &err), BN_ERR_USAGE);
    bn_session_close(s), bn_model_close(model);
}

/* Keys of the first layer depend on token and position alone: after a shift they are those of a fresh context. */
Test(forward, shift_rotates_keys_to_their_new_positions)
{
    struct bn_model *model = open_model(NULL);
    struct bn_session *a = open_session(model, 1, 0), *b = open_session(model, 1, 0);
    struct bn_error err;
    int32_t ids[256], kept[256];
    size_t n = encode(model, ids, 256), sinks = 2, drop = 11;
    memcpy(kept, ids, sinks * sizeof *ids);
    memcpy(kept + sinks, ids + sinks + drop, (n - sinks - drop) * sizeof *ids);
    cr_assert_eq(bn_prefill(a, ids, n, &err), BN_OK);
    cr_assert_eq(bn_prefill(b, kept, n - drop, &err), BN_OK);
    cr_assert_eq(bn_session_shift(a, (int)sinks, (int)drop, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_session_position(a), (int)(n - drop));
    float ka[256], va[256], kb[256], vb[256];
    for (int pos = 0; pos < (int)(n - drop); pos++) {
        struct bn_kv_block from_a = bn_kv_cache_block(&a->sequence.kv, 0, 1, pos),
                           from_b = bn_kv_cache_block(&b->sequence.kv, 0, 1, pos);
        bn_kv_cache_read(&from_a, pos % BN_SEGMENT, ka, va);
        bn_kv_cache_read(&from_b, pos % BN_SEGMENT, kb, vb);
        for (int d = 0; d < model->source.config.head_dim; d++) {
            cr_assert_float_eq(ka[d], kb[d], 0.01f + 0.004f * fabsf(kb[d]), "position %d, key %d: %g and %g", pos, d,
                               (double)ka[d], (double)kb[d]);
            cr_assert_float_eq(va[d], vb[d], 1e-6f);
        }
    }
    cr_expect_eq(bn_decode(a, ids[5], &err), BN_OK);
    bn_session_close(a), bn_session_close(b), bn_model_close(model);
}

static void *run_session(void *arg)
{
    struct bn_model *model = arg;
    return (void *)(uintptr_t)hash_of(model, 1, 16);
}

Test(forward, sessions_on_one_model_run_at_once)
{
    struct bn_model *model = open_model(NULL);
    pthread_t threads[4];
    void *hash[4];
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, run_session, model);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], &hash[i]);
    for (int i = 0; i < 4; i++) cr_expect_eq((uintptr_t)hash[i], (uintptr_t)hash_of(model, 1, 16));
    bn_model_close(model);
}

/* Observed sessions count kernel calls as they happen: every operation of ops.def that is in the table has a counter in
 * front of it. */
Test(forward, every_kernel_has_a_counter)
{
    struct bn_kernels real, counted;
    struct bn_error err;
    cr_assert_eq(bn_kernels_select(&real, "ref", &err), BN_OK);
    bn_kernels_counted(&counted, &real);
#define OP(name, result, params, args)                                                                                 \
    cr_expect_neq((void *)counted.name, (void *)real.name, "%s has no counter", #name);
#include "engine/kernels/ops.def"
#undef OP
    float x[16] = {1, 2}, y[16] = {3};
    uint64_t before = bn_kernels_calls();
    bn_kernels_count(&real);
    counted.add(y, x, 16);
    cr_expect_eq(bn_kernels_calls(), before + 1);
    cr_expect(y[0] == 4 && y[1] == 2, "the wrapped kernel has run");
}
