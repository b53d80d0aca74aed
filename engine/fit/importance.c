/* importance.c - mean squares of the inputs of linears, by the names of the linears. */
#include "engine/fit/importance.h"
#include "engine/core/status.h"
#include "engine/fit/moments.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 8 }; /* windows between reports of progress */

struct bn_importance {
    int n_sites;
    float **mean; /* [n_sites][cols] */
};

static enum bn_status take_means(struct bn_importance *p, const struct bn_moments *m, struct bn_error *err)
{
    p->mean = calloc((size_t)m->n_sites, sizeof *p->mean);
    if (!p->mean) return bn_fail_memory(err, "the importance of columns", (size_t)m->n_sites * sizeof *p->mean);
    for (p->n_sites = 0; p->n_sites < m->n_sites; p->n_sites++) {
        const struct bn_site_moments *site = &m->sites[p->n_sites];
        float *mean = p->mean[p->n_sites] = malloc((size_t)site->cols * sizeof *mean);
        if (!mean) return bn_fail_memory(err, "the importance of columns", (size_t)site->cols * sizeof *mean);
        for (int c = 0; c < site->cols; c++) mean[c] = site->rows ? (float)(site->sum[c] / (double)site->rows) : 0;
    }
    return BN_OK;
}

static enum bn_status run(struct bn_moments *moments, struct bn_calibration_text *text,
                          struct bn_importance_progress progress, struct bn_error *err)
{
    int windows = bn_calibration_text_windows(text);
    enum bn_status status = BN_OK;
    for (int i = 0; i < windows && status == BN_OK; i += STEP) {
        if (progress.step) progress.step(progress.self, i, windows);
        status = bn_calibration_run(text, bn_moments_probe(moments), i, windows - i < STEP ? windows - i : STEP, err);
    }
    return status;
}

enum bn_status bn_importance_open(struct bn_importance **importance, const struct bn_model *model, const char *text,
                                  size_t n, const struct bn_calibration_options *options,
                                  struct bn_importance_progress progress, struct bn_error *err)
{
    struct bn_calibration_text *windows = NULL;
    struct bn_moments *moments = NULL;
    struct bn_importance *p = calloc(1, sizeof *p);
    if (!p) return bn_fail_memory(err, "the importance of columns", sizeof *p);
    enum bn_status status = bn_calibration_text_open(&windows, model, text, n, options, err);
    if (status == BN_OK) status = bn_moments_open(&moments, model, err);
    if (status == BN_OK) status = run(moments, windows, progress, err);
    if (status == BN_OK) status = take_means(p, moments, err);
    bn_moments_close(moments);
    bn_calibration_text_close(windows);
    if (status == BN_OK)
        *importance = p;
    else
        bn_importance_close(p);
    return status;
}

void bn_importance_close(struct bn_importance *p)
{
    if (!p) return;
    for (int i = 0; p->mean && i < p->n_sites; i++) free(p->mean[i]);
    free(p->mean);
    free(p);
}

const float *bn_importance_of(const struct bn_importance *p, const char *tensor)
{
    static const struct {
        const char *leaf;
        enum bn_op op;
    } linears[] = {{"attn_q.weight", BN_OP_QKV},       {"attn_k.weight", BN_OP_QKV},
                   {"attn_v.weight", BN_OP_QKV},       {"attn_output.weight", BN_OP_O},
                   {"ffn_gate.weight", BN_OP_GATE_UP}, {"ffn_up.weight", BN_OP_GATE_UP},
                   {"ffn_down.weight", BN_OP_DOWN}};
    int layer, used = 0;
    if (!p || sscanf(tensor, "blk.%d.%n", &layer, &used) != 1 || !used) return NULL;
    for (size_t i = 0; i < sizeof linears / sizeof *linears; i++)
        if (!strcmp(tensor + used, linears[i].leaf) && bn_site(layer, linears[i].op) < p->n_sites)
            return p->mean[bn_site(layer, linears[i].op)];
    return NULL;
}
