/* test_tokenizer_files.c - every kind of tokenizer.json gives the ids of Hugging Face's tokenizers (data/tokenizers),
 * or is refused by name, and so does the GGUF file made of it; what other files say of tokens counts. */
#include "engine/format/gguf_save.h"
#include "engine/model/normal_form.h"
#include "engine/tests/chat_vectors.h"
#include <dirent.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROOT "engine/tests/data/tokenizers"

static struct bn_model *open_model(const char *dir)
{
    struct bn_model *model = NULL;
    struct bn_error err = {0};
    cr_assert_eq(bn_model_open(&model, dir, &(struct bn_model_options){.vocab_only = true}, &err), BN_OK, "%s: %s", dir,
                 err.text);
    return model;
}

/* The vocabulary of a directory as bitnet-quantize writes it; NULL when it refuses to, in a sentence. */
static struct bn_model *open_saved(const char *dir)
{
    char path[] = "/tmp/bn_tok_XXXXXX";
    struct bn_source source;
    struct bn_save_plan plan = {0};
    struct bn_output *output;
    struct bn_error err = {0};
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    cr_assert_eq(bn_source_open(&source, dir, &(struct bn_model_options){.vocab_only = true}, &err), BN_OK);
    cr_assert_eq(bn_output_open(&output, path, &err), BN_OK, "%s", err.text);
    enum bn_status status = bn_gguf_save(&plan, &source, output, &(struct bn_save_options){0}, &err);
    if (status)
        bn_output_discard(output);
    else
        cr_assert_eq(bn_output_commit(output, &err), BN_OK, "%s", err.text);
    bn_source_close(&source);
    struct bn_model *model = status ? NULL : open_model(path);
    cr_expect(!status || strstr(err.text, "is not supported"), "%s: %s", dir, err.text);
    unlink(path);
    return model;
}

static void expect_ids(const struct bn_model *model, const char *name, struct chat_text text, struct bn_json *want)
{
    int32_t ids[64];
    size_t n = 0, i = 0;
    int64_t id;
    struct bn_error err = {0};
    int flags = BN_TOKENIZE_BOS | BN_TOKENIZE_EOS | BN_TOKENIZE_SPECIAL;
    enum bn_status status = bn_tokenize(model, text.bytes, text.n, flags, ids, 64, &n, &err);
    cr_expect_eq(status, BN_OK, "%s: %s", name, err.text);
    for (bn_json_array(want); bn_json_element(want) && bn_json_int(want, &id); i++)
        cr_expect(i < n && ids[i] == id, "%s: \"%s\": id %zu is %d, not %d", name, text.bytes, i, i < n ? ids[i] : -1,
                  (int)id);
    cr_expect_eq(i, n, "%s: \"%s\": %zu ids, not %zu", name, text.bytes, n, i);
}

static void expect_refusal(const struct bn_model *model, const char *name)
{
    size_t n;
    struct bn_error err = {0};
    cr_expect_eq(bn_tokenize(model, "a", 1, 0, NULL, 0, &n, &err), BN_ERR_UNSUPPORTED, "%s", name);
    cr_expect(strstr(err.text, "is not supported") || strstr(err.text, "Unknown pre-tokeniser"), "%s: %s", name,
              err.text);
}

static void check_model(struct bn_model *model, const char *name, struct chat_text file)
{
    struct bn_json j;
    struct bn_json_text key;
    struct chat_text text = {0};
    size_t n = 0;
    bn_json_init(&j, file.bytes, file.n);
    for (bn_json_array(&j); bn_json_element(&j); n++)
        for (bn_json_object(&j); bn_json_key(&j, &key);)
            if (bn_json_is(key, "text"))
                text = chat_string(&j);
            else
                expect_ids(model, name, text, &j);
    if (!n) expect_refusal(model, name);
    bn_model_close(model);
}

static void check(const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "../tokenizers/%s/vectors.json", name);
    struct chat_text file = chat_file(path);
    snprintf(path, sizeof path, ROOT "/%s", name);
    check_model(open_model(path), name, file);
    struct bn_model *saved = open_saved(path);
    cr_expect(saved || file.n < 8, "%s is not written", name); /* without vectors: refused */
    if (saved) check_model(saved, name, file);
}

