/* target.h - where requests go: http://HOST:PORT, taken apart and resolved once; and short questions to it. */
#ifndef BN_LOAD_TARGET_H
#define BN_LOAD_TARGET_H
#include "engine/bitnet.h"
#include <sys/socket.h>

struct bn_target {
    struct sockaddr_storage address;
    socklen_t n_address;
    char authority[272]; /* "127.0.0.1:8080", as the Host header has it */
    char root[256];      /* what comes before /v1 in the path; "" */
    char model[256];     /* what the server calls its model; "": it did not say */
    const char *api_key; /* NULL: none */
};
/* "http://HOST[:PORT][/PATH]", where PATH may end in /v1 or /v1/completions. */
enum bn_status bn_target_read(struct bn_target *target, const char *url, struct bn_error *err);
/* A socket that connects, without blocking; receive_bytes: small room for what is not read yet, 0: as usual. -1: errno
 * says why. */
int bn_target_connect(const struct bn_target *target, int receive_bytes);
/* The bytes of a request, body NULL: GET. The caller frees them; NULL without memory. */
char *bn_target_request(const struct bn_target *target, const char *path, const char *body, size_t *n);
/* The body of GET path, terminated, at most 4 MiB, within timeout_s. *status: of HTTP. The caller frees *body. */
enum bn_status bn_target_get(const struct bn_target *target, const char *path, double timeout_s, int *status,
                             char **body, struct bn_error *err);
/* Fills `model` from GET /v1/models; an error when nothing that speaks HTTP answers. */
enum bn_status bn_target_greet(struct bn_target *target, double timeout_s, struct bn_error *err);
/* A counter of GET /metrics (Prometheus' text); NAN: there is none. */
double bn_target_metric(const struct bn_target *target, const char *name, double timeout_s);
#endif
