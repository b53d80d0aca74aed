/* test_activation_scales.c - given scales of activations: files that must be refused, counts of what is cut off, and
 * the fast pass against the one in double precision. */
#include "engine/fit/activation_scales.h"
#include "engine/format/fingerprint.h"
#include "engine/model/session.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char family[] = "engine/tests/data/families/2b4t";
enum { MOST_JSON = 1 << 14 };

static struct bn_model *open_with(const char *file, float factor, const char *backend)
{
    struct bn_model *model;
    struct bn_error err;
    const struct bn_model_options options = {
        .activation_scales = file, .scale_factor = factor, .kernel_backend = backend};
    cr_assert_eq(bn_model_open(&model, family, &options, &err), BN_OK, "%s", err.text);
    return model;
}

/* A file as bitnet-calibrate writes it, every site with this scale. */
static void make_json(char *json, const char *scale)
{
    struct bn_model *model = open_with(NULL, 0, NULL);
    int n_sites = bn_model_info(model)->n_layers * BN_SITES_PER_LAYER, at;
    at = snprintf(json, MOST_JSON,
                  "{\"format\": \"bitnet-activation-scales\", \"version\": 1, \"model\": {\"name\": \"x\", "
                  "\"fingerprint\": \"%016llx\"}, \"method\": \"mse\", \"sites\": {",
                  (unsigned long long)bn_source_fingerprint(&model->source));
    for (int i = 0; i < n_sites; i++)
        at += snprintf(json + at, (size_t)(MOST_JSON - at), "%s\"%s\": {\"scale\": %s, \"min\": -1}", i ? ", " : "",
                       bn_site_name(i).text, scale);
    snprintf(json + at, (size_t)(MOST_JSON - at), "}}\n");
    bn_model_close(model);
}

static void write_file(char *path, const char *bytes, size_t n)
{
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes, n), (ssize_t)n);
    close(fd);
}

/* ---- refusals ---- */
static void expect_refused(const char *json, size_t n, const char *says)
{
    char path[] = "/tmp/bn_scales_XXXXXX";
    struct bn_model *model;
    struct bn_error err = {.status = BN_OK};
    const struct bn_model_options options = {.activation_scales = path};
    write_file(path, json, n);
    cr_expect_eq(bn_model_open(&model, family, &options, &err), BN_ERR_FORMAT, "%s: %.80s", says, json);
    cr_expect(strstr(err.text, says), "\"%s\" does not say \"%s\"", err.text, says);
    cr_expect_eq(err.text[strlen(err.text) - 1], '.');
    unlink(path);
}

