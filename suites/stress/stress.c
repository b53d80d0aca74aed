/* stress.c - the table made of stress.list, and running one of its tests with a clock. */
#include "suites/stress/steps.h"
#include "suites/suite.h"
#include <math.h>
#include <stdio.h>

#define STRESS(name) extern const struct bn_stress_test bn_##name;
#include "suites/stress/stress.list"
#undef STRESS
#define STRESS(name) +1
enum {
    N_TESTS = 0
#include "suites/stress/stress.list"
};
#undef STRESS

size_t bn_stress_tests(const struct bn_stress_test **tests)
{
    static struct bn_stress_test all[N_TESTS];
    size_t n = 0;
#define STRESS(name) all[n++] = bn_##name;
#include "suites/stress/stress.list"
#undef STRESS
    *tests = all;
    return n;
}

const char *bn_verdict_name(enum bn_verdict verdict)
{
    static const char *const names[] = {"PASS", "FAIL", "SKIP"};
    return names[verdict];
}

void bn_stress_run(struct bn_stress_result *result, const struct bn_stress_test *test,
                   const struct bn_stress_options *options)
{
    struct bn_error err = {0};
    double start = bn_steps_now_s();
    *result = (struct bn_stress_result){.name = test->name, .value = NAN, .threshold = NAN, .error = NAN};
    if (test->run(result, options, &err) != BN_OK) {
        result->verdict = BN_FAIL;
        snprintf(result->reason, sizeof result->reason, "The test could not run: %.200s", err.text);
    }
    result->seconds = bn_steps_now_s() - start;
}
