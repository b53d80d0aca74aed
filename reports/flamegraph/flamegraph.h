/* flamegraph.h - folded stacks ("phase;layer;op 1234" a line) to an interactive SVG: click a box to zoom, hover for its
 * share, type to search. The SVG needs nothing outside itself and reads well on light and dark ground. */
#ifndef REPORTS_FLAMEGRAPH_H
#define REPORTS_FLAMEGRAPH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct flame_node {
    char *name;
    double value;              /* of all stacks through this box */
    struct flame_node **child; /* [n_children], in the order they first came */
    size_t n_children;
};
struct flame {
    struct flame_node root;
    size_t depth;    /* boxes of the longest stack, the root included */
    size_t bad_line; /* number (from 1) of the first line that is no stack; 0: none */
};

/* Reads folded stacks from `f` until its end; lines that begin with '#' and empty ones are passed over. The last word
 * of a line is the value (a number >= 0). Returns false when memory is short or a line is no stack (flame->bad_line).
 */
bool flame_read(struct flame *flame, FILE *f);
/* Adds one stack; frames are separated by ';'. */
bool flame_add(struct flame *flame, const char *stack, double value);
void flame_release(struct flame *flame);

struct flame_style {
    const char *title;
    const char *unit; /* what a value is; "ns" is shown as ms */
};
void flame_write_svg(const struct flame *flame, const struct flame_style *style, FILE *out);
#endif
