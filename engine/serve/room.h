/* room.h - the server's state, which the files of this room share. Two threads: libmicrohttpd's reads requests and
 * writes answers, the scheduler's owns the batch; `mutex` guards what both look at. */
#ifndef BN_SERVE_ROOM_H
#define BN_SERVE_ROOM_H
#include "engine/serve/choice.h"
#include "engine/serve/metrics.h"
#include "engine/serve/request.h"
#include "engine/serve/server.h"
#include <microhttpd.h>
#include <pthread.h>
#include <time.h>

struct kept;

struct bn_server {
    const struct bn_model *model;
    const struct bn_model_info *info;
    struct bn_server_options options;
    const char *name;
    time_t started;
    struct MHD_Daemon *http;
    int port;

    pthread_mutex_t mutex;
    pthread_cond_t wake;          /* the scheduler: there is work, or room for it */
    struct request *first, *last; /* submitted */
    int n_requests;               /* of them */
    struct request *dead;         /* done, and their connections closed: to be freed */
    size_t body_bytes;            /* of requests that are being read or answered */
    bool closing;                 /* no new requests */
    bool ending;                  /* and the old ones end */
    struct metrics metrics;

    pthread_mutex_t guards_mutex;
    struct guard *guards;

    /* the scheduler's */
    pthread_t thread;
    bool has_thread;
    struct bn_crew *crew;
    struct bn_batch *batch;
    int n_ctx;
    struct choice **members; /* [n_parallel + n_kept] of the batch: the choice of each sequence, or NULL */
    struct kept *kept;       /* [n_kept] */
    int n_active;            /* choices in the batch */
    uint64_t kv_active;      /* bytes that they may come to fill */
    uint64_t kv_bytes;       /* the same with what is kept */
    uint64_t n_uses;         /* of kept texts */
};

static inline int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* http.c */
bool http_open(struct bn_server *server, struct bn_error *err);
void http_close(struct bn_server *server);
/* With the mutex held: the connection's thread goes on with the request. */
void http_resume(struct request *request);

/* scheduler.c */
enum bn_status scheduler_open(struct bn_server *server, struct bn_error *err);
void scheduler_stop(struct bn_server *server); /* ends all requests */
void scheduler_close(struct bn_server *server);
#endif
