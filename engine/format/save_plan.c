/* save_plan.c - which encoding each tensor of a written model gets, and why when it is not the one asked for.
 */
#include "engine/format/gguf_save.h"
#include "engine/format/half.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool ends_with(const char *name, const char *tail)
{
    size_t n = strlen(name), t = strlen(tail);
    return n >= t && strcmp(name + n - t, tail) == 0;
}

static bool is_head(const struct bn_tensor *t)
{
    return strcmp(t->name, "token_embd.weight") == 0 || strcmp(t->name, "output.weight") == 0;
}

static bool has_input_norms(const struct bn_source *s)
{
    return bn_source_tensor(s, "blk.0.attn_q_norm_in.weight") != NULL;
}

/* Readers of "bitnet" multiply by blk.N.NAME.scale (FORMATS.md 2.2). Those of bitnet-b1.58 and bitnet-25 refuse a file
 * with a tensor they do not know, so a scale there lives in the blocks, as a half. With input norms only this engine
 * reads the file at all. */
static bool may_keep_scale_apart(const struct bn_source *s)
{
    return strcmp(s->config.architecture, "bitnet") == 0 || has_input_norms(s);
}

static void note(const struct bn_save_options *o, const struct bn_tensor *t, const char *from, const char *to,
                 int block)
{
    char text[256];
    if (!o->note) return;
    snprintf(text, sizeof text, "%s: rows of %lld weights are no multiple of the %d that %s needs; written as %s.",
             t->name, (long long)t->cols, block, from, to);
    o->note(o->self, text);
}

/* The encoding asked for, or the nearest that fits the rows: ternary stays ternary (iq2_bn takes multiples of
 * 64), the rest becomes f16. */
static enum bn_status choose(struct bn_conversion *c, const struct bn_save_options *o, struct bn_error *err)
{
    const struct bn_encoding_traits *want = bn_encoding_traits(c->target);
    int64_t cols = c->tensor->cols;
    if (cols % want->block == 0) return BN_OK;
    c->target = want->ternary ? BN_ENC_IQ2_BN : BN_ENC_F16;
    const struct bn_encoding_traits *got = bn_encoding_traits(c->target);
    if (cols % got->block)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "Tensor %s has rows of %lld weights, which fit neither %s (a multiple of %d) nor "
                       "iq2_bn (64); choose f16 for the linears.",
                       c->tensor->name, (long long)cols, want->name, want->block);
    note(o, c->tensor, want->name, got->name, want->block);
    return BN_OK;
}

/* blk.N.NAME.scale of blk.N.NAME.weight, 1 where there is none. */
static enum bn_status find_factor(float *factor, const struct bn_source *s, const struct bn_tensor *t,
                                  struct bn_error *err)
{
    char name[256];
    snprintf(name, sizeof name, "%.*s.scale", (int)(strlen(t->name) - 7), t->name);
    const struct bn_tensor *scale = bn_source_tensor(s, name);
    *factor = 1;
    if (!scale) return BN_OK;
    if (scale->rows != 1 || scale->cols != 1)
        return bn_fail(err, BN_ERR_UNSUPPORTED, "Tensor %s is not one number.", name);
    bn_encoding_traits(scale->encoding)->unpack_row(factor, scale->data, 1, 1, 0);
    return BN_OK;
}

static bool half_holds(float x) { return bn_f16_to_f32(bn_f32_to_f16(x)) == x; }

