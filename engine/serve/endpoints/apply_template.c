/* apply_template.c - POST /apply-template: messages as the text that the model would continue. */
#include "engine/serve/endpoint.h"
#include "engine/serve/json_text.h"
#include <stdlib.h>

bool endpoint_apply_template(struct request *r)
{
    struct fields f = endpoint_fields(r);
    char *text;
    size_t n;
    if (!params_refuse(&f) || !prompt_render_chat(&text, &n, &f, r->server->model)) return false;
    json_t *answer = json_pack("{so}", "prompt", json_text(text, n));
    free(text);
    return endpoint_json(r, answer);
}
