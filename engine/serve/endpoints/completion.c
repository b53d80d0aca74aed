/* completion.c - POST /completion: llama.cpp's form, with its defaults for sampling. */
#include "engine/serve/endpoint.h"

bool endpoint_completion(struct request *r) { return endpoint_generate(r, DIALECT_LLAMA); }
