/* test_plan.c - plans: the configs of a file in each mode, and the error of a bad one. Counts are worked out by hand.
 */
#include "harness/plan/plan.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/bn-plan-XXXXXX", path[64];
static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/plan.yaml", folder);
}
static void end(void)
{
    unlink(path);
    rmdir(folder);
}
TestSuite(plan, .init = begin, .fini = end);

static enum bn_status load(struct bn_plan **plan, const char *text, struct bn_error *err)
{
    FILE *f = fopen(path, "w");
    cr_assert_not_null(f);
    fputs(text, f);
    fclose(f);
    return bn_plan_load(plan, path, err);
}

/* 2 kernels x 3 threads x 2 x 2 option values; 2 workloads; 1 model */
#define FACTORS                                                                                                        \
    "name: p\nmodels: [{path: plan.yaml}]\nworkloads: [{name: a, prefill: 4}, {name: b, fill: 2, decode: "             \
    "3}]\n"                                                                                                            \
    "kernels: [ref, avx2]\nthreads: [1, 2, 3]\noptions:\n  - {name: kv_type, values: [f16, q8_0]}\n"                   \
    "  - {name: batch, values: [\"64\", \"512\"]}\nrounds: 3\nseed: 7\n"

static uint32_t count(const char *mode, struct bn_plan **plan, struct bn_point_list *list)
{
    char text[1024];
    struct bn_error err = {0};
    snprintf(text, sizeof text, FACTORS "mode: %s\n", mode);
    cr_assert_eq(load(plan, text, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_plan_expand(*plan, list, &err), BN_OK, "%s", err.text);
    return list->n_configs;
}

Test(plan, modes_stand_for_the_right_number_of_configs)
{
    static const struct {
        const char *mode;
        uint32_t n;
    } cases[] = {
        {"cartesian", 2 * (2 * 3 * 2 * 2)}, {"one_at_a_time", 2 * (1 + 1 + 2 + 1 + 1)}, {"leave_one_out", 2 * (1 + 4)}};
    for (int i = 0; i < 3; i++) {
        struct bn_plan *p;
        struct bn_point_list l;
        cr_expect_eq(count(cases[i].mode, &p, &l), cases[i].n, "%s gave %u", cases[i].mode, l.n_configs);
        cr_expect_eq(l.n_points, 3 * l.n_configs);
        bn_point_list_release(&l);
        bn_plan_close(p);
    }
}

Test(plan, pairwise_meets_every_pair_with_fewer_rows)
{
    struct bn_plan *p;
    struct bn_point_list l;
    uint32_t n = count("pairwise", &p, &l);
    cr_expect(n >= 2 * 6 && n < 2 * 12, "%u", n); /* 3 x 2 values need at least 6 rows, all are 24 */
    bool met[2][3][2] = {{{false}}};              /* kernel, threads, kv_type: all three pairs of factors */
    for (uint32_t i = 0; i < n; i++)
        met[!strcmp(l.configs[i].kernel, "avx2")][l.configs[i].threads - 1][!strcmp(l.configs[i].values[0], "q8_0")] =
            true;
    for (int k = 0; k < 2; k++)
        for (int t = 0; t < 3; t++) cr_expect(met[k][t][0] || met[k][t][1], "kernel %d threads %d", k, t);
    for (int t = 0; t < 3; t++)
        for (int o = 0; o < 2; o++) cr_expect(met[0][t][o] || met[1][t][o], "threads %d option %d", t, o);
    bn_point_list_release(&l);
    bn_plan_close(p);
}

/* Every other config once a pass; the base in each of its rounds, which no config is in twice. */
static void check_pass(const struct bn_point_list *l, uint32_t pass, uint32_t n_models)
{
    uint32_t seen[64] = {0}, last[64], most = 0;
    memset(last, 0xff, sizeof last);
    for (uint32_t i = pass * l->n_pass; i < (pass + 1) * l->n_pass; i++) {
        uint32_t c = l->order[i];
        cr_assert(c < l->n_configs && l->n_configs <= 64);
        cr_expect_neq(last[c], l->rounds[i], "config %u is twice in a round", c);
        last[c] = l->rounds[i], seen[c]++;
        cr_expect_eq(l->rounds[i] / l->n_pass_rounds, pass);
        uint32_t base = c / l->n_alike * l->n_alike, here = 0, size = 0;
        for (uint32_t j = pass * l->n_pass; j < (pass + 1) * l->n_pass; j++)
            if (l->rounds[j] == l->rounds[i]) here += l->order[j] == base, size++;
        cr_expect_eq(here, 1, "the base of config %u is in its round", c);
        if (size > most) most = size;
    }
    cr_expect_leq(most, 7);
    for (uint32_t c = 0; c < l->n_configs; c++)
        cr_expect_eq(seen[c], c % l->n_alike ? 1 : l->n_pass_rounds / n_models, "config %u: %u times", c, seen[c]);
}

Test(plan, many_configs_have_their_base_beside_them)
{
    struct bn_plan_model models[2] = {{.path = "a"}, {.path = "b"}};
    struct bn_plan_workload workload = {.name = "w", .decode = 1};
    char *values[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13"};
    struct bn_plan_option option = {.name = "batch", .values = values, .n_values = 14};
    struct bn_plan p = {.mode = BN_PLAN_ONE_AT_A_TIME,
                        .models = models,
                        .n_models = 2,
                        .workloads = &workload,
                        .n_workloads = 1,
                        .options = &option,
                        .n_options = 1,
                        .rounds = 3,
                        .seed = 7};
    struct bn_point_list l;
    cr_assert_eq(bn_plan_expand(&p, &l, NULL), BN_OK);
    cr_assert_eq(l.n_configs, 28);
    cr_assert_eq(l.n_alike, 14);
    cr_assert_eq(l.n_pass_rounds, 6, "13 others of each model in three rounds");
    cr_assert_eq(l.n_points, 3 * (28 + 4));
    for (uint32_t pass = 0; pass < 3; pass++) check_pass(&l, pass, 2);
    uint32_t first = 0;
    for (uint32_t i = 0; i < l.n_points; i++) first += bn_point_is_first(&l, i);
    cr_expect_eq(first, 28);
    bn_point_list_release(&l);
}

/* What is left out is compared with all options together, not with none. */
Test(plan, leave_one_out_has_all_options_beside_each)
{
    struct bn_plan *p;
    struct bn_point_list l;
    struct bn_error err = {0};
    cr_assert_eq(load(&p,
                      "name: p\nmodels: [{path: plan.yaml}]\nworkloads: [{name: a, prefill: 4}]\nmode: leave_one_out\n"
                      "baseline: true\nrounds: 2\noptions:\n"
                      "  - {name: kv_type, values: [auto, q8_0]}\n  - {name: batch, values: [0, 32]}\n"
                      "  - {name: blocked, values: [auto, \"off\"]}\n  - {name: warmup, values: [\"off\", \"on\"]}\n"
                      "  - {name: fused_norm, values: [\"off\", \"on\"]}\n  - {name: prompt_lookup, values: [0, 7]}\n"
                      "  - {name: weights_in_place, values: [\"off\", \"on\"]}\n",
                      &err),
                 BN_OK, "%s", err.text);
    cr_assert_eq(bn_plan_expand(p, &l, &err), BN_OK, "%s", err.text);
    cr_assert_eq(l.n_configs, 9, "all, seven without one, none");
    for (uint32_t i = 0; i < 7; i++) {
        cr_expect_str_eq(l.configs[0].values[i], p->options[i].values[1]);
        cr_expect_str_eq(l.configs[8].values[i], p->options[i].values[0]);
    }
    for (uint32_t pass = 0; pass < 2; pass++) check_pass(&l, pass, 1);
    bn_point_list_release(&l);
    bn_plan_close(p);
}

Test(plan, every_round_holds_each_config_once_and_the_seed_decides_the_order)
{
    struct bn_plan *p;
    struct bn_point_list l, again;
    uint32_t n = count("cartesian", &p, &l);
    for (uint32_t r = 0; r < 3; r++) {
        char seen[64] = {0};
        for (uint32_t i = 0; i < n; i++) cr_expect_eq(seen[l.order[r * n + i]]++, 0);
    }
    cr_assert_eq(bn_plan_expand(p, &again, NULL), BN_OK);
    cr_expect_arr_eq(l.order, again.order, 3 * n * sizeof *l.order);
    p->seed = 8;
    cr_assert_eq(bn_plan_order(p, &again, NULL), BN_OK);
    cr_expect(memcmp(l.order, again.order, 3 * n * sizeof *l.order) != 0);
    bn_point_list_release(&l), bn_point_list_release(&again);
    bn_plan_close(p);
}

Test(plan, options_text_is_sorted)
{
    struct bn_plan *p;
    struct bn_point_list l;
    char text[64];
    count("cartesian", &p, &l);
    bn_config_options_text(p, &l.configs[0], text, sizeof text);
    cr_expect_str_eq(text, "batch=64 kv_type=f16");
    bn_point_list_release(&l);
    bn_plan_close(p);
}

/* wrq declares that it excludes ternary_weights; the declaration counts in both directions of the plan. */
static const struct bn_option wrq = {.name = "wrq",
                                     .values = (const char *const[]){"off", "on", NULL},
                                     .conflicts = (const char *const[]){"ternary_weights", NULL}},
                              ternary = {.name = "ternary_weights", .values = (const char *const[]){"off", "on", NULL}};
static const struct bn_option *declared(const char *name)
{
    return !strcmp(name, "wrq") ? &wrq : !strcmp(name, "ternary_weights") ? &ternary : NULL;
}

Test(plan, of_options_that_exclude_each_other_the_second_is_switched_off_and_says_so)
{
    static const char *const orders[2][2] = {{"wrq", "ternary_weights"}, {"ternary_weights", "wrq"}};
    for (int i = 0; i < 2; i++) {
        struct bn_plan *p;
        struct bn_point_list l;
        struct bn_error err = {0};
        char text[512], want[128];
        snprintf(text, sizeof text,
                 "name: p\nmodels: [{path: plan.yaml}]\nworkloads: [{name: a, decode: 4}]\nkernels: [ref]\noptions:\n"
                 "  - {name: %s, values: [off, on]}\n  - {name: %s, values: [off, on]}\n",
                 orders[i][0], orders[i][1]);
        cr_assert_eq(load(&p, text, &err), BN_OK, "%s", err.text);
        cr_assert_eq(bn_plan_expand(p, &l, &err), BN_OK, "%s", err.text);
        cr_assert_eq(bn_plan_exclude(p, &l, declared, &err), BN_OK, "%s", err.text);
        cr_assert_eq(l.n_configs, 4);
        for (uint32_t c = 0; c < 3; c++)
            cr_expect(!l.configs[c].reasons[0] && !l.configs[c].reasons[1], "only both together are a conflict");
        cr_expect_str_eq(l.configs[3].values[0], "on");
        cr_expect_str_eq(l.configs[3].values[1], "off");
        snprintf(want, sizeof want, "%s=on excludes the requested %s=on", orders[i][0], orders[i][1]);
        cr_expect_str_eq(l.configs[3].reasons[1], want);
        bn_config_options_text(p, &l.configs[3], text, sizeof text);
        cr_expect_str_eq(text, i ? "ternary_weights=on wrq=off(ternary_weights)" : "ternary_weights=off(wrq) wrq=on");
        bn_point_list_release(&l);
        bn_plan_close(p);
    }
}

/* A plan whose line 4 begins with `line`; the lines above it are right. */
static enum bn_status load_line(struct bn_plan **p, const char *line, struct bn_error *err)
{
    char text[1024];
    snprintf(text, sizeof text, "name: p\nmodels: [{path: x}]\nworkloads: [{name: a, decode: 1}]\n%s\n", line);
    return load(p, text, err);
}

Test(plan, a_value_is_read_to_its_last_character)
{
    static const struct {
        const char *line, *want;
    } cases[] = {
        {"time_limit_s: 10q",
         "line 4, column 15: time_limit_s must be a whole number from 1 to 604800, optionally with the "
         "unit s, m or h, not \"10q\"."},
        {"time_limit_s: 0", "not \"0\""},
        {"memory_limit_mb: 4K", "with the unit M or G, not \"4K\""},
        {"memory_limit_mb: 99999999G", "from 1 to 16777216"},
        {"rounds: 2.5", "line 4, column 9: rounds must be a whole number from 1 to 10000, not \"2.5\"."},
        {"rounds: 1e1", "not \"1e1\""},
        {"rounds: 010", "not \"010\""},
        {"rounds: 0x10", "not \"0x10\""},
        {"rounds: +3", "not \"+3\""},
        {"rounds: 0", "not \"0\""},
        {"rounds: 2k", "not \"2k\""},
        {"rounds: 18446744073709551617", "not \"18446744073709551617\""},
        {"rounds:", "not \"\""},
        {"warmup: -1", "warmup must be a whole number from 0 to 10000, not \"-1\""},
        {"seed: 4294967296", "from 0 to 4294967295"},
        {"ops: nope", "line 4, column 6: ops must be true or false, not \"nope\"."},
        {"counters: 1", "counters must be true or false"},
        {"mode: cartesan", "mode must be cartesian, one_at_a_time, leave_one_out or pairwise, not \"cartesan\""},
        {"threads: [1, 2x]", "line 4, column 14: threads must be a whole number from 1 to 1024, not \"2x\"."},
        {"threads: [0]", "from 1 to 1024, not \"0\""},
        {"threads: 2", "threads must be a list"},
        {"threads: []", "threads must have 1 to 256 entries, not 0"},
        {"threads: [1, 2, 1]", "line 4, column 17: \"1\" is in threads twice."},
        {"kernels: [ref, avx2, ref]", "\"ref\" is in kernels twice."},
        {"engines: [bitnet, bitnet]", "\"bitnet\" is in engines twice."},
        {"kernels: [\"a\\nb\"]", "kernels must not hold control characters"},
        {"kernels: [\"a\\0b\"]", "kernels holds a NUL character"},
        {"kernels: [[ref]]", "kernels must be a single value"},
        {"options:\n  - {name: batch, values: [1, 2]}\n  - {name: batch, values: [3]}",
         "line 6, column 5: Two entries of options have the name \"batch\"."},
        {"options:\n  - {name: batch, values: [64, 64]}", "\"64\" is in values twice."},
        {"options: [{name: cheese}]", "The registry has no option \"cheese\""},
        {"registry: true\noptions: [{name: cheese, values: [a, b]}]", "The registry has no option \"cheese\""},
        {"registry: true\noptions: [{name: batch, values: [512, 0]}]", "must be its default, 0,"},
        {"quality: [{limit: 3}]", "Entry 1 of quality needs a task or a text, one of them."},
        {"quality: [{task: microworld, text: t}]", "one of them."},
        {"quality: [{task: cheese}]", "Unknown task \"cheese\""},
        {"quality: [{task: microworld, n_ctx: 64}]", "are for a text, not microworld."},
        {"quality: [{text: t, limit: 0}]", "limit must be a whole number from 1"},
        {"rounds: 1\nrounds: 2", "line 5, column 1: \"rounds\" is given twice."},
        {"round: 1", "line 4, column 1: Unknown field \"round\"; choose name, title, mode, "},
        {"---\nname: q", "line 4, column 1: A second document begins here"},
        {"{", "line 5, column 1: This is not YAML: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bn_plan *p;
        struct bn_error err = {0};
        cr_expect_eq(load_line(&p, cases[i].line, &err), BN_ERR_FORMAT, "%s", cases[i].line);
        cr_expect_not_null(strstr(err.text, cases[i].want), "%s: %s", cases[i].line, err.text);
        cr_expect_eq(err.text[strlen(err.text) - 1], '.');
    }
}

Test(plan, units_and_switches_mean_what_the_field_list_says)
{
    struct bn_plan *p;
    struct bn_error err = {0};
    cr_assert_eq(
        load(&p,
             "\xef\xbb\xbfname: p\nmodels: [{path: x}]\nworkloads: [{name: a, fill: 1M, prefill: 4k, decode: 0}]\n"
             "time_limit_s: 10m\nmemory_limit_mb: 4G\nops: yes\ncounters: \"false\"\nseed: 4294967295\nwarmup: 0\n",
             &err),
        BN_OK, "%s", err.text);
    cr_expect_eq(p->workloads[0].fill, 1048576);
    cr_expect_eq(p->workloads[0].prefill, 4096);
    cr_expect_eq(p->time_limit_s, 600);
    cr_expect_eq(p->memory_limit_mb, 4096);
    cr_expect(p->ops && !p->counters);
    cr_expect_eq(p->seed, 4294967295);
    cr_expect_eq(p->rounds, 1);
    cr_expect_eq(p->repetitions, 3);
    bn_plan_close(p);
    static const struct {
        const char *text;
        uint32_t seconds;
    } times[] = {{"90s", 90}, {"2h", 7200}, {"168h", 604800}, {"7", 7}};
    for (size_t i = 0; i < 4; i++) {
        char line[64];
        snprintf(line, sizeof line, "time_limit_s: %s", times[i].text);
        cr_assert_eq(load_line(&p, line, &err), BN_OK, "%s", err.text);
        cr_expect_eq(p->time_limit_s, times[i].seconds);
        bn_plan_close(p);
    }
}

Test(plan, every_number_of_sequences_is_a_workload)
{
    static const char *const names[] = {"a", "a seqs=3", "a seqs=2", "b"};
    static const uint32_t together[] = {1, 3, 2, 1};
    struct bn_plan *p;
    struct bn_error err = {0};
    cr_assert_eq(load(&p,
                      "name: p\nmodels: [{path: x}]\nworkloads: [{name: a, fill: 5, decode: 7, sequences: [1, 3, 2]}, "
                      "{name: b, prefill: 4}]\n",
                      &err),
                 BN_OK, "%s", err.text);
    cr_assert_eq(p->n_workloads, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_expect_str_eq(p->workloads[i].name, names[i]);
        cr_expect_eq(p->workloads[i].together, together[i]);
        cr_expect_eq(p->workloads[i].decode, i < 3 ? 7 : 0);
    }
    bn_plan_close(p);
}

Test(plan, a_bad_file_is_told_the_fault)
{
    static const struct {
        const char *text, *want;
    } cases[] = {{"", "is empty"},
                 {"# nothing\n", "is empty"},
                 {"- a\n", "The file must be made of fields"},
                 {"name: p\nmodels: []\n", "line 2, column 9: models must have 1 to 256 entries, not 0."},
                 {"name: p\nmodels: [{path: x}]\n", "The field \"workloads\" is missing"},
                 {"name: p\nmodels: [{path: x}]\nworkloads: [{name: a, prefil: 3}]\n",
                  "Unknown field \"prefil\"; choose name, fill, prefill, decode, text, skip or sequences."},
                 {"name: p\nmodels: [{path: x}]\nworkloads: [{name: a}]\n", "measures nothing"},
                 {"name: p\nmodels: [{path: x}]\nworkloads: [{name: a, decode: 1}, {name: a, decode: 2}]\n",
                  "line 3, column 35: Two entries of workloads have the name \"a\"."},
                 {"name: p\nmodels: [{path: a/m}, {path: b/m}]\nworkloads: [{name: a, decode: 1}]\n",
                  "Two models are named \"m\"; give each a label of its own."},
                 {"name: p\nmodels: [{path: a/m}, {path: b, label: m}]\nworkloads: [{name: a, decode: 1}]\n",
                  "Two models are named \"m\""},
                 {"name: p\nmodels: [{path: x}]\nworkloads: [{name: a, decode: 1, sequences: [1, 2]}]\n",
                  "Workload \"a seqs=2\" decodes sequences together; give it fill and decode tokens, and no prefill."},
                 {"name: p\nmodels: [{path: x}]\nworkloads: [{name: a, fill: 1, decode: 1, sequences: [4, 4]}]\n",
                  "\"4\" is in sequences twice."},
                 {"name: p\nmodels: [{path: x}]\nworkloads: [{name: a, fill: 1, decode: 1, sequences: [2]}, "
                  "{name: a seqs=2, decode: 1}]\n",
                  "Two workloads are named \"a seqs=2\"; rename one."},
                 {"name: p\nmodels: [{path: x}]\nworkloads: [{name: a, decode: 1, skip: 2}]\n",
                  "Workload \"a\" skips tokens of no text; name it with text."},
                 {"name: p\nmodels: &m [*m]\nworkloads: [{name: a, decode: 1}]\n", "models must be made of fields"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bn_plan *p;
        struct bn_error err = {0};
        cr_expect_eq(load(&p, cases[i].text, &err), BN_ERR_FORMAT, "case %zu", i);
        cr_expect_not_null(strstr(err.text, cases[i].want), "case %zu: %s", i, err.text);
    }
}

Test(plan, a_command_line_places_models_and_picks_workloads)
{
    struct bn_plan *plan;
    struct bn_error err = {0};
    cr_assert_eq(load(&plan,
                      "name: p\nmodels: [{path: nowhere, label: big}, {path: nowhere}]\nworkloads: [{name: a, decode: "
                      "1}, {name: b, prefill: 2}]\n",
                      &err),
                 BN_OK);
    cr_expect(bn_plan_model_missing(&plan->models[0]));
    cr_expect_not(bn_plan_model_missing(&plan->models[1]), "a model without a label is an error, not a skip");
    cr_expect_neq(bn_plan_place_model(plan, "small=x", &err), BN_OK);
    cr_expect_neq(bn_plan_place_model(plan, "big", &err), BN_OK);
    char text[80];
    snprintf(text, sizeof text, "big=%s", path);
    cr_assert_eq(bn_plan_place_model(plan, text, &err), BN_OK);
    cr_expect_str_eq(plan->models[0].path, path);
    cr_expect_not(bn_plan_model_missing(&plan->models[0]));
    const char *names[] = {"b", "c"};
    cr_expect_neq(bn_plan_keep_workloads(plan, names, 2, &err), BN_OK);
    cr_assert_eq(bn_plan_keep_workloads(plan, names, 1, &err), BN_OK);
    cr_assert_eq(plan->n_workloads, 1);
    cr_expect_str_eq(plan->workloads[0].name, "b");
    bn_plan_close(plan);
}

/* ---- the registry ---- */
#define ONE_MODEL "name: p\nmodels: [{path: plan.yaml}]\nworkloads: [{name: a, prefill: 4}]\nregistry: true\n"

Test(plan, a_plan_over_the_registry_tries_every_value_of_every_option)
{
    struct bn_plan *p;
    struct bn_point_list l;
    struct bn_error err = {0};
    cr_assert_eq(load(&p, ONE_MODEL "mode: one_at_a_time\noptions: [{name: kv_type, values: [auto]}]\n", &err), BN_OK,
                 "%s", err.text);
    cr_assert_eq(bn_plan_expand(p, &l, &err), BN_OK, "%s", err.text);
    size_t n, values = 1; /* the defaults */
    const struct bn_option *const *all = bn_options(&n);
    for (size_t i = 0; i < n; i++)
        for (const char *const *v = all[i]->values + 1; *v && strcmp(all[i]->name, "kv_type"); v++)
            values += !all[i]->takes_file && !(all[i]->task & BN_TASK_STREAM) && (!all[i]->here || all[i]->here(*v));
    cr_expect_eq(l.n_configs, values, "%u configs, the registry has %zu values", l.n_configs, values);
    char text[512];
    bn_config_options_text(p, &l.configs[0], text, sizeof text);
    cr_expect_str_eq(text, ""); /* only what is not at its default is said */
    for (uint32_t c = 1; c < l.n_configs; c++) {
        bn_config_options_text(p, &l.configs[c], text, sizeof text);
        cr_expect(text[0] && !strstr(text, "kv_type"), "%u: %s", c, text);
    }
    bn_point_list_release(&l);
    bn_plan_close(p);
}

Test(plan, an_option_that_needs_another_one_switches_it_on_and_the_other_way_round)
{
    static const struct {
        const char *mode, *want[4];
    } cases[] = {{"one_at_a_time", {"", "kv_prune=window", "kv_budget=0.75 kv_prune=window(kv_budget)", NULL}},
                 {"leave_one_out\nbaseline: true", /* beside the budget alone, what it needs is missing */
                  {"kv_budget=0.75 kv_prune=window", "kv_budget=0.5(kv_prune)", "kv_prune=window", ""}}};
    for (int i = 0; i < 2; i++) {
        struct bn_plan *p;
        struct bn_point_list l;
        struct bn_error err = {0};
        char text[512];
        snprintf(text, sizeof text,
                 "name: p\nmodels: [{path: plan.yaml}]\nworkloads: [{name: a, prefill: 4}]\nmode: %s\noptions:\n"
                 "  - {name: kv_prune, values: [\"off\", window]}\n  - {name: kv_budget, values: [0.5, 0.75]}\n",
                 cases[i].mode);
        cr_assert_eq(load(&p, text, &err), BN_OK, "%s", err.text);
        p->registry = true; /* only what is not at its default is said */
        cr_assert_eq(bn_plan_expand(p, &l, &err), BN_OK, "%s", err.text);
        for (uint32_t c = 0; c < l.n_configs; c++) {
            bn_config_options_text(p, &l.configs[c], text, sizeof text);
            cr_expect_str_eq(text, cases[i].want[c]);
        }
        bn_point_list_release(&l);
        bn_plan_close(p);
    }
}

Test(plan, quality_is_asked_once_of_what_changes_the_output_and_of_the_defaults)
{
    struct bn_plan *p;
    struct bn_point_list l;
    struct bn_error err = {0};
    cr_assert_eq(load(&p,
                      "name: p\nmodels: [{path: plan.yaml}]\nworkloads: [{name: a, prefill: 4}, {name: b, decode: 4}]\n"
                      "mode: one_at_a_time\nthreads: [1, 2]\nregistry: true\nquality: [{task: microworld, limit: 2}]\n",
                      &err),
                 BN_OK, "%s", err.text);
    cr_assert_eq(bn_plan_expand(p, &l, &err), BN_OK, "%s", err.text);
    for (uint32_t c = 0; c < l.n_configs; c++) {
        const struct bn_config *config = &l.configs[c];
        char text[512];
        bn_config_options_text(p, config, text, sizeof text);
        bool first = !strcmp(config->workload->name, "a") && config->threads == 1,
             asked = bn_plan_asks_quality(p, &l, config);
        if (!text[0] || strstr(text, "kv_type=q8_0") || strstr(text, "scale_factor"))
            cr_expect_eq(asked, first, "%s x%u %s", config->workload->name, config->threads, text);
        if (strstr(text, "ternary_layout") || strstr(text, "prompt_lookup")) cr_expect(!asked, "%s", text);
    }
    bn_point_list_release(&l);
    bn_plan_close(p);
}

/* A text beside a label of the plan is found from the plan's folder too. */
Test(plan, text_of_quality_is_relative_to_the_plan)
{
    struct bn_plan *p;
    struct bn_error err = {0};
    cr_assert_eq(load(&p,
                      "name: p\nmodels: [{path: m.gguf, label: m}]\nworkloads: [{name: w, decode: 3}]\nquality:\n"
                      "  - {text: plan.yaml, against: m}\n",
                      &err),
                 BN_OK, "%s", err.text);
    cr_expect_str_eq(p->quality[0].text, path);
    cr_expect_str_eq(p->quality[0].against, p->models[0].path);
    bn_plan_close(p);
}

Test(plan, shards_divide_the_points_and_no_comparison)
{
    struct bn_plan *p;
    struct bn_error err = {0};
    cr_assert_eq(load(&p,
                      "name: p\nmodels: [{path: plan.yaml}, {path: plan.yaml, label: b}]\nthreads: [1, 2]\nrounds: 4\n"
                      "workloads: [{name: a, prefill: 4}, {name: b, decode: 3}, {name: c, decode: 5}]\nseed: 7\n",
                      &err),
                 BN_OK, "%s", err.text);
    struct bn_point_list l;
    cr_assert_eq(bn_plan_expand(p, &l, &err), BN_OK, "%s", err.text);
    cr_expect_eq(bn_plan_parts(p, &l), 6); /* 2 models x 3 workloads, of 2 configs x 4 rounds */
    for (uint32_t n = 1; n <= 7; n++) {
        uint32_t owner[48], seen[48] = {0};
        for (uint32_t k = 1; k <= n; k++) {
            uint32_t *at, n_at;
            cr_assert_eq(bn_plan_shard(p, &l, k, n, &at, &n_at, &err), BN_OK);
            cr_expect_eq(n_at, 8 * (6 / n + (k <= 6 % n)), "shard %u of %u has %u points", k, n, n_at);
            for (uint32_t i = 0; i < n_at; i++) seen[at[i]]++, owner[at[i]] = k;
            free(at);
        }
        for (uint32_t i = 0; i < 48; i++) {
            const struct bn_config *c = &l.configs[l.order[i]];
            cr_expect_eq(seen[i], 1, "place %u of %u shards", i, n);
            for (uint32_t j = 0; j < i; j++) {
                const struct bn_config *d = &l.configs[l.order[j]];
                if (c->model == d->model && c->workload == d->workload) cr_expect_eq(owner[i], owner[j]);
            }
        }
    }
    bn_point_list_release(&l);
    bn_plan_close(p);
}

Test(plan, machines)
{
    static const char head[] = "name: p\nmodels: [{path: plan.yaml}]\nworkloads: [{name: a, prefill: 4}]\nmachines:\n";
    static const struct {
        const char *lines, *says;
    } wrong[] = {{"  - {constraint: zen4}\n", "name"},         {"  - {name: a b}\n", "\"a b\""},
                 {"  - {name: ../a}\n", "\"../a\""},           {"  - {name: -a}\n", "\"-a\""},
                 {"  - {name: a}\n  - {name: a}\n", "line 6"}, {"  - {name: a, shards: 0}\n", "shards"},
                 {"  - {name: a, shards: 1001}\n", "1000"},    {"  - {name: a, nodes: 3}\n", "nodes"}};
    struct bn_plan *p;
    struct bn_error err = {0};
    char text[1024];
    snprintf(text, sizeof text,
             "%s  - {name: zen4, constraint: \"zen4&avx512\", shards: 8}\n  - {name: arm.v2, partition: arm}\n", head);
    cr_assert_eq(load(&p, text, &err), BN_OK, "%s", err.text);
    cr_assert_eq(p->n_machines, 2);
    cr_expect_str_eq(p->machines[0].constraint, "zen4&avx512");
    cr_expect_eq(p->machines[0].shards, 8);
    cr_expect_str_eq(p->machines[1].partition, "arm");
    cr_expect(!p->machines[1].constraint && !p->machines[1].bin && !p->machines[1].shards);
    bn_plan_close(p);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(text, sizeof text, "%s%s", head, wrong[i].lines);
        cr_expect_neq(load(&p, text, &err), BN_OK, "%s", wrong[i].lines);
        cr_expect_not_null(strstr(err.text, wrong[i].says), "%s: %s", wrong[i].lines, err.text);
    }
}
