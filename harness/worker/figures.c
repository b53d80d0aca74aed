/* figures.c - the figures of an operation as members of a JSON object. */
#include "harness/worker/figures.h"

const struct bn_figure bn_figure[BN_N_FIGURES] = {
    {"calls", offsetof(struct bn_figures, calls), true, false},
    {"ns", offsetof(struct bn_figures, ns), false, false},
    {"kernel_calls", offsetof(struct bn_figures, kernel_calls), true, true},
    {"weight_bytes", offsetof(struct bn_figures, weight_bytes), true, false},
    {"kv_bytes", offsetof(struct bn_figures, kv_bytes), true, false},
    {"macs", offsetof(struct bn_figures, macs), true, false}};

void bn_figures_add(struct bn_figures *sum, struct bn_figures more)
{
    for (int i = 0; i < BN_N_FIGURES; i++) *bn_figure_of(sum, i) += *bn_figure_of(&more, i);
}

void bn_figures_put(json_t *object, struct bn_figures figures, bool exact_only)
{
    for (int i = 0; i < BN_N_FIGURES; i++)
        if (bn_figure[i].exact || !exact_only)
            json_object_set_new(object, bn_figure[i].name, json_integer((json_int_t)*bn_figure_of(&figures, i)));
}

struct bn_figures bn_figures_take(const json_t *object)
{
    struct bn_figures figures = {0};
    for (int i = 0; i < BN_N_FIGURES; i++)
        *bn_figure_of(&figures, i) = (uint64_t)json_integer_value(json_object_get(object, bn_figure[i].name));
    return figures;
}
