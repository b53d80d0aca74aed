/* crew.h - what computes: threads, their scratch memory and the observers. Knows a model's sizes, but no text:
 * sequences come and go, and passes of several of them run on one crew. */
#ifndef BN_MODEL_CREW_H
#define BN_MODEL_CREW_H
#include "engine/core/threads.h"
#include "engine/fit/inputs.h"
#include "engine/model/first_qkv.h"
#include "engine/model/model.h"
#include "engine/model/rope.h"

struct bn_row;
struct bn_fault;
struct bn_sequence;

/* Activations of n tokens. */
struct bn_acts {
    float *x;                     /* [n][dim] residual stream */
    float *att;                   /* [n][n_heads * head_dim] attention output */
    float *q;                     /* [n][n_heads][wide_head] rotated and scaled queries */
    struct bn_linear_input input; /* [n] what linears take in; scratch is each thread's own (lane.h) */
};

/* For tests: sees the residual stream [dim] of every token after every layer; one of x and x64 is NULL. Called on any
 * thread. */
struct bn_layer_probe {
    void *self;
    void (*layer_done)(void *self, int layer, int pos, const float *x, const double *x64);
};

/* A thread's part in screening the head. */
struct bn_screen_part {
    float floor;
    uint64_t rows; /* computed exactly in this pass */
};

/* Rows of one sequence with consecutive positions, few enough for one call of the attention kernel. */
struct bn_tile {
    int t0, t1;
};

struct bn_crew {
    const struct bn_model *model;
    struct bn_threads *threads;
    const struct bn_observer *observer; /* the first of several, or NULL */
    struct bn_kernels counted;          /* with an observer: the model's kernels, wrapped to count their calls */
    struct bn_layer_probe probe;        /* set by a test after opening */
    struct bn_input_probe inputs;       /* set after opening by who collects inputs of linears */
    int n_threads, n_batch;             /* most rows of a pass */
    int n_ctx;                          /* positions that rope and partials have room for */
    int wide;                           /* widest input or output of any linear */
    int wide_head;                      /* head_dim of the KV caches' blocks */
    uint64_t n_sequences;               /* opened so far: the next one's number */

    struct bn_rope rope;
    struct bn_acts batch;            /* shared by all threads when a pass has several rows */
    struct bn_acts *own;             /* [n_threads] each thread's copy when it has one: saves barriers */
    float *qkv[3], *out, *gate, *up; /* [n_batch][...] results of linears, written row by row by all threads */
    size_t qkv_stride[3];
    struct bn_first_qkv first;    /* with fuse_subwords */
    float *logits;                /* [BN_LOGIT_ROWS][n_vocab] */
    struct bn_screen_part *parts; /* [n_threads] */
    struct bn_fault *faults;      /* [n_threads] the first that each has seen in this pass (fault.h) */
    uint64_t *clamped;            /* [n_threads][n_layers] activations that given scales cut off in this pass */
    uint64_t *clamped_before;     /* [n_layers] in passes that succeeded */
    uint64_t n_rows;              /* of passes that succeeded */
    bool uncounted;               /* the passes under way warm up: neither of the two grows */
    bool searching;               /* where results stopped to be finite */
    struct bn_row *rows;          /* [n_batch] of the pass at hand */
    int *wanted;                  /* [n_batch] rows whose logits are wanted */
    struct bn_tile *tiles;        /* [n_batch] */
    struct bn_pass_row *observed; /* [n_batch] */
    int n_wanted, n_tiles;
    char *scratch; /* [n_threads][BN_KERNEL_SCRATCH] */
    char *memory;  /* the block that holds the buffers above */
    size_t memory_bytes;

    float **partials;       /* [n_threads] attention partials of a tile of queries */
    float *decode_partials; /* [n_heads][n_segments][wide_head + 2] */
    char *partials_memory;  /* the block that holds these two */
    size_t partials_bytes;
    void *reference;                  /* forward64's rows */
    const struct bn_sequence *failed; /* whose numbers made the latest pass fail, or NULL */
};

/* The pass begins anew; it has succeeded, and what it cut off counts. */
void bn_crew_clamped_clear(struct bn_crew *crew);
void bn_crew_clamped_keep(struct bn_crew *crew, int n_rows);

/* Makes sure that sequences of n_ctx positions fit. On failure nothing has changed. */
enum bn_status bn_crew_reserve(struct bn_crew *crew, int n_ctx, struct bn_error *err);

/* Queries of one kv head that a tile handles at once. */
#define BN_TILE_QUERIES 32
/* Rows of crew->logits. */
#define BN_LOGIT_ROWS (1 + BN_MAX_DRAFT)
#endif
