/* bitnet.h - the public API of the engine: open a model, tokenize, prefill, decode, read logits, observe, close;
 * generator.h and options.h, which it includes, add generation and options.
 *
 * Conventions: functions that can fail return enum bn_status and, if `err` is not NULL, store one complete sentence
 * there.
 * `_open/_close` pairs own their object; `_init/_release` pairs work on the caller's memory. The engine never prints or
 * exits. A model is immutable after bn_model_open and may serve many sessions; each session belongs to one thread at a
 * time. */
#ifndef BITNET_H
#define BITNET_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum bn_status {
    BN_OK = 0,
    BN_ERR_USAGE,       /* a parameter is out of range */
    BN_ERR_IO,          /* the operating system refused (errno in the text) */
    BN_ERR_FORMAT,      /* the file is damaged or not what it claims to be */
    BN_ERR_UNSUPPORTED, /* valid, but not supported by this engine (the text says what to do) */
    BN_ERR_MEMORY,      /* an allocation failed */
    BN_ERR_CONTEXT,     /* the context window is full */
};

struct bn_error {
    enum bn_status status;
    char text[512]; /* one sentence: what was wrong and what to do; "" when status is BN_OK */
};

/* Fills *err (may be NULL) with one printable sentence and returns `status`: the only place where errors are made.
 */
enum bn_status bn_error_set(struct bn_error *err, enum bn_status status, const char *format, va_list args);
/* Makes foreign text (names in files, arguments) safe for one line of a terminal or table: control characters, broken
 * UTF-8 and bidirectional marks become \n, \t or \xNN; a backslash stays, so applying it twice changes nothing.
 * Truncated at a whole character if `cap` bytes are too few. Returns out. */
char *bn_printable(char *out, size_t cap, const char *text);
/* The same in place, for an argument of printf: up to 255 bytes. */
#define BN_PRINTABLE(text) bn_printable((char[256]){0}, 256, text)

/* ---- version ---- */
const char *bn_version(void);  /* "0.1.0" */
const char *bn_commit(void);   /* git commit the library was built from */
const char *bn_compiler(void); /* compiler, version and flags */

/* ---- model ---- */
struct bn_model;

struct bn_model_options {
    const char *tokenizer_path; /* llama2.c tokenizer .bin for .bin checkpoints; NULL: beside or inside the model */
    const char *kernel_backend; /* "auto", "bitblas", a variant ("ref", "avx2"), "generic", "reference64"; NULL: what
                                   BITNET_KERNEL_BACKEND says, else "auto" (engine/options/kernel_backend.md) */
    const char *i2s_layout;     /* NULL or "canonical"; "arm64x16" for I2_S files quantised on ARM (FORMATS.md 3.2) */
    const char
        *pretokenizer; /* NULL: what the file says, llama-bpe if it says nothing; "default": bitnet.cpp's fallback */
    const char *chat_template; /* NULL: the model's own; one of its named templates, a built-in form, or a file */
    int n_layers;              /* > 0: compute only the first n layers, then the output norm and head (logit lens) */
    uint64_t fingerprint;      /* > 0: the model must have it (bn_model_fingerprint) */
    bool vocab_only;           /* read the vocabulary, not the weights */
    bool float_activations;    /* ternary linears use float instead of int8 activations: weights become f32 in memory */
    bool head_screening;       /* keep a compact copy of an f16, bf16 or f32 output head for bn_decode_top */
    bool weights_in_place; /* read weights from the mapped file; otherwise they are copied into huge pages (faster) */
    const char
        *activation_scales; /* file of bitnet-calibrate: one scale for each site instead of one per token; NULL */
    float
        scale_factor; /* > 0: activations are cut off at this part of each token's largest magnitude; 0: at all of it */
    const char *ternary_layout; /* of ternary weights in memory: NULL or "auto", "i2" (2 bits), "lut3" (1.67 bits),
                                   "f32"; same logits (EXACT) */
    bool ignore_blocked;        /* do not use MODEL.blocked (bitnet-repack), which is otherwise used where it exists */
    int fuse_subwords;     /* > 0: every crew keeps the first layer's q, k and v of this many tokens (EXACT); memory for
                              them is taken as tokens come */
    float clip_embed_norm; /* > 0: limit of the Euclidean norm of embedding rows; 0: none */
    bool fused_norm;       /* RMSNorm and quantisation of activations in one pass (EXACT) */
    bool wrq;              /* linears become two planes of signs when the model is opened */
    float wrq_alpha_init;  /* > 0: the second plane starts at this multiple of the mean residual; 0: 0.85 */
    const char *wrq_calibrate_text; /* file: weight that fit by the mean square of each input over this text; NULL */
    bool ternary_weights; /* linears that are not ternary become so by the absmean rule when the model is opened; wrq
                             replaces them */
};

