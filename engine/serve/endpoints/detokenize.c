/* detokenize.c - POST /detokenize: ids as text, which llama.cpp's clients read as "content" and vLLM's as "prompt". */
#include "engine/serve/endpoint.h"
#include "engine/serve/json_text.h"
#include <stdlib.h>

bool endpoint_detokenize(struct request *r)
{
    struct fields f = endpoint_fields(r);
    const json_t *list = field(&f, "tokens");
    int32_t *ids;
    size_t n, n_bytes;
    char *text;
    if (!json_is_array(list)) return field_wrong(&f, "tokens", "a list of token ids");
    if (!prompt_ids(&ids, &n, list, "tokens", r->server->model, &r->problem)) return false;
    bool ok = prompt_spell(&text, &n_bytes, ids, n, r->server->model, &r->problem);
    free(ids);
    if (!ok) return false;
    json_t *answer = json_pack("{so so}", "content", json_text(text, n_bytes), "prompt", json_text(text, n_bytes));
    free(text);
    return endpoint_json(r, answer);
}
