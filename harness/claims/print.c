/* print.c - the verdicts as text and Markdown: one line a claim, or every value with its reason. */
#include "harness/claims/print.h"
#include "harness/core/cell.h"
#include "harness/core/markdown.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERDICT_WIDTH = 40 };

/* Short decimals as they were printed, others with five digits. */
const char *bn_claims_figure(double x, const char *unit, char *text, size_t cap)
{
    char number[48];
    snprintf(number, sizeof number, "%.6g", x);
    if (fabs(strtod(number, NULL) - x) > 1e-9 * fabs(x))
        snprintf(number, sizeof number, fabs(x) < 1000 ? "%.5g" : "%.0f", x);
    snprintf(text, cap, "%s%s%s", isnan(x) ? "-" : number, unit[0] && !isnan(x) ? " " : "", isnan(x) ? "" : unit);
    return text;
}

const char *bn_claims_ours(const struct bn_claim_finding *f, char *text, size_t cap)
{
    char value[48], low[48], high[48];
    bn_claims_figure(f->measured, f->unit, value, sizeof value);
    if (isnan(f->low) || isnan(f->measured))
        snprintf(text, cap, "%s", value);
    else
        snprintf(text, cap, "%s (%s to %s)", value, bn_claims_figure(f->low, "", low, sizeof low),
                 bn_claims_figure(f->high, "", high, sizeof high));
    return text;
}

/* The value that speaks for the claim: the first with its verdict. */
static const struct bn_claim_finding *speaker(const struct bn_claim *c, const struct bn_claim_result *r)
{
    for (uint32_t i = 0; i < c->n_values; i++)
        if (r->values[i].verdict == r->verdict) return &r->values[i];
    return r->values;
}

void bn_claims_text(const char *text, bool markdown)
{
    if (markdown)
        bn_markdown_put(stdout, text);
    else
        fputs(text, stdout);
}

static void first_sentence(const char *prose, char *text, size_t cap)
{
    snprintf(text, cap, "%s", prose);
    text[strcspn(text, "\n")] = 0;
}

static void row(const char *const *cells, int n)
{
    for (int i = 0; i < n; i++) printf("| "), bn_markdown_put(stdout, cells[i]), putchar(' ');
    printf("|\n");
}

/* ---- one line a claim ---- */
static void line(const struct bn_claim *c, const struct bn_claim_result *r, bool markdown)
{
    char published[64], ours[128], count[32] = "", what[400];
    const struct bn_claim_finding *f = speaker(c, r);
    bn_claims_figure(f->published, f->unit, published, sizeof published);
    bn_claims_ours(f, ours, sizeof ours);
    if (c->n_values > 1) snprintf(count, sizeof count, "%zu/%zu/%u", r->n_agree, r->n_decided, c->n_values);
    first_sentence(c->claim, what, sizeof what);
    if (markdown) {
        row((const char *[]){c->id, bn_claim_verdict_name(r->verdict), published, ours, count, what}, 6);
        return;
    }
    bn_cell_put(stdout, c->id, 5);
    bn_cell_put(stdout, bn_claim_verdict_name(r->verdict), VERDICT_WIDTH);
    bn_cell_put(stdout, published, 15);
    bn_cell_put(stdout, ours, 30);
    bn_cell_put(stdout, count, 8);
    printf("%s\n", what);
}

/* ---- every value ---- */
struct said {
    const char *name, *text;
};

static void fact(const struct said *said, bool markdown)
{
    if (!said->text) return;
    printf(markdown ? "- %s: " : "  %-12s ", said->name);
    bn_claims_text(said->text, markdown);
    putchar('\n');
}

