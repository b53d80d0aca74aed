/* test_gguf.c - the GGUF reader on files built here: a good one, its damaged forms (each must fail with a
 * sentence and without a crash), every truncation, and random byte flips. */
#include "engine/format/half.h"
#include "engine/format/source.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- a tiny model: one layer, dim 128, vocabulary 4 ---- */
struct file {
    uint8_t bytes[65536];
    size_t n;
    size_t value_of[64], info_of[32]; /* where values (after their type) and tensor infos (at their name) begin */
    int n_values, n_infos;
    uint64_t offset;
};
static void put(struct file *f, const void *p, size_t n)
{
    memcpy(f->bytes + f->n, p, n);
    f->n += n;
}
static void put32(struct file *f, uint32_t v) { put(f, &v, 4); }
static void put64(struct file *f, uint64_t v) { put(f, &v, 8); }
static void put_string(struct file *f, const char *s) { put64(f, strlen(s)), put(f, s, strlen(s)); }

static void key(struct file *f, const char *name, uint32_t type)
{
    put_string(f, name);
    put32(f, type);
    f->value_of[f->n_values++] = f->n;
}
static void key_u32(struct file *f, const char *name, uint32_t v) { key(f, name, 4), put32(f, v); }
static void key_f32(struct file *f, const char *name, float v) { key(f, name, 6), put(f, &v, 4); }
static void key_string(struct file *f, const char *name, const char *v) { key(f, name, 8), put_string(f, v); }
static void key_array(struct file *f, const char *name, uint32_t type, uint64_t n)
{
    key(f, name, 9), put32(f, type), put64(f, n);
}

static void info(struct file *f, const char *name, uint64_t cols, uint64_t rows, uint32_t type, uint64_t bytes)
{
    f->info_of[f->n_infos++] = f->n;
    put_string(f, name);
    put32(f, rows ? 2 : 1);
    put64(f, cols);
    if (rows) put64(f, rows);
    put32(f, type);
    put64(f, f->offset);
    f->offset += (bytes + 31) / 32 * 32;
}

enum { KEYS = 18, TENSORS = 13 };
/* Numbers of values and infos that the damaged forms patch, in the order below. */
enum {
    V_ARCH = 0,
    V_LAYERS = 1,
    V_HEADS = 4,
    V_KV_HEADS = 5,
    V_EPS = 6,
    V_ROPE_DIM = 9,
    V_MODEL = 10,
    V_PRE = 11,
    V_TOKENS = 12,
    V_SCORES = 13,
    V_TYPES = 14,
    V_BOS = 16,
    V_ALIGNMENT = 17,
    I_EMBED = 0,
    I_NORM = 1,
    I_Q = 3,
    I_K = 4
};

static void build(struct file *f)
{
    static const char *const linears[] = {"blk.0.attn_q.weight",      "blk.0.attn_k.weight",   "blk.0.attn_v.weight",
                                          "blk.0.attn_output.weight", "blk.0.ffn_gate.weight", "blk.0.ffn_up.weight",
                                          "blk.0.ffn_down.weight"};
    static const char *const norms[] = {"blk.0.ffn_norm.weight", "blk.0.attn_sub_norm.weight",
                                        "blk.0.ffn_sub_norm.weight"};
    memset(f, 0, sizeof *f);
    put(f, "GGUF", 4), put32(f, 3), put64(f, TENSORS), put64(f, KEYS);
    key_string(f, "general.architecture", "bitnet-b1.58");
    key_u32(f, "bitnet-b1.58.block_count", 1);
    key_u32(f, "bitnet-b1.58.embedding_length", 128);
    key_u32(f, "bitnet-b1.58.feed_forward_length", 128);
    key_u32(f, "bitnet-b1.58.attention.head_count", 2);
    key_u32(f, "bitnet-b1.58.attention.head_count_kv", 2);
    key_f32(f, "bitnet-b1.58.attention.layer_norm_rms_epsilon", 1e-5f);
    key_f32(f, "bitnet-b1.58.rope.freq_base", 500000);
    key_u32(f, "bitnet-b1.58.context_length", 64);
    key_u32(f, "bitnet-b1.58.rope.dimension_count", 64);
    key_string(f, "tokenizer.ggml.model", "gpt2");
    key_string(f, "tokenizer.ggml.pre", "llama-bpe");
    key_array(f, "tokenizer.ggml.tokens", 8, 4);
    for (int i = 0; i < 4; i++) put_string(f, (const char *[]){"a", "b", "ab", "<s>"}[i]);
    key_array(f, "tokenizer.ggml.scores", 6, 4), put(f, (float[4]){0}, 16);
    key_array(f, "tokenizer.ggml.token_type", 5, 4), put(f, (int32_t[]){1, 1, 1, 3}, 16);
    key_array(f, "tokenizer.ggml.merges", 8, 1), put_string(f, "a b");
    key_u32(f, "tokenizer.ggml.bos_token_id", 3);
    key_u32(f, "general.alignment", 32);
    info(f, "token_embd.weight", 128, 4, 1, 1024);
    info(f, "output_norm.weight", 128, 0, 0, 512);
    info(f, "blk.0.attn_norm.weight", 128, 0, 0, 512);
    for (int i = 0; i < 7; i++) info(f, linears[i], 128, 128, 36, 4096 + 32);
    for (int i = 0; i < 3; i++) info(f, norms[i], 128, 0, 0, 512);
    f->n = (f->n + 31) / 32 * 32;
    memset(f->bytes + f->n, 0x55, f->offset);
    f->n += f->offset;
}

