/* client.h - one client with one request: connects, sends, reads the stream as its manner says, and writes down what it
 * sees. Nothing here waits; the loop calls when the socket is ready. */
#ifndef BN_LOAD_CLIENT_H
#define BN_LOAD_CLIENT_H
#include "harness/load/http.h"
#include "harness/load/load.h"
#include "harness/load/sse.h"
#include "harness/load/target.h"

struct bn_load_client {
    int fd;                               /* -1: idle */
    struct bn_load_result *result;        /* the caller's */
    int64_t now_ns, read_at_ns, until_ns; /* read_at_ns: a slow client does not read before; until_ns: its time limit */
    int read_most;                        /* bytes a slow client reads at once; 0: as many as there are */
    char *out;
    size_t n_out, n_sent;
    struct bn_http http;
    struct bn_sse sse;
    char body[512]; /* the beginning of an answer that is no stream */
    size_t n_body;
    bool done; /* [DONE] was seen */
};
void bn_client_init(struct bn_load_client *client);
/* Begins result->request. A connection that cannot be made ends it at once. Returns false without memory, or when this
 * process may open no more files (errno). */
bool bn_client_begin(struct bn_load_client *client, const struct bn_target *target, const struct bn_load_plan *plan,
                     struct bn_load_result *result);
/* The events it waits for (poll). */
short bn_client_events(const struct bn_load_client *client, int64_t now_ns);
/* The socket is ready. */
void bn_client_ready(struct bn_load_client *client, int64_t now_ns);
/* Ends the request with this outcome; the client is idle then. */
void bn_client_end(struct bn_load_client *client, enum bn_load_outcome outcome, const char *reason, int64_t now_ns);
#endif