struct bn_model_info {
    const char *path, *name, *architecture;
    const char *weight_encoding, *head_encoding; /* "i2_s", "q6_k", ... of the linears and of the output head */
    const char *file_encoding;                   /* of the linears in the file: another one with wrq, ternary_weights */
    bool file_is_ternary;                        /* file_encoding holds -1, 0, 1 times scales */
    bool wrq;                                    /* the linears were fitted at load, ... */
    double fit_loss, fit_alpha;  /* ... which left this share of their energy; the alpha that came out */
    const char *ternary_weights; /* "off", "on", or why it was switched off */
    const char *kernels;         /* what kernel_backend came to, e.g. "avx512vnni" */
    const char *ternary_layout;  /* "i2", "lut3", "f32": of ternary weights in memory; NULL: the model has none */
    int n_layers, dim, ffn_dim, n_heads, n_kv_heads, head_dim, n_vocab, n_ctx_train;
    const char *blocked;        /* file that ternary weights came from instead of the model's own, or NULL */
    const char *blocked_layout; /* of the file beside the model, used or not; NULL: none */
    int n_clipped_rows;         /* rows of the embedding that clip_embed_norm makes shorter */
    uint64_t n_parameters, file_bytes;
    uint64_t weight_bytes_per_token; /* bytes of weights one decoded token reads */
    uint64_t macs_per_token;         /* multiply-adds of the linears and the head for one token */
};

/* Opens a GGUF file, a safetensors directory or a llama2.c checkpoint. `options` may be NULL. */
enum bn_status bn_model_open(struct bn_model **model, const char *path, const struct bn_model_options *options,
                             struct bn_error *err);
void bn_model_close(struct bn_model *model);
/* Checks that the model's files are unchanged since they were opened: none written to, truncated or unreadable. Call it
 * when work with the model is done: an error means that results may come from mixed or missing bytes. */
enum bn_status bn_model_check(const struct bn_model *model, struct bn_error *err);
uint64_t bn_model_fingerprint(const struct bn_model *model); /* of its tensors; reads all of them */
const struct bn_model_info *bn_model_info(const struct bn_model *model);
/* Kernel variants this CPU can run, weakest first: "ref", "avx2", ... Writes at most `cap` names; returns how many. */
size_t bn_kernel_backends(const char **names, size_t cap);
const char *bn_model_kernel(const struct bn_model *model, size_t i, const char **op); /* variant of the i-th; or NULL */
const char *bn_kernel_best(const char *op); /* strongest variant of an operation that this CPU runs; NULL: unknown */

/* ---- text and tokens ---- */
enum bn_tokenize_flags {
    BN_TOKENIZE_BOS = 1,      /* prepend BOS if the model uses one and the text does not begin with it */
    BN_TOKENIZE_SPECIAL = 2,  /* recognise special tokens in the text; otherwise they are plain text */
    BN_TOKENIZE_EOS = 8,      /* append EOS if the model wants one (few do) */
    BN_TOKENIZE_NO_PREFIX = 4 /* no SPM space prefix: this text continues an earlier one */
};
/* Writes at most `cap` ids; *n is the full count (call with cap 0 to measure). Any byte sequence is accepted. */
enum bn_status bn_tokenize(const struct bn_model *model, const char *text, size_t text_bytes, int flags, int32_t *ids,
                           size_t cap, size_t *n, struct bn_error *err);
/* Text that another object owns: valid until the next call on that object (bytes of a token: as long as its model). */
struct bn_text {
    const char *bytes; /* never NULL, no terminator */
    size_t n;
};
/* Bytes of one token, exact (not necessarily valid UTF-8), of any length. Special tokens have text only when `special`;
 * an id outside the vocabulary has none. */
