/* clamped.c - counts of int8 activations that given scales cut off (activation_scales, scale_factor), by layer. */
#include "engine/model/crew.h"
#include <string.h>

void bn_crew_clamped_clear(struct bn_crew *crew)
{
    if (crew->model->weights.scales_inputs)
        memset(crew->clamped, 0,
               (size_t)crew->n_threads * (size_t)crew->model->weights.n_layers * sizeof *crew->clamped);
}

void bn_crew_clamped_keep(struct bn_crew *crew, int n_rows)
{
    int layers = crew->model->weights.n_layers;
    if (crew->uncounted) return;
    crew->n_rows += (uint64_t)n_rows;
    if (!crew->model->weights.scales_inputs) return;
    for (int i = 0; i < crew->n_threads * layers; i++) crew->clamped_before[i % layers] += crew->clamped[i];
}

static uint64_t quantized_cols(const struct bn_layer *layer, const struct bn_linear *linears, int n)
{
    uint64_t cols = 0;
    for (int i = 0; i < n; i++)
        if (bn_linear_is_ternary(&linears[i]) && bn_layer_has_input(layer, &linears[i]))
            cols += (uint64_t)linears[i].cols;
    return cols;
}

struct bn_clamped bn_crew_clamped(const struct bn_crew *crew, int layer)
{
    const struct bn_layer *l = &crew->model->weights.layers[layer];
    uint64_t cols = quantized_cols(l, l->qkv, 3) + quantized_cols(l, &l->o, 1) + quantized_cols(l, l->gate_up, 2) +
                    quantized_cols(l, &l->down, 1);
    return (struct bn_clamped){crew->clamped_before[layer], crew->n_rows * cols};
}
