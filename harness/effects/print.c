/* print.c - the table of options for a terminal, as Markdown, as JSON. */
#include "harness/core/markdown.h"
#include "harness/effects/effects.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 10, CELL = 320 };
static const char *const heads[COLUMNS] = {"option", "decode",     "prefill",  "memory",  "sequence",
                                           "KL",     "perplexity", "accuracy", "verdict", "claims"};

/* ---- cells ---- */
static void put_ratio(char *cell, double ratio, double low, double high)
{
    if (isnan(ratio))
        snprintf(cell, CELL, "-");
    else if (isnan(low))
        snprintf(cell, CELL, "%.3f", ratio);
    else
        snprintf(cell, CELL, "%.3f [%.3f, %.3f]", ratio, low, high);
}

/* A difference in hundredths with its interval: "+0.25 [-0.40, 0.90] %". */
static void put_percent(char *cell, double value, double low, double high, const char *unit)
{
    if (isnan(value))
        snprintf(cell, CELL, "-");
    else if (isnan(low))
        snprintf(cell, CELL, "%+.2f %s", 100 * value, unit);
    else
        snprintf(cell, CELL, "%+.2f [%.2f, %.2f] %s", 100 * value, 100 * low, 100 * high, unit);
}

static void put_kl(char *cell, double kl)
{
    if (isnan(kl))
        snprintf(cell, CELL, "-");
    else
        snprintf(cell, CELL, kl == 0 ? "0" : "%.5f", kl);
}

/* Of an EXACT option the output is the same, and with it perplexity and accuracy. base: what its part is against. */
static void fill(const struct bn_effect *r, const char *base, char cells[COLUMNS][CELL])
{
    bool same = r->exact && r->kl == 0, here = !strcmp(r->base, base);
    snprintf(cells[0], CELL, "%s%s%s", BN_PRINTABLE(r->choice), here ? "" : ", against ",
             here ? "" : BN_PRINTABLE(r->base));
    for (int p = 0; p < BN_EFFECT_PHASES; p++) {
        const struct bn_effect_speed *s = &r->speed[p];
        put_ratio(cells[p == BN_EFFECT_DECODE ? 1 : 2], s->ratio, s->low, s->high);
    }
    put_ratio(cells[3], r->memory, NAN, NAN), put_ratio(cells[4], r->sequence, NAN, NAN);
    put_kl(cells[5], r->kl);
    if (same)
        snprintf(cells[6], CELL, "same"), snprintf(cells[7], CELL, "same");
    else {
        put_percent(cells[6], r->perplexity.n ? expm1(r->perplexity.value) : (double)NAN, expm1(r->perplexity.low),
                    expm1(r->perplexity.high), "%");
        put_percent(cells[7], r->accuracy.value, r->accuracy.low, r->accuracy.high, "points");
    }
    snprintf(cells[8], CELL, "%s: %s", bn_effect_verdict_name(r->verdict), BN_PRINTABLE(r->reason));
    snprintf(cells[9], CELL, "%s", r->claims);
}

/* ---- text ---- */
static const int widths[COLUMNS] = {38, 22, 22, 7, 8, 9, 24, 30, 0, 0};

static void put_row(char cells[COLUMNS][CELL])
{
    for (int c = 0; c < COLUMNS; c++)
        if (c < COLUMNS - 2)
            printf("%-*s ", widths[c], cells[c]);
        else
            printf("%s%s", cells[c], c == COLUMNS - 1 ? "\n" : "  ");
}

/* Rows of another model or setting than the one before begin with a line that names it. */
static bool begins_part(const struct bn_effect *last, const struct bn_effect *row)
{
    return !last || strcmp(row->setting, last->setting) || row->model_id != last->model_id;
}

static void print_name(const char *name, bool markdown)
{
    if (markdown)
        bn_markdown_put(stdout, name);
    else
        fputs(BN_PRINTABLE(name), stdout);
}

static void print_part(const struct bn_effect *row, bool further, bool markdown)
{
    if (further) puts("");
    print_name(row->model, markdown), printf(", ");
    print_name(row->setting, markdown), printf(", against ");
    print_name(row->base, markdown), puts(markdown ? "\n" : "");
}

static void print_heads(bool markdown)
{
    char cells[COLUMNS][CELL];
    for (int c = 0; c < COLUMNS; c++) snprintf(cells[c], CELL, "%s", heads[c]);
    if (!markdown) {
        put_row(cells);
        return;
    }
    for (int c = 0; c < COLUMNS; c++) printf("| %s ", heads[c]);
    puts("|");
    for (int c = 0; c < COLUMNS; c++) fputs("| --- ", stdout);
    puts("|");
}

