/* folded.c - reads folded stacks into a tree whose boxes keep the order in which they first came. */
#include "reports/flamegraph/flamegraph.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct flame_node *child_named(struct flame_node *node, const char *name, size_t n)
{
    for (size_t i = 0; i < node->n_children; i++)
        if (!strncmp(node->child[i]->name, name, n) && !node->child[i]->name[n]) return node->child[i];
    struct flame_node **more = realloc(node->child, (node->n_children + 1) * sizeof *more);
    struct flame_node *fresh = calloc(1, sizeof *fresh);
    if (more) node->child = more;
    if (fresh) fresh->name = strndup(name, n);
    if (!more || !fresh || !fresh->name) {
        free(fresh);
        return NULL;
    }
    return node->child[node->n_children++] = fresh;
}

bool flame_add(struct flame *flame, const char *stack, double value)
{
    struct flame_node *node = &flame->root;
    size_t depth = 1;
    node->value += value;
    for (const char *p = stack; *p;) {
        size_t n = strcspn(p, ";");
        if (n && !(node = child_named(node, p, n))) return false;
        if (n) node->value += value, depth++;
        p += n + (p[n] == ';');
    }
    if (depth > flame->depth) flame->depth = depth;
    return true;
}

static bool add_line(struct flame *flame, char *line)
{
    size_t n = strlen(line);
    while (n && strchr(" \t\r\n", line[n - 1])) line[--n] = 0;
    if (!n || *line == '#') return true;
    char *space = strrchr(line, ' '), *end;
    double value = space ? strtod(space + 1, &end) : -1;
    if (!space || space == line || *end || !(value >= 0) || isinf(value)) return false;
    *space = 0;
    return flame_add(flame, line, value);
}

bool flame_read(struct flame *flame, FILE *f)
{
    char *line = NULL;
    size_t cap = 0, number = 0;
    bool ok = true;
    *flame = (struct flame){.root.name = NULL};
    while (ok && getline(&line, &cap, f) >= 0) {
        number++;
        ok = add_line(flame, line);
    }
    if (!ok) flame->bad_line = number;
    free(line);
    return ok;
}

static void release(struct flame_node *node)
{
    for (size_t i = 0; i < node->n_children; i++) {
        release(node->child[i]);
        free(node->child[i]);
    }
    free(node->child);
    free(node->name);
}

void flame_release(struct flame *flame)
{
    release(&flame->root);
    *flame = (struct flame){.root.name = NULL};
}
