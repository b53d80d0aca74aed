/* functions.c - aggregates over many numbers, which are collected and answered for at the end of their group. */
#include "harness/store/functions.h"
#include "harness/stats/change_point.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct group { /* of an aggregate; zero at first */
    double *x;
    size_t n, cap;
    bool related, no_memory;
};

/* Room for n more at the end; NULL without memory. */
static double *more(struct group *g, size_t n)
{
    if (g->no_memory) return NULL;
    if (g->n + n > g->cap) {
        size_t cap = 2 * g->cap > g->n + n ? 2 * g->cap : g->n + n + 64;
        double *x = realloc(g->x, cap * sizeof *x);
        if (!x) {
            g->no_memory = true;
            return NULL;
        }
        g->x = x;
        g->cap = cap;
    }
    g->n += n;
    return g->x + g->n - n;
}

/* Numbers and blobs of numbers. */
static void add(sqlite3_context *context, int n, sqlite3_value **values)
{
    (void)n;
    bool blob = sqlite3_value_type(values[0]) == SQLITE_BLOB;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
    struct group *g = sqlite3_aggregate_context(context, sizeof *g);
    size_t count = blob ? (size_t)sqlite3_value_bytes(values[0]) / sizeof(double) : 1;
    double one = blob ? 0 : sqlite3_value_double(values[0]), *to = g ? more(g, count) : NULL;
    if (to) memcpy(to, blob ? sqlite3_value_blob(values[0]) : &one, count * sizeof *to);
}

/* The group at its end, NULL where it has no answer: nothing was added, or memory ran out, which is then said. */
static struct group *end_of(sqlite3_context *context)
{
    struct group *g = sqlite3_aggregate_context(context, 0);
    if (g && g->no_memory) {
        sqlite3_result_error_nomem(context);
        free(g->x);
    }
    return g && g->n && !g->no_memory ? g : NULL;
}

static void sorted_end(sqlite3_context *context)
{
    struct group *g = end_of(context);
    if (!g) return;
    bn_sample_sort(g->x, g->n);
    sqlite3_result_blob64(context, g->x, g->n * sizeof *g->x, free);
}

static void at(sqlite3_context *context, int n, sqlite3_value **values)
{
    (void)n;
    const double *x = sqlite3_value_blob(values[0]);
    sqlite3_int64 i = sqlite3_value_int64(values[1]), count = sqlite3_value_bytes(values[0]) / (int)sizeof *x;
    double answer;
    if (sqlite3_value_type(values[0]) != SQLITE_BLOB || i < 1 || i > count) return;
    memcpy(&answer, x + i - 1, sizeof answer);
    sqlite3_result_double(context, answer);
}

static void median_end(sqlite3_context *context)
{
    struct group *g = end_of(context);
    if (!g) return;
    bn_sample_sort(g->x, g->n);
    sqlite3_result_double(context, bn_sample_quantile_sorted(g->x, g->n, 0.5));
    free(g->x);
}

/* ---- bn_changes: place and value in turn ---- */
static void changes_add(sqlite3_context *context, int n, sqlite3_value **values)
{
    (void)n;
    if (sqlite3_value_type(values[1]) == SQLITE_NULL) return;
    struct group *g = sqlite3_aggregate_context(context, sizeof *g);
    double *to = g ? more(g, 2) : NULL;
    if (!to) return;
    to[0] = sqlite3_value_double(values[0]), to[1] = sqlite3_value_double(values[1]);
    g->related = sqlite3_value_int(values[2]);
}

static int by_place(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void put_change(sqlite3_str *out, const double *pairs, const struct bn_change *c)
{
    sqlite3_str_appendf(out, "{\"drifts\":%d,\"from\":%.0f,\"to\":%.0f,\"low\":%.0f,\"high\":%.0f,\"ratio\":%.9g}",
                        c->drifts, pairs[2 * c->from], pairs[2 * c->to], pairs[2 * c->low], pairs[2 * c->high],
                        exp(c->shift));
}

/* NULL without memory; sqlite3_free frees it. x: room for the values alone */
static char *changes_json(struct group *g, double *x)
{
    const struct bn_change_options rule = bn_change_rule(BN_CHANGE_LEAST, g->related);
    struct bn_change found[BN_CHANGES_MOST];
    qsort(g->x, g->n / 2, 2 * sizeof *g->x, by_place);
    for (size_t i = 0; i < g->n / 2; i++) x[i] = g->x[2 * i + 1];
    int n = bn_changes_find(x, g->n / 2, &rule, found);
    if (n < 0) return NULL;
    sqlite3_str *out = sqlite3_str_new(NULL);
    for (int i = 0; i < n; i++) {
        sqlite3_str_appendchar(out, 1, i ? ',' : '[');
        put_change(out, g->x, &found[i]);
    }
    sqlite3_str_appendall(out, n ? "]" : "[]");
    return sqlite3_str_finish(out);
}

static void changes_end(sqlite3_context *context)
{
    struct group *g = end_of(context);
    if (!g) return;
    double *x = malloc(g->n / 2 * sizeof *x);
    char *text = x ? changes_json(g, x) : NULL;
    if (text)
        sqlite3_result_text(context, text, -1, sqlite3_free);
    else
        sqlite3_result_error_nomem(context);
    free(x);
    free(g->x);
}

int bn_functions_define(sqlite3 *db)
{
    static const struct {
        const char *name;
        int n;
        void (*whole)(sqlite3_context *, int, sqlite3_value **), (*add)(sqlite3_context *, int, sqlite3_value **);
        void (*end)(sqlite3_context *);
    } functions[] = {{"bn_sorted", 1, NULL, add, sorted_end},
                     {"bn_at", 2, at, NULL, NULL},
                     {"bn_median", 1, NULL, add, median_end},
                     {"bn_changes", 3, NULL, changes_add, changes_end}};
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof functions / sizeof *functions && !code; i++)
        code = sqlite3_create_function_v2(db, functions[i].name, functions[i].n, flags, NULL, functions[i].whole,
                                          functions[i].add, functions[i].end, NULL);
    return code;
}