struct bn_text bn_token_bytes(const struct bn_model *model, int32_t id, bool special);
int32_t bn_token_bos(const struct bn_model *model);             /* -1: none */
int32_t bn_token_eos(const struct bn_model *model);             /* -1: none */
bool bn_token_is_end(const struct bn_model *model, int32_t id); /* end of generation: eos, eot, eom and similar */

/* Streaming decoder: takes ids, returns the bytes that are complete; never cuts a UTF-8 character. `at_start`: nothing
 * precedes the text, so an SPM model's first token loses its leading space. The stream has room for any token of
 * its model, so only opening it can fail. */
struct bn_text_stream;
enum bn_status bn_text_stream_open(struct bn_text_stream **stream, const struct bn_model *model, bool at_start,
                                   struct bn_error *err);
void bn_text_stream_close(struct bn_text_stream *stream);
struct bn_text bn_text_stream_put(struct bn_text_stream *stream, int32_t id);
struct bn_text bn_text_stream_end(struct bn_text_stream *stream); /* the unfinished character, as is */

/* Chat: renders messages with the model's own chat template (see engine/model/chat/chat.h for models without
 * one); roles "system", "user", "assistant". The result ends with the generation prompt. *n is its length; at most
 * `cap` bytes are written, with a terminator. It is an error if the template cannot be rendered or rejects the
 * messages. */
struct bn_message {
    const char *role, *content;
    size_t content_bytes; /* 0: content ends at its terminator */
};
enum bn_status bn_chat_render(const struct bn_model *model, const struct bn_message *messages, size_t n_messages,
                              char *out, size_t cap, size_t *n, struct bn_error *err);
/* The same as ids: special tokens of the template are tokens; anything that looks like one inside a content is text.
 * Writes at most `cap` ids; *n is the full count. */
enum bn_status bn_chat_tokenize(const struct bn_model *model, const struct bn_message *messages, size_t n_messages,
                                int32_t *ids, size_t cap, size_t *n, struct bn_error *err);
/* Where the template comes from: "the model's own", the name of a built-in form ("plain": contents joined by
 * newlines, for a base model), or bn_model_options.chat_template. */
const char *bn_chat_name(const struct bn_model *model);

/* ---- observer: attaches counters and traces; NULL costs nothing ---- */
enum bn_op {
    BN_OP_EMBED,
    BN_OP_NORM, /* RMSNorm and activation quantisation */
    BN_OP_QKV,
    BN_OP_ROPE, /* rotation and KV store */
    BN_OP_ATTENTION,
    BN_OP_O,
    BN_OP_GATE_UP,
    BN_OP_ACTIVATION, /* relu2 or silu, with the gate product */
    BN_OP_DOWN,
    BN_OP_HEAD,
    BN_OP_COUNT
};
enum bn_phase {
    BN_PHASE_PREFILL, /* prompts, evaluation; also a step of a batch that feeds a prompt beside others */
    BN_PHASE_DECODE,
    BN_PHASE_VERIFY /* a token and its draft */
};
const char *bn_op_name(enum bn_op op);

/* Declared work of one call: what it must read and compute, known before it runs (never measured); and the kernels it
 * called. */
struct bn_work {
    uint64_t weight_bytes, kv_bytes, macs;
    uint64_t kernel_calls; /* counted as they happen; set in op_end only */
};
/* What one pass computes. Sequences are numbered as they are opened on a crew. */
struct bn_pass_row {
    uint64_t sequence;
    int position;
    bool logits; /* wanted */
};
struct bn_pass_info {
    enum bn_phase phase;
    int n_rows;
    const struct bn_pass_row *rows; /* [n_rows], valid during the call */
};
/* Calls nest: a pass contains operations, an operation may contain waiting. Any of them may be NULL. */
struct bn_observer {
    void *self;
    /* Called on every thread of the crew, around each operation of each layer (layer -1: embedding and head). */
    void (*op_begin)(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op);
    void (*op_end)(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op, const struct bn_work *work);
    /* Called on the calling thread around a pass, including its output (logits, hashes). */
    void (*pass_begin)(void *self, const struct bn_pass_info *pass);
    void (*pass_end)(void *self, const struct bn_pass_info *pass);
    /* Called once on every worker thread when it starts (attach per-thread counters here). */
    void (*thread_start)(void *self, int thread);
    /* Called on every thread around each barrier: the time between the calls is spent waiting for the others. */
    void (*wait_begin)(void *self, int thread);
    void (*wait_end)(void *self, int thread);
    const struct bn_observer *next; /* another observer, which begins after this one and ends before it; or NULL */
};

