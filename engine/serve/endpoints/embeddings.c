/* embeddings.c - POST /v1/embeddings, /embeddings and /embedding: for models that make vectors, which none that is
 * served does yet. */
#include "engine/serve/endpoint.h"

bool endpoint_embeddings(struct request *r)
{
    return problem_set(&r->problem, 400, "unsupported_model", "model",
                       "This model does not produce embeddings; it generates text (POST /v1/completions).");
}
