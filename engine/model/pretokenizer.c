/* pretokenizer.c - the table of pre-tokenisers and the walk over the matches of their expressions. */
#include "engine/model/pretokenizer.h"
#include "engine/core/status.h"
#include "engine/model/utf8.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

/* Unicode White_Space, written out: PCRE2's \s has U+180E besides. */
#define WS          "\\t-\\r \\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}"
#define S           "[" WS "]"
#define NOT_S       "[^" WS "]"
#define OTHER       "[^" WS "\\p{L}\\p{N}]"
#define CONTRACTION "'s|'t|'re|'ve|'m|'ll|'d"
#define GPT2        CONTRACTION "| ?\\p{L}+| ?\\p{N}+| ?" OTHER "+|" S "+(?!" NOT_S ")"
#define UPPER       "\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}"
#define LOWER       "\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}"
#define TEKKEN                                                                                                         \
    "[^\\r\\n\\p{L}\\p{N}]?[" UPPER "]*[" LOWER "]+|[^\\r\\n\\p{L}\\p{N}]?[" UPPER "]+[" LOWER "]*|\\p{N}| ?" OTHER    \
    "+[\\r\\n/]*|" S "*[\\r\\n]+|" S "+(?!" NOT_S ")|" S "+"
#define LLAMA3(digits)                                                                                                 \
    "(?i:" CONTRACTION ")|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" digits "| ?" OTHER "+[\\r\\n]*|" S "*[\\r\\n]+|" S           \
    "+(?!" NOT_S ")|" S "+"

enum { MAX_STAGES = 4 };

/* One line, one rule (FORMATS.md 5.1). A later expression cuts what the earlier ones left: matches and gaps
 * alike. */
static const struct rule {
    const char *names; /* of tokenizer.ggml.pre, space before and after each */
    bool ignores_merges;
    const char *expressions[MAX_STAGES];
    int bytes_from; /* the first expression that sees bytes, not characters; 0: none */
} rules[] = {
    {" llama-bpe llama3 llama-v3 falcon3 falcon-h1 falcon_e falcon-e pixtral midm-2.0 lfm2 ",
     true,
     {LLAMA3("\\p{N}{1,3}")}},
    {" dbrx smaug-bpe ", false, {LLAMA3("\\p{N}{1,3}")}},
    {" gpt-2 gpt2 phi-2 mpt olmo jina-es jina-de jina-v2-es jina-v2-de jina-v2-code roberta-bpe gigachat ",
     false,
     {GPT2 "|" S "+"}},
    {" qwen2 stablelm2 deepseek-r1-qwen megrez ", false, {LLAMA3("\\p{N}")}},
    {" smollm starcoder refact command-r codeshell exaone minerva-7b ", false, {"\\p{N}", GPT2 "|" S "+"}},
    {" tekken ", true, {TEKKEN}},
    {" whole ", false, {NULL}}, /* ByteLevel with use_regex false and nothing in front of it */
    /* Its Digits see the byte alphabet, where the bytes B2, B3, B9 and BC to BE are numbers (superscripts and
     * fractions). */
    {" falcon ",
     false,
     {"[\\p{P}$+<=>^~|`]+", GPT2 "|" S "+", "[0-9\\xB2\\xB3\\xB9\\xBC-\\xBE]+", "[0-9][0-9][0-9]"},
     2},
    /* What bitnet.cpp does for a file without the key: four cuts, one after the other. */
    {" default ", false, {"[\\p{P}$+<=>^~|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]"}},
};

struct bn_pretokenizer {
    const struct rule *rule;
    int n_stages;
    pcre2_code *code[MAX_STAGES];
    pcre2_match_context *context;
};

static const struct rule *find_rule(const char *name)
{
    char key[40];
    size_t n = strlen(name);
    if (!n || n > 32 || strchr(name, ' ')) return NULL;
    key[0] = ' ', memcpy(key + 1, name, n), key[n + 1] = ' ', key[n + 2] = '\0';
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strstr(rules[i].names, key)) return &rules[i];
    return NULL;
}

static enum bn_status compile(struct bn_pretokenizer *p, struct bn_error *err)
{
    for (; p->n_stages < MAX_STAGES && p->rule->expressions[p->n_stages]; p->n_stages++) {
        int code;
        size_t offset;
        const char *expression = p->rule->expressions[p->n_stages];
        bool bytes = p->rule->bytes_from && p->n_stages >= p->rule->bytes_from;
        p->code[p->n_stages] = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED,
                                             bytes ? 0 : PCRE2_UTF | PCRE2_UCP, &code, &offset, NULL);
        if (!p->code[p->n_stages])
            return bn_fail(err, code == PCRE2_ERROR_HEAP_FAILED ? BN_ERR_MEMORY : BN_ERR_UNSUPPORTED,
                           "PCRE2 does not compile the pre-tokeniser at offset %zu (error %d): is it built with "
                           "Unicode support?",
                           offset, code);
        pcre2_jit_compile(p->code[p->n_stages], PCRE2_JIT_COMPLETE); /* where there is no JIT, the interpreter runs */
    }
    p->context = pcre2_match_context_create(NULL);
    if (!p->context) return bn_fail_memory(err, "the pre-tokeniser", 64);
    pcre2_set_match_limit(p->context, UINT32_MAX); /* backtracking is linear in a run of white space, not endless */
    return BN_OK;
}