/* ---- crew: threads and their scratch memory, for any number of sessions and batches of one model ---- */
struct bn_crew;

struct bn_crew_options {
    int n_threads;      /* 0: one per physical core this process may use */
    int n_batch;        /* most tokens computed at once; 0: default */
    int n_ctx;          /* upper limit of n_ctx of all sessions, which allows a smaller n_batch; 0: unknown */
    const int *cpus;    /* n_threads CPU numbers to pin to, or NULL */
    bool fixed_threads; /* always use all threads. Otherwise the crew continues with fewer for a while when other
                           processes keep some of its CPUs busy; logits do not depend on it */
    const struct bn_observer *observer; /* or NULL */
};
/* `options` may be NULL. The caller closes the crew after the sessions and batches on it, and the model and the
 * observer after the crew. Only one thread at a time may use a crew or what runs on it, the one that opened it if
 * threads are pinned. A wrong number is BN_ERR_USAGE; BN_ERR_MEMORY and BN_ERR_IO (a thread did not start) leave
 * nothing open. */
enum bn_status bn_crew_open(struct bn_crew **crew, const struct bn_model *model, const struct bn_crew_options *options,
                            struct bn_error *err);
void bn_crew_close(struct bn_crew *crew);
int bn_crew_n_threads(const struct bn_crew *crew);
struct bn_crew_load {
    int n_threads, n_active; /* opened with; in the latest pass */
    bool busy;               /* threads are currently left out because other processes use the machine */
    uint64_t n_dropped;      /* how often a thread was left out */
    uint64_t waited_ns; /* since opening, that the calling thread slept waiting for others; 0 where threads are fixed */
};
void bn_crew_load(const struct bn_crew *crew, struct bn_crew_load *load);
/* int8 activations of one layer since opening, and those of them that a given scale cut off (|x / scale| > 127.5; see
 * activation_scales of struct bn_model_options). Scales found for each token cut off nothing. */
struct bn_clamped {
    uint64_t clamped, quantized;
};
struct bn_clamped bn_crew_clamped(const struct bn_crew *crew, int layer);

/* ---- session ---- */
struct bn_session;

/* Eviction of positions from the KV cache (engine/options/kv_prune.md). Zero means the default. */
struct bn_kv_prune_options {
    const char *policy; /* NULL or "off": none; "window", "sink", "h2o", "snapkv", "tova", "dynamic" */
    float budget;     /* up to 1: most of the positions so far that stay, as a share; above: as a number; default 0.5 */
    int min_keep;     /* latest positions that always stay; default 32 */
    int warmup_steps; /* first positions of a text during which nothing is evicted */
    float threshold;  /* dynamic: slots below this share of an average score go, whatever the budget; 0: none */
};

/* Rows of passes whose first q, k and v came from the table of fuse_subwords, since opening. */
uint64_t bn_crew_fused_rows(const struct bn_crew *crew);
struct bn_session_options {
    int n_ctx;           /* positions of the KV cache; 0: the model's training context */
    int n_threads;       /* 0: one per physical core this process may use */
    int n_batch;         /* most tokens computed at once in prefill; 0: default */
    const char *kv_type; /* "f16", "f32", "q8_0"; NULL: f16 for ternary models, f32 for float ones */
    const int *cpus;     /* n_threads CPU numbers to pin to, or NULL */
    const struct bn_observer *observer;
    bool fixed_threads; /* as in struct bn_crew_options */
    struct bn_kv_prune_options kv_prune;
    bool warmup; /* when opening: touch weights, scratch and the whole KV cache, run some steps on a scratch
                    sequence; without `cpus` and `crew`, pin the threads to physical cores */
    struct bn_crew
        *crew; /* a shared crew; leave threads, batch, CPUs and observer unset then. NULL: a crew of its own */
};
enum bn_status bn_session_open(struct bn_session **session, const struct bn_model *model,
                               const struct bn_session_options *options, struct bn_error *err);
