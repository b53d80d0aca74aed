/* problem.c - errors in OpenAI's form. */
#include "engine/serve/problem.h"
#include "engine/serve/json_text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool problem_set(struct problem *p, int status, const char *code, const char *param, const char *format, ...)
{
    va_list args;
    *p = (struct problem){.status = status, .code = code};
    snprintf(p->param, sizeof p->param, "%s", param ? param : "");
    va_start(args, format);
    vsnprintf(p->text, sizeof p->text, format, args);
    va_end(args);
    return false;
}

bool problem_memory(struct problem *p)
{
    return problem_set(p, 500, "out_of_memory", NULL,
                       "The server is out of memory for this request; try a smaller one.");
}

static const char *type_of(int status)
{
    switch (status) {
    case 401:
        return "authentication_error";
    case 404:
        return "not_found_error";
    case 429:
        return "rate_limit_error";
    case 503:
        return "unavailable_error";
    default:
        return status < 500 ? "invalid_request_error" : "server_error";
    }
}

json_t *problem_json(const struct problem *p)
{
    return json_pack("{s{so ss so so}}", "error", "message", json_text(p->text, strlen(p->text)), "type",
                     type_of(p->status), "param", *p->param ? json_text(p->param, strlen(p->param)) : json_null(),
                     "code", p->code ? json_string(p->code) : json_null());
}
