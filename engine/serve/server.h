/* server.h - bitnet-serve as a library: a model behind HTTP, spoken as OpenAI's clients, lm-evaluation-harness and
 * llama.cpp's users expect it (engine/serve/README.md). */
#ifndef BN_SERVE_SERVER_H
#define BN_SERVE_SERVER_H
#include "engine/bitnet.h"
#include <stdio.h>

struct bn_server_options {
    const char *host;                 /* address to listen on */
    int port;                         /* 0: any that is free */
    const char *name;                 /* of the model, for clients; NULL: from the model */
    const char *api_key;              /* NULL: none is asked for */
    int n_parallel;                   /* texts that are generated together */
    int n_waiting;                    /* requests that may wait beside them; a further one gets 429 */
    int n_connections;                /* open at a time; further ones wait to be accepted */
    int n_kept;                       /* finished texts whose keys and values are kept for prompts that begin alike */
    int n_ctx;                        /* tokens of a text, prompt included; 0: the model's training context */
    int n_threads;                    /* 0: one per physical core */
    int n_chunk;                      /* tokens of a prompt between two tokens of the other texts */
    uint64_t kv_bytes;                /* of all keys and values; 0: half of the memory that is free */
    size_t body_bytes;                /* most of a request; all that are being read together: 16 times this */
    int read_seconds;                 /* a request must be complete in this time */
    int answer_seconds;               /* and answered in this one, waiting included */
    const char *kv_type;              /* as in struct bn_session_options */
    struct bn_kv_prune_options prune; /* of each text */
    struct bn_stream_options stream; /* of a streamed answer: tokens of an event, events that may wait for the client */
    FILE *log;                       /* one JSON line for each request, without its text; NULL: none */
};
struct bn_server;
/* Listens when it returns. The model and the options stay the caller's, and in place until the server is closed. */
enum bn_status bn_server_open(struct bn_server **server, const struct bn_model *model,
                              const struct bn_server_options *options, struct bn_error *err);
int bn_server_port(const struct bn_server *server);
/* To be called about once a second: ends connections whose time is over. */
void bn_server_tick(struct bn_server *server);
/* Refuses new requests and gives those at work so many seconds; then ends them, and everything else. */
void bn_server_close(struct bn_server *server, int seconds);
#endif