static void value(const struct bn_claim_value *v, const struct bn_claim_finding *f, bool markdown)
{
    char published[64], ours[128], n[48] = "";
    bn_claims_figure(f->published, f->unit, published, sizeof published);
    bn_claims_ours(f, ours, sizeof ours);
    if (f->n) snprintf(n, sizeof n, "n=%zu", f->n);
    if (markdown) {
        row((const char *[]){v->name, published, ours, n, bn_claim_verdict_name(f->verdict), f->reason}, 6);
        return;
    }
    printf("  ");
    bn_cell_put(stdout, v->name, 32);
    bn_cell_put(stdout, published, 15);
    bn_cell_put(stdout, ours, 30);
    bn_cell_put(stdout, n, 6);
    printf("%s%s%s\n", bn_claim_verdict_name(f->verdict), f->reason[0] ? ": " : "", f->reason);
}

static void evidence(const struct bn_claim *c, const struct bn_claim_result *r, bool markdown)
{
    const struct bn_evidence_run *said = NULL;
    for (uint32_t i = 0; i < c->n_values; i++) {
        const struct bn_evidence_run *run = r->values[i].run;
        if (!run || run == said) continue;
        said = run;
        char text[400];
        snprintf(text, sizeof text, "run %lld of plan %s, commit %s, %s", (long long)run->run_id, run->plan,
                 run->commit[0] ? run->commit : "unknown", run->started_at);
        fact(&(struct said){"measured in", text}, markdown);
    }
}

static void block(const struct bn_claim *c, const struct bn_claim_result *r, bool markdown)
{
    static const char *const provenances[] = {"primary text or table",    "read off a published figure",
                                              "the author, in a thread",  "a third party that says how",
                                              "a blog without artefacts", "a page without a primary source"};
    char where[1200];
    snprintf(where, sizeof where, "%s, %s", c->source, c->where);
    const struct said facts[] = {{"source", where},
                                 {"address", c->url},
                                 {"provenance", provenances[c->provenance]},
                                 {"machine", c->environment},
                                 {"note", c->note}};
    if (markdown) {
        printf("\n### "), bn_markdown_put(stdout, c->id), printf(": %s\n\n", bn_claim_verdict_name(r->verdict));
        bn_markdown_put(stdout, c->claim), printf("\n\n");
    } else {
        printf("%s: %s\n  %s\n", c->id, bn_claim_verdict_name(r->verdict), c->claim);
    }
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) fact(&facts[i], markdown);
    evidence(c, r, markdown);
    if (markdown) printf("\n| value | published | ours | n | verdict | |\n| --- | --- | --- | --- | --- | --- |\n");
    for (uint32_t i = 0; i < c->n_values; i++) value(&c->values[i], &r->values[i], markdown);
    if (!markdown) putchar('\n');
}

/* ---- the end ---- */
static void totals(const struct bn_claims_report *report, bool markdown)
{
    size_t n[BN_VERDICTS] = {0}, decided = 0;
    for (size_t i = 0; i < report->list->n; i++) {
        n[report->results[i].verdict]++;
        decided += bn_claim_decided(report->results[i].verdict);
    }
    printf("\n%zu claims, %zu decided on ", report->list->n, decided);
    bn_claims_text(report->machine, markdown);
    printf(" (commit %s):", report->commit);
    const char *comma = " ";
    for (int v = BN_VERDICTS - 1; v >= 0; v--)
        if (n[v]) printf("%s%zu %s", comma, n[v], bn_claim_verdict_name((enum bn_claim_verdict)v)), comma = ", ";
    printf("\n");
}

void bn_claims_print(const struct bn_claims_report *report, enum bn_claims_form form)
{
    bool markdown = form == BN_CLAIMS_MARKDOWN;
    if (form == BN_CLAIMS_JSON) return bn_claims_print_json(report);
    if (!report->full && markdown)
        printf(
            "| claim | verdict | published | ours | agree/decided/values | |\n| --- | --- | --- | --- | --- | --- |\n");
    else if (!report->full)
        printf("%-5s %-*s %-15s %-30s %-8s %s\n", "claim", VERDICT_WIDTH, "verdict", "published", "ours", "values",
               "what it says");
    for (size_t i = 0; i < report->list->n; i++)
        if (report->full)
            block(report->list->at[i], &report->results[i], markdown);
        else
            line(report->list->at[i], &report->results[i], markdown);
    totals(report, markdown);
}
