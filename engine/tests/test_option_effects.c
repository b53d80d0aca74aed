/* test_option_effects.c - every option of the registry on models of every kind: values that are EXACT leave all logits
 * and tokens as they are, alone and all together; the others change something on some model, and never the tokens'
 * validity. */
#include "engine/format/gguf_save.h"
#include "engine/options.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_NEW = 12, MOST_CHOICES = 64 };

/* What a model is made of: a file, or a file written anew in other encodings. */
static const struct subject {
    const char *path;
    enum bn_encoding linear, head; /* BN_ENC_NONE: the file as it is */
    int n_prompt, n_new; /* few tokens where the linears are large: a layout may run on the reference kernel */
    bool float_activations;
} subjects[] = {
    {"datasets/reference/b158-i2_s.gguf", BN_ENC_NONE, BN_ENC_NONE, 8, 4},
    {"datasets/reference/b158-i2_s.gguf", BN_ENC_TQ2_0, BN_ENC_Q6_K, 4, 3},
    {"datasets/reference/b158-i2_s.gguf", BN_ENC_TQ1_0, BN_ENC_Q8_0, 4, 3},
    {"datasets/reference/twin-f16.gguf", BN_ENC_NONE, BN_ENC_NONE, 20, 5},
    {"engine/tests/data/families/2b4t", BN_ENC_NONE, BN_ENC_NONE, 70, 12},
    {"engine/tests/data/families/2b4t", BN_ENC_NONE, BN_ENC_NONE, 40, 12, .float_activations = true},
    {"engine/tests/data/families/2b4t-bf16", BN_ENC_NONE, BN_ENC_NONE, 40, 12},
    {"engine/tests/data/families/1bitllm", BN_ENC_NONE, BN_ENC_NONE, 40, 12},
    {"engine/tests/data/families/1bitllm-3b", BN_ENC_NONE, BN_ENC_NONE, 40, 12},
    {"engine/tests/data/families/1bitllm-large", BN_ENC_NONE, BN_ENC_NONE, 40, 12},
    {"engine/tests/data/families/falcon3-1.58", BN_ENC_NONE, BN_ENC_NONE, 40, 12},
    {"engine/tests/data/families/falcon3-10b-1.58", BN_ENC_NONE, BN_ENC_NONE, 40, 12},
    {"engine/tests/data/families/llama-input-norms", BN_ENC_NONE, BN_ENC_NONE, 40, 12},
    {"engine/tests/data/families/llama3-1.58", BN_ENC_NONE, BN_ENC_NONE, 40, 12},
    {"engine/tests/data/families/llama-tied", BN_ENC_NONE, BN_ENC_NONE, 70, 12},
    {"engine/tests/data/families/llama-untied", BN_ENC_NONE, BN_ENC_NONE, 40, 12},
    {"engine/tests/data/families/llama-untied", BN_ENC_Q8_0, BN_ENC_NONE, 40, 12},
    {"$BN_DATA/data/models/stories260K/stories260K.bin", BN_ENC_NONE, BN_ENC_NONE, 40, 12},
    {"$BN_DATA/data/models/bitllama2c/bit_model_1M.bin", BN_ENC_NONE, BN_ENC_NONE, 40, 12},
};
enum { N_SUBJECTS = sizeof subjects / sizeof *subjects };
static const char tokenizer[] = "$BN_DATA/data/models/tok512/tok512.bin"; /* of the checkpoints */

/* False: it is not there. */
static bool find(const char *path, char *found, size_t cap)
{
    const char *data = getenv("BN_DATA");
    if (path[0] == '$')
        snprintf(found, cap, "%s%s", data ? data : "../shared", path + strlen("$BN_DATA"));
    else
        snprintf(found, cap, "%s", path);
    return !access(found, R_OK);
}

