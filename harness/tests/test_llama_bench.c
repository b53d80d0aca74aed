/* test_llama_bench.c - what llama-bench is asked, and what its answers (good, torn, of the wrong kind) become. */
#include "harness/worker/llama_bench.h"
#include <criterion/criterion.h>
#include <string.h>

static struct bn_engine engine = {.name = "llama-bench-rtr", .words = {"bin/llama-bench", "-rtr", "1"}};
static struct bn_plan_model model = {.path = "m.gguf"};

Test(llama_bench, one_phase_is_one_call)
{
    struct bn_plan_workload tg = {.name = "tg", .decode = 64};
    struct bn_config config = {.engine = engine.name, .model = &model, .workload = &tg, .threads = 2};
    struct bn_llama_bench_call call;
    bn_llama_bench_call(&call, &engine, &config, 5);
    static const char *const expected[] = {
        "bin/llama-bench", "-rtr", "1", "-m", "m.gguf", "-p", "0", "-n", "64", "-r", "5", "-t", "2", "-o", "json"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) cr_assert_str_eq(call.argv[i], expected[i]);
    cr_expect_null(call.argv[sizeof expected / sizeof *expected]);
    cr_expect(bn_llama_bench_is(&engine));
    cr_expect_not(bn_llama_bench_is(&(struct bn_engine){.name = "bitnet"}));
}

Test(llama_bench, refuses_what_it_cannot_time_alone)
{
    cr_expect_null(bn_llama_bench_refuses(&(struct bn_plan_workload){.prefill = 128}));
    cr_expect_not_null(bn_llama_bench_refuses(&(struct bn_plan_workload){.fill = 4096, .decode = 8}));
    cr_expect_not_null(bn_llama_bench_refuses(&(struct bn_plan_workload){.prefill = 8, .decode = 8}));
}

Test(llama_bench, repetitions_are_samples)
{
    struct bn_reply r;
    struct bn_error err = {0};
    cr_assert_eq(bn_llama_bench_parse(&r, "[{\"n_prompt\": 0, \"n_gen\": 64, \"samples_ns\": [6400, 12800]}]", &err),
                 BN_OK, "%s", err.text);
    cr_assert_eq(r.n_samples, 2);
    cr_expect_str_eq(r.samples[1].phase, "decode");
    cr_expect_eq(r.samples[1].rep, 1);
    cr_expect_eq(r.samples[1].ns, 12800);
    cr_expect_eq(r.samples[1].n_tokens, 64);
    cr_expect_null(r.hash);
    cr_expect(r.done);
    bn_reply_release(&r);
}

/* llama-bench computes the deviation of equal times as the root of a tiny negative number. */
Test(llama_bench, a_deviation_that_is_no_number_loses_nothing)
{
    struct bn_reply r;
    struct bn_error err = {0};
    cr_assert_eq(bn_llama_bench_parse(
                     &r, "[{\"n_prompt\": 8, \"n_gen\": 0, \"stddev_ts\": -nan, \"samples_ns\": [5, 5]}]", &err),
                 BN_OK, "%s", err.text);
    cr_expect_eq(r.n_samples, 2);
    bn_reply_release(&r);
}

Test(llama_bench, an_answer_that_measures_nothing_is_an_error)
{
    static const char *const bad[] = {"",
                                      "[",
                                      "[]",
                                      "[{}]",
                                      "[{\"n_prompt\": 8, \"n_gen\": 0}]",
                                      "[{\"n_prompt\": 8, \"n_gen\": 8, \"samples_ns\": [1]}]",
                                      "[{\"n_prompt\": 8, \"n_gen\": 0, \"samples_ns\": []}]",
                                      "[{\"n_prompt\": 8, \"n_gen\": 0, \"samples_ns\": [5, 0]}]",
                                      "[{\"n_prompt\": 8, \"n_gen\": 0, \"samples_ns\": [\"5\"]}]",
                                      "[{\"n_prompt\": 8, \"n_gen\": 0, \"samples_ns\": [-5]}]",
                                      "[{\"n_prompt\": 8, \"n_gen\": 0, \"n_prompt\": 9, \"samples_ns\": [5]}]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct bn_reply r;
        struct bn_error err = {0};
        cr_expect_neq(bn_llama_bench_parse(&r, bad[i], &err), BN_OK, "%s", bad[i]);
        cr_expect_gt(strlen(err.text), 0);
        cr_expect_not(r.done);
        bn_reply_release(&r);
    }
}
