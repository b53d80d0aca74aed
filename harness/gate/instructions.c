/* instructions.c - instruction counts of base and head. */
#include "harness/gate/instructions.h"
#include "harness/worker/callgrind.h"
#include "harness/worker/find.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double threshold = 0.002;
static const double counted_times = 2, simulated_times = 100, simulated_start_s = 120; /* how much longer it takes */
static const uint64_t small_model_bytes = 64u
                                          << 20; /* callgrind runs about 50 x slower: some seconds for such a model */

/* The second of two answers; NaN and a reason if the machine has no counter. */
static enum bn_status ask_perf(struct bn_pairs *pairs, struct bn_instructions_of *of, struct bn_error *err)
{
    struct bn_dialogue worker;
    json_t *reply = NULL;
    char line[96];
    bool alone = !strncmp(of->command, "isolate ", 8);
    snprintf(line, sizeof line, "%s%s", alone ? "" : "instructions ", of->command);
    enum bn_status status = bn_pairs_worker(pairs, of->side, 1, &worker, NULL, err);
    if (status) return status;
    bn_pairs_expect(pairs, of->workload, counted_times);
    for (int i = 0; i < 2 && !status; i++) {
        json_decref(reply);
        reply = NULL;
        status = bn_dialogue_ask(&worker, line, &reply, err);
    }
    const char *why = json_string_value(json_object_get(reply, "reason"));
    of->count = why || status ? NAN : json_number_value(json_object_get(reply, "instructions"));
    snprintf(of->reason, sizeof of->reason, "%s", why ? why : "");
    json_decref(reply);
    bn_dialogue_close(&worker);
    if (of->count > 0 || isnan(of->count)) return status;
    of->count = NAN; /* no work takes no instruction */
    snprintf(of->reason, sizeof of->reason, "The counter read 0.");
    return status;
}

static enum bn_status simulate_into(struct bn_pairs *pairs, const struct bn_instructions_of *of, const char *folder,
                                    struct bn_error *err)
{
    struct bn_callgrind_call call;
    struct bn_pairs_call words;
    bn_pairs_call(pairs, of->side, 1, &words);
    bn_callgrind_call(&call, folder, NULL, (char *const *)words.argv, NULL);
    const struct bn_process_spec spec = {.argv = call.argv, .watch = &pairs->files[of->side]};
    struct bn_dialogue worker;
    json_t *reply = NULL;
    bn_pairs_expect(pairs, of->workload, simulated_times);
    pairs->fate.limit_s = fmax(pairs->fate.limit_s, simulated_start_s);
    enum bn_status status = bn_dialogue_open(&worker, of->side ? "head" : "base", &spec, &pairs->fate, NULL, err);
    if (status) return status;
    status = bn_dialogue_ask(&worker, of->command, &reply, err);
    json_decref(reply);
    bn_dialogue_close(&worker);
    return status;
}

static enum bn_status ask_callgrind(struct bn_pairs *pairs, struct bn_instructions_of *of, struct bn_error *err)
{
    char folder[BN_VARIANT_PATH];
    struct bn_callgrind_sums sums;
    of->count = NAN;
    enum bn_status status = bn_variant_folder(folder, err);
    if (status) return status;
    status = simulate_into(pairs, of, folder, err);
    if (!status && bn_callgrind_read(folder, NULL, &sums) && sums.instructions > 0)
        of->count = sums.instructions;
    else
        snprintf(of->reason, sizeof of->reason, "callgrind left no total.");
    bn_callgrind_remove(folder);
    return status;
}

enum bn_status bn_instructions_count(struct bn_pairs *pairs, const char *source, struct bn_instructions_of *of,
                                     struct bn_error *err)
{
    return (strcmp(source, "perf") ? ask_callgrind : ask_perf)(pairs, of, err);
}

static enum bn_status run(struct bn_instructions_result *r, struct bn_pairs *pairs, const char *source,
                          struct bn_error *err)
{
    r->reason[0] = 0;
    r->worst = -INFINITY;
    for (int w = 0; w < pairs->n_workloads; w++)
        for (int side = 0; side < 2; side++) {
            struct bn_instructions_of of = {side, w, pairs->workloads[w].command, NAN, ""};
            enum bn_status status = bn_instructions_count(pairs, source, &of, err);
            snprintf(r->reason, sizeof r->reason, "%s", of.reason);
            if (status || isnan(of.count)) return status;
            *(side ? &r->head[w] : &r->base[w]) = of.count;
            if (side) r->worst = fmax(r->worst, r->head[w] / r->base[w] - 1);
        }
    enum bn_status status = bn_pairs_check(pairs, err);
    if (status) return status;
    r->source = source;
    r->more = r->worst > threshold;
    return BN_OK;
}

enum bn_status bn_instructions_run(struct bn_instructions_result *result, struct bn_pairs *pairs, const char *method,
                                   uint64_t model_bytes, struct bn_error *err)
{
    memset(result, 0, sizeof *result);
    bool automatic = !strcmp(method, "auto");
    enum bn_status status = BN_OK;
    if (!strcmp(method, "off")) snprintf(result->reason, sizeof result->reason, "Switched off.");
    if (automatic || !strcmp(method, "perf")) status = run(result, pairs, "perf", err);
    if (status || result->source || (automatic && model_bytes > small_model_bytes)) return status;
    if (!automatic && strcmp(method, "callgrind")) return status;
    if (bn_program_in_path("valgrind")) return run(result, pairs, "callgrind", err);
    size_t n = strlen(result->reason);
    snprintf(result->reason + n, sizeof result->reason - n, "%svalgrind is not installed.", n ? "; " : "");
    return BN_OK;
}