static enum bn_status open_bytes(struct bn_source *s, const void *bytes, size_t n, struct bn_error *err)
{
    char path[] = "/tmp/bn_gguf_XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
    close(fd);
    *err = (struct bn_error){0};
    enum bn_status status = bn_source_open(s, path, NULL, err);
    unlink(path);
    return status;
}

/* A failure is a status with one sentence; a success can be closed. Either way nothing crashes. */
static enum bn_status try_bytes(const void *bytes, size_t n, struct bn_error *err)
{
    struct bn_source s;
    enum bn_status status = open_bytes(&s, bytes, n, err);
    if (status == BN_OK)
        bn_source_close(&s);
    else
        cr_assert(strlen(err->text) > 20 && strchr(err->text, '.'), "no sentence for status %d", status);
    return status;
}

static struct file file;

Test(gguf, reads_a_good_file)
{
    struct bn_source s;
    struct bn_error err;
    build(&file);
    cr_assert_eq(file.n_values, KEYS);
    cr_assert_eq(file.n_infos, TENSORS);
    cr_assert_eq(open_bytes(&s, file.bytes, file.n, &err), BN_OK, "%s", err.text);
    const struct bn_config *c = &s.config;
    cr_assert(c->n_layers == 1 && c->dim == 128 && c->head_dim == 64 && c->n_vocab == 4 && c->n_ctx_train == 64);
    cr_assert(c->ffn_activation == BN_FFN_RELU2 && c->rope_kind == BN_ROPE_HALF_SPLIT && c->rope_theta == 500000 &&
              c->rms_eps == 1e-5f);
    cr_assert(s.vocab.kind == BN_VOCAB_BPE && s.vocab.n_tokens == 4 && s.vocab.bos == 3 && s.vocab.eos == -1 &&
              s.vocab.add_bos);
    cr_assert(s.vocab.n_merges == 1 && s.vocab.types[3] == BN_TOKEN_CONTROL &&
              memcmp(s.vocab.tokens[2].bytes, "ab", 2) == 0);
    const struct bn_tensor *q = bn_source_tensor(&s, "blk.0.attn_q.weight");
    cr_assert(q && q->encoding == BN_ENC_I2_S && q->rows == 128 && q->cols == 128 && q->bytes == 4128);
    cr_assert_null(bn_source_tensor(&s, "output.weight"));
    bn_source_close(&s);
}

