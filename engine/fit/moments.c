/* moments.c - sums of squares by column. */
#include "engine/fit/moments.h"
#include "engine/core/status.h"
#include <stdlib.h>

static void take(void *self, const struct bn_input_rows *in)
{
    struct bn_site_moments *site = &((struct bn_moments *)self)->sites[in->site];
    for (int t = 0; t < in->n; t++) {
        const float *x = in->x + (size_t)t * in->stride;
        for (int c = in->c0; c < in->c1; c++) site->sum[c] += (double)x[c] * (double)x[c];
    }
    if (in->c0 == 0 && in->c1 > 0) site->rows += (uint64_t)in->n; /* one thread has column 0 */
}

struct bn_input_probe bn_moments_probe(struct bn_moments *moments) { return (struct bn_input_probe){moments, take}; }

static enum bn_status open_sites(struct bn_moments *m, const struct bn_model_info *info, struct bn_error *err)
{
    const int cols[BN_SITES_PER_LAYER] = {info->dim, info->n_heads * info->head_dim, info->dim, info->ffn_dim};
    m->sites = calloc((size_t)info->n_layers * BN_SITES_PER_LAYER, sizeof *m->sites);
    if (!m->sites) return bn_fail_memory(err, "the moments", (size_t)info->n_layers * sizeof *m->sites);
    for (; m->n_sites < info->n_layers * BN_SITES_PER_LAYER; m->n_sites++) {
        struct bn_site_moments *site = &m->sites[m->n_sites];
        site->cols = cols[m->n_sites % BN_SITES_PER_LAYER];
        site->sum = calloc((size_t)site->cols, sizeof *site->sum);
        if (!site->sum) return bn_fail_memory(err, "the moments", (size_t)site->cols * sizeof *site->sum);
    }
    return BN_OK;
}

enum bn_status bn_moments_open(struct bn_moments **out, const struct bn_model *model, struct bn_error *err)
{
    struct bn_moments *m = calloc(1, sizeof *m);
    if (!m) return bn_fail_memory(err, "the moments", sizeof *m);
    enum bn_status status = open_sites(m, bn_model_info(model), err);
    if (status == BN_OK)
        *out = m;
    else
        bn_moments_close(m);
    return status;
}

void bn_moments_close(struct bn_moments *m)
{
    if (!m) return;
    for (int i = 0; i < m->n_sites; i++) free(m->sites[i].sum);
    free(m->sites);
    free(m);
}
