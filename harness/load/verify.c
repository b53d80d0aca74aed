/* verify.c - the same requests, alone. */
#include "harness/load/verify.h"
#include "harness/load/http.h"
#include "harness/core/error.h"
#include "engine/cmdline.h"
#include <stdio.h>
#include <string.h>

static void differ(struct bn_load_verdict *v, const struct bn_load_result *r, const struct bn_load_result *alone)
{
    char texts[2][80];
    size_t from = 0;
    if (v->n_different++) return;
    while (from < r->n_text && from < alone->n_text && r->text[from] == alone->text[from]) from++;
    bn_http_quote(texts[0], sizeof texts[0], r->text + from, r->n_text - from);
    bn_http_quote(texts[1], sizeof texts[1], alone->text + from, alone->n_text - from);
    snprintf(v->first, sizeof v->first, "request %u goes on with %s after %zu bytes, alone with %s", r->request.index,
             texts[0], from, texts[1]);
}

enum bn_status bn_load_verify(struct bn_load_verdict *v, const struct bn_load_run *run, const struct bn_load_plan *plan,
                              const struct bn_target *target, const volatile sig_atomic_t *stop, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && !*stop && i < run->n; i++) {
        const struct bn_load_result *r = run->results[i];
        struct bn_load_result *alone = NULL;
        if (r->outcome != BN_LOAD_COMPLETE) continue;
        bn_cmd_progress("texts alone: %zu of %zu requests", i, run->n);
        status = bn_load_result_new(&alone, &r->request, err);
        if (status) break;
        alone->request.manner = BN_LOAD_STEADY;
        status = bn_load_run_one(alone, plan, target, stop, err);
        if (!status && !*stop && alone->outcome != BN_LOAD_COMPLETE)
            status = bn_harness_fail(err, BN_ERR_IO, "Request %u was complete under load, but alone it was not: %s",
                                     r->request.index, alone->reason);
        v->n += !status;
        if (!status && (alone->n_text != r->n_text || (r->n_text && memcmp(alone->text, r->text, r->n_text))))
            differ(v, r, alone);
        bn_load_result_free(alone);
    }
    bn_cmd_progress(NULL);
    return status;
}
