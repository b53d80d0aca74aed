/* checks.c - runs checks.list on both builds. */
#include "harness/gate/checks.h"
#include "engine/cmdline.h"
#include "harness/core/clock.h"
#include "harness/gate/distance.h"
#include "harness/worker/callgrind.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double limit_s = 120, simulated_times = 10; /* of one answer; how much longer one takes under callgrind */
static const struct check {
    const char *model, *option;
    int threads;
    const char *job;
    double most;
} checks[] = {
#define CHECK(model, option, threads, job, most) {model, option, threads, job, most},
#include "harness/gate/checks.list"
#undef CHECK
};
enum { N_CHECKS = sizeof checks / sizeof *checks, WORDS = BN_ARGS_MOST + 16 };

static void name_of(const struct check *c, char name[48])
{
    snprintf(name, 48, "%s%s%s%s%s%s", c->job, c->threads > 1 ? ", 2 threads" : "", c->option[0] ? ", " : "", c->option,
             c->model[0] ? ", " : "", c->model);
}

static bool together(const struct check *a, const struct check *b)
{
    return a->threads == b->threads && !strcmp(a->option, b->option) && !strcmp(a->model, b->model);
}

static bool has(const json_t *list, const char *word, size_t n)
{
    size_t i;
    json_t *value;
    json_array_foreach(list, i, value)
    {
        const char *text = json_string_value(value);
        if (text && strlen(text) == n && !strncmp(text, word, n)) return true;
    }
    return false;
}

/* Both builds know the job; otherwise a reason. */
static bool known(struct bn_checks_result *r, json_t *const hello[2], const struct check *c)
{
    size_t n = strcspn(c->job, " ");
    for (int side = 0; side < 2; side++)
        if (!has(json_object_get(hello[side], "jobs"), c->job, n))
            return snprintf(r->reason, sizeof r->reason, "The %s build is older and does not know every check.",
                            side ? "head" : "base"),
                   false;
    return true;
}

struct call { /* of a side's worker: what comes last counts */
    const char *argv[WORDS];
    char threads[16], option[64], model[4096];
};

/* The file of that name beside the model that is timed; false: there is none. */
static bool find_model(const char *beside, const char *name, char *path, size_t cap)
{
    const char *slash = strrchr(beside, '/');
    int n = snprintf(path, cap, "%.*s%s", slash ? (int)(slash - beside + 1) : 0, beside, name);
    return n > 0 && (size_t)n < cap && access(path, R_OK) == 0;
}

static bool make_call(struct call *call, const struct bn_pairs *pairs, int side, const struct check *c)
{
    int n = 0;
    while (pairs->argv[side][n]) call->argv[n] = pairs->argv[side][n], n++;
    snprintf(call->threads, sizeof call->threads, "%d", c->threads);
    call->argv[n++] = "--threads", call->argv[n++] = call->threads;
    if (c->option[0]) {
        snprintf(call->option, sizeof call->option, "--%s", c->option);
        call->argv[n++] = call->option;
    }
    if (c->model[0]) call->argv[n++] = "--model", call->argv[n++] = call->model;
    call->argv[n] = NULL;
    return !c->model[0] || find_model(bn_pairs_word(pairs, "--model"), c->model, call->model, sizeof call->model);
}

static enum bn_status start(struct bn_pairs *pairs, int side, char *const *argv, struct bn_dialogue *worker,
                            struct bn_error *err)
{
    const struct bn_process_spec spec = {.argv = argv, .watch = &pairs->files[side]};
    pairs->fate.limit_s = pairs->limit_s > 0 ? pairs->limit_s : limit_s;
    return bn_dialogue_open(worker, side ? "head" : "base", &spec, &pairs->fate, NULL, err);
}

/* "VERB JOB", the second of two: the first may set up state that later ones keep. */
static enum bn_status ask(struct bn_dialogue *worker, const char *verb, const char *job, json_t **reply,
                          struct bn_error *err)
{
    char command[64];
    json_t *first = NULL;
    snprintf(command, sizeof command, "%s %s", verb, job);
    enum bn_status status = bn_dialogue_ask(worker, command, &first, err);
    json_decref(first);
    return status ? status : bn_dialogue_ask(worker, command, reply, err);
}