static enum bn_status plan_linear(struct bn_conversion *c, const struct bn_source *s, const struct bn_save_options *o,
                                  struct bn_error *err)
{
    const struct bn_config *config = &s->config;
    if (o->linear != BN_ENC_NONE) c->target = o->linear;
    c->fit = &o->fit;
    if (o->importance) c->importance = o->importance(o->importance_of, c->tensor->name);
    enum bn_status status = find_factor(&c->factor, s, c->tensor, err);
    if (!status) status = choose(c, o, err);
    if (status) return status;
    bool rotated = ends_with(c->tensor->name, "attn_q.weight") || ends_with(c->tensor->name, "attn_k.weight");
    if (rotated && strcmp(config->architecture, "llama") == 0 && config->rope_kind == BN_ROPE_HALF_SPLIT)
        c->n_heads = ends_with(c->tensor->name, "attn_q.weight") ? config->n_heads : config->n_kv_heads;
    bool half_scale = c->target == BN_ENC_TQ1_0 || c->target == BN_ENC_TQ2_0 || c->target == BN_ENC_IQ1_BN;
    c->scale_apart = half_scale && may_keep_scale_apart(s);
    if ((status = bn_conversion_plan(c, err))) return status;
    c->scale_apart = c->scale_apart && !half_holds(c->scale);
    return BN_OK;
}

static enum bn_status plan_one(struct bn_conversion *c, const struct bn_source *s, const struct bn_save_options *o,
                               struct bn_error *err)
{
    c->factor = 1, c->target = c->tensor->encoding;
    if (bn_tensor_is_linear(c->tensor)) return plan_linear(c, s, o, err);
    if (!is_head(c->tensor)) {
        c->target = BN_ENC_F32; /* norms, biases, rope factors */
        return BN_OK;
    }
    if (o->head != BN_ENC_NONE) c->target = o->head;
    const struct bn_encoding_traits *t = bn_encoding_traits(c->target);
    if (t->ternary || t->planes || !t->pack)
        return bn_fail(err, BN_ERR_USAGE,
                       "The embedding and the head can be f32, f16, bf16, q8_0, q6_k or q4_0, not %s.", t->name);
    return choose(c, o, err);
}

static enum bn_status add_item(struct bn_save_plan *plan, const struct bn_source *s, const struct bn_tensor *t,
                               const struct bn_save_options *o, struct bn_error *err)
{
    struct bn_save_item *item = &plan->items[plan->n];
    item->conversion.tensor = t;
    enum bn_status status = plan_one(&item->conversion, s, o, err);
    if (status) return status;
    if (strlen(t->name) >= sizeof item->name - 8)
        return bn_fail(err, BN_ERR_FORMAT, "The tensor name %.80s... is too long.", t->name);
    snprintf(item->name, sizeof item->name, "%s", t->name);
    item->vector = t->rows == 1 && !bn_tensor_is_linear(t) && !is_head(t);
    item->bytes = bn_conversion_bytes(&item->conversion);
    plan->n++;
    if (!item->conversion.scale_apart) return BN_OK;
    struct bn_save_item *scale = &plan->items[plan->n++];
    snprintf(scale->name, sizeof scale->name, "%.*s.scale", (int)(strlen(t->name) - 7), t->name);
    scale->inline_value = &item->conversion.scale;
    scale->vector = true, scale->bytes = sizeof(float);
    return BN_OK;
}

enum bn_status bn_save_plan_open(struct bn_save_plan *plan, const struct bn_source *s, const struct bn_save_options *o,
                                 struct bn_error *err)
{
    enum bn_status status = BN_OK;
    *plan = (struct bn_save_plan){calloc(2 * s->n_tensors + 1, sizeof *plan->items), 0};
    if (!plan->items) return bn_fail_memory(err, "the list of tensors", 2 * s->n_tensors * sizeof *plan->items);
    if (o->linear != BN_ENC_NONE && !bn_encoding_traits(o->linear)->pack)
        status = bn_fail(err, BN_ERR_USAGE, "The encoding %s can be read but not written.",
                         bn_encoding_traits(o->linear)->name);
    for (size_t i = 0; i < s->n_tensors && !status; i++)
        if (!ends_with(s->tensors[i].name, ".scale")) status = add_item(plan, s, &s->tensors[i], o, err);
    if (status) bn_save_plan_close(plan);
    return status;
}

void bn_save_plan_close(struct bn_save_plan *plan)
{
    free(plan->items);
    *plan = (struct bn_save_plan){0};
}
