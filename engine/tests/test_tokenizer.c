/* test_tokenizer.c - published token ids, exact round trips, special tokens, and speed that does not depend
 * on the text. */
#include "engine/model/tokenizer.h"
#include "engine/tests/sample_vocab.h"
#include "engine/tests/timing.h"
#include <criterion/criterion.h>
#include <time.h>

static struct bn_tokenizer *opened[2]; /* by the running test */

static struct bn_tokenizer *open_or_skip(const struct bn_vocab *vocab, const char *pretokenizer)
{
    struct bn_tokenizer **t = &opened[opened[0] != NULL];
    struct bn_error err = {0};
    if (!vocab) cr_skip_test("the vocabulary is not in BN_DATA");
    cr_assert_eq(bn_tokenizer_open(t, vocab, pretokenizer, &err), BN_OK, "%s", err.text);
    return *t;
}

static void close_opened(void) { bn_tokenizer_close(opened[0]), bn_tokenizer_close(opened[1]); }

TestSuite(tokenizer, .fini = close_opened);

static size_t encode(const struct bn_tokenizer *t, const char *text, size_t n, int flags, int32_t *ids, size_t cap)
{
    size_t count;
    struct bn_error err = {0};
    cr_assert_eq(bn_tokenizer_encode(t, text, n, flags, ids, cap, &count, &err), BN_OK, "%s", err.text);
    return count;
}

static void expect_ids(const struct bn_tokenizer *t, const char *text, size_t n, int flags, const int32_t *want,
                       size_t n_want)
{
    int32_t got[4096];
    size_t n_got = encode(t, text, n, flags, got, 4096);
    bool same = n_got == n_want && !memcmp(got, want, n_want * sizeof *want);
    for (size_t i = 0; !same && i < n_got && i < 40; i++)
        fprintf(stderr, "got %d want %d\n", got[i], i < n_want ? want[i] : -1);
    cr_expect(same, "ids of \"%.*s\": %zu, expected %zu", (int)n, text, n_got, n_want);
}

/* "1 2 3\n" -> ids; returns how many and moves *line past the newline. */
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

/* ---- published vectors ---- */

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

Test(tokenizer, llama_bpe_vectors) { check_llama_cpp(open_or_skip(sample_llama3(), "llama-bpe"), "llama-bpe"); }
Test(tokenizer, llama_spm_vectors) { check_llama_cpp(open_or_skip(sample_llama2(), NULL), "llama-spm"); }
/* phi-3 is the Llama 2 vocabulary with other control tokens; none of them is in these texts. */
Test(tokenizer, phi_3_vectors) { check_llama_cpp(open_or_skip(sample_llama2(), NULL), "phi-3"); }

Test(tokenizer, gpt_2_vectors) { check_llama_cpp(open_or_skip(sample_gpt2(), "gpt-2"), "gpt-2"); }

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
        bool special = strstr(ids, "\"special\": true") && strstr(ids, "\"special\": true") < strchr(ids, '\n');
        expect_ids(t, text, n, special ? BN_TOKENIZE_SPECIAL : 0, want, n_want);
    }
    cr_expect_eq(n_cases, 14);
}

/* ---- any bytes, and back ---- */

/* All bytes of the ids, specials included; an SPM text comes back with the space that was put in front. */
static size_t decode(const struct bn_tokenizer *t, const int32_t *ids, size_t n, char *out, size_t cap)
{
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        struct bn_text text = bn_tokenizer_bytes(t, ids[i], true);
        cr_assert_leq(length + text.n, cap);
        memcpy(out + length, text.bytes, text.n);
        length += text.n;
    }
    return length;
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Random bytes, random characters, and both mixed with text that looks like tokens. */
static size_t make_text(char *out, size_t cap, uint32_t *seed)
{
    static const char *const pieces[] = {" ",           "  ",           "\n",       "\r\n",      "\t",         "don't",
                                         "Việt",        "🦙",         "é",        "e\xCC\x81", "<|eot_id|>", "</s>",
                                         "<0x0A>",      "\xE2\x96\x81", "\xC2\xA0", "12345",     "\xF0\x9F",   "ﷺ",
                                         "\xED\xA0\x80"};
    size_t n = 0, want = next_random(seed) % cap;
    while (n < want) {
        const char *piece = pieces[next_random(seed) % (sizeof pieces / sizeof *pieces)];
        size_t length = strlen(piece);
        if (next_random(seed) % 3 && n + length <= want)
            memcpy(out + n, piece, length), n += length;
        else
            out[n++] = (char)next_random(seed);
    }
    return n;
}

static void expect_round_trips(const struct bn_tokenizer *t)
{
    uint32_t seed = 20261122;
    for (int round = 0; round < 3000; round++) {
        char text[300], back[400];
        int32_t ids[1300];
        size_t n = make_text(text, sizeof text, &seed);
        size_t n_ids = encode(t, text, n, 0, ids, 1300);
        cr_assert_leq(n_ids, 1300);
        size_t n_back = decode(t, ids, n_ids, back, sizeof back), skip = n && bn_tokenizer_adds_space(t);
        cr_assert(n_back == n + skip && !memcmp(back + skip, text, n), "round %d: %zu bytes came back as %zu", round, n,
                  n_back - skip);
    }
}

