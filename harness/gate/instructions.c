/* instructions.c - instruction counts of base and head. */
#include "harness/gate/instructions.h"
#include "harness/worker/callgrind.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double threshold = 0.002;
static const uint64_t small_model_bytes = 64u
                                          << 20; /* callgrind runs about 50 x slower: some seconds for such a model */

/* The second of two answers; NaN and a reason if the machine has no counter. */
static enum bn_status ask_perf(struct bn_pairs *pairs, int side, const char *command, double *count, char *reason,
                               size_t cap, struct bn_error *err)
{
    struct bn_dialogue worker;
    json_t *reply = NULL;
    char line[96];
    bool alone = !strncmp(command, "isolate ", 8);
    snprintf(line, sizeof line, "%s%s", alone ? "" : "instructions ", command);
    enum bn_status status = bn_pairs_worker(pairs, side, 1, &worker, NULL, err);
    if (status) return status;
    for (int i = 0; i < 2 && !status; i++) {
        json_decref(reply);
        reply = NULL;
        status = bn_dialogue_ask(&worker, line, &reply, err);
    }
    const char *why = json_string_value(json_object_get(reply, "reason"));
    *count = why || status ? NAN : json_number_value(json_object_get(reply, "instructions"));
    snprintf(reason, cap, "%s", why ? why : "");
    json_decref(reply);
    bn_dialogue_close(&worker);
    if (*count > 0 || isnan(*count)) return status;
    *count = NAN; /* no work takes no instruction */
    snprintf(reason, cap, "The counter read 0.");
    return status;
}

static enum bn_status simulate_into(struct bn_pairs *pairs, int side, const char *command, const char *folder,
                                    struct bn_error *err)
{
    struct bn_callgrind_call call;
    struct bn_pairs_call words;
    bn_pairs_call(pairs, side, 1, &words);
    bn_callgrind_call(&call, folder, NULL, (char *const *)words.argv, NULL);
    const struct bn_process_spec spec = {.argv = call.argv, .watch = &pairs->files[side]};
    struct bn_dialogue worker;
    json_t *reply = NULL;
    enum bn_status status = bn_dialogue_open(&worker, side ? "head" : "base", &spec, &pairs->fate, NULL, err);
    if (status) return status;
    status = bn_dialogue_ask(&worker, command, &reply, err);
    json_decref(reply);
    bn_dialogue_close(&worker);
    return status;
}

static enum bn_status ask_callgrind(struct bn_pairs *pairs, int side, const char *command, double *count, char *reason,
                                    size_t cap, struct bn_error *err)
{
    char folder[] = "/tmp/bitnet-gate-XXXXXX";
    struct bn_callgrind_sums sums;
    *count = NAN;
    if (!mkdtemp(folder)) return snprintf(reason, cap, "Could not make a temporary folder in /tmp."), BN_OK;
    enum bn_status status = simulate_into(pairs, side, command, folder, err);
    if (!status && bn_callgrind_read(folder, NULL, &sums) && sums.instructions > 0)
        *count = sums.instructions;
    else
        snprintf(reason, cap, "callgrind left no total.");
    bn_callgrind_remove(folder);
    return status;
}

static bool on_path(const char *program)
{
    char path[4096];
    const char *place = getenv("PATH");
    for (size_t n; place && *place; place += n + (place[n] == ':')) {
        n = strcspn(place, ":");
        snprintf(path, sizeof path, "%.*s/%s", (int)n, place, program);
        if (access(path, X_OK) == 0) return true;
    }
    return false;
}

typedef enum bn_status ask(struct bn_pairs *, int, const char *, double *, char *, size_t, struct bn_error *);

enum bn_status bn_instructions_count(struct bn_pairs *pairs, int side, const char *source, const char *command,
                                     double *count, char *reason, size_t cap, struct bn_error *err)
{
    return (strcmp(source, "perf") ? ask_callgrind : ask_perf)(pairs, side, command, count, reason, cap, err);
}

static enum bn_status run(struct bn_instructions_result *r, struct bn_pairs *pairs, const char *source, ask *count,
                          struct bn_error *err)
{
    r->reason[0] = 0;
    r->worst = -INFINITY;
    for (int w = 0; w < pairs->n_workloads; w++)
        for (int side = 0; side < 2; side++) {
            double *at = side ? &r->head[w] : &r->base[w];
            enum bn_status status =
                count(pairs, side, pairs->workloads[w].command, at, r->reason, sizeof r->reason, err);
            if (status) return status;
            if (isnan(*at)) return BN_OK;
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
    if (automatic || !strcmp(method, "perf")) status = run(result, pairs, "perf", ask_perf, err);
    if (status || result->source || (automatic && model_bytes > small_model_bytes)) return status;
    if (!automatic && strcmp(method, "callgrind")) return status;
    if (on_path("valgrind")) return run(result, pairs, "callgrind", ask_callgrind, err);
    size_t n = strlen(result->reason);
    snprintf(result->reason + n, sizeof result->reason - n, "%svalgrind is not installed.", n ? "; " : "");
    return BN_OK;
}
