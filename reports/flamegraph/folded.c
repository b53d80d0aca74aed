/* folded.c - reads folded stacks into a tree whose boxes keep the order in which they first came. */
#include "reports/flamegraph/flamegraph.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static size_t slot_of(const struct flame *flame, const struct flame_node *parent, const char *name, size_t n)
{
    size_t h = (size_t)(uintptr_t)parent / 16, mask = flame->n_slots - 1;
    for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)name[i]) * 1099511628211u;
    for (h ^= h >> 29; flame->table[h & mask]; h++) {
        const struct flame_node *node = flame->table[h & mask];
        if (node->parent == parent && !strncmp(node->name, name, n) && !node->name[n]) break;
    }
    return h & mask;
}

/* Keeps the table at most half full. */
static bool make_room(struct flame *flame)
{
    struct flame old = *flame;
    if (2 * flame->n_nodes < flame->n_slots) return true;
    flame->n_slots = old.n_slots ? 2 * old.n_slots : 64;
    flame->table = calloc(flame->n_slots, sizeof *flame->table);
    if (!flame->table) {
        *flame = old;
        flame->out_of_memory = true;
        return false;
    }
    for (size_t i = 0; i < old.n_slots; i++) {
        struct flame_node *node = old.table[i];
        if (node) flame->table[slot_of(flame, node->parent, node->name, strlen(node->name))] = node;
    }
    free(old.table);
    return true;
}

static struct flame_node *child_named(struct flame *flame, struct flame_node *parent, const char *name, size_t n)
{
    if (!make_room(flame)) return NULL;
    size_t slot = slot_of(flame, parent, name, n);
    if (flame->table[slot]) return flame->table[slot];
    struct flame_node *fresh = calloc(1, sizeof *fresh);
    if (!fresh || !(fresh->name = strndup(name, n))) {
        flame->out_of_memory = true;
        return free(fresh), NULL;
    }
    fresh->parent = parent;
    *(parent->last_child ? &parent->last_child->next : &parent->first_child) = fresh;
    flame->n_nodes++;
    return flame->table[slot] = parent->last_child = fresh;
}

static bool add(struct flame *flame, const char *stack, double value, double base)
{
    struct flame_node *node = &flame->root;
    size_t depth = 1;
    if (!isfinite(node->value += value) || !isfinite(node->base += base)) return false;
    for (const char *p = stack; *p;) {
        size_t n = strcspn(p, ";");
        if (n && !(node = child_named(flame, node, p, n))) return false;
        if (n) node->value += value, node->base += base, depth++;
        p += n + (p[n] == ';');
    }
    if (depth > flame->depth) flame->depth = depth;
    return true;
}

bool flame_add(struct flame *flame, const char *stack, double value) { return add(flame, stack, value, 0); }

bool flame_add_base(struct flame *flame, const char *stack, double value) { return add(flame, stack, 0, value); }

const struct flame_node *flame_next(const struct flame_node *node, size_t *depth)
{
    if (node->first_child) return ++*depth, node->first_child;
    while (node && !node->next) node = node->parent, --*depth;
    return node ? node->next : NULL;
}

/* A decimal number >= 0 to the end of the text, else -1. */
static double value_of(const char *text)
{
    char *end;
    if (!*text || strspn(text, "0123456789.eE+-") != strlen(text)) return -1;
    double value = strtod(text, &end);
    return *end || !isfinite(value) ? -1 : value;
}

static bool add_line(struct flame *flame, char *line, size_t n, bool base)
{
    if (strlen(line) != n) return false; /* a NUL byte */
    while (n && strchr(" \t\r\n", line[n - 1])) line[--n] = 0;
    if (!n || *line == '#') return true;
    char *space = strrchr(line, ' ');
    double value = space ? value_of(space + 1) : -1;
    if (!space || space == line || value < 0) return false;
    *space = 0;
    return base ? flame_add_base(flame, line, value) : flame_add(flame, line, value);
}

static bool read_lines(struct flame *flame, FILE *f, bool base)
{
    char *line = NULL;
    size_t cap = 0, number = 0;
    bool ok = true;
    for (ssize_t n; ok && (n = getline(&line, &cap, f)) >= 0;) {
        bool mark = !number++ && n >= 3 && !memcmp(line, "\xef\xbb\xbf", 3); /* a byte-order mark */
        ok = add_line(flame, line + 3 * mark, (size_t)n - 3 * mark, base);
    }
    ok = ok && !ferror(f);
    if (!ok && !flame->out_of_memory) flame->bad_line = number;
    free(line);
    return ok;
}

bool flame_read(struct flame *flame, FILE *f)
{
    *flame = (struct flame){.root.name = NULL};
    return read_lines(flame, f, false);
}

bool flame_read_base(struct flame *flame, FILE *f) { return read_lines(flame, f, true); }

void flame_release(struct flame *flame)
{
    for (size_t i = 0; i < flame->n_slots; i++) {
        if (flame->table[i]) free(flame->table[i]->name);
        free(flame->table[i]);
    }
    free(flame->table);
    *flame = (struct flame){.root.name = NULL};
}
