/* svg.c - a tree of stacks as an SVG: the root on top, a box's width is its share; zoom and search are in
 * flamegraph.js. */
#include "reports/flamegraph/flamegraph.h"
#include "reports/page/content.h"
#include "reports/page/html.h"
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 1200, ROW = 20, HEAD = 30, FOOT = 24, MARGIN = 4 };

struct drawing {
    FILE *out;
    const struct flame_style *style;
    double total;
};

/* A steady colour a name: hue from its hash, light enough for dark text. */
static unsigned hue_of(const char *name)
{
    unsigned h = 2166136261u;
    for (; *name; name++)
        if (*name < '0' || *name > '9') h = (h ^ (unsigned char)*name) * 16777619u;
    return h * 2654435761u >> 16 & 0xFFFF;
}

static void put_value(FILE *out, double value, const char *unit)
{
    if (!strcmp(unit, "ns"))
        fprintf(out, "%.3f ms", value / 1e6);
    else {
        fprintf(out, "%.6g ", value);
        html_put(out, unit);
    }
}

static void put_box(const struct drawing *d, const struct flame_node *node, const char *name, double start,
                    size_t depth, double parent)
{
    double x = MARGIN + start / d->total * (WIDTH - 2 * MARGIN), w = node->value / d->total * (WIDTH - 2 * MARGIN);
    size_t y = HEAD + depth * ROW;
    fprintf(d->out, "<g class=\"box\" data-x=\"%.8g\" data-w=\"%.8g\" data-d=\"%zu\"><title>", start / d->total,
            node->value / d->total, depth);
    html_put(d->out, name);
    fputs(": ", d->out);
    put_value(d->out, node->value, d->style->unit);
    fprintf(d->out, ", %.2f %% of all", 100 * node->value / d->total);
    if (depth > 1) fprintf(d->out, ", %.2f %% of the box above", 100 * node->value / parent);
    fprintf(d->out,
            "</title><rect x=\"%.3f\" y=\"%zu\" width=\"%.3f\" height=\"%d\" rx=\"2\" fill=\"hsl(%u,%u%%,%u%%)\"/>", x,
            y, w, ROW - 1, depth ? hue_of(name) % 360 : 210, depth ? 55u : 15u,
            depth ? 62 + hue_of(name) / 360 % 14 : 70);
    fprintf(d->out, "<text x=\"%.3f\" y=\"%zu\" data-name=\"", x + 4, y + 14);
    html_put(d->out, name);
    fputs("\">", d->out);
    size_t fits = (size_t)((w - 6) / 7 > 0 ? (w - 6) / 7 : 0), n = strlen(name);
    if (fits >= n)
        html_put(d->out, name);
    else if (fits > 2)
        html_put_n(d->out, name, fits - 1), fputs("…", d->out);
    fputs("</text></g>\n", d->out);
}

/* A box begins where its elder siblings end: `start` of each open level is kept beside the walk. */
static bool put_tree(const struct drawing *d, const struct flame *flame)
{
    double *start = calloc(flame->depth + 1, sizeof *start);
    size_t depth = 0;
    if (!start) return false;
    for (const struct flame_node *node = &flame->root; node; node = flame_next(node, &depth)) {
        start[depth + 1] = start[depth]; /* of its first child */
        if (node->value > 0)
            put_box(d, node, node->name ? node->name : "all", start[depth], depth,
                    node->parent ? node->parent->value : d->total);
        start[depth] += node->value;
    }
    free(start);
    return true;
}

bool flame_write_svg(const struct flame *flame, const struct flame_style *style, FILE *out)
{
    size_t height = HEAD + flame->depth * ROW + FOOT;
    struct drawing d = {out, style, flame->root.value};
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flame\" viewBox=\"0 0 %d %zu\" width=\"100%%\" "
            "role=\"img\">\n",
            WIDTH, height);
    fputs("<style>.flame{font:12px ui-monospace,DejaVu Sans Mono,monospace;max-width:1600px}.flame "
          ".box{cursor:pointer}.flame .box text{fill:#111;"
          "pointer-events:none}.flame .box:hover rect{stroke:#888;stroke-width:1.5}.flame .off{opacity:.25}.flame .hit "
          "rect{fill:#e33c8f}"
          ".flame .head,.flame .foot{fill:#888}.flame .reset{cursor:pointer;text-decoration:underline}</style>\n",
          out);
    fprintf(out, "<text class=\"head\" x=\"%d\" y=\"18\">", MARGIN);
    html_put(out, style->title);
    fprintf(out,
            "</text><text class=\"head reset\" x=\"%d\" y=\"18\" text-anchor=\"end\" visibility=\"hidden\">show "
            "all</text>\n",
            WIDTH - MARGIN);
    bool ok = !(d.total > 0) || put_tree(&d, flame);
    fprintf(out, "<text class=\"foot\" x=\"%d\" y=\"%zu\">%s</text>\n", MARGIN, height - 8,
            d.total > 0 ? "click: zoom · / : search" : "no time was recorded");
    fprintf(out, "<script><![CDATA[\n%s]]></script>\n</svg>\n", content_flamegraph_js);
    return ok;
}
