/* read.c - the configurations of a run: options, times of processes, memory, items of quality. */
#include "harness/effects/side.h"
#include "harness/core/error.h"
#include "harness/stats/sample.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum bn_status no_memory(struct bn_error *err)
{
    return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for the table of options.");
}

/* Room for one more in an array that doubles. */
static void *grow(void *array, size_t n, size_t size)
{
    return n & (n - 1) ? array : realloc(array, (n ? 2 * n : 1) * size);
}

static struct bn_effect_side *find(struct bn_effect_sides *sides, int64_t config_id)
{
    for (size_t i = 0; i < sides->n; i++)
        if (sides->at[i].config_id == config_id) return &sides->at[i];
    return NULL;
}

/* ---- configurations ---- */
static bool take_side(struct bn_effect_sides *sides, struct bn_query *q)
{
    struct bn_effect_side *more = grow(sides->at, sides->n, sizeof *more);
    if (!more) return false;
    sides->at = more;
    struct bn_effect_side *s = &sides->at[sides->n++];
    *s = (struct bn_effect_side){.config_id = bn_query_int(q, 0),
                                 .model_id = bn_query_int(q, 1),
                                 .model = strdup(bn_query_text(q, 2)),
                                 .workload = strdup(bn_query_text(q, 3)),
                                 .kernel = strdup(bn_query_text(q, 4)),
                                 .threads = (int)bn_query_int(q, 5),
                                 .options = strdup(bn_query_text(q, 6)),
                                 .memory = NAN,
                                 .sequence = NAN,
                                 .kl = NAN};
    return s->model && s->workload && s->kernel && s->options;
}

static bool take_choice(struct bn_effect_sides *sides, struct bn_query *q)
{
    struct bn_effect_side *s = find(sides, bn_query_int(q, 0));
    const char *name = bn_query_text(q, 1), *value = bn_query_text(q, 2);
    const struct bn_option *declared = bn_option_find(name);
    if (!s || (declared && bn_option_is_default(declared, value))) return true;
    struct bn_option_choice *more = grow(s->choices, s->n_choices, sizeof *more);
    if (!more) return false;
    s->choices = more;
    s->choices[s->n_choices++] = (struct bn_option_choice){strdup(name), strdup(value)};
    return s->choices[s->n_choices - 1].name && s->choices[s->n_choices - 1].value;
}

/* ---- what their processes gave ---- */
static bool take_point(struct bn_effect_sides *sides, struct bn_query *q)
{
    struct bn_effect_side *s = find(sides, bn_query_int(q, 0));
    bool finished = !strcmp(bn_query_text(q, 1), "finished");
    if (s && !finished && !s->hash[0]) snprintf(s->reason, sizeof s->reason, "%s", bn_query_text(q, 2));
    if (s && finished && !s->hash[0]) snprintf(s->hash, sizeof s->hash, "%s", bn_query_text(q, 3));
    return true;
}

/* Rows come by config, phase, process and repetition: of each process the median. */
static bool take_rep(struct bn_effect_sides *sides, struct bn_query *q)
{
    enum { MOST_REPS = 512 };
    static double reps[MOST_REPS];
    static size_t n_reps;
    struct bn_effect_side *s = find(sides, bn_query_int(q, 0));
    int phase = strcmp(bn_query_text(q, 1), "decode") ? BN_EFFECT_PREFILL : BN_EFFECT_DECODE;
    int64_t round = bn_query_int(q, 2);
    if (!s) return true;
    size_t n = s->n_cells[phase];
    if (!n || s->cells[phase][n - 1].round != round) {
        struct bn_effect_cell *more = grow(s->cells[phase], n, sizeof *more);
        if (!more) return false;
        s->cells[phase] = more;
        n = ++s->n_cells[phase];
        n_reps = 0;
    }
    if (n_reps < MOST_REPS) reps[n_reps++] = bn_query_double(q, 3);
    s->cells[phase][n - 1] = (struct bn_effect_cell){round, bn_sample_median(reps, n_reps)};
    return true;
}

static bool take_memory(struct bn_effect_sides *sides, struct bn_query *q)
{
    struct bn_effect_side *s = find(sides, bn_query_int(q, 0));
    if (s && !bn_query_null(q, 1)) s->memory = bn_query_double(q, 1);
    if (s && !bn_query_null(q, 2)) s->sequence = bn_query_double(q, 2);
    return true;
}

/* ---- quality: of a model and its options ---- */
static int right_choice(const char *gold, const json_t *ll)
{
    size_t best = 0;
    if (!gold[0]) return -1;
    for (size_t i = 1; i < json_array_size(ll); i++)
        if (json_number_value(json_array_get(ll, i)) > json_number_value(json_array_get(ll, best))) best = i;
    return best == (size_t)strtoul(gold, NULL, 10);
}

static bool put_item(struct bn_effect_side *s, struct bn_query *q)
{
    struct bn_effect_item *more = grow(s->items, s->n_items, sizeof *more);
    json_t *ll = json_loads(bn_query_text(q, 4), 0, NULL);
    if (more) s->items = more;
    char *key = NULL;
    bool ok = more && ll && asprintf(&key, "%s %s", bn_query_text(q, 1), bn_query_text(q, 2)) >= 0;
    if (ok)
        s->items[s->n_items++] = (struct bn_effect_item){key, json_number_value(json_array_get(ll, 0)),
                                                         right_choice(bn_query_text(q, 3), ll)};
    json_decref(ll);
    return ok;
}

