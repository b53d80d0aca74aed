/* request.h - one request: what was asked, its texts, and its answer. It belongs to the thread of libmicrohttpd until
 * it is submitted; from then on the server's mutex guards what both threads look at, until the request is done. */
#ifndef BN_SERVE_REQUEST_H
#define BN_SERVE_REQUEST_H
#include "engine/serve/buffer.h"
#include "engine/serve/params.h"
#include "engine/serve/problem.h"
#include "engine/serve/prompt.h"
#include <microhttpd.h>
#include <time.h>

struct bn_server;
struct choice;
struct endpoint;
struct guard;

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

/* stream.c */
struct MHD_Response *stream_response(struct request *request);
/* answer.c: the body of the answer to a request that is done. */
json_t *answer_json(struct request *request);
#endif
