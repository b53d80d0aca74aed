/* model.c - opening a model: source, tokenizer, weights, kernels; and the small questions one can ask it. */
#include "engine/model/model.h"
#include "engine/fit/activation_scales.h"
#include "engine/format/fingerprint.h"
#include "engine/kernels/backends.h"
#include "engine/model/ternary_layout.h"
#include "engine/model/tokenizer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *vocab_only_kernels = "none (vocabulary only)";

/* What is beside the model, if linears are to have its layout and to stay as they are. */
static const struct bn_blocked *ready_blocked(const struct bn_model *m, const char *layout)
{
    bool ready = m->blocked.bytes && m->refit.to == BN_ENC_NONE && layout && !strcmp(layout, m->blocked.layout);
    return ready ? &m->blocked : NULL;
}

static void fill_info(struct bn_model *m, const char *path)
{
    const struct bn_config *c = &m->source.config;
    const struct bn_weights *w = &m->weights;
    const struct bn_fit_loss *loss = &m->refit.loss;
    m->info = (struct bn_model_info){.path = path,
                                     .name = c->name,
                                     .architecture = c->architecture,
                                     .n_layers = c->n_layers,
                                     .dim = c->dim,
                                     .ffn_dim = c->ffn_dim,
                                     .n_heads = c->n_heads,
                                     .n_kv_heads = c->n_kv_heads,
                                     .head_dim = c->head_dim,
                                     .n_vocab = c->n_vocab,
                                     .n_ctx_train = c->n_ctx_train,
                                     .n_clipped_rows = w->embedding.n_clipped,
                                     .file_bytes = m->source.file_bytes,
                                     .n_parameters = w->n_parameters,
                                     .weight_bytes_per_token = w->bytes_per_token,
                                     .macs_per_token = w->macs_per_token,
                                     .kernels = w->layers ? m->kernels_named : vocab_only_kernels};
    if (!w->layers) return;
    m->info.weight_encoding = bn_encoding_traits(w->stored)->name;
    m->info.file_encoding = bn_encoding_traits(w->in_file)->name;
    m->info.file_is_ternary = bn_encoding_traits(w->in_file)->ternary;
    m->info.wrq = m->refit.to == BN_ENC_WRQ && loss->energy > 0;
    m->info.ternary_weights = bn_refit_ternary(&m->refit);
    if (loss->energy > 0) m->info.fit_loss = loss->error / loss->energy, m->info.fit_alpha = loss->second / loss->start;
    m->info.ternary_layout = w->layers[0].down.form->layout;
    m->info.blocked_layout = m->blocked.bytes ? m->blocked.layout : NULL;
    if (ready_blocked(m, m->info.ternary_layout)) m->info.blocked = m->blocked.path;
    m->info.head_encoding = bn_encoding_traits(w->head.encoding)->name;
}

/* Kernels, and the layout of ternary weights that they are for. */
static enum bn_status choose_kernels(struct bn_model *m, struct bn_model_options *o, struct bn_error *err)
{
    struct bn_backend backend;
    enum bn_status status = bn_backend_find(&backend, o->kernel_backend, err);
    if (status == BN_OK) status = bn_kernels_select(&m->kernels, backend.variant, err);
    if (status == BN_OK) status = bn_ternary_layout_choose(o, &backend, &m->kernels, m->blocked.layout, err);
    m->reference64 = backend.reference64;
    m->fused_norm = o->fused_norm;
    m->fuse_subwords = o->fuse_subwords < m->source.config.n_vocab ? o->fuse_subwords : m->source.config.n_vocab;
    snprintf(m->kernels_named, sizeof m->kernels_named, backend.generic ? "generic (%s)" : "%s",
             backend.reference64 ? "reference64" : m->kernels.summary);
    return status;
}

const char *bn_model_kernel(const struct bn_model *m, size_t i, const char **op)
{
    return bn_kernels_variant(&m->kernels, i, op);
}

uint64_t bn_model_fingerprint(const struct bn_model *m) { return bn_source_fingerprint(&m->source); }