static void rewrite(const struct subject *s, char *path)
{
    struct bn_save_options options = {.linear = s->linear, .head = s->head};
    struct bn_source source;
    struct bn_save_plan plan;
    struct bn_output *output;
    struct bn_error err;
    close(mkstemp(path));
    cr_assert_eq(bn_source_open(&source, s->path, NULL, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_save_plan_open(&plan, &source, &options, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_output_open(&output, path, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_gguf_save(&plan, &source, output, &options, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_output_commit(output, &err), BN_OK, "%s", err.text);
    bn_save_plan_close(&plan);
    bn_source_close(&source);
}

struct outcome {
    uint64_t hash;
    int32_t ids[MOST_NEW + BN_MAX_DRAFT];
    size_t n;
    enum bn_status status; /* BN_ERR_UNSUPPORTED: the option does not act on this model */
};

/* False: the model cannot have such a session. */
static bool generate(struct bn_model *model, struct bn_settings *s, const struct subject *of, bool hashing,
                     struct outcome *out)
{
    struct bn_session *session;
    struct bn_generator *generator;
    struct bn_generated step = {0};
    struct bn_error err;
    int32_t prompt[96];
    for (int i = 0; i < of->n_prompt; i++)
        prompt[i] = 3 + (i * 7 + i * i % 5) % (i % 2 ? 23 : 11); /* some of it repeats */
    s->session.n_ctx = 96, s->session.n_threads = 1;
    s->generator.max_new_tokens = of->n_new, s->generator.ignore_eos = s->generator.ids_only = true;
    out->status = bn_session_open(&session, model, &s->session, &err);
    if (out->status == BN_ERR_UNSUPPORTED) return false;
    cr_assert_eq(out->status, BN_OK, "%s", err.text);
    bn_session_hash_reset(session, hashing);
    cr_assert_eq(bn_generator_open(&generator, session, prompt, (size_t)of->n_prompt, &s->generator, &err), BN_OK, "%s",
                 err.text);
    for (out->n = 0; !step.end;) {
        cr_assert_eq(bn_generator_next(generator, &step, &err), BN_OK, "%s", err.text);
        memcpy(out->ids + out->n, step.ids, step.n * sizeof *step.ids);
        out->n += step.n;
    }
    out->hash = bn_session_logits_hash(session);
    bn_generator_close(generator);
    bn_session_close(session);
    return true;
}

/* The text, and in a second pass the hash of all logits: hashing switches off what leaves logits out. */
static struct outcome run(const struct subject *of, const struct bn_option_choice *choices, size_t n)
{
    struct outcome plain = {0}, hashed = {0};
    struct bn_model *model;
    struct bn_error err;
    char vocabulary[4096];
    for (int hashing = 0; hashing < 2; hashing++) {
        struct bn_settings s = {.session.n_threads = 1};
        cr_assert_eq(bn_options_apply(&s, choices, n, &err), BN_OK, "%s", err.text);
        s.model.float_activations = of->float_activations;
        if (strstr(of->path, ".bin") && find(tokenizer, vocabulary, sizeof vocabulary))
            s.model.tokenizer_path = vocabulary;
        hashed.status = bn_model_open(&model, of->path, &s.model, &err);
        if (hashed.status == BN_ERR_UNSUPPORTED) return hashed;
        cr_assert_eq(hashed.status, BN_OK, "%s", err.text);
        hashed.status = bn_options_act(choices, n, bn_model_info(model), &err);
        bool done = !hashed.status && generate(model, &s, of, hashing, hashing ? &hashed : &plain);
        bn_model_close(model);
        if (!done) return hashed.status = BN_ERR_UNSUPPORTED, hashed;
    }
    cr_expect_eq(hashed.n, (size_t)of->n_new);
    cr_expect_arr_eq(plain.ids, hashed.ids, sizeof plain.ids, "hashing changes the text with %s", of->path);
    return hashed;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    return a->hash == b->hash && a->n == b->n && !memcmp(a->ids, b->ids, a->n * sizeof *a->ids);
}

/* Whether an option switched on with `value` may join what is chosen already. */
static bool joins(const struct bn_option *o, const char *value, const struct bn_option_choice *chosen, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bn_option_excludes(o, bn_option_find(chosen[i].name))) return false;
    return bn_option_exact(o, value) && !o->takes_file;
}

/* What an option says of a model that was opened with the defaults. */
static bool idle(const struct subject *of, const struct bn_option *o, const char *value)
{
    struct bn_model *model;
    struct bn_model_options options = {.float_activations = of->float_activations};
    char vocabulary[4096];
    if (strstr(of->path, ".bin") && find(tokenizer, vocabulary, sizeof vocabulary)) options.tokenizer_path = vocabulary;
    cr_assert_eq(bn_model_open(&model, of->path, &options, NULL), BN_OK);
    bool idle = bn_option_idle(o, value, bn_model_info(model));
    bn_model_close(model);
    return idle;
}

/* An option that needs another one is refused alone. */
static bool part_of(const struct bn_option *o) { return bn_option_whole(o); }

/* acts[i]: the last value of option i that acts on this model and machine, or NULL. */
static void check_alone(const struct subject *of, const struct outcome *plain, bool *changes, const char **acts)
{
    size_t n;
    const struct bn_option *const *all = bn_options(&n);
    for (size_t i = 0; i < n; i++)
        for (const char *const *v = all[i]->values + 1; *v; v++) {
            if (part_of(all[i])) continue;
            struct outcome with = run(of, &(struct bn_option_choice){all[i]->name, *v}, 1);
            if (with.status) continue;
            acts[i] = *v;
            if (!same(&with, plain)) changes[i] = true;
            if (bn_option_exact(all[i], *v))
                cr_expect(same(&with, plain), "%s=%s is EXACT, but changes %s", all[i]->name, *v, of->path);
            else if (!same(&with, plain))
                cr_expect_not(idle(of, all[i], *v), "%s=%s is not idle, for it changes %s", all[i]->name, *v, of->path);
        }
}

static void check_together(const struct subject *of, const struct outcome *plain, const char *const *acts)
{
    struct bn_option_choice chosen[MOST_CHOICES];
    size_t n, n_chosen = 0;
    const struct bn_option *const *all = bn_options(&n);
    for (int backwards = 0; backwards < 2; backwards++, n_chosen = 0) { /* of two that exclude each other, each once */
        for (size_t i = 0; i < n; i++) {
            size_t at = backwards ? n - 1 - i : i;
            const struct bn_option *o = all[at];
            struct bn_option_choice c = {o->name, acts[at]};
            if (acts[at] && joins(o, c.value, chosen, n_chosen)) chosen[n_chosen++] = c;
        }
        struct outcome with = run(of, chosen, n_chosen);
        cr_expect(same(&with, plain), "all %zu EXACT options together change %s", n_chosen, of->path);
    }
}

Test(options, exact_values_leave_every_logit_as_it_is)
{
    bool changes[MOST_CHOICES] = {false};
    size_t n;
    const struct bn_option *const *all = bn_options(&n);
    setenv("BN_OPTIONS_AS_GIVEN", "1", 1); /* ci/all_options.c */
    for (int i = 0; i < N_SUBJECTS; i++) {
        char written[] = "/tmp/bn_option_XXXXXX", path[4096];
        struct subject s = subjects[i];
        if (!find(s.path, path, sizeof path)) continue; /* the shared data is not there */
        s.path = path;
        bool rewritten = s.linear != BN_ENC_NONE || s.head != BN_ENC_NONE;
        if (rewritten) rewrite(&s, written), s.path = written;
        struct outcome plain = run(&s, NULL, 0);
        cr_assert_eq(plain.status, BN_OK);
        const char *acts[MOST_CHOICES] = {NULL};
        check_alone(&s, &plain, changes, acts);
        check_together(&s, &plain, acts);
        if (rewritten) unlink(written);
    }
    for (size_t i = 0; i < n; i++)
        if (strncmp(all[i]->exactness, "EXACT", 5) && !all[i]->takes_file && !part_of(all[i]))
            cr_expect(changes[i], "%s is not EXACT, but changed no model: does it act?", all[i]->name);
}
