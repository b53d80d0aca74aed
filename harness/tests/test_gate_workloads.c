/* test_gate_workloads.c - what the gate takes from a sweep's plan. */
#include "harness/gate/workloads.h"
#include <criterion/criterion.h>
#include <string.h>

Test(gate_workloads, the_best_kernel_of_a_plan)
{
    const char *known[32];
    size_t n = bn_kernel_backends(known, 32);
    cr_assert(n > 0);
    char *backwards[34], *unknown[] = {"of-another-cpu"}, *mixed[] = {"ref", "of-another-cpu"},
                         *any[] = {"ref", "auto"};
    for (size_t i = 0; i < n; i++) backwards[i] = (char *)known[n - 1 - i];
    const struct {
        char **kernels;
        uint32_t n;
        const char *best;
    } cases[] = {{backwards, (uint32_t)n, known[n - 1]},
                 {mixed, 2, "ref"},
                 {any, 2, NULL},
                 {NULL, 0, NULL},
                 {unknown, 1, "of-another-cpu"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct bn_plan plan = {.kernels = cases[i].kernels, .n_kernels = cases[i].n};
        const char *best = bn_gate_kernel_of_plan(&plan);
        cr_expect(best == cases[i].best || (best && cases[i].best && !strcmp(best, cases[i].best)), "case %zu: %s", i,
                  best ? best : "none");
    }
}