/* The first `from` in the file becomes `to`. */
static void expect_refused_with(const char *from, const char *to, const char *says)
{
    char good[MOST_JSON], bad[MOST_JSON + 256];
    make_json(good, "0.25");
    const char *at = strstr(good, from);
    cr_assert(at, "%s", from);
    int n = snprintf(bad, sizeof bad, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    expect_refused(bad, (size_t)n, says);
}

Test(activation_scales, what_is_no_such_file_is_refused)
{
    expect_refused("", 0, "damaged at byte 0");
    expect_refused("[]", 2, "damaged");
    expect_refused("{}", 2, "names no model");
    expect_refused_with("bitnet-activation-scales", "imatrix", "no file of activation scales");
    expect_refused_with("\"version\": 1", "\"version\": 2", "version 2, and this build reads version 1");
    expect_refused_with("\"version\": 1, ", "", "names no version");
    expect_refused_with("\"fingerprint\": \"", "\"fingerprint\": \"1", "another model");
    expect_refused_with("\"method\"", "\"mehtod\"", "\"mehtod\" is an unknown key");
    expect_refused_with("\"min\"", "\"minimum\"", "\"minimum\" is an unknown key");
}

Test(activation_scales, what_is_no_scale_is_refused)
{
    static const char *const bad[] = {"0", "-0.5", "1e-40", "1e40", "-1e400"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_refused_with("0.25", bad[i], "the scale of layers.0.qkv is");
    expect_refused_with("0.25", "NaN", "damaged");
    expect_refused_with("0.25", "Infinity", "damaged");
    expect_refused_with("0.25", "\"0.25\"", "damaged");
    expect_refused_with("0.25", "null", "damaged");
    expect_refused_with("\"scale\": 0.25, ", "", "no scale for layers.0.qkv");
}

Test(activation_scales, sites_must_be_those_of_the_model)
{
    expect_refused_with("layers.0.o\"", "layers.0.x\"", "\"layers.0.x\" is not a site");
    expect_refused_with("layers.0.o\"", "layers.99999999999999999999.o\"", "is not a site");
    expect_refused_with("layers.0.o\"", "layers.-1.o\"", "is not a site");
    expect_refused_with("layers.0.o\"", "layers.0.qkv\"", "\"layers.0.qkv\" appears twice");
    expect_refused_with("\"layers.0.o\": {\"scale\": 0.25, \"min\": -1}, ", "", "no scale for layers.0.o");
}

Test(activation_scales, every_truncation_is_refused)
{
    char good[MOST_JSON];
    make_json(good, "0.25");
    for (size_t n = 0; n + 2 < strlen(good); n += 1 + n / 16) expect_refused(good, n, "cannot be used");
}

Test(activation_scales, a_model_without_codes_has_no_use_for_them)
{
    struct bn_model *model;
    struct bn_error err;
    cr_expect_eq(bn_model_open(&model, "engine/tests/data/families/llama-tied",
                               &(struct bn_model_options){.scale_factor = 0.5f}, &err),
                 BN_ERR_UNSUPPORTED);
    cr_expect(strstr(err.text, "quantises no activations"), "%s", err.text);
}

/* ---- what is computed ---- */
struct result {
    float logits[512];
    uint64_t clamped, quantized;
};

/* f32 keys and values: an f16 cache moves what is quantised next by 5e-4, which double precision does not do. */
static struct result compute(const struct bn_model *model, int threads, int batch)
{
    static const int32_t ids[] = {1, 5, 9, 2, 7, 3, 8, 4, 6, 11, 10, 12};
    struct result r = {.clamped = 0};
    struct bn_session *session;
    struct bn_error err;
    const struct bn_session_options options = {.n_ctx = 32, .n_threads = threads, .n_batch = batch, .kv_type = "f32"};
    const struct bn_model_info *info = bn_model_info(model);
    cr_assert_leq(info->n_vocab, 512);
    cr_assert_eq(bn_session_open(&session, model, &options, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_prefill(session, ids, 11, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_decode(session, ids[11], &err), BN_OK, "%s", err.text);
    memcpy(r.logits, bn_logits(session), (size_t)info->n_vocab * sizeof(float));
    for (int i = 0; i < info->n_layers; i++) {
        struct bn_clamped c = bn_crew_clamped(bn_session_crew(session), i);
        r.clamped += c.clamped;
        r.quantized += c.quantized;
    }
    bn_session_close(session);
    return r;
}

static double distance(const struct result *a, const struct result *b)
{
    double sum = 0, size = 0;
    for (int i = 0; i < 512; i++) {
        double d = (double)a->logits[i] - (double)b->logits[i];
        sum += d * d, size += (double)b->logits[i] * (double)b->logits[i];
    }
    return sqrt(sum / size);
}

static void expect_one_result(const char *file, float factor, bool clamps)
{
    struct bn_model *model = open_with(file, factor, NULL), *ref = open_with(file, factor, "ref"),
                    *exact = open_with(file, factor, "reference64"), *plain = open_with(NULL, 0, NULL);
    const struct bn_model_info *info = bn_model_info(model);
    struct result one = compute(model, 1, 32), other = compute(model, 3, 4), slow = compute(ref, 2, 1),
                  wide = compute(exact, 1, 32), dynamic = compute(plain, 1, 32);
    cr_expect_eq(memcmp(&one, &other, sizeof one), 0, "threads or batch change logits or counts");
    cr_expect_eq(memcmp(&one, &slow, sizeof one), 0, "variants differ");
    /* every code equals double precision's: one that does not moves the logits by some 1e-3 */
    cr_expect_lt(distance(&one, &wide), 1e-6, "off by %g from double precision", distance(&one, &wide));
    cr_expect_gt(distance(&one, &dynamic), 1e-3, "the option changes nothing");
    cr_expect_eq(dynamic.clamped, 0);
    cr_expect_eq(one.clamped > 0, clamps);
    cr_expect_eq(wide.clamped, one.clamped);
    cr_expect_eq(one.quantized, 12 * (uint64_t)info->n_layers *
                                    (uint64_t)(2 * info->dim + info->n_heads * info->head_dim + info->ffn_dim));
    bn_model_close(model), bn_model_close(ref), bn_model_close(exact), bn_model_close(plain);
}

static void expect_fixed(const char *scale, bool clamps)
{
    char json[MOST_JSON], path[] = "/tmp/bn_scales_XXXXXX";
    make_json(json, scale);
    write_file(path, json, strlen(json));
    expect_one_result(path, 0, clamps);
    unlink(path);
}

Test(activation_scales, fixed_scales_give_the_same_bits_and_counts_everywhere)
{
    expect_fixed("0.25", false); /* 127 steps are 32, more than RMSNorm and its weights leave of so few columns */
    expect_fixed("0.01", true);
}

Test(activation_scales, a_factor_gives_the_same_bits_and_counts_everywhere) { expect_one_result(NULL, 0.5f, true); }
