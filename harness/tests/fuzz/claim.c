/* claim.c - a claim of a stranger: read, and judged without measurements. */
#include "ci/fuzz/fuzz.h"
#include "harness/claims/claims.h"

bool fuzz_path(const char *path, struct bn_error *err)
{
    static struct bn_evidence none;
    struct bn_claim_list list;
    struct bn_claim_result result;
    none = (struct bn_evidence){.n_runs = 0};
    if (bn_claims_open(&list, path, err)) return false;
    enum bn_status status = bn_claim_judge(list.at[0], &none, &result, err);
    if (!status) bn_claim_result_release(&result);
    bn_claims_close(&list);
    return !status;
}
FUZZ_FILE