static void print_rows(const struct bn_effects *e, bool markdown)
{
    char cells[COLUMNS][CELL];
    const struct bn_effect *last = NULL;
    const char *base = "";
    for (const struct bn_effect *r = e->rows; r < e->rows + e->n; r++) {
        if (r->verdict == BN_EFFECT_UNMEASURED) continue;
        if (begins_part(last, r)) {
            base = r->base;
            print_part(r, last != NULL, markdown);
            print_heads(markdown);
        }
        last = r;
        fill(r, base, cells);
        if (!markdown) put_row(cells);
        for (int c = 0; markdown && c < COLUMNS; c++) printf("| "), bn_markdown_put(stdout, cells[c]), putchar(' ');
        if (markdown) puts("|");
    }
}

/* In Markdown a list: lines that follow each other would become one paragraph. */
static void print_unmeasured(const struct bn_effects *e, bool markdown)
{
    size_t n = 0;
    for (size_t i = 0; i < e->n; i++) {
        if (e->rows[i].verdict != BN_EFFECT_UNMEASURED) continue;
        printf("%snot measured: ", markdown ? "- " : "");
        print_name(e->rows[i].choice, markdown), printf(": ");
        print_name(e->rows[i].reason, markdown), puts("");
        n++;
    }
    if (markdown && n) puts("");
}

static void print_text(const struct bn_effects *e, bool markdown)
{
    printf("%sOptions on this machine: ", markdown ? "## " : "");
    print_name(e->machine, markdown);
    printf(" (run %lld, plan ", (long long)e->run_id);
    print_name(e->plan, markdown);
    puts(")\n");
    print_rows(e, markdown);
    puts("");
    print_unmeasured(e, markdown);
    printf("decode, prefill: speed ratio, above 1 is faster, with its 95 %% interval over rounds; memory, sequence: "
           "ratios "
           "of the peak and of keys and values;\nKL in nats a token; accuracy: paired over the same questions.\n%s\n",
           bn_effects_rule);
}

/* ---- JSON ---- */
static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *interval(double value, double low, double high, size_t n)
{
    return json_pack("{so so so sI}", "value", number(value), "low", number(low), "high", number(high), "n",
                     (json_int_t)n);
}

static json_t *row_json(const struct bn_effect *r)
{
    json_t *o = json_pack("{ss ss ss ss sb sb ss ss ss}", "model", BN_PRINTABLE(r->model), "setting", r->setting,
                          "option", BN_PRINTABLE(r->choice), "base", r->base, "exact", (int)r->exact, "other_output",
                          (int)r->other_output, "verdict", bn_effect_verdict_name(r->verdict), "reason",
                          BN_PRINTABLE(r->reason), "claims", r->claims);
    for (int p = 0; p < BN_EFFECT_PHASES; p++) {
        const struct bn_effect_speed *s = &r->speed[p];
        json_t *speed = interval(s->ratio, s->low, s->high, s->n);
        json_object_set_new(speed, "p_adjusted", number(s->n > 1 ? s->p_adjusted : (double)NAN));
        json_object_set_new(o, p == BN_EFFECT_DECODE ? "decode" : "prefill", speed);
    }
    json_object_set_new(o, "memory", number(r->memory));
    json_object_set_new(o, "sequence", number(r->sequence));
    json_object_set_new(o, "kl", number(r->kl));
    json_object_set_new(o, "log_perplexity_ratio",
                        interval(r->perplexity.n ? r->perplexity.value : (double)NAN, r->perplexity.low,
                                 r->perplexity.high, r->perplexity.n));
    json_t *accuracy = interval(r->accuracy.value, r->accuracy.low, r->accuracy.high, r->accuracy.n);
    json_object_set_new(accuracy, "only_base", json_integer((json_int_t)r->accuracy.only_base));
    json_object_set_new(accuracy, "only_head", json_integer((json_int_t)r->accuracy.only_head));
    json_object_set_new(accuracy, "mcnemar_p", number(r->accuracy.n ? r->accuracy.p : (double)NAN));
    json_object_set_new(o, "accuracy", accuracy);
    return o;
}

static void print_json(const struct bn_effects *e)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < e->n; i++) json_array_append_new(rows, row_json(&e->rows[i]));
    json_t *root = json_pack("{si sI ss ss ss so}", "schema", 1, "run", (json_int_t)e->run_id, "machine", e->machine,
                             "plan", e->plan, "rule", bn_effects_rule, "options", rows);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(root);
}

void bn_effects_print(const struct bn_effects *e, enum bn_effects_form form)
{
    if (form == BN_EFFECTS_JSON)
        print_json(e);
    else
        print_text(e, form == BN_EFFECTS_MARKDOWN);
}
