/* endpoints.c - the table of endpoints, and how they answer. */
#include "engine/serve/endpoint.h"
#include <stdlib.h>
#include <string.h>

#define ENDPOINT(method, path, name, open)                                                                             \
    bool endpoint_##name(struct request *request); /* one may have several paths */
#include "engine/serve/endpoints.list"
#undef ENDPOINT

const struct endpoint endpoints[] = {
#define ENDPOINT(method, path, name, open) {method, path, endpoint_##name, open},
#include "engine/serve/endpoints.list"
#undef ENDPOINT
    {0}};

bool endpoint_text(struct request *r, const char *type, char *text)
{
    if (text) r->response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
    if (!r->response) return free(text), problem_memory(&r->problem);
    MHD_add_response_header(r->response, "Content-Type", type);
    return true;
}

bool endpoint_json(struct request *r, json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;
    json_decref(value);
    return endpoint_text(r, "application/json", text);
}

struct fields endpoint_fields(struct request *r) { return (struct fields){r->json, &r->problem}; }

bool endpoint_generate(struct request *r, enum dialect dialect)
{
    struct fields f = endpoint_fields(r);
    const struct bn_model *model = r->server->model;
    r->dialect = dialect;
    if (!params_read(&r->params, &f, dialect, model)) return false;
    bool read = dialect == DIALECT_CHAT
                    ? prompts_read_chat(&r->prompts, &f, model)
                    : prompts_read(&r->prompts, &f, model, r->params.add_special, dialect == DIALECT_LLAMA);
    return read && request_submit(r);
}