static enum bn_status check_fingerprint(const struct bn_model *m, const struct bn_model_options *o,
                                        struct bn_error *err)
{
    if (!o->fingerprint || bn_model_fingerprint(m) == o->fingerprint) return BN_OK;
    return bn_fail(
        err, BN_ERR_FORMAT,
        "The options of --config are for another model (fingerprint %016llx; this one has %016llx); write them "
        "again with bitnet-optimize-all.",
        (unsigned long long)o->fingerprint, (unsigned long long)bn_model_fingerprint(m));
}

/* What replaces the scales that activations get token by token. */
static enum bn_status scale_inputs(struct bn_model *m, const struct bn_model_options *o, struct bn_error *err)
{
    int n = m->source.config.n_layers;
    if (!o->activation_scales)
        return o->scale_factor > 0 ? bn_weights_scale_inputs(&m->weights, NULL, o->scale_factor, err) : BN_OK;
    float *scale = malloc((size_t)n * BN_SITES_PER_LAYER * sizeof *scale);
    if (!scale) return bn_fail_memory(err, "the activation scales", (size_t)n * BN_SITES_PER_LAYER * sizeof *scale);
    enum bn_status status =
        bn_activation_scales_read(scale, n, bn_source_fingerprint(&m->source), o->activation_scales, err);
    if (status == BN_OK) status = bn_weights_scale_inputs(&m->weights, scale, 0, err);
    free(scale);
    return status;
}

static enum bn_status open_parts(struct bn_model *m, const char *path, const struct bn_model_options *o,
                                 struct bn_error *err)
{
    struct bn_model_options options = *o;
    enum bn_status status = bn_source_open(&m->source, path, o, err);
    if (status != BN_OK) return status;
    status = check_fingerprint(m, o, err);
    if (status != BN_OK) return status;
    if (o->n_layers < 0 || o->n_layers > m->source.config.n_layers)
        return bn_fail(err, BN_ERR_USAGE, "The model has %d layers; n_layers cannot be %d.", m->source.config.n_layers,
                       o->n_layers);
    if (o->n_layers) m->source.config.n_layers = o->n_layers;
    if (m->source.vocab.kind != BN_VOCAB_NONE)
        status = bn_tokenizer_open(&m->tokenizer, &m->source.vocab, o->pretokenizer, err);
    if (status == BN_OK)
        status = bn_chat_open(&m->chat, m->source.config.architecture, &m->source.vocab, o->chat_template, err);
    if (status == BN_OK && !o->vocab_only && !o->ignore_blocked)
        status = bn_blocked_open(&m->blocked, &m->source, path, err);
    if (status == BN_OK) status = choose_kernels(m, &options, err);
    if (status == BN_OK && !o->vocab_only) status = bn_refit_open(&m->refit, path, o, err);
    if (status == BN_OK && !o->vocab_only)
        status = bn_weights_open(&m->weights, &m->source, &m->kernels, &options, &m->refit,
                                 ready_blocked(m, options.ternary_layout), err);
    if (status == BN_OK && !o->vocab_only) status = scale_inputs(m, o, err);
    if (status == BN_OK && !o->vocab_only && o->head_screening)
        status = bn_screen_open(&m->screen, &m->weights.head, err);
    if (status == BN_OK) status = bn_source_check(&m->source, err);
    return status;
}

enum bn_status bn_model_open(struct bn_model **model, const char *path, const struct bn_model_options *options,
                             struct bn_error *err)
{
    static const struct bn_model_options defaults = {0};
    struct bn_model *m = calloc(1, sizeof *m);
    char *copy = m ? strdup(path) : NULL;
    if (!copy) {
        free(m);
        return bn_fail_memory(err, "the model", sizeof *m);
    }
    enum bn_status status = open_parts(m, path, options ? options : &defaults, err);
    fill_info(m, copy);
    if (status == BN_OK)
        *model = m;
    else
        bn_model_close(m);
    return status;
}

