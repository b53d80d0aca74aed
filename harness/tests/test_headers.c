/* test_headers.c - headers that a program includes together: the suites' results and the rows of the database that hold
 * them have names of their own. */
#include "harness/store/store.h"
#include "suites/suite.h"
#include <criterion/criterion.h>

Test(headers, a_stress_result_and_its_row_are_two_types)
{
    const struct bn_stress_result result = {.name = "s01_long_context_drift", .value = 0.5, .threshold = 1};
    const struct bn_store_stress row = {.test = result.name, .value = result.value, .threshold = result.threshold};
    cr_expect_str_eq(row.test, "s01_long_context_drift");
    cr_expect_lt(row.value, row.threshold);
}
