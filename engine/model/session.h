/* session.h - inside of struct bn_session: the buffers of a forward pass and where the context stands. */
#ifndef BN_MODEL_SESSION_H
#define BN_MODEL_SESSION_H
#include "engine/core/threads.h"
#include "engine/model/kv_cache.h"
#include "engine/model/model.h"
#include "engine/model/pass.h"
#include "engine/model/rope.h"

/* For tests: sees the residual stream [dim] of every token after every layer; one of x and x64 is NULL. Called on any
 * thread. */
struct bn_layer_probe {
    void *self;
    void (*layer_done)(void *self, int layer, int pos, const float *x, const double *x64);
};

/* A thread's part in screening the head. */
struct bn_screen_part {
    float floor;
    uint64_t rows; /* computed exactly, ever */
};

struct bn_session {
    const struct bn_model *model;
    struct bn_threads *threads;
    const struct bn_observer *observer;
    struct bn_kernels counted;   /* with an observer: the model's kernels behind counters of their calls */
    struct bn_layer_probe probe; /* set by a test after opening */
    int n_threads, n_ctx, n_batch, position;
    int wide; /* widest input or output of any linear */

    struct bn_kv_cache kv;
    struct bn_rope rope;
    struct bn_acts batch;            /* shared by all threads when a pass has several tokens */
    struct bn_acts *own;             /* [n_threads] each thread's copy when it has one: saves barriers */
    float *qkv[3], *out, *gate, *up; /* [n_batch][...] results of linears, written row by row by all threads */
    size_t qkv_stride[3];
    float **partials;             /* [n_threads] attention partials of a tile of queries (prefill) */
    float *decode_partials;       /* [n_heads][n_segments][kv.head_dim + 2] */
    float *logits;                /* [BN_LOGIT_ROWS][n_vocab] */
    int logit_row;                /* the row that bn_logits returns */
    int top;                      /* > 0: this pass wants the best logits alone (bn_decode_top) */
    struct bn_screen_part *parts; /* [n_threads] */
    void *reference;              /* forward64's state */

    bool hashing;
    uint64_t hash;
    char *memory; /* one block behind all the buffers above */
    size_t memory_bytes;
};

/* One pass: appends n tokens (n <= n_batch) at session->position; with `last`, also the logits of the last one, into
 * row 0 of session->logits. The context has room. */
void bn_forward(struct bn_session *session, const int32_t *ids, int n, bool last);
/* Logits of tokens first .. first + count - 1 of the pass of n tokens just made, into rows 0 .. count - 1. */
void bn_forward_head(struct bn_session *session, int n, int first, int count);

/* The same in double precision, plain and slow: the specification (EVALUATION.md section 1). */
enum bn_status bn_forward64_open(struct bn_session *session, struct bn_error *err);
void bn_forward64_close(struct bn_session *session);
void bn_forward64(struct bn_session *session, const int32_t *ids, int n, bool last);
void bn_forward64_head(struct bn_session *session, int n, int first, int count);

/* Queries of one kv head that a prefill tile handles at once. */
#define BN_TILE_QUERIES 32
/* Rows of session->logits. */
#define BN_LOGIT_ROWS (1 + BN_MAX_DRAFT)
#endif
