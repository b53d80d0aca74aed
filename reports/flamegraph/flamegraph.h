/* flamegraph.h - folded stacks ("phase;layer;op 1234" a line) to an interactive SVG: zoom into a box, search, reset, by
 * mouse or keyboard; each box says its share. The SVG needs nothing outside itself, works without its script (but for
 * these), and reads well on light and dark ground. */
#ifndef REPORTS_FLAMEGRAPH_H
#define REPORTS_FLAMEGRAPH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct flame_node {
    char *name;                                                  /* NULL: the root */
    double value, base;                                          /* of all stacks through this box; of those before */
    struct flame_node *parent, *first_child, *last_child, *next; /* siblings in the order they first came */
};
struct flame {
    struct flame_node root;
    struct flame_node **table; /* [n_slots] every box but the root, by parent and name */
    size_t n_slots, n_nodes;
    size_t depth;       /* boxes of the longest stack, the root included */
    bool out_of_memory; /* the read ended for it */
    size_t bad_line;    /* number (from 1) of the first line that is no stack; 0: none */
};
/* The box after `node` when each comes before its children; NULL: it was the last. *depth (of node) becomes its depth.
 * Stacks may be deep: nothing here recurses. */
const struct flame_node *flame_next(const struct flame_node *node, size_t *depth);

/* Reads folded stacks from `f` until its end; lines that begin with '#' and empty ones are passed over. The last word
 * of a line is the value (a decimal number >= 0). Returns false when memory is short or a line is no stack
 * (flame->bad_line).
 */
bool flame_read(struct flame *flame, FILE *f);
/* The same for what the stacks are to be compared with, after flame_read: values are added to `base`. */
bool flame_read_base(struct flame *flame, FILE *f);
/* Adds one stack; frames are separated by ';'. False when memory is short or the sum is no finite number any more. */
bool flame_add(struct flame *flame, const char *stack, double value);
bool flame_add_base(struct flame *flame, const char *stack, double value);
void flame_release(struct flame *flame);

/* False when memory is short; errors of `out` stay in its error flag. */
struct flame_style {
    const char *title;
    const char *unit; /* what a value is; "ns" is shown as ms */
    bool up;          /* the root at the bottom, a flame graph; else on top, an icicle */
    bool difference; /* two graphs, each as wide as its own total: now, and before (`base`). Colours are the change of a
                        box's share, and each shows what the other lacks */
};
bool flame_write_svg(const struct flame *flame, const struct flame_style *style, FILE *out);
#endif
