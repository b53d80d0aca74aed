/* health.c - GET /health: the server listens, and the model is loaded. */
#include "engine/serve/endpoint.h"

bool endpoint_health(struct request *r) { return endpoint_json(r, json_pack("{ss}", "status", "ok")); }
