/* tokenizer_info.c - GET /tokenizer_info: what lm-evaluation-harness asks for when it has no tokenizer of its own. */
#include "engine/model/model.h"
#include "engine/serve/endpoint.h"
#include "engine/serve/json_text.h"

static json_t *token_json(const struct bn_model *model, int32_t id)
{
    struct bn_text text = id < 0 ? (struct bn_text){"", 0} : bn_token_bytes(model, id, true);
    return text.n ? json_text(text.bytes, text.n) : json_null();
}

bool endpoint_tokenizer_info(struct request *r)
{
    const struct bn_model *model = r->server->model;
    const struct bn_string *template = &model->chat.source;
    return endpoint_json(r, json_pack("{so so so so si}", "eos_token", token_json(model, bn_token_eos(model)),
                                      "bos_token", token_json(model, bn_token_bos(model)), "pad_token",
                                      token_json(model, bn_token_eos(model)), "chat_template",
                                      template->bytes ? json_text(template->bytes, template->n) : json_null(),
                                      "max_model_len", r->server->n_ctx));
}
