/* table.c - a published table with ours beside it, cell by cell. */
#include "harness/claims/print.h"
#include "harness/core/cell.h"
#include "harness/core/markdown.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_WIDTH = 32, CELL_WIDTH = 30 };
struct names {
    const char **at; /* room for the values of all claims */
    size_t n;
};

static void add(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (!strcmp(names->at[i], name)) return;
    names->at[names->n++] = name;
}

static bool is_cell(const struct bn_claim_value *v) { return v->row && v->column; }

static void collect(const struct bn_claims_report *report, struct names *rows, struct names *columns)
{
    for (size_t i = 0; i < report->list->n; i++)
        for (uint32_t k = 0; k < report->list->at[i]->n_values; k++) {
            const struct bn_claim_value *v = &report->list->at[i]->values[k];
            if (is_cell(v)) add(rows, v->row), add(columns, v->column);
        }
}

static bool make_room(const struct bn_claims_report *report, struct names *names)
{
    size_t n = 0;
    for (size_t i = 0; i < report->list->n; i++) n += report->list->at[i]->n_values;
    return (names->at = calloc(n + 1, sizeof *names->at)) != NULL;
}

static const struct bn_claim_finding *find(const struct bn_claims_report *report, const char *row, const char *column)
{
    for (size_t i = 0; i < report->list->n; i++)
        for (uint32_t k = 0; k < report->list->at[i]->n_values; k++) {
            const struct bn_claim_value *v = &report->list->at[i]->values[k];
            if (is_cell(v) && !strcmp(v->row, row) && !strcmp(v->column, column)) return &report->results[i].values[k];
        }
    return NULL;
}

/* A mark for each verdict, explained below the table. */
static const char *mark(enum bn_claim_verdict verdict)
{
    static const char *const marks[BN_VERDICTS] = {
        [BN_VERDICT_NOT_MEASURED] = "?", [BN_VERDICT_UNDEFINED] = "u",  [BN_VERDICT_NOT_HERE] = "n",
        [BN_VERDICT_INCONCLUSIVE] = "i", [BN_VERDICT_REPRODUCED] = "=", [BN_VERDICT_DIRECTION] = "~",
        [BN_VERDICT_CONTRADICTED] = "x", [BN_VERDICT_ARITHMETIC] = "A", [BN_VERDICT_ROOFLINE] = "R"};
    return marks[verdict];
}

static void cell(const struct bn_claim_finding *f, bool markdown)
{
    char published[64], ours[64], text[160] = "";
    if (f)
        snprintf(text, sizeof text, "%s | %s %s", bn_claims_figure(f->published, f->unit, published, sizeof published),
                 bn_claims_figure(f->measured, f->unit, ours, sizeof ours), mark(f->verdict));
    if (!markdown) return bn_cell_put(stdout, text, CELL_WIDTH);
    if (f)
        printf(" %s | %s %s |", published, ours, mark(f->verdict));
    else
        printf(" | |");
}

static void head(const struct names *columns, bool markdown)
{
    if (markdown) {
        printf("| |");
        for (size_t i = 0; i < columns->n; i++) {
            putchar(' ');
            bn_markdown_put(stdout, columns->at[i]);
            printf(", published | ours |");
        }
        printf("\n| --- |");
        for (size_t i = 0; i < columns->n; i++) printf(" --- | --- |");
        printf("\n");
        return;
    }
    bn_cell_put(stdout, "published | ours", ROW_WIDTH);
    for (size_t i = 0; i < columns->n; i++) bn_cell_put(stdout, columns->at[i], CELL_WIDTH);
    printf("\n");
}

/* In Markdown the item of a list: lines that follow each other would become one paragraph. */
static void remark(const char *name, const char *text, bool markdown)
{
    printf(markdown ? "- %s: " : "%s: ", name);
    bn_claims_text(text, markdown);
    printf("\n");
}

static void source(const struct bn_claims_report *report, bool markdown)
{
    char text[2048];
    for (size_t i = 0; i < report->list->n; i++) {
        const struct bn_claim *c = report->list->at[i];
        snprintf(text, sizeof text, "%s, %s; %s", c->source, c->where, c->environment);
        remark(c->id, text, markdown);
    }
    snprintf(text, sizeof text, "%s, commit %s", report->machine, report->commit);
    remark("ours", text, markdown);
}

static void legend(const struct bn_claims_report *report, bool markdown)
{
    bool seen[BN_VERDICTS] = {false};
    for (size_t i = 0; i < report->list->n; i++)
        for (uint32_t k = 0; k < report->list->at[i]->n_values; k++) seen[report->results[i].values[k].verdict] = true;
    const char *comma = "";
    for (int v = 0; v < BN_VERDICTS; v++)
        if (seen[v])
            printf("%s%s %s", comma, mark((enum bn_claim_verdict)v), bn_claim_verdict_name((enum bn_claim_verdict)v)),
                comma = ", ";
    printf(markdown ? "\n\n" : "\n");
    for (size_t i = 0; i < report->list->n; i++)
        if (report->list->at[i]->note) remark(report->list->at[i]->id, report->list->at[i]->note, markdown);
}

static void body(const struct bn_claims_report *report, const struct names *rows, const struct names *columns,
                 bool markdown)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (markdown)
            printf("| "), bn_markdown_put(stdout, rows->at[i]), printf(" |");
        else
            bn_cell_put(stdout, rows->at[i], ROW_WIDTH);
        for (size_t k = 0; k < columns->n; k++) cell(find(report, rows->at[i], columns->at[k]), markdown);
        printf("\n");
    }
}

bool bn_claims_print_table(const struct bn_claims_report *report, const char *table, enum bn_claims_form form)
{
    struct names rows = {.n = 0}, columns = {.n = 0};
    bool markdown = form == BN_CLAIMS_MARKDOWN;
    if (form == BN_CLAIMS_JSON) return bn_claims_print_json(report), true;
    bool ok = make_room(report, &rows) && make_room(report, &columns);
    if (ok) {
        collect(report, &rows, &columns);
        if (markdown) printf("## ");
        bn_claims_text(table, markdown);
        printf(markdown ? "\n\n" : "\n");
        source(report, markdown);
        printf("\n");
        head(&columns, markdown);
        body(report, &rows, &columns, markdown);
        printf("\n");
        legend(report, markdown);
    }
    free(rows.at), free(columns.at);
    return ok;
}
