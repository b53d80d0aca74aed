/* plan.c - a plan of a sweep. */
#include "ci/fuzz/fuzz.h"
#include "harness/plan/plan.h"

bool fuzz_path(const char *path, struct bn_error *err)
{
    struct bn_plan *plan;
    if (bn_plan_load(&plan, path, err)) return false;
    bn_plan_close(plan);
    return true;
}
FUZZ_FILE