/* A session on the crew of `from` that begins with the first n_tokens of its context, by reference: it costs memory
 * only for what follows, and for segments of 256 positions that both continue to write. n_ctx 0: the same as `from`.
 * BN_ERR_UNSUPPORTED: KV pruning has evicted positions of `from` after those.
 * Either may be closed first; a crew that `from` opened for itself must stay open. */
enum bn_status bn_session_open_shared(struct bn_session **session, const struct bn_session *from, int n_tokens,
                                      int n_ctx, struct bn_error *err);
void bn_session_close(struct bn_session *session);
struct bn_crew *bn_session_crew(const struct bn_session *session);
struct bn_warmup {
    double ms;        /* that it took; 0: there was none */
    int steps;        /* decoded on the scratch sequence */
    long page_faults; /* taken by then and not by the first token */
};
const struct bn_warmup *bn_session_warmup(const struct bn_session *session);

/* Appends n tokens to the context. Afterwards bn_logits is the prediction after the last one. */
enum bn_status bn_prefill(struct bn_session *session, const int32_t *ids, size_t n, struct bn_error *err);
/* The same, but also calls `each` with the logits after every token from ids[first] on (pos = index into ids), in
 * order. */
enum bn_status bn_prefill_logits(struct bn_session *session, const int32_t *ids, size_t n, size_t first,
                                 void (*each)(void *self, size_t pos, const float *logits), void *self,
                                 struct bn_error *err);
/* Appends one token: the decode step. */
enum bn_status bn_decode(struct bn_session *session, int32_t id, struct bn_error *err);
/* The same for a caller that needs only the best k (greedy: 1): logits that cannot be among them may be -INFINITY;
 * the others are exact, and so is the choice of greedy or top-k sampling without a repetition penalty. Saves
 * time if the model was opened with head_screening, k <= BN_MAX_TOP and logits are not hashed; otherwise equivalent to
 * bn_decode. */
#define BN_MAX_TOP 256
enum bn_status bn_decode_top(struct bn_session *session, int32_t id, int k, struct bn_error *err);
uint64_t bn_session_screened_rows(
    const struct bn_session *session); /* logits that bn_decode_top computed exactly since opening */
/* Appends `id` and, computed in the same pass, the longest prefix of draft[0 .. n_draft - 1] that greedy decoding
 * would choose: context, logits and hash are those of 1 + *n_accepted calls of bn_decode. n_draft <= BN_MAX_DRAFT;
 * tokens that exceed the context or the batch are ignored. */
#define BN_MAX_DRAFT 15
enum bn_status bn_decode_draft(struct bn_session *session, int32_t id, const int32_t *draft, size_t n_draft,
                               size_t *n_accepted, struct bn_error *err);
const float *
bn_logits(const struct bn_session *session); /* [n_vocab], valid until the next call on a session of the same crew */
const struct bn_model *bn_session_model(const struct bn_session *session);
int bn_session_position(const struct bn_session *session); /* tokens in the context */
int bn_session_n_ctx(const struct bn_session *session);
int bn_session_n_threads(const struct bn_session *session);
/* Forgets everything after the first n tokens, and those too when KV pruning has evicted some since then: go on from
 * the position that it returns. */
int bn_session_truncate(struct bn_session *session, int n_tokens);
/* Makes room in a full context: keeps the first n_sink tokens, drops the n_drop after them and re-rotates the rest. */
enum bn_status bn_session_shift(struct bn_session *session, int n_sink, int n_drop, struct bn_error *err);
uint64_t bn_session_kv_bytes(const struct bn_session *session);
int bn_session_n_evicted(const struct bn_session *session); /* positions that each head has evicted */
/* Hash of all logits rows computed since opening or the last reset (FNV-1a over their 32-bit words, position order):
 * equal work gives an equal hash on every CPU, thread count and kernel variant. */
uint64_t bn_session_logits_hash(const struct bn_session *session);
void bn_session_hash_reset(struct bn_session *session, bool on); /* off by default: hashing costs time */

