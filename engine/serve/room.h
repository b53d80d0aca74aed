/* room.h - what the files of this room share: the server, its requests, and their texts.
 *
 * Two threads: libmicrohttpd's reads requests and writes answers, the scheduler's owns the batch. A request belongs to
 * the first until it is submitted; from then on `mutex` guards what both look at, until the request is done.
 */
#ifndef BN_SERVE_ROOM_H
#define BN_SERVE_ROOM_H
#include "engine/generate/writer.h"
#include "engine/serve/metrics.h"
#include "engine/serve/params.h"
#include "engine/serve/prompt.h"
#include "engine/serve/scores.h"
#include "engine/serve/server.h"
#include <microhttpd.h>
#include <pthread.h>
#include <time.h>

struct request;
struct endpoint;
struct kept;
struct guard;

struct buffer {
    char *bytes; /* [n] */
    size_t n, cap;
};
bool buffer_add(struct buffer *buffer, const char *bytes, size_t n); /* false: no memory */
void buffer_release(struct buffer *buffer);

/* One text that is generated. */
enum choice_state { CHOICE_WAITS, CHOICE_READS, CHOICE_WRITES, CHOICE_DONE };
struct choice {
    struct request *request;
    int index;
    const struct prompt *prompt;
    struct bn_generator_options generate;
    struct bn_sampler_options sampling;

    /* the scheduler's */
    enum choice_state state;
    int sequence; /* in the batch */
    struct bn_writer writer;
    int32_t next; /* chosen, not yet put into the batch */
    bool has_next;
    bool failed; /* no memory for a score */
    size_t n_cached;
    int64_t latest_ns;

    /* the result */
    struct buffer text;    /* with echo the prompt, then what was generated */
    struct buffer spelled; /* with logprobs: the same, as the tokens spell it, stop strings included */
    int32_t *ids;          /* [n_ids] generated */
    size_t n_ids, ids_cap;
    struct scores scores; /* with echo of the prompt, then of what was generated */
    enum bn_end end;
    const char *stop; /* that ended it, or NULL */

    /* the reader's: what was sent, and how far offsets are known */
    size_t text_sent, ids_sent, scores_sent;
    int64_t unsent_ns; /* since when there is something to send */
    bool begun, ended;
    struct offsets {
        size_t token;     /* byte of `spelled` where the next token begins */
        size_t at, chars; /* characters before a byte at or before it */
    } offsets;
};

struct request {
    struct bn_server *server;
    struct request *next, *previous; /* of those that are submitted, in order of arrival */
    struct MHD_Connection *connection;
    struct guard *guard;
    int fd;
    const struct endpoint *endpoint; /* NULL: there is none */
    char method[8], path[64], id[40];
    struct buffer body;
    json_t *json; /* of the body */
    time_t created;
    int64_t begun_ns, submitted_ns, first_ns, done_ns;
    bool handled;
    size_t counted; /* bytes in the server's body_bytes */
    struct problem problem;
    struct MHD_Response *response; /* ready to be sent */
    int status;                    /* that was sent */

    enum dialect dialect;
    struct params params;
    struct prompts prompts;
    struct choice *choices; /* [n_choices] */
    int n_choices;
    bool submitted;                  /* once */
    bool linked;                     /* the scheduler has it */
    int n_waiting, n_active, n_done; /* choices */
    bool suspended;                  /* the connection is, until the scheduler resumes it */
    bool gone;                       /* the client is */
    bool detached;                   /* the connection is closed; the scheduler frees the request */

    struct buffer out; /* formatted events of a stream, sent up to out_sent */
    size_t out_sent;
    bool finished; /* the last event is formatted */
};

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

/* request.c */
struct request *request_new(struct bn_server *server, struct MHD_Connection *connection);
void request_free(struct request *request);
bool request_parse(struct request *request); /* the body; an empty one is {} */
/* Makes the choices of prompts and params, and hands them to the scheduler. */
bool request_submit(struct request *request);
void request_unlink(struct request *request); /* with the mutex held: the scheduler is done with it */
struct usage {
    size_t prompt, completion, cached;
};
struct usage request_usage(const struct request *request);

/* scheduler.c */
enum bn_status scheduler_open(struct bn_server *server, struct bn_error *err);
void scheduler_stop(struct bn_server *server); /* ends all requests */
void scheduler_close(struct bn_server *server);
/* choice.c */
void choice_release(struct choice *choice);
/* With the mutex held: is there something for the client, and has it left so much unread that the text rests? */
bool choice_has_news(const struct choice *choice);
bool choice_is_full(const struct choice *choice);
const char *choice_finish_reason(const struct choice *choice); /* NULL: it goes on */

/* stream.c */
struct MHD_Response *stream_response(struct request *request);
/* answer.c: the body of the answer to a request that is done. */
json_t *answer_json(struct request *request);
#endif
