/* endpoint.h - what is answered at one path.
 *
 * endpoints.list has one line for each, endpoints/NAME.c its function. It answers at once with endpoint_json and the
 * like, submits the request (request_submit), or returns false with a problem. */
#ifndef BN_SERVE_ENDPOINT_H
#define BN_SERVE_ENDPOINT_H
#include "engine/serve/room.h"

struct endpoint {
    const char *method, *path;
    bool (*handle)(struct request *request);
    bool open; /* without the key of the API */
};
extern const struct endpoint endpoints[]; /* ends with a path NULL */

/* Takes `value`; NULL: no memory. */
bool endpoint_json(struct request *request, json_t *value);
bool endpoint_text(struct request *request, const char *type, char *text); /* takes `text` */
struct fields endpoint_fields(struct request *request);
/* What all three dialects do with a request for text. */
bool endpoint_generate(struct request *request, enum dialect dialect);
#endif