/* Output and declared work. "count" has one thread; of several, output and work are two answers. */
static enum bn_status ask_work(struct bn_dialogue *worker, const struct check *c, json_t **reply, struct bn_error *err)
{
    json_t *hash = NULL;
    if (c->threads == 1) return ask(worker, "count", c->job, reply, err);
    enum bn_status status = ask(worker, "hash", c->job, &hash, err);
    if (!status) status = ask(worker, "parts", c->job, reply, err);
    if (!status) json_object_update(*reply, hash);
    if (!status) json_object_set_new(*reply, "threads", json_integer(c->threads));
    json_decref(hash);
    return status;
}

static enum bn_status compare(struct bn_checks_result *r, struct bn_exact_result *exact, struct bn_dialogue *workers,
                              const struct check *c, bool distance, struct bn_error *err)
{
    json_t *replies[2] = {NULL, NULL};
    char name[48];
    enum bn_status status = BN_OK;
    name_of(c, name);
    for (int side = 0; side < 2 && !status; side++) status = ask_work(&workers[side], c, &replies[side], err);
    if (!status) bn_exact_compare(exact, name, replies[0], replies[1]);
    struct bn_exact_output *last = &exact->outputs[exact->n_outputs - 1];
    if (!status && distance && last->changed && !strcmp(last->workload, name))
        status = bn_distance_measure(last, workers, c->job, err);
    r->n_compared += !status;
    for (int side = 0; side < 2; side++) json_decref(replies[side]);
    return status;
}

/* Outputs and work of the checks from..to, which share a process of each side. */
static enum bn_status compare_group(struct bn_checks_result *r, struct bn_exact_result *exact, struct bn_pairs *pairs,
                                    json_t *const hello[2], int from, int to, struct bn_error *err)
{
    struct bn_dialogue workers[2] = {0};
    static struct call calls[2];
    enum bn_status status = BN_OK;
    for (int side = 0; side < 2; side++)
        if (!make_call(&calls[side], pairs, side, &checks[from])) return BN_OK;
    for (int side = 0; side < 2 && !status; side++)
        status = start(pairs, side, (char *const *)calls[side].argv, &workers[side], err);
    for (int i = from; i < to && !status; i++)
        if (known(r, hello, &checks[i])) status = compare(r, exact, workers, &checks[i], bn_distance_can(hello), err);
    for (int side = 0; side < 2; side++) bn_dialogue_close(&workers[side]);
    return status;
}

static bool counted(const struct check *c, json_t *const hello[2], struct bn_checks_result *r)
{
    return c->most > 0 && c->threads == 1 && !c->option[0] && !c->model[0] && known(r, hello, c);
}

/* By hardware counter: NAN where the machine has none. */
static enum bn_status count_perf(struct bn_pairs *pairs, int side, json_t *const hello[2], struct bn_checks_result *r,
                                 double *count, struct bn_error *err)
{
    static struct call words;
    struct bn_dialogue worker;
    make_call(&words, pairs, side, &checks[0]);
    enum bn_status status = start(pairs, side, (char *const *)words.argv, &worker, err);
    if (status) return status;
    for (int i = 0; i < N_CHECKS && !status; i++) {
        json_t *reply = NULL;
        if (!counted(&checks[i], hello, r)) continue;
        status = ask(&worker, "instructions", checks[i].job, &reply, err);
        double n = json_number_value(json_object_get(reply, "instructions"));
        count[i] = n > 0 ? n : NAN;
        json_decref(reply);
        if (isnan(count[i])) break;
    }
    bn_dialogue_close(&worker);
    return status;
}

