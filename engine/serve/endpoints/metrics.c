/* metrics.c - GET /metrics: counters and histograms for Prometheus. */
#include "engine/serve/endpoint.h"
#include <stdlib.h>

bool endpoint_metrics(struct request *r)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    if (!out) return problem_memory(&r->problem);
    pthread_mutex_lock(&r->server->mutex);
    metrics_print(r->server, out);
    pthread_mutex_unlock(&r->server->mutex);
    if (fclose(out)) return free(text), problem_memory(&r->problem);
    return endpoint_text(r, "text/plain; version=0.0.4; charset=utf-8", text);
}
