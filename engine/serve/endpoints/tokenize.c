/* tokenize.c - POST /tokenize: a text as ids. llama.cpp calls the text "content" and adds no BOS unless asked to, vLLM
 * calls it "prompt" and does. */
#include "engine/serve/endpoint.h"
#include "engine/model/utf8.h"
#include <stdlib.h>

/* As a string, or as a list of bytes when it is no text by itself. */
static json_t *piece_json(struct bn_text piece)
{
    if (bn_utf8_valid(piece.bytes, piece.n) == piece.n) return json_stringn(piece.bytes, piece.n);
    json_t *bytes = json_array();
    for (size_t i = 0; i < piece.n; i++) json_array_append_new(bytes, json_integer((unsigned char)piece.bytes[i]));
    return bytes;
}

static json_t *tokens_json(const struct bn_model *model, const int32_t *ids, size_t n, bool pieces)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(
            list, pieces ? json_pack("{si so}", "id", ids[i], "piece", piece_json(bn_token_bytes(model, ids[i], true)))
                         : json_integer(ids[i]));
    return list;
}

bool endpoint_tokenize(struct request *r)
{
    const struct bn_model *model = r->server->model;
    struct fields f = endpoint_fields(r);
    const json_t *text = field(&f, "content") ? field(&f, "content") : field(&f, "prompt");
    bool add = !field(&f, "content"), special = true, pieces = false;
    int32_t *ids;
    size_t n;
    if (!json_is_string(text))
        return field_wrong(&f, "content", "a string, the text to tokenize (\"prompt\" is the same)");
    if (!field_bool(&f, "add_special", &add) || !field_bool(&f, "add_special_tokens", &add) ||
        !field_bool(&f, "parse_special", &special) || !field_bool(&f, "with_pieces", &pieces))
        return false;
    int flags = (special ? BN_TOKENIZE_SPECIAL : 0) | (add ? BN_TOKENIZE_BOS | BN_TOKENIZE_EOS : 0);
    if (!prompt_tokenize(&ids, &n, json_string_value(text), json_string_length(text), flags, model, &r->problem))
        return false;
    json_t *answer = json_pack("{so sI si}", "tokens", tokens_json(model, ids, n, pieces), "count", (json_int_t)n,
                               "max_model_len", r->server->n_ctx);
    free(ids);
    return endpoint_json(r, answer);
}