Test(tokenizer, llama3_gives_back_any_bytes) { expect_round_trips(open_or_skip(sample_llama3(), "llama-bpe")); }
Test(tokenizer, llama3_cut_as_bitnet_cpp_does_gives_back_any_bytes)
{
    expect_round_trips(open_or_skip(sample_llama3(), "default"));
}
Test(tokenizer, gpt_2_gives_back_any_bytes) { expect_round_trips(open_or_skip(sample_gpt2(), "gpt-2")); }
Test(tokenizer, llama2_gives_back_any_bytes) { expect_round_trips(open_or_skip(sample_llama2(), NULL)); }
Test(tokenizer, tok512_gives_back_any_bytes) { expect_round_trips(open_or_skip(sample_tok512(), NULL)); }

/* ---- special tokens ---- */
static void expect_text_ids(const struct bn_tokenizer *t, const char *text, int flags, const int32_t *want,
                            size_t n_want)
{
    expect_ids(t, text, strlen(text), flags, want, n_want);
}
#define IDS(...) (const int32_t[]){__VA_ARGS__}, sizeof((int32_t[]){__VA_ARGS__}) / sizeof(int32_t)

/* Ids of the words are those of FORMATS.md 5.1. */
Test(tokenizer, bos_comes_once_and_specials_only_on_request)
{
    struct bn_tokenizer *t = open_or_skip(sample_llama3(), NULL);
    int both = BN_TOKENIZE_BOS | BN_TOKENIZE_SPECIAL;
    expect_text_ids(t, "Hello world", BN_TOKENIZE_BOS, IDS(128000, 9906, 1917));
    expect_text_ids(t, "Hello world", 0, IDS(9906, 1917));
    expect_text_ids(t, "", BN_TOKENIZE_BOS, IDS(128000));
    expect_text_ids(t, "<|begin_of_text|>Hello world", both, IDS(128000, 9906, 1917));
    expect_text_ids(t, "<|begin_of_text|>User: Hi<|eot_id|>Assistant: ", both,
                    IDS(128000, 1502, 25, 21694, 128009, 72803, 25, 220));
    int32_t ids[64];
    size_t n = encode(t, "<|eot_id|>", 10, BN_TOKENIZE_BOS, ids, 64);
    cr_expect_gt(n, 2, "user text with the letters of a special token is text");
    for (size_t i = 1; i < n; i++) cr_expect_lt(ids[i], 128000);
    cr_expect(bn_tokenizer_is_end(t, 128001) && bn_tokenizer_is_end(t, 128009) && !bn_tokenizer_is_end(t, 128000) &&
              !bn_tokenizer_is_end(t, 9906));
}

/* Inside a quote a control token is text; the same letters outside are the token. */
Test(tokenizer, control_tokens_are_text_inside_quotes)
{
    struct bn_tokenizer *t = open_or_skip(sample_llama3(), NULL);
    static const char text[] = "User: Hi<|eot_id|> x<|eot_id|>Assistant: ";
    const struct bn_span content = {6, 20};
    int32_t ids[64];
    struct bn_error err;
    size_t n, n_ends = 0, n_text;
    char back[128];
    cr_assert_eq(bn_tokenizer_encode_quoted(t, text, strlen(text), BN_TOKENIZE_SPECIAL, &content, 1, ids, 64, &n, &err),
                 BN_OK);
    for (size_t i = 0; i < n; i++) n_ends += ids[i] == 128009;
    cr_expect_eq(n_ends, 1, "%zu ends of turn", n_ends);
    n_text = decode(t, ids, n, back, sizeof back);
    cr_expect(n_text == strlen(text) && !memcmp(back, text, n_text));
    n = encode(t, text, strlen(text), BN_TOKENIZE_SPECIAL, ids, 64);
    cr_expect(n == 9 && ids[3] == 128009 && ids[5] == 128009, "without quotes both are tokens");
}

/* Ids of FORMATS.md 5.2: one space in front of the text and after a special token. */
Test(tokenizer, llama2_puts_one_space_in_front)
{
    struct bn_tokenizer *t = open_or_skip(sample_llama2(), NULL);
    expect_text_ids(t, "Hello world", BN_TOKENIZE_BOS, IDS(1, 15043, 3186));
    expect_text_ids(t, "<s>Hello world", BN_TOKENIZE_BOS | BN_TOKENIZE_SPECIAL, IDS(1, 15043, 3186));
    expect_text_ids(t, " world", BN_TOKENIZE_NO_PREFIX, IDS(3186));
    expect_text_ids(t, "", BN_TOKENIZE_BOS, IDS(1));
}

