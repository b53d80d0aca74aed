/* props.c - GET /props: what is served and how, as llama.cpp's clients read it. */
#include "engine/model/model.h"
#include "engine/serve/endpoint.h"
#include "engine/serve/json_text.h"
#include <string.h>

bool endpoint_props(struct request *r)
{
    const struct bn_server *s = r->server;
    const struct bn_string *template = &s->model->chat.source;
    return endpoint_json(
        r, json_pack("{s{si} si so so ss ss ss}", "default_generation_settings", "n_ctx", s->n_ctx, "total_slots",
                     s->options.n_parallel, "model_alias", json_text(s->name, strlen(s->name)), "chat_template",
                     template->bytes ? json_text(template->bytes, template->n) : json_null(), "chat_template_name",
                     bn_chat_name(s->model), "build_info", bn_version(), "kernels", s->info->kernels));
}
