/* test_hf_tokenizer.c - Llama 2 as tokenizer.json (vocabulary and merges, byte fallback): the ids of llama.cpp's
 * vectors. The file is made here from the published vocabulary in the way of transformers' converter. */
#include "engine/model/tokenizer.h"
#include "engine/tests/sample_vocab.h"
#include <criterion/criterion.h>
#include <unistd.h>

static void put_json(FILE *f, struct bn_string s)
{
    fputc('"', f);
    for (size_t i = 0; i < s.n; i++)
        if ((uint8_t)s.bytes[i] < 0x20 || s.bytes[i] == '"' || s.bytes[i] == '\\')
            fprintf(f, "\\u%04x", s.bytes[i]);
        else
            fputc(s.bytes[i], f);
    fputc('"', f);
}

struct merge {
    int32_t left, right, whole;
};
static const struct bn_vocab *ordered;

/* Best score first; of one token's cuts, by their ids. */
static int by_score(const void *a, const void *b)
{
    const struct merge *x = a, *y = b;
    float sx = ordered->scores[x->whole], sy = ordered->scores[y->whole];
    if (sx != sy) return sx > sy ? -1 : 1;
    return x->left != y->left ? x->left - y->left : x->right - y->right;
}

/* Every cut of an ordinary token into two tokens. */
static size_t find_merges(struct merge *merges, const struct bn_vocab *v)
{
    struct bn_vocab_index index;
    size_t n = 0, length;
    cr_assert_eq(bn_vocab_index_init(&index, v, NULL), BN_OK);
    for (int32_t id = 0; id < v->n_tokens; id++) {
        const char *bytes = bn_vocab_bytes(&index, id, &length);
        for (size_t cut = 1; v->types[id] == BN_TOKEN_NORMAL && cut < length; cut++) {
            int32_t left = bn_vocab_find(&index, bytes, cut), right = bn_vocab_find(&index, bytes + cut, length - cut);
            if (left >= 0 && right >= 0) merges[n++] = (struct merge){left, right, id};
        }
    }
    bn_vocab_index_release(&index);
    ordered = v;
    qsort(merges, n, sizeof *merges, by_score);
    return n;
}

static FILE *create(const char *dir, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "we");
    cr_assert(f);
    return f;
}

static void write_directory(const char *dir, const struct bn_vocab *v, bool pairs)
{
    struct merge *merges = malloc(400000 * sizeof *merges);
    size_t n = find_merges(merges, v);
    FILE *f = create(dir, "config.json");
    fprintf(f,
            "{\"architectures\": [\"LlamaForCausalLM\"], \"hidden_size\": 4, \"intermediate_size\": 4, "
            "\"num_hidden_layers\": 1, "
            "\"num_attention_heads\": 1, \"max_position_embeddings\": 8, \"vocab_size\": %d, \"bos_token_id\": 1}",
            v->n_tokens);
    fclose(f);
    f = create(dir, "tokenizer.json");
    fputs("{\"added_tokens\": [{\"id\": 0, \"content\": \"<unk>\", \"special\": true}, {\"id\": 1, \"content\": "
          "\"<s>\", \"special\": true}, "
          "{\"id\": 2, \"content\": \"</s>\", \"special\": true}], \"model\": {\"type\": \"BPE\", \"byte_fallback\": "
          "true, \"vocab\": {",
          f);
    for (int i = 0; i < v->n_tokens; i++) fputs(i ? ", " : "", f), put_json(f, v->tokens[i]), fprintf(f, ": %d", i);
    fputs("}, \"merges\": [", f);
    for (size_t i = 0; i < n; i++) {
        struct bn_string left = v->tokens[merges[i].left], right = v->tokens[merges[i].right];
        char both[512];
        int length = snprintf(both, sizeof both, "%.*s %.*s", (int)left.n, left.bytes, (int)right.n, right.bytes);
        fputs(i ? ", " : "", f);
        if (pairs)
            fputc('[', f), put_json(f, left), fputc(',', f), put_json(f, right), fputc(']', f);
        else
            put_json(f, (struct bn_string){both, (size_t)length});
    }
    fputs("]}, \"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Prepend\", \"prepend\": "
          "\"\xE2\x96\x81\"}, "
          "{\"type\": \"Replace\", \"pattern\": {\"String\": \" \"}, \"content\": \"\xE2\x96\x81\"}]}}",
          f);
    fclose(f), free(merges);
    f = create(dir, "chat_template.jinja");
    fputs("{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
          "<|im_start|>assistant\n{{ '' }}",
          f);
    fclose(f);
}

static void expect_vectors(const struct bn_model *model)
{
    static const char separator[] = "\n__ggml_vocab_test__\n";
    struct bn_string in = sample_file("tokenizer/llama.cpp-vectors/ggml-vocab-llama-spm.gguf.inp"),
                     out = sample_file("tokenizer/llama.cpp-vectors/ggml-vocab-llama-spm.gguf.out");
    const char *text = in.bytes, *line = out.bytes, *end;
    int n_cases = 0;
    for (; (end = strstr(text, separator)); text = end + strlen(separator), n_cases++, line = strchr(line, '\n') + 1) {
        int32_t ids[1024];
        size_t n, same = 0;
        cr_assert_eq(bn_tokenize(model, text, (size_t)(end - text), 0, ids, 1024, &n, NULL), BN_OK);
        char *at = (char *)(uintptr_t)line;
        for (size_t i = 0; i < n; i++) same += strtol(at, &at, 10) == ids[i];
        cr_expect(same == n && strspn(at, " ") == (size_t)(strchr(at, '\n') - at), "case %d: %zu of %zu ids", n_cases,
                  same, n);
    }
    cr_expect_eq(n_cases, 46);
}

/* The template is in a file of its own, as transformers writes it today. */
static void expect_chat(const struct bn_model *model)
{
    char text[64];
    size_t n;
    cr_assert_eq(bn_chat_render(model, &(struct bn_message){"user", "Hi"}, 1, text, sizeof text, &n, NULL), BN_OK);
    cr_expect_str_eq(text, "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
}

static void check(bool pairs)
{
    char dir[] = "/tmp/bn_hf_XXXXXX", path[64];
    struct bn_model *model;
    struct bn_error err;
    const struct bn_vocab *v = sample_llama2();
    if (!v) cr_skip_test("the Llama 2 vocabulary is not in BN_DATA");
    cr_assert(mkdtemp(dir));
    write_directory(dir, v, pairs);
    cr_assert_eq(bn_model_open(&model, dir, &(struct bn_model_options){.vocab_only = true}, &err), BN_OK, "%s",
                 err.text);
    expect_vectors(model);
    expect_chat(model);
    bn_model_close(model);
    static const char *const names[] = {"config.json", "tokenizer.json", "chat_template.jinja"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
}

Test(hf_tokenizer, llama2_with_merges_as_strings) { check(false); }
Test(hf_tokenizer, llama2_with_merges_as_pairs) { check(true); }
