/* self_test_log.c - writes and reads a self-test's finished runs. */
#include "harness/gate/self_test_log.h"
#include "harness/error.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static json_t *series_json(const struct bn_gate_series *series, int n_workloads)
{
    json_t *all = json_array();
    for (int w = 0; w < n_workloads; w++) {
        json_t *values = json_array();
        for (int i = 0; i < series[w].n; i++) json_array_append_new(values, json_real(series[w].d[i]));
        json_array_append_new(all, values);
    }
    return all;
}

static void read_series(const json_t *all, struct bn_gate_series *series)
{
    for (size_t w = 0; w < json_array_size(all) && w < BN_GATE_WORKLOADS; w++) {
        const json_t *values = json_array_get(all, w);
        for (size_t i = 0; i < json_array_size(values) && i < BN_PAIRS_MAX; i++)
            series[w].d[series[w].n++] = json_number_value(json_array_get(values, i));
    }
}

static void put_line(FILE *file, json_t *line)
{
    json_dumpf(line, file, JSON_COMPACT);
    fputc('\n', file);
    fflush(file);
    json_decref(line);
}

/* Reads whole lines; the file is cut where a torn one begins. */
static void read_lines(struct bn_self_test_log *log)
{
    char *line = NULL;
    size_t cap = 0;
    long good = 0;
    for (ssize_t n; (n = getline(&line, &cap, log->file)) > 0;) {
        json_t *run = line[n - 1] == '\n' ? json_loads(line, 0, NULL) : NULL;
        if (!run) break;
        json_array_append_new(log->runs, run);
        good += n;
    }
    free(line);
    if (ftruncate(fileno(log->file), good) == 0) fseek(log->file, good, SEEK_SET);
}

enum bn_status bn_self_test_log_open(struct bn_self_test_log *log, const char *path, const char *identity,
                                     struct bn_error *err)
{
    *log = (struct bn_self_test_log){.runs = json_array()};
    if (!path) return BN_OK;
    log->file = fopen(path, "a+");
    if (!log->file) return bn_harness_fail(err, BN_ERR_IO, "%s: %s.", path, strerror(errno));
    rewind(log->file);
    read_lines(log);
    const char *about = json_string_value(json_object_get(json_array_get(log->runs, 0), "about"));
    if (!about) return put_line(log->file, json_pack("{s:s}", "about", identity)), BN_OK;
    log->next = 1;
    if (!strcmp(about, identity)) return BN_OK;
    return bn_harness_fail(err, BN_ERR_USAGE, "%s belongs to another self-test (%s); give another file.", path, about);
}

bool bn_self_test_log_take(struct bn_self_test_log *log, const char *what, struct bn_paired_result *result)
{
    const json_t *run = json_array_get(log->runs, log->next);
    const char *stage = json_string_value(json_object_get(run, "stage"));
    if (!stage || strcmp(stage, what)) return false;
    memset(result, 0, sizeof *result);
    result->verdict = (enum bn_gate_verdict)json_integer_value(json_object_get(run, "verdict"));
    result->seconds = json_number_value(json_object_get(run, "seconds"));
    result->n_workloads = (int)json_array_size(json_object_get(run, "first"));
    read_series(json_object_get(run, "first"), result->first);
    read_series(json_object_get(run, "again"), result->again);
    log->next++;
    return true;
}

void bn_self_test_log_put(struct bn_self_test_log *log, const char *what, const struct bn_paired_result *result)
{
    if (!log->file) return;
    put_line(log->file, json_pack("{s:s, s:i, s:f, s:o, s:o}", "stage", what, "verdict", (int)result->verdict,
                                  "seconds", result->seconds, "first", series_json(result->first, result->n_workloads),
                                  "again", series_json(result->again, result->n_workloads)));
}

void bn_self_test_log_close(struct bn_self_test_log *log)
{
    if (log->file) fclose(log->file);
    json_decref(log->runs);
}
