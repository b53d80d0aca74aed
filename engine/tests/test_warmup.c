/* test_warmup.c - warming up leaves no trace: logits, hash, numbers of sequences and what observers see are as without
 * it; and the governor as the system reports it. */
#include "engine/core/cpu.h"
#include "engine/model/session.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const int32_t ids[] = {4088, 560, 77, 1033, 9, 258};

struct trace {
    int passes, operations;
    uint64_t sequence, hash;
    int position;
};

static void count_pass(void *self, const struct bn_pass_info *pass)
{
    struct trace *t = self;
    t->passes++;
    t->sequence = pass->rows[0].sequence;
}

static void count_operation(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op)
{
    (void)phase, (void)layer, (void)op;
    if (thread == 0) ((struct trace *)self)->operations++;
}

static struct trace trace_of(const struct bn_model *model, bool warmup, const char *kv_type)
{
    struct trace t = {0};
    struct bn_observer observer = {.self = &t, .pass_begin = count_pass, .op_begin = count_operation};
    struct bn_session_options o = {
        .n_ctx = 40, .n_threads = 2, .kv_type = kv_type, .observer = &observer, .warmup = warmup};
    struct bn_session *s;
    struct bn_error err;
    cr_assert_eq(bn_session_open(&s, model, &o, &err), BN_OK, "%s", err.text);
    cr_expect_eq(bn_session_position(s), 0);
    cr_expect_eq(t.passes, 0, "%d passes of the warm-up were observed", t.passes);
    cr_expect_eq(bn_logits(s)[5], 0);
    cr_expect_eq(bn_session_warmup(s)->steps > 0, warmup);
    bn_session_hash_reset(s, true);
    cr_assert_eq(bn_prefill(s, ids, 5, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_decode(s, ids[5], &err), BN_OK, "%s", err.text);
    t.hash = bn_session_logits_hash(s), t.position = bn_session_position(s);
    bn_session_close(s);
    return t;
}

Test(warmup, leaves_no_trace)
{
    struct bn_model *model;
    static const char *const types[] = {NULL, "f32", "q8_0"};
    setenv("BN_OPTIONS_AS_GIVEN", "1", 1); /* ci/all_options.c */
    cr_assert_eq(bn_model_open(&model, "datasets/reference/b158-i2_s.gguf", NULL, NULL), BN_OK);
    for (int i = 0; i < 3; i++) {
        struct trace cold = trace_of(model, false, types[i]), warm = trace_of(model, true, types[i]);
        cr_expect_eq(warm.passes, cold.passes);
        cr_expect_eq(warm.operations, cold.operations);
        cr_expect_eq(warm.sequence, cold.sequence);
        cr_expect_eq(warm.position, cold.position);
        cr_expect_eq(warm.hash, cold.hash, "kv_type %s", types[i] ? types[i] : "auto");
    }
    bn_model_close(model);
}

/* 6 tokens pass through every layer, warmed or not: the counts of a crew are those of its texts. */
Test(warmup, cut_off_activations_are_those_of_the_text)
{
    struct bn_model *model;
    struct bn_model_options half = {.scale_factor = 0.5f};
    struct bn_clamped counts[2];
    cr_assert_eq(bn_model_open(&model, "datasets/reference/b158-i2_s.gguf", &half, NULL), BN_OK);
    for (int warmup = 0; warmup < 2; warmup++) {
        struct bn_session *s;
        cr_assert_eq(bn_session_open(&s, model, &(struct bn_session_options){.n_ctx = 40, .warmup = warmup}, NULL),
                     BN_OK);
        cr_expect_eq(bn_crew_clamped(bn_session_crew(s), 0).quantized, 0);
        cr_assert_eq(bn_prefill(s, ids, 6, NULL), BN_OK);
        counts[warmup] = bn_crew_clamped(bn_session_crew(s), 0);
        bn_session_close(s);
    }
    cr_expect_gt(counts[0].clamped, 0);
    cr_expect_eq(counts[1].clamped, counts[0].clamped);
    cr_expect_eq(counts[1].quantized, counts[0].quantized);
    bn_model_close(model);
}

static void write_governor(const char *root, const char *cpu, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", root, cpu), mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%s/cpufreq", root, cpu), mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%s/cpufreq/scaling_governor", root, cpu);
    FILE *f = fopen(path, "w");
    cr_assert(f && fprintf(f, "%s\n", name) > 0 && !fclose(f));
}

Test(warmup, the_governor_is_what_the_system_says)
{
    char root[] = "/tmp/bn_governor_XXXXXX", text[64], command[64];
    cr_assert(mkdtemp(root));
    cr_expect_null(bn_cpu_governor(root, text, sizeof text));
    write_governor(root, "cpu0", "performance");
    cr_expect_str_eq(bn_cpu_governor(root, text, sizeof text), "performance");
    write_governor(root, "cpu1", "performance");
    write_governor(root, "cpu3", "powersave");
    cr_expect_str_eq(bn_cpu_governor(root, text, sizeof text), "performance, powersave");
    snprintf(command, sizeof command, "rm -r %s", root);
    cr_expect_eq(system(command), 0);
}
