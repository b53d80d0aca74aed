/* try_model.c - what bitnet-run and bitnet-quantize do with a model, in one process and in little time. */
#include "engine/tests/fuzz/try_model.h"
#include "engine/files.h"
#include "engine/format/gguf_save.h"
#include <stdlib.h>

enum { N_CTX = 8, MAX_IDS = 4 };

static const char texts[][40] = {"Once upon a time", " 12 \xff\xc3\xa9\n\n<s>x</s>", ""};

static void tokenize(const struct bn_model *model)
{
    struct bn_error err;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t n, room;
        if (bn_tokenize(model, texts[i], sizeof texts[i], BN_TOKENIZE_BOS | BN_TOKENIZE_SPECIAL, NULL, 0, &n, &err))
            return;
        int32_t *ids = malloc((n + 1) * sizeof *ids);
        if (!ids ||
            bn_tokenize(model, texts[i], sizeof texts[i], BN_TOKENIZE_BOS | BN_TOKENIZE_SPECIAL, ids, n, &room, &err) ||
            room != n)
            abort();
        for (size_t k = 0; k < n; k++) {
            char bytes[64];
            if (ids[k] < 0 || ids[k] >= bn_model_info(model)->n_vocab) break;
            bn_token_bytes(model, ids[k], true, bytes, sizeof bytes);
        }
        free(ids);
    }
}

static bool generate(const struct bn_model *model, struct bn_error *err)
{
    struct bn_session_options options = {.n_ctx = N_CTX, .n_threads = 1};
    struct bn_session *session;
    const int32_t ids[] = {0, bn_model_info(model)->n_vocab - 1};
    if (bn_session_open(&session, model, &options, err)) return false;
    enum bn_status status = bn_prefill(session, ids, 2, err);
    if (!status) status = bn_decode(session, 0, err);
    bn_session_close(session);
    return status == BN_OK;
}

static bool run(const char *path, const char *tokenizer, struct bn_error *err)
{
    struct bn_model *model;
    struct bn_model_options options = {.tokenizer_path = tokenizer};
    if (bn_model_open(&model, path, &options, err)) return false;
    tokenize(model);
    bool ok = generate(model, err);
    bn_model_close(model);
    return ok;
}

static enum bn_status convert(const struct bn_source *source, const struct bn_save_options *how, struct bn_error *err)
{
    struct bn_save_plan plan;
    struct bn_output *output;
    enum bn_status status = bn_save_plan_open(&plan, source, how, err);
    if (status) return status;
    if (!(status = bn_output_open(&output, "/dev/null", err))) {
        status = bn_gguf_save(&plan, source, output, how, err);
        bn_output_discard(output);
    }
    bn_save_plan_close(&plan);
    return status;
}

bool try_model(const char *path, const char *tokenizer, struct bn_error *err)
{
    struct bn_source source;
    struct bn_model_options options = {.tokenizer_path = tokenizer};
    struct bn_error why;
    bool runs = run(path, tokenizer, err);
    if (bn_source_open(&source, path, &options, &why)) return runs ? abort(), false : false;
    convert(&source, &(struct bn_save_options){BN_ENC_NONE, BN_ENC_NONE}, &why);
    convert(&source, &(struct bn_save_options){BN_ENC_TQ1_0, BN_ENC_Q8_0}, &why);
    bn_source_close(&source);
    return runs;
}

bool try_vocabulary(const char *path, const char *tokenizer, struct bn_error *err)
{
    struct bn_model *model;
    struct bn_model_options options = {.tokenizer_path = tokenizer, .vocab_only = true};
    if (bn_model_open(&model, path, &options, err)) return false;
    tokenize(model);
    bn_model_close(model);
    return true;
}
