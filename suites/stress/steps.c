/* steps.c - times steps of decoding. */
#include "suites/stress/steps.h"
#include "suites/stress/text.h"
#include "suites/fail.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double bn_steps_now_s(void) { return seconds_of(CLOCK_MONOTONIC); }

static double resident_mib(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%*s %ld", &pages) != 1) pages = 0;
    if (f) fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

static bool add(struct bn_steps *steps, size_t *cap, double ms)
{
    if (steps->n == *cap) {
        double *more = realloc(steps->ms, (*cap = *cap ? 2 * *cap : 1024) * sizeof *more);
        if (!more) return false;
        steps->ms = more;
    }
    steps->ms[steps->n++] = ms;
    return true;
}

enum bn_status bn_steps_time(struct bn_steps *steps, enum bn_status (*step)(void *self, struct bn_error *err),
                             void *self, size_t most, double seconds, int n_threads, struct bn_error *err)
{
    double start = bn_steps_now_s(), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID), before = start, now = start;
    size_t cap = 0;
    enum bn_status status = BN_OK;
    *steps = (struct bn_steps){0};
    while (steps->n < most && now - start < seconds && status == BN_OK) {
        status = step(self, err);
        now = bn_steps_now_s();
        if (status == BN_OK && !add(steps, &cap, 1e3 * (now - before))) status = bn_suites_fail_memory(err);
        before = now;
        if (steps->rss_begin_mib == 0 && (now - start > seconds / 8 || steps->n > most / 8))
            steps->rss_begin_mib = resident_mib();
    }
    steps->rss_end_mib = resident_mib();
    steps->cpu_share = (seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu) / ((now - start) * n_threads);
    if (status != BN_OK) bn_steps_release(steps);
    return status;
}

void bn_steps_release(struct bn_steps *steps)
{
    free(steps->ms);
    steps->ms = NULL;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bn_steps_quantile(const struct bn_steps *steps, size_t first, size_t last, double q)
{
    size_t n = last - first;
    double *sorted = malloc((n + 1) * sizeof *sorted), value = 0;
    if (sorted && n) {
        memcpy(sorted, steps->ms + first, n * sizeof *sorted);
        qsort(sorted, n, sizeof *sorted, by_value);
        value = sorted[(size_t)(q * (double)(n - 1) + 0.5)];
    }
    free(sorted);
    return value;
}

static void take_best(struct bn_decoding *d)
{
    d->id = bn_logits_best(bn_logits(d->session), bn_model_info(bn_session_model(d->session))->n_vocab);
}

/* Room in a full context. */
static enum bn_status make_room(struct bn_decoding *d, struct bn_error *err)
{
    int n = bn_session_position(d->session), sink = 4;
    if (!d->prunes) return bn_session_shift(d->session, sink, (n - sink) / 2, err);
    bn_session_truncate(d->session, 0);
    enum bn_status status = bn_prefill(d->session, d->prompt, BN_DECODING_PROMPT, err);
    if (status == BN_OK) take_best(d);
    return status;
}

enum bn_status bn_decoding_open(struct bn_decoding *d, const struct bn_model *model,
                                const struct bn_session_options *options, struct bn_error *err)
{
    int32_t *ids = NULL;
    *d = (struct bn_decoding){.prunes = options->kv_prune.policy && strcmp(options->kv_prune.policy, "off") != 0};
    enum bn_status status = bn_stress_ids(&ids, model, 9, true, BN_DECODING_PROMPT, err);
    if (status == BN_OK) memcpy(d->prompt, ids, sizeof d->prompt);
    free(ids);
    if (status == BN_OK) status = bn_session_open(&d->session, model, options, err);
    if (status == BN_OK) status = bn_prefill(d->session, d->prompt, BN_DECODING_PROMPT, err);
    if (status == BN_OK) take_best(d);
    if (status != BN_OK) bn_decoding_close(d);
    return status;
}

void bn_decoding_close(struct bn_decoding *d)
{
    if (d->session) bn_session_close(d->session);
    d->session = NULL;
}

enum bn_status bn_decoding_step(void *decoding, struct bn_error *err)
{
    struct bn_decoding *d = decoding;
    enum bn_status status = BN_OK;
    if (bn_session_position(d->session) == bn_session_n_ctx(d->session)) status = make_room(d, err);
    if (status == BN_OK) status = bn_decode(d->session, d->id, err);
    if (status == BN_OK) take_best(d);
    return status;
}
