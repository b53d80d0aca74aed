/* split.c - the table of declared parts. */
#include "harness/profile/split.h"
#include <string.h>

static const struct {
    const char *op, *part;
    double weight;
    const char *why;
} parts[] = {
#define SPLIT(op, part, weight, why) {#op, #part, weight, why},
#include "harness/profile/split.list"
#undef SPLIT
};
enum { N_PARTS = sizeof parts / sizeof *parts };

bool bn_split_part(enum bn_op op, int i, struct bn_split *split)
{
    double all = 0;
    int found = -1;
    for (int k = 0, n = 0; k < N_PARTS; k++) {
        if (strcmp(parts[k].op, bn_op_name(op))) continue;
        all += parts[k].weight;
        if (n++ == i) found = k;
    }
    if (found < 0) return false;
    *split = (struct bn_split){op, parts[found].part, parts[found].why, parts[found].weight / all};
    return true;
}
