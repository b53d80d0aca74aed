/* chat_completions.c - POST /v1/chat/completions: the assistant's turn after some messages. */
#include "engine/serve/endpoint.h"

bool endpoint_chat_completions(struct request *r) { return endpoint_generate(r, DIALECT_CHAT); }
