/* text_stream.c - turns ids into text as they come, holding back the beginning of an unfinished UTF-8 character. */
#include "engine/core/status.h"
#include "engine/model/utf8.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_HELD = 3 }; /* bytes of an unfinished character */

struct bn_text_stream {
    const struct bn_model *model;
    bool at_start;  /* the first token loses its leading space */
    char *bytes;    /* [MOST_HELD + longest token] */
    size_t held_at; /* the unfinished character within bytes */
    size_t n_held;
};

/* Only SPM models put a space in front of a text; ask the model how it writes "a". */
static bool adds_space(const struct bn_model *model)
{
    int32_t id;
    size_t n;
    if (bn_tokenize(model, "a", 1, 0, &id, 1, &n, NULL) != BN_OK || n == 0) return false;
    struct bn_text text = bn_token_bytes(model, id, false);
    return text.n && text.bytes[0] == ' ';
}

static size_t longest_token(const struct bn_model *model)
{
    size_t longest = 0;
    for (int32_t id = 0; id < bn_model_info(model)->n_vocab; id++) {
        size_t n = bn_token_bytes(model, id, false).n;
        longest = n > longest ? n : longest;
    }
    return longest;
}

enum bn_status bn_text_stream_open(struct bn_text_stream **stream, const struct bn_model *model, bool at_start,
                                   struct bn_error *err)
{
    size_t room = MOST_HELD + longest_token(model);
    struct bn_text_stream *s = calloc(1, sizeof *s);
    if (s) s->bytes = malloc(room);
    if (!s || !s->bytes) {
        free(s);
        return bn_fail_memory(err, "the text stream", sizeof *s + room);
    }
    s->model = model;
    s->at_start = at_start && adds_space(model);
    *stream = s;
    return BN_OK;
}

void bn_text_stream_close(struct bn_text_stream *stream)
{
    if (stream) free(stream->bytes);
    free(stream);
}

struct bn_text bn_text_stream_put(struct bn_text_stream *s, int32_t id)
{
    struct bn_text token = bn_token_bytes(s->model, id, false);
    if (!token.n) return (struct bn_text){"", 0};
    size_t skip = s->at_start && token.bytes[0] == ' ' ? 1 : 0, n = s->n_held + token.n - skip;
    s->at_start = false;
    memmove(s->bytes, s->bytes + s->held_at, s->n_held);
    memcpy(s->bytes + s->n_held, token.bytes + skip, token.n - skip);
    s->n_held = bn_utf8_unfinished(s->bytes, n);
    s->held_at = n - s->n_held;
    return (struct bn_text){s->bytes, s->held_at};
}

struct bn_text bn_text_stream_end(struct bn_text_stream *s)
{
    struct bn_text rest = {s->bytes + s->held_at, s->n_held};
    s->held_at = s->n_held = 0;
    return rest;
}