enum bn_status bn_pretokenizer_open(struct bn_pretokenizer **pretokenizer, const char *name, struct bn_error *err)
{
    const struct rule *rule = find_rule(name);
    *pretokenizer = NULL;
    if (!rule)
        return bn_fail(
            err, BN_ERR_UNSUPPORTED,
            "Unknown pre-tokeniser \"%.40s\"; choose with --pretokenizer: llama-bpe, dbrx, gpt-2, qwen2, smollm, "
            "tekken, falcon, whole or default.",
            name);
    struct bn_pretokenizer *p = calloc(1, sizeof *p);
    if (!p) return bn_fail_memory(err, "the pre-tokeniser", sizeof *p);
    p->rule = rule;
    enum bn_status status = compile(p, err);
    if (status != BN_OK)
        bn_pretokenizer_close(p);
    else
        *pretokenizer = p;
    return status;
}

void bn_pretokenizer_close(struct bn_pretokenizer *pretokenizer)
{
    if (!pretokenizer) return;
    for (int i = 0; i < MAX_STAGES; i++) pcre2_code_free(pretokenizer->code[i]);
    pcre2_match_context_free(pretokenizer->context);
    free(pretokenizer);
}

bool bn_pretokenizer_ignores_merges(const struct bn_pretokenizer *pretokenizer)
{
    return pretokenizer->rule->ignores_merges;
}

/* ---- splitting ---- */

struct walk {
    const struct bn_pretokenizer *pretokenizer;
    pcre2_match_data *match[MAX_STAGES];
    bn_pretoken *each;
    void *self;
    struct bn_error *err;
};

static enum bn_status split(struct walk *walk, int stage, const char *text, size_t n);

/* Cuts text[from .. to), a gap or a match of the stage before. */
static enum bn_status cut(struct walk *walk, int stage, const char *text, size_t from, size_t to)
{
    return from < to ? split(walk, stage, text + from, to - from) : BN_OK;
}

static enum bn_status split(struct walk *walk, int stage, const char *text, size_t n)
{
    const struct bn_pretokenizer *p = walk->pretokenizer;
    if (stage == p->n_stages) return walk->each(walk->self, text, n, walk->err);
    const size_t *span = pcre2_get_ovector_pointer(walk->match[stage]);
    for (size_t at = 0; at < n; at = span[1]) {
        int rc = pcre2_match(p->code[stage], (PCRE2_SPTR)text, n, at, PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY,
                             walk->match[stage], p->context);
        if (rc == PCRE2_ERROR_NOMATCH) return cut(walk, stage + 1, text, at, n);
        if (rc < 0)
            return bn_fail(walk->err, BN_ERR_MEMORY, "PCRE2 gave up on %zu bytes of text (error %d).", n - at, rc);
        enum bn_status status = cut(walk, stage + 1, text, at, span[0]);
        if (status == BN_OK) status = cut(walk, stage + 1, text, span[0], span[1]);
        if (status != BN_OK) return status;
    }
    return BN_OK;
}

static enum bn_status split_any_bytes(struct walk *walk, const char *text, size_t n)
{
    enum bn_status status = BN_OK;
    for (size_t at = 0; at < n && status == BN_OK;) {
        size_t valid = bn_utf8_valid(text + at, n - at);
        if (valid)
            status = split(walk, 0, text + at, valid);
        else
            status = walk->each(walk->self, text + at, valid = 1, walk->err);
        at += valid;
    }
    return status;
}

enum bn_status bn_pretokenizer_split(const struct bn_pretokenizer *pretokenizer, const char *text, size_t n,
                                     bn_pretoken *each, void *self, struct bn_error *err)
{
    struct walk walk = {.pretokenizer = pretokenizer, .each = each, .self = self, .err = err};
    enum bn_status status = BN_OK;
    for (int i = 0; i < pretokenizer->n_stages; i++) {
        walk.match[i] = pcre2_match_data_create(1, NULL);
        if (!walk.match[i]) status = bn_fail_memory(err, "the pre-tokeniser", 64);
    }
    if (status == BN_OK) status = split_any_bytes(&walk, text, n);
    for (int i = 0; i < pretokenizer->n_stages; i++) pcre2_match_data_free(walk.match[i]);
    return status;
}
