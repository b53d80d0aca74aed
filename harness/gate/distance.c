/* distance.c - has both workers write their logits and compares the files. */
#include "harness/gate/distance.h"
#include "harness/core/error.h"
#include "harness/worker/job.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VOCAB_MOST = 1 << 20 };

/* "dump FILE JOB"; *said: it could. */
static enum bn_status ask(struct bn_dialogue *worker, const char *path, const char *job, json_int_t *n_vocab,
                          bool *said, struct bn_error *err)
{
    char *command;
    json_t *reply = NULL;
    if (asprintf(&command, "dump %s %s", path, job) < 0)
        return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for a command.");
    enum bn_status status = bn_dialogue_ask(worker, command, &reply, err);
    free(command);
    *n_vocab = json_integer_value(json_object_get(reply, "n_vocab"));
    *said = !status && *n_vocab > 0 && *n_vocab <= VOCAB_MOST;
    json_decref(reply);
    return status;
}

static void compare_rows(struct bn_exact_output *o, int first, size_t n, FILE *const files[2], float *const rows[2])
{
    while (fread(rows[0], sizeof(float), n, files[0]) == n && fread(rows[1], sizeof(float), n, files[1]) == n) {
        double largest = 0;
        for (size_t i = 0; i < n; i++) {
            double d = fabs((double)rows[1][i] - (double)rows[0][i]);
            if (d > largest || isnan(d)) largest = isnan(d) ? INFINITY : d;
        }
        if (memcmp(rows[0], rows[1], n * sizeof(float))) {
            if (!o->n_differ++) o->first_position = first + o->n_positions;
            o->largest = fmax(o->largest, largest);
        }
        o->n_positions++;
    }
}

static void compare_files(struct bn_exact_output *o, const char *const paths[2], int first, size_t n_vocab)
{
    FILE *files[2] = {fopen(paths[0], "rb"), fopen(paths[1], "rb")};
    float *rows[2] = {malloc(n_vocab * sizeof(float)), malloc(n_vocab * sizeof(float))};
    if (files[0] && files[1] && rows[0] && rows[1]) compare_rows(o, first, n_vocab, files, rows);
    for (int side = 0; side < 2; side++) {
        if (files[side]) fclose(files[side]);
        free(rows[side]);
    }
}

enum bn_status bn_distance_measure(struct bn_exact_output *o, struct bn_dialogue workers[2], const char *job,
                                   struct bn_error *err)
{
    char folder[BN_VARIANT_PATH], paths[2][BN_VARIANT_PATH + 8];
    struct bn_job which;
    json_int_t n_vocab[2] = {0};
    bool said[2] = {false};
    if (!bn_job_parse(&which, job) || !which.kind->logits) return BN_OK;
    enum bn_status status = bn_variant_folder(folder, err);
    for (int side = 0; side < 2 && !status; side++) {
        snprintf(paths[side], sizeof paths[side], "%s/%s", folder, side ? "head" : "base");
        status = ask(&workers[side], paths[side], job, &n_vocab[side], &said[side], err);
    }
    if (said[0] && said[1] && n_vocab[0] == n_vocab[1])
        compare_files(o, (const char *const[]){paths[0], paths[1]}, which.fill, (size_t)n_vocab[0]);
    for (int side = 0; side < 2; side++) unlink(paths[side]);
    rmdir(folder);
    return status;
}

void bn_distance_text(const struct bn_exact_output *o, char *text, size_t cap)
{
    *text = 0;
    if (o->n_differ)
        snprintf(text, cap, ", by at most %.3g, first at position %d (%d of %d positions)", o->largest,
                 o->first_position, o->n_differ, o->n_positions);
}

static enum bn_status measure(struct bn_exact_output *o, struct bn_pairs *pairs, const char *job, struct bn_error *err)
{
    struct bn_dialogue workers[2] = {0};
    enum bn_status status = BN_OK;
    for (int side = 0; side < 2 && !status; side++)
        status = bn_pairs_worker(pairs, side, o->threads, &workers[side], NULL, err);
    if (!status) status = bn_distance_measure(o, workers, job, err);
    for (int side = 0; side < 2; side++) bn_dialogue_close(&workers[side]);
    return status;
}

enum bn_status bn_distance_of_workloads(struct bn_exact_result *exact, struct bn_pairs *pairs, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (int i = 0; i < exact->n_outputs && !status; i++) {
        struct bn_exact_output *o = &exact->outputs[i];
        for (int w = 0; w < pairs->n_workloads && o->changed && !o->idle[0] && !o->idle[1] && !status; w++)
            if (!strcmp(o->workload, pairs->workloads[w].name))
                status = measure(o, pairs, pairs->workloads[w].command, err);
    }
    return status;
}

bool bn_distance_can(json_t *const hello[2])
{
    return bn_gate_knows(hello[0], "dump") && bn_gate_knows(hello[1], "dump");
}
