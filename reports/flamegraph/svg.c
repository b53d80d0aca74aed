/* svg.c - a tree of stacks as an SVG: a box's width is its share of all; zoom, search and keys are in flamegraph.js. */
#include "engine/files.h"
#include "reports/flamegraph/flamegraph.h"
#include "reports/page/html.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

BN_EMBED(flamegraph_js, "reports/flamegraph/flamegraph.js");
BN_EMBED(flamegraph_css, "reports/flamegraph/flamegraph.css");
extern const char flamegraph_js[], flamegraph_css[];

enum { WIDTH = 1200, ROW = 20, HEAD = 30, FOOT = 26, MARGIN = 4 };

struct drawing {
    FILE *out;
    const struct flame *flame;
    const struct flame_style *style;
    bool base;    /* widths are those of before */
    double total; /* of them */
    double worst; /* largest change of a share */
    size_t top;   /* y of the first row */
};

static double width_of(const struct drawing *d, const struct flame_node *node)
{
    return d->base ? node->base : node->value;
}

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

/* ---- two graphs: what a box had of the whole, and has ---- */
static double change_of(const struct flame *flame, const struct flame_node *node)
{
    const struct flame_node *root = &flame->root;
    return (root->value > 0 ? node->value / root->value : 0) - (root->base > 0 ? node->base / root->base : 0);
}

static double worst_change(const struct flame *flame)
{
    double worst = 0;
    size_t depth = 0;
    for (const struct flame_node *node = &flame->root; node; node = flame_next(node, &depth))
        worst = fmax(worst, fabs(change_of(flame, node)));
    return worst;
}

/* Orange grew, blue shrank, which everybody can tell apart; the stronger, the more. */
static void put_change_colour(const struct drawing *d, const struct flame_node *node)
{
    double change = d->worst > 0 ? change_of(d->flame, node) / d->worst : 0;
    fprintf(d->out, "hsl(%d,%.0f%%,%.0f%%)", change > 0 ? 28 : 210, 90 * sqrt(fabs(change)),
            84 - 22 * sqrt(fabs(change)));
}

static void put_change(const struct drawing *d, const struct flame_node *node)
{
    const struct flame_node *root = &d->flame->root;
    double now = root->value > 0 ? 100 * (node->value / root->value) : 0,
           before = root->base > 0 ? 100 * (node->base / root->base) : 0;
    fputs(d->base ? ": before " : ": now ", d->out);
    put_value(d->out, width_of(d, node), d->style->unit);
    fprintf(d->out, "; share %.2f %% before, %.2f %% now, %+.2f points", before, now, now - before);
}

/* ---- boxes ---- */
static void put_colour(const struct drawing *d, const struct flame_node *node, const char *name)
{
    if (d->style->difference)
        put_change_colour(d, node);
    else if (!node->parent)
        fputs("hsl(210,15%,70%)", d->out);
    else
        fprintf(d->out, "hsl(%u,55%%,%u%%)", hue_of(name) % 360, 62 + hue_of(name) / 360 % 14);
}

static void put_share(const struct drawing *d, const struct flame_node *node)
{
    fputs(": ", d->out);
    put_value(d->out, node->value, d->style->unit);
    fprintf(d->out, ", %.2f %% of all", 100 * (node->value / d->total));
    if (node->parent && node->parent->parent)
        fprintf(d->out, ", %.2f %% of the box %s", 100 * (node->value / node->parent->value),
                d->style->up ? "below" : "above");
}

static void put_label(const struct drawing *d, const char *name, double width)
{
    size_t fits = (size_t)((width - 6) / 7 > 0 ? (width - 6) / 7 : 0), n = strlen(name);
    if (fits >= n)
        html_put(d->out, name);
    else if (fits > 2)
        html_put_n(d->out, name, fits - 1), fputs("…", d->out);
}