/* A file that is silent about its pre-tokeniser (the published 2B4T) is read as llama-bpe; bitnet.cpp's fallback cuts
 * otherwise: "3333" as 333 3 from the left there too, but punctuation apart from the letters that follow. */
Test(tokenizer, a_silent_file_is_llama_bpe)
{
    struct bn_tokenizer *silent = open_or_skip(sample_llama3(), NULL),
                        *fallback = open_or_skip(sample_llama3(), "default");
    expect_text_ids(silent, "' era", 0, IDS(6, 11639));
    expect_text_ids(silent, "33333", 0, IDS(8765, 1644));
    expect_text_ids(silent, "\n =", 0, IDS(198, 284));
    expect_text_ids(silent, " Vi\xE1\xBB\x87t", 0, IDS(101798));
    expect_text_ids(fallback, " Vi\xE1\xBB\x87t", 0, IDS(11655, 26298, 83));
}

/* ---- speed ---- */
static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Least CPU time of several tries: other processes can only add to it. */
static double seconds_for(const struct bn_tokenizer *t, const char *text, size_t n, int32_t *ids, int tries)
{
    double least = 1e9;
    for (int i = 0; i < tries; i++) {
        double start = cpu_seconds();
        encode(t, text, n, 0, ids, n);
        double took = cpu_seconds() - start;
        if (took < least) least = took;
    }
    return least;
}

static const struct {
    const char *name, *unit;
} worst_cases[] = {{"one letter", "a"},
                   {"spaces", " "},
                   {"emoji", "\xF0\x9F\x98\x80"},
                   {"newlines", "\n"},
                   {"digits", "7"},
                   {"a lone byte", "\xFF"},
                   {"tabs", "\t "},
                   {"punctuation", "!"},
                   {"combining marks", "e\xCC\x81"},
                   {"a special's beginning", "<|eot"}};

/* Sixteen times the text, 1 MB, takes less than 64 times the time: about 20 to 30 because of caches, where a quadratic
 * way takes 256. Whoever else uses the caches can only slow a try down, so the best of several counts. */
static void expect_linear(const struct bn_tokenizer *t, const char *vocabulary, size_t n_cases)
{
    enum { N = 1 << 20, TIMES = 16, TRIES = 5 };
    SKIP_UNLESS_TIMES_COUNT();
    char *text = malloc(N);
    int32_t *ids = malloc(2 * (size_t)N * sizeof *ids);
    for (size_t c = 0; c < n_cases; c++) {
        size_t length = strlen(worst_cases[c].unit);
        for (size_t i = 0; i < N; i++) text[i] = worst_cases[c].unit[i % length];
        double part = seconds_for(t, text, N / TIMES / length * length, ids, TRIES), whole = 1e9;
        for (int i = 0; i < TRIES && whole >= 64 * part; i++) {
            double took = seconds_for(t, text, N / length * length, ids, 1);
            if (took < whole) whole = took;
        }
        cr_log_info("%s, 1 MB of %s: %.1f MB/s, %.2f times the time of 64 KB", vocabulary, worst_cases[c].name,
                    1.048576 / whole, whole / part);
        cr_expect_lt(whole, 64 * part, "%s, %s: %.1f ms for 64 KB, %.1f ms for 1 MB", vocabulary, worst_cases[c].name,
                     part * 1e3, whole * 1e3);
    }
    free(text), free(ids);
}
enum { ALL_CASES = sizeof worst_cases / sizeof *worst_cases };

Test(tokenizer, llama3_time_is_linear)
{
    expect_linear(open_or_skip(sample_llama3(), "llama-bpe"), "llama-bpe", ALL_CASES);
}
Test(tokenizer, llama3_default_time_is_linear)
{
    expect_linear(open_or_skip(sample_llama3(), "default"), "default", 3);
}
Test(tokenizer, llama2_time_is_linear) { expect_linear(open_or_skip(sample_llama2(), NULL), "llama2", ALL_CASES); }

/* English text at 5 MB/s and more. */
static void expect_fast(const struct bn_tokenizer *t, const char *vocabulary)
{
    SKIP_UNLESS_TIMES_COUNT();
    struct bn_string text = sample_file("train-text/classic-books/alcott_little-women.md");
    if (!text.bytes) cr_skip_test("the books are not in BN_DATA");
    int32_t *ids = malloc(text.n * sizeof *ids);
    double speed = (double)text.n / 1e6 / seconds_for(t, text.bytes, text.n, ids, 5);
    free(ids);
    cr_log_info("%s: %.1f MB/s on English text", vocabulary, speed);
    cr_expect_geq(speed, 5.0, "%s: %.2f MB/s", vocabulary, speed);
}

Test(tokenizer, llama3_reads_5_megabytes_a_second)
{
    expect_fast(open_or_skip(sample_llama3(), "llama-bpe"), "llama-bpe");
}
Test(tokenizer, llama2_reads_5_megabytes_a_second) { expect_fast(open_or_skip(sample_llama2(), NULL), "llama2"); }