Test(tokenizer_files, kinds_of_tokenizer_json)
{
    DIR *dir = opendir(ROOT);
    size_t n = 0;
    cr_assert(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        if (!strchr(entry->d_name, '.')) check(entry->d_name), n++;
    closedir(dir);
    cr_expect_geq(n, 19);
}

/* ---- text that is not in a normal form ---- */

/* Bytes that are no UTF-8 stay where they are, and what is between them is normalized. */
Test(tokenizer_files, normal_form_of_any_bytes)
{
    struct bn_normalizer form;
    static const char text[] = "e\xCC\x81\xFF\x80"
                               "e\xCC\x81\xE2\x84",
                      want[] = "\xC3\xA9\xFF\x80\xC3\xA9\xE2\x84";
    char *out;
    size_t n;
    cr_assert_eq(bn_normalizer_init(&form, "NFC", NULL), BN_OK);
    cr_assert_eq(bn_normalize(&form, text, sizeof text - 1, &out, &n, NULL), BN_OK);
    cr_expect(n == sizeof want - 1 && !memcmp(out, want, n));
    free(out);
    cr_assert_eq(bn_normalize(&form, "plain", 5, &out, &n, NULL), BN_OK);
    cr_expect_null(out);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* U+0301 has the class 230 and U+0323 the class 220: all of them change places. Takes hours where the order is made by
 * exchanging neighbours. */
Test(tokenizer_files, a_megabyte_of_marks_on_one_letter, .timeout = 60)
{
    enum { PAIRS = 1 << 18 };
    struct bn_normalizer form;
    char *text = malloc(4 * PAIRS), *out;
    size_t n;
    for (int i = 0; i < PAIRS; i++) memcpy(text + 4 * i, "\xCC\x81\xCC\xA3", 4);
    double start = seconds();
    cr_assert_eq(bn_normalizer_init(&form, "NFD", NULL), BN_OK);
    cr_assert_eq(bn_normalize(&form, text, 4 * PAIRS, &out, &n, NULL), BN_OK);
    cr_expect_lt(seconds() - start, 5);
    cr_expect(n == 4 * PAIRS && !memcmp(out, "\xCC\xA3\xCC\xA3", 4) && !memcmp(out + n - 4, "\xCC\x81\xCC\x81", 4));
    free(text), free(out);
}

/* ---- files beside the vocabulary ---- */

static void put(const char *dir, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/additional_chat_templates", dir);
    if (strchr(name, '/')) mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "we");
    cr_assert(f && fputs(text, f) >= 0 && !fclose(f));
}

/* The gpt-2 vocabulary of data/tokenizers (276 tokens) with room for four more, and more files. */
static struct bn_model *open_by(struct bn_model *(*open)(const char *path), const char *const files[][2], size_t n)
{
    char dir[] = "/tmp/bn_tok_XXXXXX", command[400];
    cr_assert(mkdtemp(dir));
    struct chat_text tokenizer = chat_file("../tokenizers/gpt-2/tokenizer.json");
    put(dir, "tokenizer.json", tokenizer.bytes);
    put(dir, "config.json",
        "{\"architectures\": [\"LlamaForCausalLM\"], \"hidden_size\": 64, \"intermediate_size\": 64, "
        "\"num_hidden_layers\": 1,"
        "\"num_attention_heads\": 1, \"max_position_embeddings\": 8, \"vocab_size\": 280, \"eos_token_id\": [275, 97, "
        "98, 99]}");
    for (size_t i = 0; i < n; i++) put(dir, files[i][0], files[i][1]);
    struct bn_model *model = open(dir);
    snprintf(command, sizeof command, "rm -r %s", dir);
    cr_assert_eq(system(command), 0);
    return model;
}
static struct bn_model *open_with(const char *const files[][2], size_t n) { return open_by(open_model, files, n); }

static int32_t id_of(const struct bn_model *model, const char *text)
{
    int32_t ids[8];
    size_t n;
    cr_assert_eq(bn_tokenize(model, text, strlen(text), BN_TOKENIZE_SPECIAL, ids, 8, &n, NULL), BN_OK);
    return n == 1 ? ids[0] : -1;
}

static void expect_chat(const struct bn_model *model, const char *want)
{
    char text[64];
    size_t n;
    struct bn_error err = {0};
    cr_assert_eq(bn_chat_render(model, &(struct bn_message){"user", "a"}, 1, text, sizeof text, &n, &err), BN_OK, "%s",
                 err.text);
    cr_expect_str_eq(text, want);
}

static void expect_tokens(struct bn_model *model)
{
    static const int ends[] = {275, 97, 98, 99, 100, 277};
    cr_expect(id_of(model, "<tool>") == 276 && id_of(model, "<|im_end|>") == 277 && id_of(model, "<|x|>") == 278);
    cr_expect_eq(bn_token_bos(model), 274);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) cr_expect(bn_token_is_end(model, ends[i]), "%d", ends[i]);
    cr_expect(!bn_token_is_end(model, 101));
    expect_chat(model, "<s><|im_end|>");
    bn_model_close(model);
}

