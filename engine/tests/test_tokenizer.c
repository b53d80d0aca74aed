/* test_tokenizer.c - published token ids, exact round trips, special tokens, and speed that does not depend
 * on the text. */
#include "engine/model/tokenizer.h"
#include "engine/tests/sample_vocab.h"
#include <criterion/criterion.h>
#include <time.h>

static struct bn_tokenizer *open_or_skip(const struct bn_vocab *vocab, const char *pretokenizer)
{
    struct bn_tokenizer *t;
    struct bn_error err = {0};
    if (!vocab) cr_skip_test("the vocabulary is not in BN_DATA");
    cr_assert_eq(bn_tokenizer_open(&t, vocab, pretokenizer, &err), BN_OK, "%s", err.text);
    return t;
}

static size_t encode(const struct bn_tokenizer *t, const char *text, size_t n, int flags, int32_t *ids,
                     size_t cap)
{
    size_t count;
    struct bn_error err = {0};
    cr_assert_eq(bn_tokenizer_encode(t, text, n, flags, ids, cap, &count, &err), BN_OK, "%s", err.text);
    return count;
}

static void expect_ids(const struct bn_tokenizer *t, const char *text, size_t n, int flags,
                       const int32_t *want, size_t n_want)
{
    int32_t got[4096];
    size_t n_got = encode(t, text, n, flags, got, 4096);
    bool same = n_got == n_want && !memcmp(got, want, n_want * sizeof *want);
    for (size_t i = 0; !same && i < n_got && i < 40; i++)
        fprintf(stderr, "got %d want %d\n", got[i], i < n_want ? want[i] : -1);
    cr_expect(same, "ids of \"%.*s\": %zu, expected %zu", (int)n, text, n_got, n_want);
}

/* "1 2 3\n" -> ids; returns how many and moves *line behind the newline. */
static size_t read_ids(const char **line, int32_t *ids)
{
    size_t n = 0;
    const char *at = *line;
    while (*at && *at != '\n' && *at != ']') {
        char *end;
        long id = strtol(at, &end, 10);
        if (end == at) {
            at++;
            continue;
        }
        ids[n++] = (int32_t)id, at = end;
    }
    *line = *at ? at + 1 : at;
    return n;
}

/* ---- published vectors
 * -------------------------------------------------------------------------------------------- */

/* The files of llama.cpp: texts between separator lines, ids a line. */
static void check_llama_cpp(const struct bn_tokenizer *t, const char *name)
{
    static const char separator[] = "\n__ggml_vocab_test__\n";
    char path[256];
    snprintf(path, sizeof path, "tokenizer/llama.cpp-vectors/ggml-vocab-%s.gguf.inp", name);
    struct bn_string in = sample_file(path);
    memcpy(strrchr(path, '.'), ".out", 4);
    struct bn_string out = sample_file(path);
    if (!in.bytes || !out.bytes) cr_skip_test("the llama.cpp vectors are not in BN_DATA");
    const char *text = in.bytes, *line = out.bytes, *end;
    int n_cases = 0;
    for (; (end = strstr(text, separator)); text = end + strlen(separator), n_cases++) {
        int32_t want[1024];
        size_t n_want = read_ids(&line, want);
        expect_ids(t, text, (size_t)(end - text), 0, want, n_want);
    }
    cr_expect_eq(n_cases, 46);
}

Test(tokenizer, llama_bpe_vectors)
{
    check_llama_cpp(open_or_skip(sample_llama3(), "llama-bpe"), "llama-bpe");
}
Test(tokenizer, llama_spm_vectors)
{
    check_llama_cpp(open_or_skip(sample_llama2(), NULL), "llama-spm");
}
/* phi-3 is the Llama 2 vocabulary with other control tokens; none of them is in these texts. */
Test(tokenizer, phi_3_vectors)
{
    check_llama_cpp(open_or_skip(sample_llama2(), NULL), "phi-3");
}

static size_t unescape(const char *json, char *out) /* after the opening quote; returns the length */
{
    size_t n = 0;
    for (; *json != '"'; json++) {
        if (*json != '\\') {
            out[n++] = *json;
            continue;
        }
        json++;
        cr_assert(strchr("nt\"\\/", *json) && *json, "the test reads no \\%c", *json);
        out[n++] = *json == 'n' ? '\n' : *json == 't' ? '\t' : *json;
    }
    return n;
}

Test(tokenizer, llama3_tokenizer_js_vectors)
{
    struct bn_tokenizer *t = open_or_skip(sample_llama3(), NULL);
    struct bn_string file = sample_file("tokenizer/llama3-tokenizer-js-vectors.jsonl");
    if (!file.bytes) cr_skip_test("the llama3-tokenizer-js vectors are not in BN_DATA");
    int n_cases = 0;
    for (const char *line = file.bytes; *line; line = strchr(line, '\n') + 1, n_cases++) {
        char text[4096];
        int32_t want[1024];
        size_t n = unescape(strstr(line, "\"text\": \"") + 9, text);
        const char *ids = strstr(line, "\"ids\": [") + 8;
        size_t n_want = read_ids(&ids, want);
        bool special =
            strstr(ids, "\"special\": true") && strstr(ids, "\"special\": true") < strchr(ids, '\n');
        expect_ids(t, text, n, special ? BN_TOKENIZE_SPECIAL : 0, want, n_want);
    }
    cr_expect_eq(n_cases, 14);
}
