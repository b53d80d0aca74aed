/* try_model.c - what bitnet-run and bitnet-quantize do with a model, in one process and in little time. */
#include "engine/tests/fuzz/try_model.h"
#include "engine/files.h"
#include "engine/format/gguf_save.h"
#include <stdlib.h>
#include <string.h>

enum { N_CTX = 8 };

static const char texts[][40] = {"Once upon a time", " 12 \xff\xc3\xa9\n\n<s>x</s>", ""};

static volatile size_t n_zeros;

/* False when memory is out; a text that cannot be tokenized is none of the model's faults. */
static bool tokenize(const struct bn_model *model, struct bn_error *err)
{
    enum { FLAGS = BN_TOKENIZE_BOS | BN_TOKENIZE_SPECIAL, ROOM = 4096 };
    static int32_t ids[ROOM];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t n;
        enum bn_status status = bn_tokenize(model, texts[i], sizeof texts[i], FLAGS, ids, ROOM, &n, err);
        if (status) return status != BN_ERR_MEMORY;
        if (n > ROOM) abort();
        for (size_t k = 0; k < n; k++) {
            if (ids[k] < 0 || ids[k] >= bn_model_info(model)->n_vocab) break;
            struct bn_text text = bn_token_bytes(model, ids[k], true);
            n_zeros += memchr(text.bytes, 0, text.n) != NULL; /* touches all of it */
        }
    }
    return true;
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
    bool ok = tokenize(model, err) && generate(model, err);
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
    static const struct bn_save_options ways[] = {{BN_ENC_NONE, BN_ENC_NONE}, {BN_ENC_TQ1_0, BN_ENC_Q8_0}};
    struct bn_source source;
    struct bn_model_options options = {.tokenizer_path = tokenizer};
    struct bn_error why = {0};
    bool runs = run(path, tokenizer, err);
    enum bn_status status = bn_source_open(&source, path, &options, runs ? err : &why);
    if (status && runs && status != BN_ERR_MEMORY) abort();
    if (status) return false;
    for (int i = 0; i < 2 && status != BN_ERR_MEMORY; i++) status = convert(&source, &ways[i], runs ? err : &why);
    bn_source_close(&source);
    return runs && status != BN_ERR_MEMORY;
}

bool try_vocabulary(const char *path, const char *tokenizer, struct bn_error *err)
{
    struct bn_model *model;
    struct bn_model_options options = {.tokenizer_path = tokenizer, .vocab_only = true};
    if (bn_model_open(&model, path, &options, err)) return false;
    bool ok = tokenize(model, err);
    bn_model_close(model);
    return ok;
}