/* ---- damaged forms ---- */
enum place { AT_FILE, AT_VALUE, AT_INFO };
static const struct damage {
    const char *name;
    enum place place;
    int number;    /* which value or info */
    size_t offset; /* from there */
    uint64_t value;
    int bytes;
    const char *says;
} damages[] = {
    {"another magic", AT_FILE, 0, 0, 0x46554747 + 1, 4, "neither a GGUF file"},
    {"version 1", AT_FILE, 0, 4, 1, 4, "version 1"},
    {"version 99", AT_FILE, 0, 4, 99, 4, "version 99"},
    {"big endian", AT_FILE, 0, 4, 0x03000000, 4, "big-endian"},
    {"2^63 - 1 tensors", AT_FILE, 0, 8, INT64_MAX, 8, "more than its"},
    {"2^64 - 1 keys", AT_FILE, 0, 16, UINT64_MAX, 8, "more than its"},
    {"a tensor too many", AT_FILE, 0, 8, TENSORS + 1, 8, "."},
    {"a key too many", AT_FILE, 0, 16, KEYS + 1, 8, "."},
    {"a key too few", AT_FILE, 0, 16, KEYS - 1, 8, "."},
    {"first key of length 2^63 - 1", AT_FILE, 0, 24, INT64_MAX, 8, "ends inside"},
    {"first key of length 2^64 - 8", AT_FILE, 0, 24, UINT64_MAX - 7, 8, "ends inside"},
    {"value type 13", AT_VALUE, V_ARCH, (size_t)-4, 13, 4, "value type 13"},
    {"string of length 2^63 - 1", AT_VALUE, V_ARCH, 0, INT64_MAX, 8, "ends inside"},
    {"an unknown architecture", AT_VALUE, V_ARCH, 8, 'x', 1, "architecture"},
    {"array of 2^62 strings", AT_VALUE, V_TOKENS, 4, 1ull << 62, 8, "ends inside"},
    {"array of 2^62 floats", AT_VALUE, V_SCORES, 4, 1ull << 62, 8, "ends inside"},
    {"array of arrays", AT_VALUE, V_TOKENS, 0, 9, 4, "value type 9"},
    {"array of an unknown type", AT_VALUE, V_TOKENS, 0, 77, 4, "value type 77"},
    {"no layers", AT_VALUE, V_LAYERS, 0, 0, 4, "number of layers"},
    {"2^31 layers", AT_VALUE, V_LAYERS, 0, 0x80000000, 4, "block_count"},
    {"layers given as a float", AT_VALUE, V_LAYERS, (size_t)-4, 6, 4, "block_count"},
    {"no heads", AT_VALUE, V_HEADS, 0, 0, 4, "number of heads"},
    {"three heads", AT_VALUE, V_HEADS, 0, 3, 4, "head dimension"},
    {"heads that kv heads do not divide", AT_VALUE, V_KV_HEADS, 0, 3, 4, "evenly"},
    {"epsilon that is no number", AT_VALUE, V_EPS, 0, 0x7fc00000, 4, "epsilon"},
    {"rope dimension beyond the head", AT_VALUE, V_ROPE_DIM, 0, 66, 4, "rope dimension"},
    {"odd rope dimension", AT_VALUE, V_ROPE_DIM, 0, 63, 4, "odd"},
    {"an unknown tokenizer", AT_VALUE, V_MODEL, 8, 'x', 1, "tokenizer"},
    {"scores of another length", AT_VALUE, V_SCORES, 0, 4, 4, "scores"},
    {"bos outside the vocabulary", AT_VALUE, V_BOS, 0, 4, 4, "bos token id 4"},
    {"bos 0xfffffff0", AT_VALUE, V_BOS, 0, 0xfffffff0, 4, "bos token id"},
    {"alignment 0", AT_VALUE, V_ALIGNMENT, 0, 0, 4, "alignment"},
    {"alignment 3", AT_VALUE, V_ALIGNMENT, 0, 3, 4, "alignment"},
    {"alignment 2^31", AT_VALUE, V_ALIGNMENT, 0, 0x80000000, 4, "alignment"},
    {"tensor name of length 2^63 - 1", AT_INFO, I_Q, 0, INT64_MAX, 8, "ends inside"},
    {"a zero byte in a name", AT_INFO, I_Q, 8, 0, 1, "name"},
    {"no dimensions", AT_INFO, I_NORM, 26, 0, 4, "0 dimensions"},
    {"100 dimensions", AT_INFO, I_NORM, 26, 100, 4, "100 dimensions"},
    {"dimension 0", AT_INFO, I_Q, 31, 0, 8, "impossible size"},
    {"dimension 2^62", AT_INFO, I_Q, 31, 1ull << 62, 8, "impossible size"},
    {"dimension -1", AT_INFO, I_Q, 39, UINT64_MAX, 8, "impossible size"},
    {"a product beyond 2^64", AT_INFO, I_Q, 39, 1ull << 39, 8, "leaves the file"},
    {"rows that no block fits", AT_INFO, I_Q, 31, 130, 8, "multiple of the 128"},
    {"type 9999", AT_INFO, I_Q, 47, 9999, 4, "number 9999"},
    {"type TL1", AT_INFO, I_Q, 47, 38, 4, "TL1"},
    {"type TL2", AT_INFO, I_Q, 47, 39, 4, "TL2"},
    {"type Q4_K", AT_INFO, I_Q, 47, 12, 4, "Q4_K"},
    {"offset 2^64 - 32", AT_INFO, I_Q, 51, UINT64_MAX - 31, 8, "leaves the file"},
    {"offset that is not aligned", AT_INFO, I_EMBED, 49, 8, 8, "not aligned"},
    {"offset beyond the end", AT_INFO, I_Q, 51, 1 << 20, 8, "leaves the file"},
    {"two tensors in one place", AT_INFO, I_K, 51, 2048, 8, "next tensor"},
    {"another size under type 36", AT_INFO, I_Q, 39, 64, 8, "IQ4_NL_4_4"},
};

