/* writer.c - samples, turns tokens into text, and finds the end of the text. */
#include "engine/generate/writer.h"

/* A prompt of control tokens alone: what follows is the beginning of a text. */
static bool has_no_text(const struct bn_model *model, const int32_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bn_token_bytes(model, ids[i], false).n) return false;
    return true;
}

enum bn_status bn_writer_init(struct bn_writer *w, const struct bn_model *model, const struct bn_generator_options *o,
                              const int32_t *ids, size_t n, struct bn_error *err)
{
    *w = (struct bn_writer){.model = model, .options = o};
    enum bn_status status = bn_tail_init(&w->tail, o->stops, o->n_stops, err);
    if (!status) status = bn_sampler_open(&w->sampler, bn_model_info(model)->n_vocab, o->sampling, err);
    if (!status && !o->ids_only) status = bn_text_stream_open(&w->stream, model, has_no_text(model, ids, n), err);
    for (size_t i = 0; !status && i < n; i++) bn_sampler_accept(w->sampler, ids[i]);
    if (status) bn_writer_release(w);
    return status;
}

void bn_writer_release(struct bn_writer *w)
{
    bn_sampler_close(w->sampler);
    bn_text_stream_close(w->stream);
    bn_tail_release(&w->tail);
    *w = (struct bn_writer){.end = w->end};
}

enum bn_status bn_writer_put(struct bn_writer *w, int32_t id, struct bn_error *err)
{
    const struct bn_generator_options *o = w->options;
    enum bn_status status = BN_OK;
    bool stopped = false;
    w->n_new++;
    if (bn_token_is_end(w->model, id) && !o->ignore_eos) {
        w->end = BN_END_EOS;
        return BN_OK;
    }
    if (w->stream) status = bn_tail_put(&w->tail, bn_text_stream_put(w->stream, id), &stopped, err);
    if (stopped)
        w->end = BN_END_STOP;
    else if (o->max_new_tokens >= 0 && w->n_new >= (size_t)o->max_new_tokens)
        w->end = BN_END_LENGTH;
    return status;
}

/* What is held back belongs to the text, unless a stop string ended it. */
enum bn_status bn_writer_take(struct bn_writer *w, struct bn_text *text, struct bn_error *err)
{
    bool stopped = w->end == BN_END_STOP;
    enum bn_status status = BN_OK;
    *text = (struct bn_text){"", 0};
    if (!w->stream) return BN_OK;
    if (w->end && !stopped) status = bn_tail_put(&w->tail, bn_text_stream_end(w->stream), &stopped, err);
    if (stopped) w->end = BN_END_STOP;
    *text = bn_tail_take(&w->tail, w->end);
    return status;
}
