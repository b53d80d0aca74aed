/* test_text_stream.c - decoding id by id: no piece ends inside a character, nothing is lost, and bytes that are no
 * UTF-8 come out as they are. */
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
    struct bn_text_stream stream;
    cr_assert_eq(bn_tokenize(model, text, n, 0, ids, 4096, &n_ids, NULL), BN_OK);
    bn_text_stream_init(&stream, model, true);
    for (size_t i = 0; i < n_ids; i++) {
        size_t piece = bn_text_stream_put(&stream, ids[i], out + length, sizeof out - length);
        cr_assert_leq(length + piece, sizeof out);
        cr_assert(!whole || bn_utf8_valid(out + length, piece) == piece, "piece %zu of \"%s\" cuts a character", i,
                  text);
        length += piece;
    }
    length += bn_text_stream_end(&stream, out + length, sizeof out - length);
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

/* Too little room: nothing is written or changed, and the same call with room gives the piece. */
Test(text_stream, asks_for_room)
{
    struct bn_model *model = open_bpe();
    struct bn_text_stream stream;
    char out[64] = "#";
    int32_t id;
    size_t n;
    cr_assert_eq(bn_tokenize(model, " the", 4, 0, &id, 1, &n, NULL), BN_OK);
    cr_assert_eq(n, 1);
    bn_text_stream_init(&stream, model, false);
    cr_expect_eq(bn_text_stream_put(&stream, id, out, 3), 4);
    cr_expect_eq(out[0], '#');
    cr_expect_eq(bn_text_stream_put(&stream, id, out, sizeof out), 4);
    cr_expect_arr_eq(out, " the", 4);
    bn_model_close(model);
}
