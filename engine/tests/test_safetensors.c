/* test_safetensors.c - Hugging Face directories: the reference model against the same model as GGUF from
 * other people's tools, tokenizer files against each other, and damaged files. */
#include "engine/format/ternary.h"
#include "engine/model/tokenizer.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *shared(char out[4096], const char *name)
{
    const char *dir = getenv("BN_DATA");
    snprintf(out, 4096, "%s/%s", dir ? dir : "", name);
    return dir && access(out, R_OK) == 0 ? out : NULL;
}

/* ---- the same model twice ---- */
static void compare_ternary(const struct bn_tensor *a, const struct bn_tensor *b)
{
    size_t n = bn_ternary_row_bytes(a->cols);
    uint8_t *rows = malloc(2 * n);
    float *scale = malloc(2 * (size_t)a->rows * sizeof *scale);
    cr_assert(a->rows == b->rows && a->cols == b->cols, "%s", a->name);
    for (int64_t m = 0; m < a->rows; m++) {
        bn_ternary_row(rows, a, m);
        bn_ternary_row(rows + n, b, m);
        cr_assert_arr_eq(rows, rows + n, n, "%s row %d", a->name, (int)m);
    }
    cr_assert(bn_ternary_scales(scale, a) == BN_SCALE_TENSOR &&
              bn_ternary_scales(scale + a->rows, b) == BN_SCALE_TENSOR);
    cr_assert(fabsf(scale[0] / scale[a->rows] - 1) <= 0x1p-11f, "%s: scales %g and %g", a->name, (double)scale[0],
              (double)scale[a->rows]);
    free(rows);
    free(scale);
}

static void compare_floats(const struct bn_tensor *a, const struct bn_tensor *b)
{
    float *row = malloc(2 * (size_t)a->cols * sizeof *row);
    cr_assert(a->rows == b->rows && a->cols == b->cols, "%s", a->name);
    for (int64_t m = 0; m < a->rows; m++) {
        bn_encoding_traits(a->encoding)->unpack_row(row, a->data, a->rows, a->cols, m);
        bn_encoding_traits(b->encoding)->unpack_row(row + a->cols, b->data, b->rows, b->cols, m);
        for (int64_t k = 0; k < a->cols; k++)
            cr_assert(fabsf(row[k] - row[a->cols + k]) <= 0x1p-11f * fabsf(row[k]) + 0x1p-25f, "%s row %d col %d",
                      a->name, (int)m, (int)k);
    }
    free(row);
}

/* b158/ holds F32 masters; b158-tq2_0.gguf was written by llama.cpp-family tools from the quantised model
 * (halves, F16 head). */
