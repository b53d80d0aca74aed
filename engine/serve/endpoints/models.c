/* models.c - GET /v1/models: the one model that is served. */
#include "engine/serve/endpoint.h"
#include "engine/serve/json_text.h"
#include <string.h>

bool endpoint_models(struct request *r)
{
    const struct bn_server *s = r->server;
    json_t *meta = json_pack("{sI sI sI si}", "n_params", (json_int_t)s->info->n_parameters, "size",
                             (json_int_t)s->info->file_bytes, "n_vocab", (json_int_t)s->info->n_vocab, "n_ctx_train",
                             s->info->n_ctx_train);
    json_t *model =
        json_pack("{so ss sI ss si so}", "id", json_text(s->name, strlen(s->name)), "object", "model", "created",
                  (json_int_t)s->started, "owned_by", "bitnet-bench", "max_model_len", s->n_ctx, "meta", meta);
    return endpoint_json(r, json_pack("{ss s[o]}", "object", "list", "data", model));
}
