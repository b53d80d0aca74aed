/* text_stream.c - turns ids into text as they come, holding back the beginning of an unfinished UTF-8
 * character. */
#include "engine/bitnet.h"
#include "engine/model/utf8.h"
#include <string.h>

/* Only SPM models put a space in front of a text; ask the model how it writes "a". */
static bool adds_space(const struct bn_model *model)
{
    int32_t id;
    size_t n;
    char first;
    if (bn_tokenize(model, "a", 1, 0, &id, 1, &n, NULL) != BN_OK || n == 0) return false;
    return bn_token_bytes(model, id, false, &first, 1) && first == ' ';
}

void bn_text_stream_init(struct bn_text_stream *stream, const struct bn_model *model, bool at_start)
{
    *stream = (struct bn_text_stream){.model = model, .at_start = at_start && adds_space(model)};
}

/* Holds back what is unfinished at the end of text[0 .. n); returns the length of the rest. */
static size_t hold_tail(struct bn_text_stream *stream, const char *text, size_t n)
{
    size_t unfinished = bn_utf8_unfinished(text, n);
    memcpy(stream->held, text + n - unfinished, unfinished);
    stream->n_held = (int)unfinished;
    return n - unfinished;
}

size_t bn_text_stream_put(struct bn_text_stream *stream, int32_t id, char *out, size_t cap)
{
    size_t held = (size_t)stream->n_held, n = bn_token_bytes(stream->model, id, false, NULL, 0);
    if (n == 0 || held + n > cap) return n ? held + n : 0;
    memcpy(out, stream->held, held);
    bn_token_bytes(stream->model, id, false, out + held, n);
    if (stream->at_start && out[0] == ' ') memmove(out, out + 1, --n);
    stream->at_start = false;
    return hold_tail(stream, out, held + n);
}

size_t bn_text_stream_end(struct bn_text_stream *stream, char *out, size_t cap)
{
    size_t n = (size_t)stream->n_held;
    if (n > cap) return n;
    memcpy(out, stream->held, n);
    stream->n_held = 0;
    return n;
}