Test(safetensors, masters_equal_other_peoples_gguf)
{
    char masters[4096], gguf[4096];
    struct bn_source a, b;
    struct bn_error err;
    if (!shared(masters, "reference-model/b158") || !shared(gguf, "reference-model/gguf/b158-tq2_0.gguf"))
        cr_skip_test("BN_DATA has no reference model");
    cr_assert_eq(bn_source_open(&a, masters, NULL, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_source_open(&b, gguf, NULL, &err), BN_OK, "%s", err.text);
    cr_assert_eq(a.n_tensors, b.n_tensors);
    for (size_t i = 0; i < a.n_tensors; i++) {
        const struct bn_tensor *other = bn_source_tensor(&b, a.tensors[i].name);
        cr_assert(other, "%s", a.tensors[i].name);
        if (a.tensors[i].encoding == BN_ENC_I2_S)
            compare_ternary(&a.tensors[i], other);
        else
            compare_floats(&a.tensors[i], other);
    }
    cr_assert(a.config.dim == b.config.dim && a.config.n_kv_heads == b.config.n_kv_heads &&
              a.config.rope_theta == b.config.rope_theta);
    cr_assert(strcmp(a.config.architecture, b.config.architecture) == 0 &&
              a.config.ffn_activation == b.config.ffn_activation);
    cr_assert(a.vocab.n_tokens == b.vocab.n_tokens && a.vocab.n_merges == b.vocab.n_merges &&
              a.vocab.bos == b.vocab.bos);
    cr_assert(strcmp(a.vocab.pre, b.vocab.pre) == 0 && a.vocab.add_bos == b.vocab.add_bos &&
              memcmp(a.vocab.types, b.vocab.types, (size_t)a.vocab.n_tokens) == 0);
    for (int i = 0; i < a.vocab.n_tokens; i++)
        cr_assert(a.vocab.tokens[i].n == b.vocab.tokens[i].n &&
                      memcmp(a.vocab.tokens[i].bytes, b.vocab.tokens[i].bytes, a.vocab.tokens[i].n) == 0,
                  "token %d", i);
    for (size_t i = 0; i < a.vocab.n_merges; i++)
        cr_assert(a.vocab.merges[i].n == b.vocab.merges[i].n &&
                      memcmp(a.vocab.merges[i].bytes, b.vocab.merges[i].bytes, a.vocab.merges[i].n) == 0,
                  "merge %zu", i);
    bn_source_close(&a);
    bn_source_close(&b);
}

/* ---- tokenizer files ---- */
static void write_file(const char *dir, const char *name, const void *bytes, size_t n)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    cr_assert(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

static void copy_file(const char *dir, const char *name, const char *from)
{
    static char bytes[4 << 20];
    FILE *f = fopen(from, "rb");
    cr_assert(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    write_file(dir, name, bytes, n);
}

static const char config[] = "{\"architectures\": [\"LlamaForCausalLM\"], \"hidden_size\": 4, "
                             "\"intermediate_size\": 4, \"num_hidden_layers\": 1, "
                             "\"num_attention_heads\": 1, \"max_position_embeddings\": 8, \"vocab_size\": "
                             "%d, \"tie_word_embeddings\": true}";

static void make_dir(char dir[32], int n_vocab)
{
    char text[512];
    memcpy(dir, "/tmp/bn_hf_XXXXXX", 18);
    cr_assert(mkdtemp(dir));
    write_file(dir, "config.json", text, (size_t)snprintf(text, sizeof text, config, n_vocab));
}

static void remove_dir(const char *dir)
{
    static const char *const names[] = {"config.json", "tokenizer.model", "tokenizer.json", "model.safetensors",
                                        "model.safetensors.index.json"};
    char path[4096];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
}

static const struct bn_model_options vocab_only = {.vocab_only = true};

static bool is(struct bn_string s, const char *text) { return s.n == strlen(text) && memcmp(s.bytes, text, s.n) == 0; }

/* Facts of FORMATS.md (llama3-tokenizer-js): 280,147 merges, the first six and the last. */
Test(safetensors, reads_llama3_tiktoken)
{
    static const char *const first[] = {"\xc4\xa0 \xc4\xa0",
                                        "\xc4\xa0 \xc4\xa0\xc4\xa0\xc4\xa0",
                                        "\xc4\xa0\xc4\xa0 \xc4\xa0\xc4\xa0",
                                        "\xc4\xa0\xc4\xa0\xc4\xa0 \xc4\xa0",
                                        "i n",
                                        "\xc4\xa0 t"};
    char path[4096], dir[32];
    struct bn_source s;
    struct bn_error err;
    if (!shared(path, "data/tokenizer/llama3/tokenizer.model")) cr_skip_test("BN_DATA has no Llama 3 tokenizer");
    make_dir(dir, 128256);
    copy_file(dir, "tokenizer.model", path);
    cr_assert_eq(bn_source_open(&s, dir, &vocab_only, &err), BN_OK, "%s", err.text);
    cr_assert(s.vocab.n_tokens == 128256 && s.vocab.n_merges == 280147 && s.vocab.add_bos);
    for (int i = 0; i < 6; i++) cr_assert(is(s.vocab.merges[i], first[i]), "merge %d", i);
    cr_assert(is(s.vocab.merges[280146], "\xc3\xa9\xc4\xb6 \xc2\xa6"));
    cr_assert(is(s.vocab.tokens[9906], "Hello") && is(s.vocab.tokens[1917], "\xc4\xa0world") &&
              is(s.vocab.tokens[128009], "<|eot_id|>"));
    cr_assert(is(s.vocab.tokens[128008], "<|reserved_special_token_4|>") &&
              is(s.vocab.tokens[128255], "<|reserved_special_token_250|>"));
    bn_source_close(&s);
    remove_dir(dir);
}

/* tok512.model removes extra white space; ids of sentencepiece 0.2.3 (PyPI). */
Test(safetensors, sentencepiece_removes_extra_spaces)
{
    char model[4096], dir[32];
    struct bn_source s;
    struct bn_tokenizer *t;
    struct bn_error err;
    int32_t ids[16];
    size_t n;
    if (!shared(model, "data/models/tok512/tok512.model")) cr_skip_test("BN_DATA has no tok512");
    make_dir(dir, 512);
    copy_file(dir, "tokenizer.model", model);
    cr_assert_eq(bn_source_open(&s, dir, &vocab_only, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_tokenizer_open(&t, &s.vocab, NULL, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_tokenizer_encode(t, "  Once   upon a  time ", 22, 0, ids, 16, &n, &err), BN_OK);
    cr_expect(n == 4 && ids[0] == 403 && ids[1] == 407 && ids[2] == 261 && ids[3] == 378);
    cr_assert_eq(bn_tokenizer_encode(t, "   ", 3, 0, ids, 16, &n, &err), BN_OK);
    cr_expect_eq(n, 0);
    bn_tokenizer_close(t);
    bn_source_close(&s);
    remove_dir(dir);
}

/* A later normalizer_spec or trainer_spec in the file counts: what text would need is named. */
Test(safetensors, names_what_sentencepiece_does_to_texts)
{
    static const struct {
        char spec[8];
        size_t n;
        const char *problem;
    } cases[] = {{"\x1A\x04\x18\x01\x20\x00", 6, NULL},
                 {"\x1A\x02\x20\x01", 4, NULL},
                 {"\x1A\x04\x20\x00\x28\x00", 6, "escape_whitespaces"},
                 {"\x1A\x05\x20\x00\x12\x01x", 7, "precompiled_charsmap"},
                 {"\x12\x05\x18\x02\xC0\x01\x01", 7, "treat_whitespace_as_suffix"}};
    char model[4096], dir[32], bytes[65536];
    if (!shared(model, "data/models/tok512/tok512.model")) cr_skip_test("BN_DATA has no tok512");
    FILE *f = fopen(model, "re");
    size_t n = fread(bytes, 1, sizeof bytes - 8, f);
    fclose(f);
    make_dir(dir, 512);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bn_source s;
        struct bn_error err;
        memcpy(bytes + n, cases[i].spec, cases[i].n);
        write_file(dir, "tokenizer.model", bytes, n + cases[i].n);
        cr_assert_eq(bn_source_open(&s, dir, &vocab_only, &err), BN_OK, "%s", err.text);
        if (cases[i].problem)
            cr_expect(s.vocab.problem && strstr(s.vocab.problem, cases[i].problem), "%s", s.vocab.problem);
        else
            cr_expect_null(s.vocab.problem, "%s", s.vocab.problem);
        bn_source_close(&s);
    }
    remove_dir(dir);
}

/* tok512.model (sentencepiece) and tok512.bin (llama2.c) are one vocabulary. */
Test(safetensors, reads_sentencepiece_like_tok512_bin)
{
    char model[4096], bin[4096], checkpoint[4096], dir[32];
    struct bn_source a, b;
    struct bn_error err;
    if (!shared(model, "data/models/tok512/tok512.model") || !shared(bin, "data/models/tok512/tok512.bin") ||
        !shared(checkpoint, "data/models/stories260K/stories260K.bin"))
        cr_skip_test("BN_DATA has no tok512");
    make_dir(dir, 512);
    copy_file(dir, "tokenizer.model", model);
    cr_assert_eq(bn_source_open(&a, dir, &vocab_only, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_source_open(&b, checkpoint, &(struct bn_model_options){.tokenizer_path = bin}, &err), BN_OK, "%s",
                 err.text);
    cr_assert(a.vocab.kind == BN_VOCAB_SPM && a.vocab.n_tokens == 512 && b.vocab.n_tokens == 512);
    cr_expect(b.vocab.n_ends == 1 && b.vocab.ends[0] == b.vocab.bos, "BOS ends a text of llama2.c");
    for (int i = 0; i < 512; i++) {
        cr_assert(a.vocab.tokens[i].n == b.vocab.tokens[i].n &&
                      memcmp(a.vocab.tokens[i].bytes, b.vocab.tokens[i].bytes, a.vocab.tokens[i].n) == 0,
                  "token %d", i);
        cr_assert(a.vocab.scores[i] == b.vocab.scores[i] && a.vocab.types[i] == b.vocab.types[i], "token %d", i);
    }
    bn_source_close(&a);
    bn_source_close(&b);
    remove_dir(dir);
}

/* ---- damaged files ---- */
static const struct {
    const char *header, *says;
} damages[] = {
    {"{\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,999]}}", "leaves the file"},
    {"{\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[8,4]}}", "leaves the file"},
    {"{\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[-16,0]}}", "leaves the file"},
    {"{\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[0,16]}}", "another number of bytes"},
    {"{\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[1099511627775,1099511627775],\"data_offsets\":[0,"
     "16]}}",
     "impossible shape"},
    {"{\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[-4],\"data_offsets\":[0,16]}}", "impossible shape"},
    {"{\"model.norm.weight\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]}}", "none of F32"},
    {"{\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", "empty"},
    {"{\"model.strange\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", "none that this engine knows"},
    {"{\"model.layers.0.mlp.new_proj.weight\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}",
     "none that this engine knows"},
    {"{\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},\"model.norm.weight\":"
     "{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}",
     "comes twice"},
    {"{\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[4]}}", "JSON"},
    {"{\"model.norm.weight\":3}", "JSON"},
    {"[1,2]", "JSON"},
    {"{\"a", "JSON"},
};

static enum bn_status open_header(const char *header, uint64_t length, struct bn_error *err)
{
    char dir[32], bytes[1024];
    struct bn_source s;
    size_t n = strlen(header);
    make_dir(dir, 8);
    memcpy(bytes, &length, 8);
    memcpy(bytes + 8, header, n);
    memset(bytes + 8 + n, 0, 16);
    write_file(dir, "model.safetensors", bytes, 8 + n + 16);
    enum bn_status status = bn_source_open(&s, dir, NULL, err);
    if (!status) bn_source_close(&s);
    remove_dir(dir);
    return status;
}

Test(safetensors, refuses_damaged_files)
{
    struct bn_error err;
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        cr_assert_neq(open_header(damages[i].header, strlen(damages[i].header), &err), BN_OK, "%s", damages[i].header);
        cr_assert(strstr(err.text, damages[i].says), "%s: \"%s\" says nothing of \"%s\"", damages[i].header, err.text,
                  damages[i].says);
    }
    cr_assert_eq(open_header("{}", UINT64_MAX, &err), BN_ERR_FORMAT);
    cr_assert_eq(open_header("{}", 1000, &err), BN_ERR_FORMAT);
    static const char good[] = "{\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}";
    cr_assert_eq(open_header(good, sizeof good - 1, &err), BN_ERR_FORMAT); /* well formed, and alone */
    cr_assert(strstr(err.text, "token_embd.weight is missing"), "%s", err.text);
}

/* What is there instead of a model: pointers of Git LFS, weights that only PyTorch reads. */
Test(safetensors, names_what_was_downloaded_instead)
{
    static const char pointer[] = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    char dir[32], file[64];
    struct bn_error err;
    struct bn_source s;
    make_dir(dir, 8);
    write_file(dir, "pytorch_model.bin", "x", 1);
    cr_assert_eq(bn_source_open(&s, dir, NULL, &err), BN_ERR_UNSUPPORTED);
    cr_assert(strstr(err.text, "only there as pytorch_model.bin; save them as safetensors"), "%s", err.text);
    write_file(dir, "model.safetensors", pointer, sizeof pointer - 1);
    cr_assert_eq(bn_source_open(&s, dir, NULL, &err), BN_ERR_FORMAT);
    cr_assert(strstr(err.text, "model.safetensors is a Git LFS pointer"), "%s", err.text);
    snprintf(file, sizeof file, "%s/model.safetensors", dir);
    cr_assert_eq(bn_source_open(&s, file, NULL, &err), BN_ERR_FORMAT);
    cr_assert(strstr(err.text, "is a Git LFS pointer"), "%s", err.text);
    snprintf(file, sizeof file, "%s/pytorch_model.bin", dir);
    unlink(file);
    remove_dir(dir);
}

Test(safetensors, refuses_what_it_cannot_compute)
{
    static const struct {
        const char *config, *says;
    } bad[] = {
        {"{", "JSON"},
        {"{\"architectures\": [\"GPT2LMHeadModel\"]}", "GPT2LMHeadModel"},
        {"{\"architectures\": [\"LlamaForCausalLM\"], \"hidden_act\": \"gelu\"}", "gelu"},
        {"{\"architectures\": [\"LlamaForCausalLM\"], \"quantization_config\": {\"quant_method\": \"gptq\"}}", "gptq"},
        {"{\"architectures\": [\"LlamaForCausalLM\"], \"rope_scaling\": {\"rope_type\": \"llama3\", "
         "\"factor\": 8}}",
         "llama3"},
        {"{\"architectures\": [\"LlamaForCausalLM\"], \"hidden_size\": 1e99}", "JSON"},
        {"{\"architectures\": [\"LlamaForCausalLM\"], \"hidden_size\": 9999999999}", "embedding length"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char dir[32];
        struct bn_source s;
        struct bn_error err;
        make_dir(dir, 8);
        write_file(dir, "config.json", bad[i].config, strlen(bad[i].config));
        cr_assert_neq(bn_source_open(&s, dir, NULL, &err), BN_OK, "%s", bad[i].config);
        cr_assert(strstr(err.text, bad[i].says) || i == 6, "%s: \"%s\"", bad[i].config, err.text);
        remove_dir(dir);
    }
}

Test(safetensors, survives_damaged_tokenizers)
{
    char dir[32], path[4096], bytes[8192];
    struct bn_error err;
    struct bn_source s;
    uint32_t seed = 3;
    if (!shared(path, "data/models/tok512/tok512.model")) cr_skip_test("BN_DATA has no tok512");
    FILE *f = fopen(path, "rb");
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    make_dir(dir, 512);
    for (int round = 0; round < 300; round++) {
        char damaged[8192];
        memcpy(damaged, bytes, n);
        for (int k = 0; k < 3; k++) seed = seed * 1664525 + 1013904223, damaged[(seed >> 8) % n] = (char)seed;
        write_file(dir, "tokenizer.model", damaged, round % 2 ? n : seed % n);
        if (bn_source_open(&s, dir, &vocab_only, &err) == BN_OK) bn_source_close(&s);
    }
    remove_dir(dir);
}
