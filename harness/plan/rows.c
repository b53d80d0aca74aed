/* rows.c - the four modes: cartesian, one at a time, leave one out, pairwise. Each is deterministic. */
#include "harness/plan/rows.h"
#include <stdlib.h>
#include <string.h>

static int add(struct bn_rows *r, const uint32_t *row)
{
    if (r->n == r->cap) return -1;
    memcpy(r->at + (size_t)r->n++ * r->n_factors, row, r->n_factors * sizeof *row);
    return 0;
}

static int cartesian(struct bn_rows *r)
{
    uint32_t row[BN_ROWS_MAX_FACTORS] = {0};
    for (;;) {
        if (add(r, row)) return -1;
        uint32_t f = r->n_factors;
        while (f > 0 && ++row[f - 1] == r->sizes[f - 1]) row[--f] = 0;
        if (f == 0) return 0;
    }
}

static int one_at_a_time(struct bn_rows *r)
{
    uint32_t row[BN_ROWS_MAX_FACTORS] = {0};
    if (add(r, row)) return -1;
    for (uint32_t f = 0; f < r->n_factors; f++) {
        for (row[f] = 1; row[f] < r->sizes[f]; row[f]++)
            if (add(r, row)) return -1;
        row[f] = 0;
    }
    return 0;
}

static int leave_one_out(struct bn_rows *r)
{
    uint32_t row[BN_ROWS_MAX_FACTORS];
    for (uint32_t f = 0; f < r->n_factors; f++) row[f] = r->sizes[f] - 1;
    if (add(r, row)) return -1;
    for (uint32_t f = 0; f < r->n_factors; f++) {
        if (r->sizes[f] == 1) continue;
        row[f] = 0;
        if (add(r, row)) return -1;
        row[f] = r->sizes[f] - 1;
    }
    return 0;
}

/* ---- pairwise: greedy; each new row starts from an uncovered pair and takes the values that cover most others ---- */
struct pairs {
    const struct bn_rows *rows;
    uint32_t offset[BN_ROWS_MAX_FACTORS], n_values;
    char *met; /* [n_values][n_values]: whether some row has both values, numbered over all factors */
};

static char *pair(struct pairs *p, uint32_t f, uint32_t a, uint32_t g, uint32_t b)
{
    return p->met + (size_t)(p->offset[f] + a) * p->n_values + p->offset[g] + b;
}

static bool next_unmet(struct pairs *p, uint32_t *row)
{
    for (uint32_t f = 0; f < p->rows->n_factors; f++)
        for (uint32_t g = f + 1; g < p->rows->n_factors; g++)
            for (uint32_t a = 0; a < p->rows->sizes[f]; a++)
                for (uint32_t b = 0; b < p->rows->sizes[g]; b++)
                    if (!*pair(p, f, a, g, b)) return row[f] = a, row[g] = b, true;
    return false;
}

static uint32_t best_value(struct pairs *p, const uint32_t *row, uint32_t f)
{
    uint32_t best = 0, best_gain = 0;
    for (uint32_t a = 0; a < p->rows->sizes[f]; a++) {
        uint32_t gain = 0;
        for (uint32_t g = 0; g < p->rows->n_factors; g++)
            if (g != f && row[g] != UINT32_MAX) gain += !*pair(p, f, a, g, row[g]);
        if (gain > best_gain) best_gain = gain, best = a;
    }
    return best;
}

static void mark(struct pairs *p, const uint32_t *row)
{
    for (uint32_t f = 0; f < p->rows->n_factors; f++)
        for (uint32_t g = 0; g < p->rows->n_factors; g++) *pair(p, f, row[f], g, row[g]) = 1;
}

static int pairwise(struct bn_rows *r)
{
    struct pairs p = {.rows = r};
    for (uint32_t f = 0; f < r->n_factors; f++) p.offset[f] = p.n_values, p.n_values += r->sizes[f];
    p.met = calloc(p.n_values, p.n_values);
    if (!p.met) return -1;
    uint32_t row[BN_ROWS_MAX_FACTORS];
    int bad = 0;
    memset(row, 0xff, sizeof row);
    while (!bad && next_unmet(&p, row)) {
        for (uint32_t f = 0; f < r->n_factors; f++)
            if (row[f] == UINT32_MAX) row[f] = best_value(&p, row, f);
        mark(&p, row);
        bad = add(r, row);
        memset(row, 0xff, sizeof row);
    }
    free(p.met);
    return bad;
}

int bn_rows_init(struct bn_rows *rows, enum bn_plan_mode mode, const uint32_t *sizes, uint32_t n_factors, uint32_t most,
                 bool baseline)
{
    static const uint32_t first[BN_ROWS_MAX_FACTORS];
    static int (*const modes[])(struct bn_rows *) = {cartesian, one_at_a_time, leave_one_out, pairwise};
    *rows = (struct bn_rows){.cap = most, .n_factors = n_factors, .sizes = sizes};
    rows->at = malloc((size_t)most * n_factors * sizeof *rows->at);
    baseline = baseline && mode == BN_PLAN_LEAVE_ONE_OUT;
    if (rows->at && !modes[mode](rows) && (!baseline || !add(rows, first))) return 0;
    bn_rows_release(rows);
    return -1;
}

void bn_rows_release(struct bn_rows *rows)
{
    free(rows->at);
    *rows = (struct bn_rows){0};
}
