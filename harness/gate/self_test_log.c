/* self_test_log.c - writes and reads a self-test's finished runs. */
#include "harness/gate/self_test_log.h"
#include "engine/files.h"
#include "harness/core/error.h"
#include <errno.h>
#include <fcntl.h>
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

static enum bn_status could_not(const struct bn_self_test_log *log, const char *what, struct bn_error *err)
{
    return bn_harness_fail(err, BN_ERR_IO, "Could not %s %s: %s.", what, log->path, strerror(errno));
}

static enum bn_status put_line(const struct bn_self_test_log *log, json_t *line, struct bn_error *err)
{
    bool written = line && !json_dumpf(line, log->file, JSON_COMPACT) && fputc('\n', log->file) != EOF;
    json_decref(line);
    return written && !fflush(log->file) ? BN_OK : could_not(log, "write", err);
}

/* Reads whole lines; returns where a torn one begins, -1 where reading failed. */
static long read_lines(struct bn_self_test_log *log)
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
    return ferror(log->file) ? -1 : good;
}

/* A regular file that this command does not read, for it is cut and appended to. */
static enum bn_status open_file(struct bn_self_test_log *log, struct stat *st, struct bn_error *err)
{
    int fd = open(log->path, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
    if (fd < 0) return could_not(log, "open", err);
    if (!fstat(fd, st) && (!S_ISREG(st->st_mode) || bn_input_is(st))) {
        close(fd);
        return bn_harness_fail(err, BN_ERR_USAGE, "%s is %s; name another file for the finished runs.", log->path,
                               S_ISREG(st->st_mode) ? "read by this command" : "not a regular file");
    }
    log->file = fdopen(fd, "a+");
    if (log->file) return BN_OK;
    close(fd);
    return could_not(log, "open", err);
}

/* What is not the log of this self-test keeps its bytes. */
static enum bn_status take_over(struct bn_self_test_log *log, const char *identity, bool empty, struct bn_error *err)
{
    rewind(log->file);
    long good = read_lines(log);
    if (good < 0) return could_not(log, "read", err);
    const char *about = json_string_value(json_object_get(json_array_get(log->runs, 0), "about"));
    if (!about && !empty)
        return bn_harness_fail(err, BN_ERR_USAGE, "%s is not the log of a self-test; name another file.", log->path);
    if (about && strcmp(about, identity))
        return bn_harness_fail(err, BN_ERR_USAGE, "%s belongs to another self-test (%s); name another file.", log->path,
                               about);
    log->next = 1;
    if (ftruncate(fileno(log->file), good) || fseek(log->file, good, SEEK_SET)) return could_not(log, "cut", err);
    return about ? BN_OK : put_line(log, json_pack("{s:s}", "about", identity), err);
}

enum bn_status bn_self_test_log_open(struct bn_self_test_log *log, const char *path, const char *identity,
                                     struct bn_error *err)
{
    struct stat st;
    *log = (struct bn_self_test_log){.path = path, .runs = json_array()};
    if (!path) return BN_OK;
    enum bn_status status = open_file(log, &st, err);
    if (!status) status = take_over(log, identity, st.st_size == 0, err);
    if (status) bn_self_test_log_close(log);
    return status;
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

enum bn_status bn_self_test_log_put(struct bn_self_test_log *log, const char *what,
                                    const struct bn_paired_result *result, struct bn_error *err)
{
    if (!log->file) return BN_OK;
    return put_line(log,
                    json_pack("{s:s, s:i, s:f, s:o, s:o}", "stage", what, "verdict", (int)result->verdict, "seconds",
                              result->seconds, "first", series_json(result->first, result->n_workloads), "again",
                              series_json(result->again, result->n_workloads)),
                    err);
}

void bn_self_test_log_close(struct bn_self_test_log *log)
{
    if (log->file) fclose(log->file);
    json_decref(log->runs);
}
