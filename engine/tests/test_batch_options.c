/* test_batch_options.c - every value of every option of the registry in a batch, on the reference model: a sequence has
 * the logits that it has alone, with a chunked prompt, beside 1, 3 and 15 others, in other orders of arrival, with a
 * shared beginning and after others were removed; an EXACT value has those of the default; and what acts on one
 * sequence alone is refused. */
#include "engine/format/blocked.h"
#include "engine/model/model.h"
#include "engine/tests/course.h"
#include <stdlib.h>
#include <unistd.h>

enum { N_CTX = 160, FEW_LAYERS = 2 };

static char folder[] = "/tmp/bn_batch_options_XXXXXX", model_path[64], blocked_path[4096];
static const char scales[] = "datasets/calibration/b158-activation_scales.json",
                  text[] = "datasets/calibration/stories.txt";
static struct texts brief, long_enough_to_evict, few;

/* ---- the model, with a .blocked file beside it, and its texts ---- */
static void save_blocked(const struct bn_model *model)
{
    struct bn_output *output;
    struct bn_error err;
    const struct bn_linear *l = &model->weights.layers[0].down;
    const struct bn_blocked_entry entry = {"blk.0.ffn_down.weight", l->data, l->bytes, l->rows, l->cols};
    cr_assert(bn_blocked_path(blocked_path, model_path));
    cr_assert_eq(bn_output_open(&output, blocked_path, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_blocked_save(output, &model->source, model_path, l->form->layout, &entry, 1, &err), BN_OK, "%s",
                 err.text);
    cr_assert_eq(bn_output_commit(output, &err), BN_OK, "%s", err.text);
}

static void setup(void)
{
    struct bn_model *model;
    struct bn_error err;
    char *original = realpath("datasets/reference/b158-i2_s.gguf", NULL);
    cr_assert(original && mkdtemp(folder));
    setenv("BN_OPTIONS_AS_GIVEN", "1", 1); /* ci/all_options.c */
    snprintf(model_path, sizeof model_path, "%s/model.gguf", folder);
    cr_assert_eq(symlink(original, model_path), 0);
    free(original);
    cr_assert_eq(bn_model_open(&model, model_path, NULL, &err), BN_OK, "%s", err.text);
    save_blocked(model);
    brief = long_enough_to_evict = few = (struct texts){.model = model, .n_new = 4};
    few.n_new = 2;
    for (int i = 0; i < COURSE_MOST; i++) { /* beginnings are shared from 16 tokens on */
        course_make(&brief, i, 20, 1 + (size_t)i % 8);
        course_make(&long_enough_to_evict, i, 100, 1 + (size_t)i * 5 % 27);
        course_make(&few, i, i < 4 ? 16 : 0, 1);
    }
    bn_model_close(model);
}

static void teardown(void)
{
    unlink(model_path), unlink(blocked_path);
    rmdir(folder);
}

/* ---- one value ---- */
struct trial {
    struct bn_option_choice choices[2]; /* what the option needs, the option */
    size_t n;
    bool slow; /* a few layers and tokens */
};

static bool same(const struct bn_settings *a, const struct bn_settings *b)
{
    return !memcmp(&a->model, &b->model, sizeof a->model) && !memcmp(&a->session, &b->session, sizeof a->session);
}

static void expect_refusal(const struct bn_option *o, const char *value, const struct bn_error *err)
{
    cr_expect((o->task & BN_TASK_GENERATE) || !strcmp(o->name, "kernel_backend"), "%s=%s: %s", o->name, value,
              err->text);
    cr_expect_eq(err->text[strlen(err->text) - 1], '.', "%s", err->text);
    cr_expect_not_null(strstr(err->text, value), "%s", err->text);
}

/* False: the last choice is refused, for a batch or on this CPU, or says no more to model and session than the others.
 */
static bool open_trial(const struct trial *trial, struct texts *t, struct bn_model **model)
{
    const struct bn_option_choice *last = trial->n ? &trial->choices[trial->n - 1] : NULL;
    const struct bn_option *o = last ? bn_option_find(last->name) : NULL;
    struct bn_settings s = {.session = {.n_ctx = N_CTX, .n_threads = 1}}, others = s;
    struct bn_error err;
    cr_assert_eq(bn_options_apply(&s, trial->choices, trial->n, &err), BN_OK, "%s", err.text);
    enum bn_status status = bn_options_batch(trial->choices, trial->n, &err);
    if (o)
        cr_expect_eq(status, (o->task & BN_TASK_GENERATE) && !bn_option_is_default(o, last->value) ? BN_ERR_UNSUPPORTED
                                                                                                   : BN_OK);
    if (o) cr_assert_eq(bn_options_apply(&others, trial->choices, trial->n - 1, NULL), BN_OK);
    if (o && status == BN_OK && same(&s, &others)) return false;
    if (trial->slow) s.model.n_layers = FEW_LAYERS;
    if (status == BN_OK) status = bn_model_open(model, model_path, &s.model, &err);
    if (status != BN_OK) {
        cr_assert(o, "%s", err.text);
        expect_refusal(o, last->value, &err);
        return false;
    }
    const char *policy = s.session.kv_prune.policy;
    *t = trial->slow ? few : policy && strcmp(policy, "off") ? long_enough_to_evict : brief;
    t->model = *model, t->session = s.session, t->of = o ? o->name : "defaults";
    for (int i = 0; i < COURSE_MOST; i++) t->expected[i] = course_hash_alone(t, i);
    return true;
}

static void run_courses(const struct texts *t)
{
    static const struct course courses[] = {{.n = 1, .chunk = 3},
                                            {.n = 2},
                                            {.n = 4, .chunk = 5, .late = true},
                                            {.n = 16, .chunk = 7, .late = true, .removed = 3},
                                            {.n = 16, .separate = true}};
    struct bn_session *session;
    struct bn_error err;
    cr_assert_eq(bn_session_open(&session, t->model, &t->session, &err), BN_OK, "%s: %s", t->of, err.text);
    for (size_t i = 0; i < sizeof courses / sizeof *courses; i++) course_run(t, bn_session_crew(session), &courses[i]);
    bn_session_close(session);
}

static void take_alone(const struct trial *trial, struct texts *plain)
{
    struct bn_model *model;
    cr_assert(open_trial(trial, plain, &model));
    bn_model_close(model);
}

/* `plain`: with what the option needs, without the option. */
static void check_value(const struct bn_option *o, const char *value, const struct trial *needed,
                        const struct texts *plain)
{
    struct trial trial = *needed;
    struct bn_model *model;
    struct texts t, plain_few;
    char of[128];
    trial.slow = !strcmp(value, "ref") || !strcmp(value, "reference64");
    if (trial.slow) take_alone(&trial, &plain_few), plain = &plain_few;
    trial.choices[trial.n++] = (struct bn_option_choice){o->name, value};
    if (!open_trial(&trial, &t, &model)) return;
    snprintf(of, sizeof of, "%s=%s", o->name, value);
    t.of = of;
    if (bn_option_exact(o, value)) cr_expect_arr_eq(t.expected, plain->expected, sizeof t.expected, "%s is EXACT", of);
    run_courses(&t);
    bn_model_close(model);
}

static void check_option(const struct bn_option *o)
{
    const struct bn_option *other = bn_option_whole(o);
    const char *const *v = other ? other->values : NULL;
    struct trial needed = {.n = other ? 1 : 0};
    struct texts plain;
    while (v && v[1]) v++; /* the last one: "dynamic" alone takes every part of kv_prune */
    if (other) needed.choices[0] = (struct bn_option_choice){other->name, *v};
    take_alone(&needed, &plain);
    for (v = o->values; *v; v++) check_value(o, *v, &needed, &plain);
    for (v = o->inexact; v && *v; v++) check_value(o, *v, &needed, &plain);
    if (o->takes_file) check_value(o, strstr(o->name, "scales") ? scales : text, &needed, &plain);
}

TestSuite(batch_options, .init = setup, .fini = teardown);

Test(batch_options, every_value_gives_a_sequence_the_bits_that_it_has_alone)
{
    size_t n;
    const struct bn_option *const *all = bn_options(&n);
    for (size_t i = 0; i < n; i++) check_option(all[i]);
}
