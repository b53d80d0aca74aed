/* content.c - builds the files of content.list into the program. */
#include "reports/page/content.h"
#include "engine/files.h"

BN_EMBED(content_style_css, "reports/page/style.css");
BN_EMBED(content_table_js, "reports/page/table.js");
BN_EMBED(content_plot_style_gp, "reports/plots/style.gp");
BN_EMBED(content_shared_sql, "reports/plots/shared.sql");
#define TABLE(name) BN_EMBED(content_table_##name, "reports/tables/" #name ".sql");
#define PLOT(name)                                                                                                     \
    BN_EMBED(content_plot_##name, "reports/plots/" #name ".sql");                                                      \
    BN_EMBED(content_gp_##name, "reports/plots/" #name ".gp");
#define FLAME(name) BN_EMBED(content_flame_##name, "reports/flamegraph/" #name ".sql");
#include "reports/page/content.list"
#undef TABLE
#undef PLOT
#undef FLAME

const struct content *content_list(size_t *n)
{
    static const struct content all[] = {
#define TABLE(name) {CONTENT_TABLE, #name, content_table_##name, NULL},
#define PLOT(name)  {CONTENT_PLOT, #name, content_plot_##name, content_gp_##name},
#define FLAME(name) {CONTENT_FLAME, #name, content_flame_##name, NULL},
#include "reports/page/content.list"
    };
    *n = sizeof all / sizeof *all;
    return all;
}