Test(gguf, refuses_damaged_files)
{
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        const struct damage *d = &damages[i];
        struct bn_error err;
        build(&file);
        size_t base = d->place == AT_VALUE  ? file.value_of[d->number]
                      : d->place == AT_INFO ? file.info_of[d->number]
                                            : 0;
        memcpy(file.bytes + base + d->offset, &d->value, (size_t)d->bytes);
        cr_assert_neq(try_bytes(file.bytes, file.n, &err), BN_OK, "%s was accepted", d->name);
        cr_assert(strstr(err.text, d->says), "%s: \"%s\" says nothing of \"%s\"", d->name, err.text, d->says);
    }
}

Test(gguf, refuses_duplicate_names)
{
    struct bn_error err;
    build(&file);
    memcpy(file.bytes + file.info_of[I_K] + 8, file.bytes + file.info_of[I_Q] + 8, 19);
    cr_assert_eq(try_bytes(file.bytes, file.n, &err), BN_ERR_FORMAT);
    cr_assert(strstr(err.text, "blk.0.attn_q.weight\" comes twice"));
    build(&file);
    memcpy(file.bytes + file.value_of[V_KV_HEADS] - 4 - 36, "bitnet-b1.58.attention.head_count\0\0\0", 36);
    try_bytes(file.bytes, file.n, &err);
}

/* The quantiser of bitnet.cpp on several threads writes this size, with most weights missing. */
Test(gguf, names_the_lossy_i2_s_of_bitnet_cpp)
{
    struct bn_error err;
    build(&file);
    uint64_t rows = 256, runs = 2;
    memcpy(file.bytes + file.info_of[I_Q] + 39, &rows, 8);
    for (int i = I_K; i < TENSORS; i++) { /* make room for 256 rows in the form n/4 + 32 a run */
        size_t name_n = (size_t)file.bytes[file.info_of[i]], n_dims = file.bytes[file.info_of[i] + 8 + name_n];
        uint64_t offset;
        uint8_t *at = file.bytes + file.info_of[i] + 8 + name_n + 4 + 8 * n_dims + 4;
        memcpy(&offset, at, 8);
        offset += 4096 + (runs - 1) * 32;
        memcpy(at, &offset, 8);
    }
    memset(file.bytes + file.n, 0x55, 8192);
    cr_assert_eq(try_bytes(file.bytes, file.n + 8192, &err), BN_ERR_FORMAT);
    cr_assert(strstr(err.text, "several threads"), "%s", err.text);
}

/* Types 38 and 39 mean TL1 and TL2 in bitnet.cpp's files; the size says when they do not. */
Test(gguf, tells_clashing_types_by_size)
{
    for (uint32_t type = 38; type <= 39; type++) {
        struct bn_error err;
        uint64_t rows = 32;
        build(&file);
        size_t q = file.info_of[I_Q];
        memcpy(file.bytes + q + 47, &type, 4);
        memcpy(file.bytes + q + 39, &rows, 8); /* 4096 weights but 4128 bytes */
        cr_assert_eq(try_bytes(file.bytes, file.n, &err), BN_ERR_UNSUPPORTED);
        cr_assert(strstr(err.text, type == 38 ? "IQ4_NL_8_8" : "MXFP4"), "%s", err.text);
    }
}

