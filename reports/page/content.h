/* content.h - the files that are built into bitnet-report (queries, gnuplot scripts, style, scripts) and the order of
 * the page. A table = tables/NAME.sql + a line in content.list; a plot = plots/NAME.sql + plots/NAME.gp + a line.
 *
 * A query may use :run, the id of the run the page shows. Its first comment lines say how to show it:
 *   -- title: heading        -- note: a sentence under it       -- empty: what to say when there are no rows
 *   -- as: cards | table     (table when it says nothing)
 * What several queries read is made once by plots/shared.sql. A plot without rows is left out of the page, and what it
 * says stands in the section "Not drawn" (plots/README.md has how to add one).
 * In tables a column named "%x" is a share from 0 to 1 shown as a bar, PASS/FAIL/SKIP and the states of points become
 * badges, numbers are right-aligned. In plots the first column names the series; each series becomes a gnuplot data
 * block whose first line is that name; the other columns follow as they are. */
#ifndef REPORTS_PAGE_CONTENT_H
#define REPORTS_PAGE_CONTENT_H
#include <stddef.h>

enum content_kind { CONTENT_TABLE, CONTENT_PLOT, CONTENT_FLAME };
struct content {
    enum content_kind kind;
    const char *name, *sql, *gp; /* gp only of plots */
};
const struct content *content_list(size_t *n);
extern const char content_style_css[], content_table_js[], content_plot_style_gp[], content_shared_sql[];
#endif