void bn_model_close(struct bn_model *m)
{
    if (!m) return;
    bn_screen_close(&m->screen);
    bn_weights_close(&m->weights);
    bn_refit_close(&m->refit);
    if (m->tokenizer) bn_tokenizer_close(m->tokenizer);
    bn_chat_close(&m->chat);
    bn_source_close(&m->source);
    free((char *)(uintptr_t)m->info.path);
    free(m);
}

enum bn_status bn_model_check(const struct bn_model *m, struct bn_error *err)
{
    return bn_source_check(&m->source, err);
}

const struct bn_model_info *bn_model_info(const struct bn_model *m) { return &m->info; }

static enum bn_status no_vocabulary(struct bn_error *err)
{
    return bn_fail(err, BN_ERR_UNSUPPORTED,
                   "The model carries no vocabulary; name one with --tokenizer (llama2.c) or use token ids.");
}

enum bn_status bn_tokenize(const struct bn_model *m, const char *text, size_t text_bytes, int flags, int32_t *ids,
                           size_t cap, size_t *n, struct bn_error *err)
{
    if (!m->tokenizer) return no_vocabulary(err);
    return bn_tokenizer_encode(m->tokenizer, text, text_bytes, flags, ids, cap, n, err);
}

struct bn_text bn_token_bytes(const struct bn_model *m, int32_t id, bool special)
{
    return m->tokenizer ? bn_tokenizer_bytes(m->tokenizer, id, special) : (struct bn_text){"", 0};
}

int32_t bn_token_bos(const struct bn_model *m)
{
    return m->source.vocab.kind == BN_VOCAB_NONE ? -1 : m->source.vocab.bos;
}
int32_t bn_token_eos(const struct bn_model *m)
{
    return m->source.vocab.kind == BN_VOCAB_NONE ? -1 : m->source.vocab.eos;
}
bool bn_token_is_end(const struct bn_model *m, int32_t id)
{
    return m->tokenizer && bn_tokenizer_is_end(m->tokenizer, id);
}

static enum bn_status render_chat(struct bn_chat_prompt *prompt, const struct bn_model *m,
                                  const struct bn_message *messages, size_t n, struct bn_error *err)
{
    if (!m->tokenizer) return no_vocabulary(err);
    return bn_chat_prompt_open(prompt, &m->chat, &m->source.vocab, messages, n, err);
}

enum bn_status bn_chat_render(const struct bn_model *m, const struct bn_message *messages, size_t n_messages, char *out,
                              size_t cap, size_t *n, struct bn_error *err)
{
    struct bn_chat_prompt prompt;
    enum bn_status status = render_chat(&prompt, m, messages, n_messages, err);
    if (status != BN_OK) return status;
    *n = prompt.n;
    if (cap) memcpy(out, prompt.bytes, prompt.n < cap ? prompt.n + 1 : cap), out[cap - 1] = '\0';
    bn_chat_prompt_close(&prompt);
    return BN_OK;
}

enum bn_status bn_chat_tokenize(const struct bn_model *m, const struct bn_message *messages, size_t n_messages,
                                int32_t *ids, size_t cap, size_t *n, struct bn_error *err)
{
    struct bn_chat_prompt prompt;
    enum bn_status status = render_chat(&prompt, m, messages, n_messages, err);
    if (status != BN_OK) return status;
    status = bn_tokenizer_encode_quoted(m->tokenizer, prompt.bytes, prompt.n, BN_TOKENIZE_BOS | BN_TOKENIZE_SPECIAL,
                                        prompt.contents, prompt.n_contents, ids, cap, n, err);
    bn_chat_prompt_close(&prompt);
    return status;
}

const char *bn_chat_name(const struct bn_model *m) { return m->chat.name; }

const char *bn_op_name(enum bn_op op)
{
    static const char *const names[BN_OP_COUNT] = {"embed", "norm",    "qkv",        "rope", "attention",
                                                   "o",     "gate_up", "activation", "down", "head"};
    return (unsigned)op < BN_OP_COUNT ? names[op] : "unknown";
}