static void put_box(const struct drawing *d, const struct flame_node *node, double start, size_t depth)
{
    const char *name = node->name ? node->name : "all";
    double share = width_of(d, node) / d->total, x = MARGIN + start / d->total * (WIDTH - 2 * MARGIN),
           w = share * (WIDTH - 2 * MARGIN);
    size_t y = d->top + (d->style->up ? d->flame->depth - 1 - depth : depth) * ROW;
    fprintf(d->out,
            "<g class=\"box\" role=\"button\" tabindex=\"%d\" data-x=\"%.8g\" data-w=\"%.8g\" data-d=\"%zu\"><title>",
            depth ? -1 : 0, start / d->total, share, depth);
    html_put(d->out, name);
    (d->style->difference ? put_change : put_share)(d, node);
    fprintf(d->out, "</title><rect x=\"%.3f\" y=\"%zu\" width=\"%.3f\" height=\"%d\" rx=\"2\" fill=\"", x, y, w,
            ROW - 1);
    put_colour(d, node, name);
    fprintf(d->out, "\"/><text x=\"%.3f\" y=\"%zu\" data-name=\"", x + 4, y + 14);
    html_put(d->out, name);
    fputs("\">", d->out);
    put_label(d, name, w);
    fputs("</text></g>\n", d->out);
}

/* A box begins where its elder siblings end: `start` of each open level is kept beside the walk. */
static bool put_tree(const struct drawing *d)
{
    double *start = calloc(d->flame->depth + 1, sizeof *start);
    size_t depth = 0;
    if (!start) return false;
    fprintf(d->out, "<g class=\"panel\" role=\"group\" aria-label=\"%s\">\n",
            !d->style->difference ? "all stacks"
            : d->base             ? "before"
                                  : "now");
    for (const struct flame_node *node = &d->flame->root; node; node = flame_next(node, &depth)) {
        start[depth + 1] = start[depth]; /* of its first child */
        if (width_of(d, node) > 0) put_box(d, node, start[depth], depth);
        start[depth] += width_of(d, node);
    }
    fputs("</g>\n", d->out);
    free(start);
    return true;
}

/* One graph, under its name where there are two. Nothing to draw is drawn as nothing. */
static bool put_panel(struct drawing *d, bool base, size_t top)
{
    d->base = base, d->top = top, d->total = base ? d->flame->root.base : d->flame->root.value;
    if (d->style->difference)
        fprintf(d->out, "<text class=\"head\" x=\"%d\" y=\"%zu\">%s</text>\n", MARGIN, top - 6,
                base ? "widths before" : "widths now; share: orange grew, blue shrank");
    return !(d->total > 0) || put_tree(d);
}

static void put_head(const struct drawing *d, size_t height)
{
    FILE *out = d->out;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flame\" viewBox=\"0 0 %d %zu\" width=\"100%%\" "
            "height=\"%zu\" "
            "preserveAspectRatio=\"xMidYMin meet\" role=\"group\" aria-roledescription=\"flame graph\">\n<title>",
            WIDTH, height, height);
    html_put(out, d->style->title[0] ? d->style->title : "Flame graph");
    fprintf(out, "</title>\n<style>\n%s</style>\n<text class=\"head\" x=\"%d\" y=\"18\">", flamegraph_css, MARGIN);
    html_put(out, d->style->title);
    fprintf(out,
            "</text>\n<text class=\"head action search\" role=\"button\" tabindex=\"0\" x=\"%d\" y=\"18\" "
            "text-anchor=\"end\" "
            "visibility=\"hidden\">search</text>\n"
            "<text class=\"head action reset\" role=\"button\" tabindex=\"0\" x=\"%d\" y=\"18\" text-anchor=\"end\" "
            "visibility=\"hidden\">show all</text>\n",
            WIDTH - MARGIN, WIDTH - MARGIN - 60);
}

bool flame_write_svg(const struct flame *flame, const struct flame_style *style, FILE *out)
{
    size_t rows = flame->depth * ROW, height = HEAD + rows + FOOT + (style->difference ? HEAD + rows + 14 : 0);
    struct drawing d = {
        .out = out, .flame = flame, .style = style, .worst = style->difference ? worst_change(flame) : 0};
    put_head(&d, height);
    size_t first = style->difference ? HEAD + 14 : HEAD;
    bool ok = put_panel(&d, false, first);
    if (style->difference) ok = ok && put_panel(&d, true, first + rows + HEAD);
    fprintf(out, "<text class=\"foot\" aria-live=\"polite\" x=\"%d\" y=\"%zu\">%s</text>\n", MARGIN, height - 8,
            flame->root.value > 0 ? "click or Enter: zoom · arrows: move · / : search · Esc: all"
                                  : "no time was recorded");
    fprintf(out, "<script><![CDATA[\n%s]]></script>\n</svg>\n", flamegraph_js);
    return ok;
}
