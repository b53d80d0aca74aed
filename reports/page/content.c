/* content.c - builds the files of content.list into the program. */
#include "reports/page/content.h"

#define EMBED(symbol, file)                                                                                            \
    extern const char symbol[];                                                                                        \
    __asm__(".pushsection .rodata\n.global " #symbol "\n" #symbol ":\n.incbin \"" file "\"\n.byte 0\n.popsection\n");

EMBED(content_style_css, "reports/page/style.css")
EMBED(content_flamegraph_js, "reports/flamegraph/flamegraph.js")
EMBED(content_plot_style_gp, "reports/plots/style.gp")
#define TABLE(name) EMBED(content_table_##name, "reports/tables/" #name ".sql")
#define PLOT(name)                                                                                                     \
    EMBED(content_plot_##name, "reports/plots/" #name ".sql") EMBED(content_gp_##name, "reports/plots/" #name ".gp")
#define FLAME(name) EMBED(content_flame_##name, "reports/flamegraph/" #name ".sql")
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
