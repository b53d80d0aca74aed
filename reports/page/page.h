/* page.h - the static report: one self-contained index.html, its plots and flame graph also as files beside it. */
#ifndef REPORTS_PAGE_H
#define REPORTS_PAGE_H
#include "engine/files.h"
#include "reports/page/content.h"
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct report {
    sqlite3 *db;
    const char *output; /* folder */
    int64_t run;        /* the run that tables and plots show */
    int plot_limit_s;   /* how long gnuplot may take for one plot */
    bool no_gnuplot;    /* it is missing or hung: the other plots are not tried */
    bool absent;        /* the section that was written last has nothing to show, and is not in the page */
    char error[512];    /* one sentence when a function returned false */
};
/* Writes output/index.html (and summary.md, plots/NAME.{svg,tsv,gp}, flamegraph.svg, flamegraph.folded). */
bool page_write(struct report *report);
/* The cards at the top of the page, one line of text each. */
bool summary_write(struct report *report, FILE *out);
/* The decisions and the cards in Markdown, which begins with the mark of this program. */
#define MARKDOWN_GENERATOR "<!-- bitnet-report -->"
bool markdown_write(struct report *report, FILE *out);

/* ---- sections, each written into `out` ---- */
bool table_write(struct report *report, const struct content *content, FILE *out);
bool plot_write(struct report *report, const struct content *content, FILE *out);
bool flame_write(struct report *report, const struct content *content, FILE *out);

/* ---- shared by the sections ---- */
/* Prepares the content's query with :run bound; NULL and report->error on failure. */
sqlite3_stmt *report_query(struct report *report, const char *name, const char *sql);
/* The text after "-- key: " in the query's head, "" when it is not there; the caller gives the buffer. */
const char *content_says(const struct content *content, const char *key, char *buffer, size_t size);
/* The content of that name; NULL: there is none. */
const struct content *content_find(const char *name);
/* "plan · machine · date · run of host" of a row of v_runs with plan, machine, started_at, host. */
void run_put(sqlite3_stmt *run, void (*put)(FILE *out, const char *text), FILE *out);
/* Heading and note of a section; the section stays open until section_end. */
void section_begin(const struct content *content, FILE *out);
void section_end(FILE *out);
bool report_fail(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A file of the report, complete when report_keep returns (struct bn_output); NULL and report->error on failure. */
struct bn_output *report_begin(struct report *report, const char *path);
bool report_keep(struct report *report, struct bn_output *file);
#endif
