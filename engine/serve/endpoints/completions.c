/* completions.c - POST /v1/completions: text that continues each prompt (OpenAI's form, echo and logprobs included). */
#include "engine/serve/endpoint.h"

bool endpoint_completions(struct request *r) { return endpoint_generate(r, DIALECT_COMPLETIONS); }
