/* logprobs.c - log-probabilities of tokens in OpenAI's two forms: parallel lists with offsets (completions), and a list
 * of objects (chat, and llama.cpp's). */
#include "engine/model/utf8.h"
#include "engine/serve/answer.h"
#include "engine/serve/json_text.h"
#include <string.h>

/* ---- tokens as text ---- */
/* A token whose bytes are no text by themselves is written "bytes:\xE2\x82", as OpenAI does. */
static void spell(const struct bn_model *model, int32_t id, char *text, size_t cap)
{
    struct bn_text piece = bn_token_bytes(model, id, true);
    if (piece.n < cap && bn_utf8_valid(piece.bytes, piece.n) == piece.n && !memchr(piece.bytes, 0, piece.n)) {
        memcpy(text, piece.bytes, piece.n);
        text[piece.n] = 0;
        return;
    }
    size_t n = (size_t)snprintf(text, cap, "bytes:");
    for (size_t i = 0; i < piece.n && n + 5 < cap; i++)
        n += (size_t)snprintf(text + n, cap - n, "\\x%02X", (unsigned char)piece.bytes[i]);
}

/* Two tokens may be spelled alike; keys must differ. */
static void put(json_t *map, const struct bn_model *model, int32_t id, double ln)
{
    char key[1024];
    spell(model, id, key, sizeof key);
    if (json_object_get(map, key)) snprintf(key, sizeof key, "token_id:%d", id);
    json_object_set_new(map, key, json_real(ln));
}

/* ---- parallel lists ---- */
/* How many bytes of the text a token is: a special one may have none, and the first may lose its space. */
static size_t length_in(const struct choice *c, size_t i, size_t n_prompt)
{
    const struct bn_model *model = c->request->server->model;
    int32_t id = c->scores.items[i].id;
    const struct offsets *o = &c->offsets;
    struct bn_text piece = bn_token_bytes(model, id, i < n_prompt);
    size_t left = c->spelled.n - o->token;
    if (piece.n <= left && !memcmp(c->spelled.bytes + o->token, piece.bytes, piece.n)) return piece.n;
    bool spaced = piece.n && piece.bytes[0] == ' ' && piece.n - 1 <= left;
    return spaced && !memcmp(c->spelled.bytes + o->token, piece.bytes + 1, piece.n - 1) ? piece.n - 1 : 0;
}

/* The number of the character that the next token's first byte belongs to. */
static size_t offset_of(struct choice *c)
{
    struct offsets *o = &c->offsets;
    size_t unfinished = bn_utf8_unfinished(c->spelled.bytes, o->token), whole = o->token - unfinished;
    while (o->at < whole) {
        size_t n = bn_utf8_length(c->spelled.bytes + o->at, c->spelled.n - o->at);
        o->at += n ? n : 1, o->chars++;
    }
    bool continues = o->token < c->spelled.n && ((unsigned char)c->spelled.bytes[o->token] & 0xC0) == 0x80;
    return o->chars + (continues ? 0 : unfinished);
}

static json_t *best_of(const struct choice *c, size_t i)
{
    const struct scores *s = &c->scores;
    const struct bn_model *model = c->request->server->model;
    json_t *map = json_object();
    bool among = false;
    for (int k = 0; map && k < s->n_top; k++) {
        const struct ranked *r = &s->top[i * (size_t)s->n_top + (size_t)k];
        if (r->id < 0) break;
        among |= r->id == s->items[i].id;
        put(map, model, r->id, r->ln);
    }
    if (map && !among) put(map, model, s->items[i].id, s->items[i].ln);
    return map;
}

json_t *logprobs_completions(struct choice *c, const struct part *part)
{
    json_t *tokens = json_array(), *lns = json_array(), *tops = json_array(), *offsets = json_array();
    size_t n_prompt = c->request->params.echo ? c->prompt->n : 0;
    for (size_t i = part->scores; i < part->scores_end; i++) {
        char text[1024];
        const struct score *s = &c->scores.items[i];
        spell(c->request->server->model, s->id, text, sizeof text);
        json_array_append_new(tokens, json_string(text));
        json_array_append_new(lns, s->known ? json_real(s->ln) : json_null());
        json_array_append_new(tops, s->known ? best_of(c, i) : json_null());
        json_array_append_new(offsets, json_integer((json_int_t)offset_of(c)));
        c->offsets.token += length_in(c, i, n_prompt);
    }
    return json_pack("{so so so so}", "tokens", tokens, "token_logprobs", lns, "top_logprobs", tops, "text_offset",
                     offsets);
}

/* ---- a list of objects ---- */
static json_t *describe(const struct bn_model *model, int32_t id, double ln, bool with_id)
{
    struct bn_text piece = bn_token_bytes(model, id, true);
    json_t *bytes = json_array();
    for (size_t i = 0; i < piece.n; i++) json_array_append_new(bytes, json_integer((unsigned char)piece.bytes[i]));
    json_t *token = json_pack("{so sf so}", "token", json_text(piece.bytes, piece.n), "logprob", ln, "bytes", bytes);
    if (with_id && token) json_object_set_new(token, "id", json_integer(id));
    return token;
}

json_t *logprobs_list(struct choice *c, const struct part *part, const char *name)
{
    const struct bn_model *model = c->request->server->model;
    const struct scores *s = &c->scores;
    bool with_id = c->request->dialect == DIALECT_LLAMA;
    json_t *list = json_array();
    for (size_t i = part->scores; i < part->scores_end; i++) {
        json_t *token = describe(model, s->items[i].id, s->items[i].ln, with_id), *tops = json_array();
        for (int k = 0; k < s->n_top; k++) {
            const struct ranked *r = &s->top[i * (size_t)s->n_top + (size_t)k];
            if (r->id >= 0) json_array_append_new(tops, describe(model, r->id, r->ln, with_id));
        }
        json_object_set_new(token, name, tops);
        json_array_append_new(list, token);
    }
    return list;
}