Test(tokenizer_files, added_tokens_special_tokens_and_ends)
{
    static const char *const files[][2] = {
        {"added_tokens.json", "{\"<tool>\": 276, \"<|im_end|>\": 277}"},
        {"tokenizer_config.json",
         "{\"added_tokens_decoder\": {\"278\": {\"content\": \"<|x|>\", \"special\": true}, \"277\": "
         "{\"content\": \"<|im_end|>\", \"special\": true}}, \"bos_token\": \"<s>\", \"eos_token\": {\"content\": "
         "\"<|im_end|>\"}, \"chat_template\": [{\"name\": \"tool_use\", \"template\": \"T\"}, "
         "{\"name\": \"default\", \"template\": \"{{ bos_token }}{{ eos_token }}\"}]}"},
        {"generation_config.json", "{\"eos_token_id\": [275, 97, 100]}"}};
    expect_tokens(open_with(files, 3));
    expect_tokens(open_by(open_saved, files, 3));
}

/* ---- chat templates ---- */

static const char *chosen; /* --chat_template */
static struct bn_model *open_chosen(const char *path)
{
    struct bn_model *model = NULL;
    struct bn_error err = {0};
    struct bn_model_options options = {.vocab_only = true, .chat_template = chosen};
    cr_assert_eq(bn_model_open(&model, path, &options, &err), BN_OK, "%s", err.text);
    return model;
}

static void expect_template(const char *const files[][2], size_t n, const char *choice, const char *want)
{
    chosen = choice;
    struct bn_model *model = open_by(open_chosen, files, n);
    expect_chat(model, want);
    bn_model_close(model);
    if (choice) return;
    model = open_by(open_saved, files, n);
    expect_chat(model, want);
    bn_model_close(model);
}

Test(tokenizer_files, chat_template_json)
{
    static const char *const files[][2] = {{"chat_template.json", "{\"chat_template\": \"J\"}"}};
    expect_template(files, 1, NULL, "J");
}

/* As transformers saves and loads them: the files replace what tokenizer_config.json has. */
Test(tokenizer_files, additional_chat_templates)
{
    static const char *const files[][2] = {
        {"tokenizer_config.json", "{\"chat_template\": [{\"name\": \"old\", \"template\": \"O\"}]}"},
        {"chat_template.jinja", "D{{ '' }}\r\n"},
        {"additional_chat_templates/tool_use.jinja", "T"},
        {"additional_chat_templates/rag.jinja", "R"},
        {"additional_chat_templates/README", "no template"}};
    expect_template(files, 5, NULL, "D");
    expect_template(files, 5, "tool_use", "T");
    expect_template(files, 5, "rag", "R");
}

/* Nothing is guessed where a choice has to be made, as in transformers. */
Test(tokenizer_files, templates_without_a_default)
{
    static const char *const files[][2] = {{"additional_chat_templates/tool_use.jinja", "T"},
                                           {"additional_chat_templates/rag.jinja", "R"}};
    struct bn_model *models[] = {open_with(files, 2), open_by(open_saved, files, 2)};
    for (int i = 0; i < 2; i++) {
        struct bn_error err = {0};
        size_t n;
        enum bn_status status = bn_chat_render(models[i], &(struct bn_message){"user", "a"}, 1, NULL, 0, &n, &err);
        cr_expect(status == BN_ERR_USAGE && strstr(err.text, "--chat_template: rag, tool_use"), "%s", err.text);
        bn_model_close(models[i]);
    }
    expect_template(files, 2, "rag", "R");
}

static struct bn_model *expect_refused(const char *dir)
{
    struct bn_model *model = NULL;
    struct bn_error err = {0};
    cr_expect_eq(bn_model_open(&model, dir, &(struct bn_model_options){.vocab_only = true}, &err), BN_ERR_FORMAT);
    cr_expect(strstr(err.text, ".json"), "%s", err.text);
    return NULL;
}

/* A file that is damaged, or has a value of another type, is not half read. */
Test(tokenizer_files, damaged_files_beside_the_vocabulary)
{
    static const char *const files[][1][2] = {
        {{"generation_config.json", "{\"eos_token_id\": [275, 97"}},
        {{"chat_template.json", "{\"chat_template\": \"J\""}},
        {{"added_tokens.json", "{\"<tool>\": \"276\"}"}},
        {{"tokenizer_config.json", "{\"chat_template\": 1}"}},
        {{"config.json", "{\"architectures\": [\"LlamaForCausalLM\"], \"hidden_size\": 64, \"intermediate_size\": 64, "
                         "\"num_hidden_layers\": 1, \"num_attention_heads\": 1, \"max_position_embeddings\": 8, "
                         "\"vocab_size\": 280, \"rope_theta\": \"500000\"}"}}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) open_by(expect_refused, files[i], 1);
}