Test(gguf, refuses_every_truncation)
{
    struct bn_error err;
    build(&file);
    for (size_t n = 0; n < file.n - 32; n += n < 2600 ? 1 : 97)
        cr_assert_neq(try_bytes(file.bytes, n, &err), BN_OK, "%zu bytes", n);
}

Test(gguf, survives_random_flips)
{
    struct bn_error err;
    uint32_t seed = 1;
    for (int round = 0; round < 4000; round++) {
        build(&file);
        for (int k = 0; k < 1 + round % 3; k++) {
            seed = seed * 1664525 + 1013904223;
            file.bytes[(seed >> 8) % 2600] = (uint8_t)(seed >> 3);
        }
        try_bytes(file.bytes, file.n, &err);
    }
}

Test(gguf, reads_the_arm_layout_on_request)
{
    struct bn_source s;
    struct bn_error err;
    char path[] = "/tmp/bn_gguf_XXXXXX";
    float out[128];
    build(&file);
    size_t data = file.n - file.offset + 1024 + 512 + 512; /* attn_q */
    static const char arm[] = "21861a69a69861851451461860820821a69861851451461860820821861a69a6";
    for (int i = 0; i < 32; i++)
        file.bytes[data + (size_t)i] = (uint8_t)strtoul((char[]){arm[2 * i], arm[2 * i + 1], 0}, NULL, 16);
    float one = 1;
    memcpy(file.bytes + data + 4096, &one, 4);
    int fd = mkstemp(path);
    cr_assert_eq(write(fd, file.bytes, file.n), (ssize_t)file.n);
    close(fd);
    cr_assert_eq(bn_source_open(&s, path, &(struct bn_model_options){.i2s_layout = "arm64x16"}, &err), BN_OK);
    const struct bn_tensor *q = bn_source_tensor(&s, "blk.0.attn_q.weight");
    bn_encoding_traits(q->encoding)->unpack_row(out, q->data, q->rows, q->cols, 0);
    for (int i = 0; i < 128; i++) cr_assert_eq(out[i], (float)((7 * i + i * i % 5) % 3 - 1), "weight %d", i);
    bn_source_close(&s);
    cr_assert_eq(bn_source_open(&s, path, &(struct bn_model_options){.i2s_layout = "arm"}, &err), BN_ERR_USAGE);
    unlink(path);
}

/* ---- files of other people's tools ---- */
static const char *shared(char out[4096], const char *name)
{
    const char *dir = getenv("BN_DATA");
    snprintf(out, 4096, "%s/%s", dir ? dir : "", name);
    return dir && access(out, R_OK) == 0 ? out : NULL;
}

Test(gguf, reads_the_llama2_vocabulary)
{
    char path[4096];
    struct bn_source s;
    struct bn_error err;
    if (!shared(path, "data/tokenizer/llama2-spm/ggml-vocab-llama-spm.gguf"))
        cr_skip_test("BN_DATA has no Llama-2 vocabulary");
    cr_assert_eq(bn_source_open(&s, path, NULL, &err), BN_ERR_FORMAT);
    cr_assert(strstr(err.text, "no weights"));
    cr_assert_eq(bn_source_open(&s, path, &(struct bn_model_options){.vocab_only = true}, &err), BN_OK, "%s", err.text);
    cr_assert(s.vocab.n_tokens == 32000 && s.vocab.kind == BN_VOCAB_SPM && s.vocab.bos == 1 && s.vocab.add_bos &&
              s.vocab.add_space_prefix);
    cr_assert(s.vocab.scores[260] == -1 && s.vocab.scores[31999] == -31740 && s.vocab.types[3] == BN_TOKEN_BYTE);
    bn_source_close(&s);
}

Test(gguf, refuses_the_reference_models_lossy_i2_s)
{
    char path[4096];
    struct bn_source s;
    struct bn_error err;
    if (!shared(path, "reference-model/gguf/b158-i2_s.gguf")) cr_skip_test("BN_DATA has no reference model");
    cr_assert_eq(bn_source_open(&s, path, NULL, &err), BN_ERR_FORMAT);
    cr_assert(strstr(err.text, "several threads"));
}
