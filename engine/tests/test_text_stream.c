/* test_text_stream.c - decoding id by id: no piece ends inside a character, nothing is lost, and bytes that are no
 * UTF-8 come out as they are. */
#include "engine/model/model.h"
#include "engine/model/tokenizer.h"
#include "engine/model/utf8.h"
#include "engine/tests/sample_vocab.h"
#include <criterion/criterion.h>
#include <unistd.h>

static const struct bn_model_options vocab_only = {.vocab_only = true};

static struct bn_model *open_llama2(void)
{
    char path[1024];
    struct bn_model *model;
    struct bn_error err;
    const char *root = getenv("BN_DATA");
    snprintf(path, sizeof path, "%s/data/tokenizer/llama2-spm/ggml-vocab-llama-spm.gguf", root ? root : "../shared");
    if (access(path, R_OK)) cr_skip_test("the Llama 2 vocabulary is not in BN_DATA");
    cr_assert_eq(bn_model_open(&model, path, &vocab_only, &err), BN_OK, "%s", err.text);
    return model;
}

/* The embedded reference model has a byte-level BPE vocabulary. */
static struct bn_model *open_bpe(void)
{
    struct bn_model *model;
    struct bn_error err;
    cr_assert_eq(bn_model_open(&model, "datasets/reference/b158-i2_s.gguf", &vocab_only, &err), BN_OK, "%s", err.text);
    return model;
}

/* Streams the text's ids; `whole` says that the text is valid UTF-8, so that every piece must be too. */
static void expect_stream(const struct bn_model *model, const char *text, size_t n, bool whole)
{
    int32_t ids[4096];
    size_t n_ids, length = 0;
    char out[4096];
    struct bn_text_stream *stream;
    cr_assert_eq(bn_tokenize(model, text, n, 0, ids, 4096, &n_ids, NULL), BN_OK);
    cr_assert_eq(bn_text_stream_open(&stream, model, true, NULL), BN_OK);
    for (size_t i = 0; i <= n_ids; i++) {
        struct bn_text piece = i < n_ids ? bn_text_stream_put(stream, ids[i]) : bn_text_stream_end(stream);
        cr_assert_leq(length + piece.n, sizeof out);
        cr_assert(!whole || bn_utf8_valid(piece.bytes, piece.n) == piece.n, "piece %zu of \"%s\" cuts a character", i,
                  text);
        memcpy(out + length, piece.bytes, piece.n);
        length += piece.n;
    }
    bn_text_stream_close(stream);
    cr_assert(length == n && !memcmp(out, text, n), "%zu bytes became %zu: \"%.*s\"", n, length, (int)length, out);
}

static void expect_streams(struct bn_model *model)
{
    static const char *const texts[] = {"Once upon a time",
                                        "  two spaces",
                                        "naïve café – “quoted”",
                                        "🦙.cpp 👩‍👩‍👧 ꙊꙊ",
                                        "нещо на Български 漢字かな",
                                        "\n\n\t\xE2\x96\x81",
                                        ""};
    uint32_t seed = 7;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) expect_stream(model, texts[i], strlen(texts[i]), true);
    for (int round = 0; round < 500; round++) {
        char bytes[64];
        size_t n = (size_t)round % sizeof bytes;
        for (size_t i = 0; i < n; i++) seed = seed * 1664525 + 1013904223, bytes[i] = (char)(seed >> 24);
        expect_stream(model, bytes, n, false);
    }
    bn_model_close(model);
}

Test(text_stream, llama2) { expect_streams(open_llama2()); }
Test(text_stream, byte_level_bpe) { expect_streams(open_bpe()); }

/* A token of any length, also right after two bytes of an unfinished character. */
static void expect_long_token(size_t n)
{
    struct bn_string tokens[] = {{"\xF0\x9F", 2}, {NULL, n}, {"\xF0\x9F", 2}};
    uint8_t types[] = {BN_TOKEN_NORMAL, BN_TOKEN_NORMAL, BN_TOKEN_NORMAL};
    float scores[3] = {0};
    struct bn_vocab vocab = {.kind = BN_VOCAB_SPM,
                             .n_tokens = 3,
                             .tokens = tokens,
                             .types = types,
                             .scores = scores,
                             .bos = -1,
                             .eos = -1,
                             .eot = -1,
                             .eom = -1,
                             .unk = -1,
                             .pad = -1};
    struct bn_model model = {.info.n_vocab = 3};
    struct bn_text_stream *stream;
    struct bn_error err;
    char *bytes = malloc(n);
    memset(bytes, 'x', n);
    bytes[n - 1] = '\xC3';
    tokens[1].bytes = bytes;
    cr_assert_eq(bn_tokenizer_open(&model.tokenizer, &vocab, NULL, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_text_stream_open(&stream, &model, false, &err), BN_OK, "%s", err.text);
    cr_expect_eq(bn_text_stream_put(stream, 0).n, 0);
    struct bn_text piece = bn_text_stream_put(stream, 1);
    cr_expect_eq(piece.n, n + 1);
    cr_expect_arr_eq(piece.bytes, "\xF0\x9Fx", 3);
    cr_expect_eq(piece.bytes[n], 'x');
    piece = bn_text_stream_put(stream, 2);
    cr_expect(piece.n == 1 && *piece.bytes == '\xC3');
    piece = bn_text_stream_end(stream);
    cr_expect(piece.n == 2 && !memcmp(piece.bytes, "\xF0\x9F", 2));
    cr_expect_eq(bn_text_stream_end(stream).n, 0);
    bn_text_stream_close(stream);
    bn_tokenizer_close(model.tokenizer);
    free(bytes);
}

Test(text_stream, tokens_of_any_length)
{
    static const size_t lengths[] = {2, 1021, 1022, 1023, 1024, 1025, 65536};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) expect_long_token(lengths[i]);
}

Test(text_stream, ids_outside_the_vocabulary_have_no_text)
{
    struct bn_model *model = open_bpe();
    struct bn_text_stream *stream;
    cr_assert_eq(bn_text_stream_open(&stream, model, false, NULL), BN_OK);
    cr_expect_eq(bn_text_stream_put(stream, -1).n, 0);
    cr_expect_eq(bn_text_stream_put(stream, 1 << 30).n, 0);
    cr_expect_not_null(bn_text_stream_end(stream).bytes);
    bn_text_stream_close(stream);
    bn_model_close(model);
}
