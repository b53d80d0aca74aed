/* print.c - a comparison as a table, as JSON and as CSV. */
#include "harness/compare/compare.h"
#include "harness/core/cell.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *bn_compare_verdict_name(enum bn_compare_verdict verdict)
{
    static const char *const names[] = {"same", "faster", "slower", "unclear"};
    return names[verdict];
}

static const char *phase(const struct bn_compare_line *line) { return line->base.cells->phase; }

static void print_run(const char *name, const struct bn_compare_run *run)
{
    printf("%s  run %lld  %.19s  %s  commit %s  %s\n", name, (long long)run->run_id, BN_PRINTABLE(run->started_at),
           BN_PRINTABLE(run->plan), run->commit[0] ? BN_PRINTABLE(run->commit) : "unknown", BN_PRINTABLE(run->machine));
}

static void print_line(const struct bn_compare_line *line, bool factor)
{
    char interval[40] = "-", sides[32];
    if (!isnan(line->low)) snprintf(interval, sizeof interval, "%.3f..%.3f", line->low, line->high);
    if (line->paired)
        snprintf(sides, sizeof sides, "%zu pairs", line->base.n < line->head.n ? line->base.n : line->head.n);
    else
        snprintf(sides, sizeof sides, "%zu, %zu", line->base.n, line->head.n);
    bn_cell_put(stdout, line->head.config->model, 20);
    bn_cell_put(stdout, line->head.config->workload, 16);
    bn_cell_put(stdout, line->head.config->series, 28);
    printf("%-8s %11.2f %11.2f %7.3f  %-14s %8s %6.3f  %s%s\n", BN_PRINTABLE(phase(line)), line->base.ns / 1000,
           line->head.ns / 1000, line->ratio, interval, sides, line->p_adjusted, bn_compare_verdict_name(line->verdict),
           line->other_output ? factor ? ", other output" : ", OUTPUT CHANGED" : "");
    if (!factor && strcmp(line->base.config->series, line->head.config->series))
        printf("    against %s, %s\n", BN_PRINTABLE(line->base.config->workload),
               BN_PRINTABLE(line->base.config->series));
}

static void print_operation(const struct bn_compare_operation *o)
{
    if (o->reason[0]) printf("    most in: not known: %s\n", o->reason);
    if (!o->op[0]) return;
    printf("    most in: %s, %.2f -> %.2f us/tok", o->op, o->base_ns / 1000, o->head_ns / 1000);
    if (o->base_ns > 0) printf(" (%+.1f %%)", 100 * (o->head_ns / o->base_ns - 1));
    if (isfinite(o->part)) printf(", %.0f %% of what all operations changed", 100 * o->part);
    putchar('\n');
}

/* The fewest processes a side (or pairs) with which an exact test can reach 5 % after Holm's correction over all lines:
 * the p of the most extreme outcome is 2 / 2^n for pairs, 2 / (2n over n) unpaired. */
static int rounds_needed(size_t lines, bool paired)
{
    double outcomes = 1;
    int n = 0;
    while (2 * (double)lines / outcomes > 0.05) n++, outcomes *= paired ? 2 : 2.0 * (2 * n - 1) / n;
    return n;
}

/* How much of a difference the machine alone makes, between two runs. */
static void print_noise(const struct bn_comparison *c)
{
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < c->n_lines; i++)
        least = fmin(least, c->lines[i].noise), most = fmax(most, c->lines[i].noise);
    if (!c->noise.freedom || most <= 0) {
        puts("the machine's noise between runs is unknown, so nothing is clear: sweep one build several times (4 runs "
             "or more), "
             "or measure both builds in one run (--help)");
        return;
    }
    printf("runs of one build differ here by %.1f", 100 * least);
    if (most > least) printf("..%.1f", 100 * most);
    printf(" %% (standard deviation of a ratio, from %zu other runs; %d degrees of freedom)\n", c->noise.n_runs,
           c->noise.freedom);
}

static void print_hint(const struct bn_comparison *c)
{
    if (!c->n_lines || (c->head.run_id && !c->noise.freedom)) return;
    size_t needed = (size_t)rounds_needed(c->n_lines, c->lines[0].paired);
    for (size_t i = 0; i < c->n_lines; i++) {
        const struct bn_compare_line *l = &c->lines[i];
        if (l->verdict != BN_COMPARE_UNCLEAR || (l->base.n >= needed && l->head.n >= needed)) continue;
        printf("a verdict over %zu lines needs %zu processes a side at least: bitnet-bench sweep PLAN --rounds %zu\n",
               c->n_lines, needed, needed);
        return;
    }
}

/* A field of the machine that one run does not have: results of other programs say little about theirs. */
static bool one_sided(const struct bn_compare_difference *d)
{
    return !strcmp(d->kind, "machine") && (!strcmp(d->base, "absent") || !strcmp(d->head, "absent"));
}

static void print_differences(const struct bn_comparison *c)
{
    const char *before = "known of one machine only: ";
    for (size_t i = 0; i < c->n_differences; i++) {
        const struct bn_compare_difference *d = &c->differences[i];
        if (!one_sided(d))
            printf("differs: %s %s: %s, %s\n", d->kind, BN_PRINTABLE(d->name), BN_PRINTABLE(d->base),
                   BN_PRINTABLE(d->head));
    }
    for (size_t i = 0; i < c->n_differences; i++)
        if (one_sided(&c->differences[i])) printf("%s%s", before, BN_PRINTABLE(c->differences[i].name)), before = ", ";
    if (before[0] == ',') putchar('\n');
}

