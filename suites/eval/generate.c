/* generate.c - continues many texts greedily, decoded together; one that ends makes place for the next. */
#include "suites/eval/provider.h"
#include "suites/fail.h"
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

struct writer { /* of one text */
    struct bn_continuation *to;
    struct bn_text_stream *stream;
    size_t n_bytes, cap;
    int sequence;
};

/* ---- text ---- */
/* A NUL, which the text cannot hold, is left out. */
static enum bn_status append(struct writer *w, struct bn_text piece, struct bn_error *err)
{
    if (w->n_bytes + piece.n + 1 > w->cap) {
        size_t cap = 2 * (w->n_bytes + piece.n) + 256;
        char *text = realloc(w->to->text, cap);
        if (!text) return bn_suites_fail_memory(err);
        w->to->text = text, w->cap = cap;
    }
    for (size_t i = 0; i < piece.n; i++)
        if (piece.bytes[i]) w->to->text[w->n_bytes++] = piece.bytes[i];
    w->to->text[w->n_bytes] = 0;
    return BN_OK;
}

/* Cuts the text before the first stop. */
static bool cut_at_stop(struct writer *w)
{
    char *first = NULL;
    for (size_t i = 0; i < w->to->n_stops; i++) {
        char *at = strstr(w->to->text, w->to->stops[i]);
        if (at && (!first || at < first)) first = at;
    }
    if (first) *first = 0, w->n_bytes = (size_t)(first - w->to->text);
    return first != NULL;
}

/* Bytes that are no UTF-8 become U+FFFD: an answer is compared as text. */
static enum bn_status make_utf8(struct writer *w, struct bn_error *err)
{
    const char *from = w->to->text;
    char *text = malloc(3 * w->n_bytes + 1), *to = text;
    if (!text) return bn_suites_fail_memory(err);
    while (*from) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)from, -1, &c);
        bool good = n > 0;
        memcpy(to, good ? from : "\xEF\xBF\xBD", good ? (size_t)n : 3);
        to += good ? n : 3, from += good ? n : 1;
    }
    *to = 0;
    free(w->to->text);
    w->to->text = text;
    return BN_OK;
}

/* ---- one text ---- */
static enum bn_status begin(struct bn_engine_provider *engine, struct writer *w, struct bn_continuation *to,
                            struct bn_error *err)
{
    *w = (struct writer){.to = to, .sequence = -1};
    enum bn_status status = append(w, (struct bn_text){"", 0}, err);
    if (status == BN_OK) status = bn_text_stream_open(&w->stream, engine->model, true, err);
    return status == BN_OK ? bn_batch_add(engine->batch, to->ids, to->n, &w->sequence, err) : status;
}

static void end(struct bn_engine_provider *engine, struct writer *w)
{
    if (w->sequence >= 0) bn_batch_remove(engine->batch, w->sequence);
    if (w->stream) bn_text_stream_close(w->stream);
    *w = (struct writer){.sequence = -1};
}

/* Takes the best token; *ended: the text is complete. */
static enum bn_status take(struct bn_engine_provider *engine, struct writer *w, bool *ended, struct bn_error *err)
{
    int32_t id = bn_logits_best(bn_batch_logits(engine->batch, w->sequence), engine->provider.n_vocab);
    enum bn_status status = BN_OK;
    bool end_of_text = bn_token_is_end(engine->model, id);
    if (!end_of_text) status = append(w, bn_text_stream_put(w->stream, id), err), w->to->n_tokens++;
    if (status != BN_OK) return status;
    bool stopped = cut_at_stop(w);
    *ended = end_of_text || stopped || w->to->n_tokens >= w->to->max_tokens ||
             bn_batch_position(engine->batch, w->sequence) >= engine->provider.max_tokens;
    if (!*ended) return bn_batch_put(engine->batch, w->sequence, id, err);
    if (!stopped) status = append(w, bn_text_stream_end(w->stream), err), cut_at_stop(w);
    return status == BN_OK ? make_utf8(w, err) : status;
}

/* ---- all ---- */
static struct writer *writer_of(struct writer *writers, int n, int sequence)
{
    for (int i = 0; i < n; i++)
        if (writers[i].to && writers[i].sequence == sequence) return &writers[i];
    return NULL;
}

static enum bn_status step(struct bn_engine_provider *engine, struct writer *writers, size_t *n_done,
                           struct bn_error *err)
{
    int n_ready;
    enum bn_status status = bn_batch_step(engine->batch, &n_ready, err);
    for (int i = 0; i < n_ready && status == BN_OK; i++) {
        struct writer *w = writer_of(writers, engine->n_together, bn_batch_ready(engine->batch, i));
        bool ended = false;
        if (!w) continue;
        status = take(engine, w, &ended, err);
        if (ended) end(engine, w), ++*n_done;
    }
    return status;
}

static size_t stem_of(const struct bn_continuation *texts, size_t n)
{
    size_t stem = texts[0].n - 1;
    for (size_t i = 1, k; i < n; i++, stem = k)
        for (k = 0; k < stem && k + 1 < texts[i].n && texts[i].ids[k] == texts[0].ids[k];) k++;
    return stem;
}

enum bn_status bn_passes_generate(void *self, struct bn_continuation *texts, size_t n, struct bn_error *err)
{
    struct bn_engine_provider *engine = self;
    struct writer *writers = calloc((size_t)engine->n_together, sizeof *writers);
    size_t n_begun = 0, n_done = 0;
    enum bn_status status = writers ? BN_OK : bn_suites_fail_memory(err);
    if (status == BN_OK && n > 1) status = bn_passes_hold(engine, texts[0].ids, stem_of(texts, n), err);
    while (n_done < n && status == BN_OK) {
        for (int i = 0; i < engine->n_together && n_begun < n && status == BN_OK; i++)
            if (!writers[i].to) status = begin(engine, &writers[i], &texts[n_begun++], err);
        if (status == BN_OK) status = step(engine, writers, &n_done, err);
    }
    for (int i = 0; writers && i < engine->n_together; i++)
        if (writers[i].to) end(engine, &writers[i]);
    free(writers);
    return status;
}