/* ---- batch: sequences that are decoded together on one crew, and come and go between steps ----
 * Each step computes one token of every sequence that has one (bn_batch_put) and, beside them, a chunk of each of the
 * first n_prompts prompts, in order of arrival. The logits of a sequence do not depend on the others. The caller closes
 * the batch, which removes its sequences, before the crew. */
struct bn_batch;
struct bn_batch_options {
    int n_sequences;        /* most at a time, less than the crew's n_batch; 0: 16 */
    int n_ctx;              /* positions of each; 0: the model's training context */
    int n_chunk, n_prompts; /* most tokens of a prompt in a step; 0: what the crew's n_batch leaves; prompts; 0: 1 */
    const char *kv_type;    /* as in struct bn_session_options */
    bool separate; /* never share keys and values of equal beginnings; otherwise from 16 tokens on, by reference */
    bool hash;     /* hash logits (bn_batch_logits_hash) */
    struct bn_kv_prune_options kv_prune;
};
/* `options` may be NULL, and is copied. Takes n_sequences * n_vocab floats; each sequence takes its KV cache when it is
 * added. A number out of range is BN_ERR_USAGE. */
enum bn_status bn_batch_open(struct bn_batch **batch, struct bn_crew *crew, const struct bn_batch_options *options,
                             struct bn_error *err);
void bn_batch_close(struct bn_batch *batch);
/* Adds a sequence that begins with ids[0 .. n - 1] (n >= 1), copied; *sequence is its number, from 0, which a later one
 * may have again after bn_batch_remove. BN_ERR_CONTEXT: n is more than n_ctx. BN_ERR_USAGE: the batch is full, or an id
 * is not in the vocabulary. */
enum bn_status bn_batch_add(struct bn_batch *batch, const int32_t *ids, size_t n, int *sequence, struct bn_error *err);
/* The same, and bn_batch_step calls `each` with the logits after every token from ids[first] on (pos = index into ids),
 * in order, before it returns; after a step that failed the same positions come again. Shares at most the first `first`
 * tokens. */
struct bn_batch_scores {
    size_t first;
    void (*each)(void *self, size_t pos, const float *logits);
    void *self;
};
enum bn_status bn_batch_add_scored(struct bn_batch *batch, const int32_t *ids, size_t n,
                                   const struct bn_batch_scores *scores, int *sequence, struct bn_error *err);
/* *n_ready: how many have logits now. BN_ERR_FORMAT: results are not finite; BN_ERR_MEMORY: a KV cache could not grow.
 * Only the logits are lost then, and the others can go on when the sequence at fault has been removed. */
enum bn_status bn_batch_step(struct bn_batch *batch, int *n_ready, struct bn_error *err);
int bn_batch_failed(const struct bn_batch *batch);       /* the sequence at fault in the latest step; -1: none is */
int bn_batch_ready(const struct bn_batch *batch, int i); /* the i-th of those, i < n_ready */
/* [n_vocab] after the sequence's last token, until the next step; NULL: the latest step gave none. */
const float *bn_batch_logits(const struct bn_batch *batch, int sequence);
/* Continues a sequence that has nothing left to compute; without it the sequence rests. BN_ERR_CONTEXT: it is full.
 * BN_ERR_USAGE: it has tokens to compute, is not in the batch, or the id is not in the vocabulary. */
enum bn_status bn_batch_put(struct bn_batch *batch, int sequence, int32_t id, struct bn_error *err);
void bn_batch_remove(struct bn_batch *batch, int sequence); /* at any time between steps; frees what nobody shares */
int bn_batch_position(const struct bn_batch *batch, int sequence);      /* tokens computed; -1: no such sequence */
uint64_t bn_batch_kv_bytes(const struct bn_batch *batch, int sequence); /* not counting what is shared */
/* Most bytes of KV cache that a sequence of n tokens fills, unless a value in it makes an f16 cache f32. */
uint64_t bn_batch_kv_need(const struct bn_batch *batch, size_t n);
uint64_t bn_batch_logits_hash(const struct bn_batch *batch, int sequence); /* of all bn_batch_logits that it gave */

#ifdef __cplusplus
}
#endif

#include "engine/generator.h"
#include "engine/options.h"
#endif