/* The same for every workload, kernel and thread count. */
static bool take_item(struct bn_effect_sides *sides, struct bn_query *q)
{
    bool ok = true;
    for (size_t i = 0; ok && i < sides->n; i++)
        if (sides->at[i].model_id == bn_query_int(q, 5) && !strcmp(sides->at[i].options, bn_query_text(q, 0)))
            ok = put_item(&sides->at[i], q);
    return ok;
}

static bool take_score(struct bn_effect_sides *sides, struct bn_query *q)
{
    for (size_t i = 0; i < sides->n; i++) {
        struct bn_effect_side *s = &sides->at[i];
        if (s->model_id != bn_query_int(q, 3) || strcmp(s->options, bn_query_text(q, 0))) continue;
        if (!bn_query_null(q, 1)) s->kl = bn_query_double(q, 1);
        s->tokens_per_window = bn_query_double(q, 2);
    }
    return true;
}

/* ---- all of it ---- */
static const struct {
    const char *sql;
    bool (*take)(struct bn_effect_sides *, struct bn_query *);
} parts[] = {
    {"SELECT config_id, model_id, model, workload, kernel, threads, options FROM v_configs WHERE engine = 'bitnet' AND "
     "config_id IN (SELECT config_id FROM v_points WHERE run_id = ?) ORDER BY config_id",
     take_side},
    {"SELECT config_id, name, value FROM v_options WHERE config_id IN (SELECT config_id FROM v_points WHERE run_id = "
     "?) "
     "ORDER BY config_id, name",
     take_choice},
    {"SELECT config_id, state, reason, hash FROM v_points WHERE run_id = ? ORDER BY ordinal", take_point},
    {"SELECT config_id, phase, round, 1.0 * sum(ns) / sum(n_tokens) FROM v_samples WHERE run_id = ? GROUP BY "
     "config_id, "
     "phase, round, rep ORDER BY config_id, phase, round, rep",
     take_rep},
    /* the middle one of an odd number of processes, else the lower of the two in the middle */
    {"WITH ranked AS (SELECT config_id, point_id, peak_rss_bytes AS x, row_number() OVER w AS i, count(*) OVER "
     "(PARTITION "
     "BY config_id) AS n FROM v_points WHERE run_id = ?1 AND state = 'finished' AND peak_rss_bytes > 0 WINDOW w AS "
     "(PARTITION BY config_id ORDER BY peak_rss_bytes)) SELECT config_id, x, (SELECT value FROM v_counters k WHERE "
     "k.point_id = ranked.point_id AND k.name = 'sequence_bytes') FROM ranked WHERE i = (n + 1) / 2",
     take_memory},
    {"SELECT config, task, item, coalesce(gold, ''), ll, model_id FROM v_score_items WHERE run_id = ? ORDER BY config, "
     "task, item",
     take_item},
    {"SELECT config, avg(CASE WHEN metric LIKE 'kl@%' THEN value END), sum(CASE WHEN metric = 'ppl@windows' THEN "
     "n_items "
     "END) * 1.0 / (SELECT count(*) FROM v_score_items i WHERE i.run_id = s.run_id AND i.model_id = s.model_id AND "
     "i.config = s.config AND i.gold IS NULL), model_id FROM v_scores s WHERE run_id = ? GROUP BY config, model_id",
     take_score},
};

/* What the plan says in its line "mode: ...". */
static enum bn_status read_mode(struct bn_effect_sides *sides, struct bn_store *store, int64_t run_id,
                                struct bn_error *err)
{
    struct bn_query *q;
    enum bn_status status = bn_query_open(&q, store, err, "SELECT mode FROM v_plans WHERE run_id = ?", "i", run_id);
    if (status) return status;
    if (bn_query_next(q)) sides->ablation = !strcmp(bn_query_text(q, 0), "leave_one_out");
    return bn_query_end(q, BN_OK, err);
}

enum bn_status bn_effect_sides_read(struct bn_effect_sides *sides, struct bn_store *store, int64_t run_id,
                                    struct bn_error *err)
{
    *sides = (struct bn_effect_sides){0};
    enum bn_status status = read_mode(sides, store, run_id, err);
    for (size_t i = 0; !status && i < sizeof parts / sizeof *parts; i++) {
        struct bn_query *q;
        status = bn_query_open(&q, store, err, parts[i].sql, "i", run_id);
        if (status) break;
        while (!status && bn_query_next(q))
            if (!parts[i].take(sides, q)) status = no_memory(err);
        status = bn_query_end(q, status, err);
    }
    return status;
}

void bn_effect_sides_release(struct bn_effect_sides *sides)
{
    for (size_t i = 0; i < sides->n; i++) {
        struct bn_effect_side *s = &sides->at[i];
        for (size_t k = 0; k < s->n_choices; k++) free((char *)s->choices[k].name), free((char *)s->choices[k].value);
        for (size_t k = 0; k < s->n_items; k++) free(s->items[k].key);
        for (int p = 0; p < BN_EFFECT_PHASES; p++) free(s->cells[p]);
        free(s->choices), free(s->items), free(s->model), free(s->workload), free(s->kernel), free(s->options);
    }
    free(sides->at);
    *sides = (struct bn_effect_sides){0};
}