/* All in one process: each job is a dump under its name. */
static enum bn_status count_callgrind(struct bn_pairs *pairs, int side, json_t *const hello[2],
                                      struct bn_checks_result *r, double *count, struct bn_error *err)
{
    char folder[BN_VARIANT_PATH];
    struct bn_callgrind_call call;
    struct bn_callgrind_sums sums;
    struct bn_dialogue worker;
    static struct call words;
    double ns;
    enum bn_status status = bn_variant_folder(folder, err);
    if (status) return status;
    make_call(&words, pairs, side, &checks[0]);
    bn_callgrind_call(&call, folder, NULL, (char *const *)words.argv, NULL);
    status = start(pairs, side, call.argv, &worker, err);
    pairs->fate.limit_s *= simulated_times;
    for (int i = 0; i < N_CHECKS && !status; i++)
        if (counted(&checks[i], hello, r)) status = bn_dialogue_time(&worker, checks[i].job, 1, &ns, err);
    bn_dialogue_close(&worker);
    for (int i = 0; i < N_CHECKS && !status; i++)
        if (counted(&checks[i], hello, r) && bn_callgrind_read(folder, checks[i].job, &sums))
            count[i] = sums.instructions;
    bn_callgrind_remove(folder);
    return status;
}

typedef enum bn_status counter(struct bn_pairs *, int, json_t *const *, struct bn_checks_result *, double *,
                               struct bn_error *);

static enum bn_status count_all(struct bn_checks_result *r, struct bn_pairs *pairs, json_t *const hello[2],
                                const char *source, counter *count, struct bn_error *err)
{
    double counts[2][N_CHECKS];
    enum bn_status status = BN_OK;
    for (int i = 0; i < N_CHECKS; i++) counts[0][i] = counts[1][i] = NAN;
    for (int side = 0; side < 2 && !status; side++) status = count(pairs, side, hello, r, counts[side], err);
    for (int i = 0; i < N_CHECKS && !status; i++) {
        struct bn_check_count *c = &r->counts[r->n_counts];
        if (isnan(counts[0][i]) || isnan(counts[1][i]) || r->n_counts == BN_CHECKS_MOST) continue;
        *c = (struct bn_check_count){.count = {counts[0][i], counts[1][i]}, .most = checks[i].most};
        name_of(&checks[i], c->name);
        c->more = counts[1][i] > counts[0][i] * (1 + checks[i].most);
        r->n_counts++, r->source = source;
    }
    return status;
}

static size_t rank(const char *variant)
{
    const char *names[32];
    size_t n = bn_kernel_backends(names, 32), i = 0;
    while (i < n && strcmp(names[i], variant)) i++;
    return i;
}

/* Operations whose variant is another one, from what the workers said first. */
static void compare_kernels(struct bn_checks_result *r, json_t *const hello[2])
{
    const char *op;
    json_t *value;
    json_object_foreach(json_object_get(hello[0], "variants"), op, value)
    {
        const char *base = json_string_value(value);
        const char *head = json_string_value(json_object_get(json_object_get(hello[1], "variants"), op));
        if (!base || !head || !strcmp(base, head) || r->n_kernels == BN_KERNEL_CHANGES_MOST) continue;
        struct bn_kernel_change *change = &r->kernels[r->n_kernels++];
        bn_printable(change->op, sizeof change->op, op);
        bn_printable(change->variant[0], sizeof change->variant[0], base);
        bn_printable(change->variant[1], sizeof change->variant[1], head);
        change->weaker = rank(head) < rank(base);
    }
}

enum bn_status bn_checks_run(struct bn_checks_result *r, struct bn_exact_result *exact, struct bn_pairs *pairs,
                             json_t *const hello[2], struct bn_error *err)
{
    double start_s = bn_clock_s();
    enum bn_status status = BN_OK;
    memset(r, 0, sizeof *r);
    compare_kernels(r, hello);
    for (int from = 0, to; from < N_CHECKS && !status; from = to) {
        for (to = from; to < N_CHECKS && together(&checks[from], &checks[to]);) to++;
        bn_cmd_progress("comparing output and work: check %d of %d", from + 1, N_CHECKS);
        status = compare_group(r, exact, pairs, hello, from, to, err);
    }
    if (!status) status = bn_pairs_check(pairs, err);
    r->seconds = bn_clock_s() - start_s;
    return status;
}

enum bn_status bn_checks_count(struct bn_checks_result *r, struct bn_pairs *pairs, json_t *const hello[2],
                               const char *source, struct bn_error *err)
{
    double start_s = bn_clock_s();
    bn_cmd_progress("counting instructions of checks");
    enum bn_status status =
        source ? count_all(r, pairs, hello, source, strcmp(source, "perf") ? count_callgrind : count_perf, err) : BN_OK;
    r->seconds += bn_clock_s() - start_s;
    return status;
}
