/* checkkern_bench.c - times every variant of every operation on the shapes of the 2B4T model, on one thread, beside the
 * limits of the machine. Variants take turns. */
#include "engine/tests/checkkern_shapes.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS = 9, MOST_VARIANTS = 8 };
static const double TURN_NS = 3e6; /* approximate duration of one turn of one variant */

/* ---- timing ---- */
struct timed {
    const struct bn_kernel_variant *variant;
    int calls, n;
    double ns[TURNS]; /* of one call */
};

static double turn(const struct timed *t, const struct shape *s)
{
    double start = clock_ns();
    for (int i = 0; i < t->calls; i++) bench_call(t->variant->function, s);
    return (clock_ns() - start) / t->calls;
}

static int by_value(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double median(struct timed *t)
{
    qsort(t->ns, (size_t)t->n, sizeof *t->ns, by_value);
    return t->ns[t->n / 2];
}

/* Variants of one operation that this CPU runs and the command line wants. */
static int collect(struct timed *t, enum bn_kernel_op op, const char *variant)
{
    size_t n;
    int found = 0;
    const struct bn_kernel_variant *const *all = bn_kernel_variants(&n);
    for (size_t i = 0; i < n && found < MOST_VARIANTS; i++)
        if (all[i]->op == op && !(all[i]->needs & ~bn_cpu_features()) &&
            (!variant || !strcmp(variant, all[i]->variant)))
            t[found++] = (struct timed){all[i], 1, 0, {0}};
    return found;
}

/* Alternates; a slow variant gets a single turn. */
static void time_variants(struct timed *t, int n, const struct shape *s)
{
    for (int i = 0; i < n; i++) {
        double once = turn(&t[i], s);
        t[i].calls = once < TURN_NS ? (int)(TURN_NS / once) + 1 : 1;
        if (once > 20 * TURN_NS) t[i].ns[t[i].n++] = once;
    }
    for (int round = 0; round < TURNS; round++)
        for (int i = 0; i < n; i++)
            if (t[i].n == round) t[i].ns[t[i].n++] = turn(&t[i], s);
}

/* ---- output ---- */
static const char *const limit_names[] = {"", "read", "int8", "fp32"};

static void print_row(const struct shape *s, struct timed *t, const struct limits *l, bool json, bool first)
{
    double ns = median(t), bytes = bench_bytes(s) / ns, macs = bench_macs(s) / ns, limit = l->per_ns[s->limit];
    double share = limit > 0 ? (s->limit == LIMIT_READ ? bytes : macs) / limit : NAN;
    const struct bn_kernel_variant *v = t->variant;
    if (json) {
        printf("%s\n{\"op\": \"%s\", \"variant\": \"%s\", \"shape\": \"%s\", \"ns\": %.1f, \"best_ns\": %.1f, "
               "\"gbytes_per_s\": %.3f, \"gmacs_per_s\": %.3f",
               first ? "" : ",", v->op_name, v->variant, s->text, ns, t->ns[0], bytes, macs);
        if (s->limit != LIMIT_NONE && limit > 0)
            printf(", \"limit\": \"%s\", \"share\": %.4f}", limit_names[s->limit], share);
        else
            printf(", \"limit\": null, \"share\": null}");
        return;
    }
    printf("%-16s %-11s %-36s %10.2f %8.2f", v->op_name, v->variant, s->text, ns / 1e3, bytes);
    if (macs > 0) printf(" %9.2f", macs);
    if (macs > 0 && !isnan(share)) printf(" %5.0f %% of %s", 100 * share, limit_names[s->limit]);
    printf("\n");
}

static void print_limits(const struct limits *l, bool json)
{
    if (json) printf("{\"threads\": 1, \"limits\": {");
    for (int i = LIMIT_READ; i < LIMIT_COUNT; i++)
        if (json && l->per_ns[i] > 0)
            printf("%s\"%s\": {\"g_per_s\": %.2f, \"how\": \"%s\"}", i > LIMIT_READ ? ", " : "", limit_names[i],
                   l->per_ns[i], l->how[i]);
        else if (json)
            printf("%s\"%s\": {\"g_per_s\": null, \"how\": \"%s\"}", i > LIMIT_READ ? ", " : "", limit_names[i],
                   l->how[i]);
        else if (l->per_ns[i] > 0)
            printf("limit %-5s %8.2f G%s/s (%s, one thread)\n", limit_names[i], l->per_ns[i],
                   i == LIMIT_READ ? "B" : " multiply-adds", l->how[i]);
        else
            printf("limit %-5s unknown: %s\n", limit_names[i], l->how[i]);
    if (json)
        printf("}, \"rows\": [");
    else
        printf("%-16s %-11s %-36s %10s %8s %9s  share\n", "operation", "variant", "shape", "us", "GB/s", "G macs/s");
}

static bool has_op(const char *name)
{
    for (int i = 0; i < n_bench_shapes; i++) {
        struct timed t[MOST_VARIANTS];
        if (collect(t, bench_shapes[i].op, NULL) && !strcmp(t[0].variant->op_name, name)) return true;
    }
    return false;
}

int bench_kernels(const char *only, const char *variant, bool json)
{
    struct limits limits;
    bool first = true;
    const void *ring;
    size_t bytes;
    if ((only && !has_op(only)) || !bench_fill(&ring, &bytes)) return 1;
    measure_limits(&limits, ring, bytes);
    print_limits(&limits, json);
    for (int i = 0; i < n_bench_shapes; i++) {
        struct timed t[MOST_VARIANTS];
        int n = collect(t, bench_shapes[i].op, variant);
        if (n == 0 || (only && strcmp(t[0].variant->op_name, only))) continue;
        time_variants(t, n, &bench_shapes[i]);
        for (int k = 0; k < n; k++, first = false) print_row(&bench_shapes[i], &t[k], &limits, json, first);
    }
    if (json) printf("\n]}\n");
    return 0;
}