static void print_text(const struct bn_comparison *c, const char *verdict)
{
    bool factor = !c->head.run_id;
    print_run("base", &c->base);
    if (!factor) print_run("head", &c->head);
    printf("%-20s %-16s %-28s %-8s %11s %11s %7s  %-14s %8s %6s  %s\n", "model", "workload", "series", "phase",
           "base us", "head us", "ratio", "95 % interval", "process", "p", "verdict");
    for (size_t i = 0; i < c->n_lines; i++) {
        print_line(&c->lines[i], factor);
        print_operation(&c->lines[i].operation);
    }
    print_differences(c);
    if (c->unmatched[0]) printf("not in the base run: %s\n", c->unmatched);
    printf("us a token, of ttft a request; ratio of times, above 1 is slower; p: %s, Holm's correction over %zu lines: "
           "%s\n",
           factor ? "Wilcoxon over pairs of processes"
                  : "the larger of Mann-Whitney over processes and Student's t over runs",
           c->n_lines, verdict);
    if (!factor) print_noise(c);
    print_hint(c);
}

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *operation_json(const struct bn_compare_operation *o)
{
    if (o->op[0])
        return json_pack("{ss so so so}", "op", o->op, "base_ns", number(o->base_ns), "head_ns", number(o->head_ns),
                         "part", number(o->part));
    return o->reason[0] ? json_pack("{sn ss}", "op", "reason", o->reason) : json_null();
}

static json_t *line_json(const struct bn_compare_line *l)
{
    return json_pack(
        "{ss ss ss ss ss so so so so so so so so sI sI sI sI sb sb ss so}", "model", l->head.config->model, "workload",
        l->head.config->workload, "series", l->head.config->series, "base_series", l->base.config->series, "phase",
        phase(l), "base_ns", number(l->base.ns), "head_ns", number(l->head.ns), "ratio", number(l->ratio), "low",
        number(l->low), "high", number(l->high), "p", number(l->p), "p_adjusted", number(l->p_adjusted), "noise",
        l->noise > 0 ? json_real(l->noise) : json_null(), "base_processes", (json_int_t)l->base.n, "head_processes",
        (json_int_t)l->head.n, "base_samples", (json_int_t)l->base.n_samples, "head_samples",
        (json_int_t)l->head.n_samples, "paired", (int)l->paired, "other_output", (int)l->other_output, "verdict",
        bn_compare_verdict_name(l->verdict), "operation", operation_json(&l->operation));
}

static json_t *run_json(const struct bn_compare_run *run)
{
    return json_pack("{sI ss ss ss ss}", "run", (json_int_t)run->run_id, "started_at", run->started_at, "plan",
                     run->plan, "commit", run->commit, "machine", run->machine);
}

static void print_json(const struct bn_comparison *c, const char *verdict)
{
    json_t *lines = json_array();
    for (size_t i = 0; i < c->n_lines; i++) json_array_append_new(lines, line_json(&c->lines[i]));
    json_t *differences = json_array();
    for (size_t i = 0; i < c->n_differences; i++) {
        const struct bn_compare_difference *d = &c->differences[i];
        json_array_append_new(differences, json_pack("{ss ss ss ss}", "kind", d->kind, "name", BN_PRINTABLE(d->name),
                                                     "base", BN_PRINTABLE(d->base), "head", BN_PRINTABLE(d->head)));
    }
    json_t *root = json_pack("{si ss sI si so so so ss so}", "schema", 1, "verdict", verdict, "noise_runs",
                             (json_int_t)c->noise.n_runs, "noise_freedom", c->noise.freedom, "base", run_json(&c->base),
                             "head", run_json(c->head.run_id ? &c->head : &c->base), "lines", lines, "unmatched",
                             c->unmatched, "differences", differences);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
    putchar('\n');
    json_decref(root);
}

/* Spreadsheets must not take a name for a formula: a name that starts like one gets a leading space. */
static void print_field(const char *text)
{
    fputs(*text && strchr("=+-@", *text) ? "\" " : "\"", stdout);
    for (; *text; text++) *text == '"' ? fputs("\"\"", stdout) : putchar(*text);
    fputs("\",", stdout);
}

static void print_csv(const struct bn_comparison *c)
{
    puts("model,workload,series,base_series,phase,base_ns,head_ns,ratio,low,high,p,p_adjusted,base_processes,head_"
         "processes,paired,other_output,verdict");
    for (size_t i = 0; i < c->n_lines; i++) {
        const struct bn_compare_line *l = &c->lines[i];
        print_field(l->head.config->model), print_field(l->head.config->workload), print_field(l->head.config->series),
            print_field(l->base.config->series);
        printf("%s,%.9g,%.9g,%.6g,", phase(l), l->base.ns, l->head.ns, l->ratio);
        if (isnan(l->low))
            fputs(",,", stdout);
        else
            printf("%.6g,%.6g,", l->low, l->high);
        printf("%.6g,%.6g,%zu,%zu,%d,%d,%s\n", l->p, l->p_adjusted, l->base.n, l->head.n, l->paired, l->other_output,
               bn_compare_verdict_name(l->verdict));
    }
}

void bn_compare_print(const struct bn_comparison *c, enum bn_compare_form form, const char *verdict)
{
    if (form == BN_COMPARE_JSON)
        print_json(c, verdict);
    else if (form == BN_COMPARE_CSV)
        print_csv(c);
    else
        print_text(c, verdict);
}
