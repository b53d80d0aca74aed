/* source.h - a model file opened for reading, whatever its format: configuration, vocabulary and named tensors.
 * Every format's reader (gguf.c, safetensors.c, llama2c.c) fills this one shape with GGUF's tensor names, so that the
 * model and bitnet-quantize never ask where the data came from. */
#ifndef BN_FORMAT_SOURCE_H
#define BN_FORMAT_SOURCE_H
#include "engine/format/encoding.h"

enum bn_rope_kind { BN_ROPE_HALF_SPLIT, BN_ROPE_INTERLEAVED }; /* pairs (i, i+d/2) or (2i, 2i+1): FORMATS.md 1.1, 2.3 */
enum bn_ffn_activation { BN_FFN_SILU, BN_FFN_RELU2 };

#define BN_TEMPLATE_NAME 80 /* bytes of a chat template's name */
#define BN_TEMPLATES     64
#define BN_MAX_HEAD_DIM  4096 /* of models that pass bn_config_check */

struct bn_config {
    char architecture[64]; /* "bitnet-b1.58", "bitnet-25", "bitnet", "llama" */
    char name[128];
    int n_layers, dim, ffn_dim, n_heads, n_kv_heads, head_dim, n_vocab, n_ctx_train;
    int rope_dim;                          /* rotated dimensions of a head, usually head_dim */
    float rms_eps, rope_theta, rope_scale; /* positions are divided by rope_scale (linear scaling), 1: none */
    float norm_in_eps;                     /* eps of the per-projection input norms (blk.N.attn_q_norm_in.weight ...) */
    enum bn_rope_kind rope_kind;
    enum bn_ffn_activation ffn_activation;
};

enum bn_vocab_kind { BN_VOCAB_NONE, BN_VOCAB_BPE, BN_VOCAB_SPM };
enum bn_token_type {
    BN_TOKEN_NORMAL = 1,
    BN_TOKEN_UNKNOWN,
    BN_TOKEN_CONTROL,
    BN_TOKEN_USER,
    BN_TOKEN_UNUSED,
    BN_TOKEN_BYTE
};
/* How an added token is cut out of a text, bits of bn_vocab.flags. */
enum bn_token_flags {
    BN_TOKEN_LSTRIP = 1,      /* with the white space in front of it */
    BN_TOKEN_RSTRIP = 2,      /* ... and after it */
    BN_TOKEN_SINGLE_WORD = 4, /* only where it is no part of a word */
};
struct bn_string {
    const char *bytes;
    size_t n;
};
/* The special tokens that chat templates know by name. */
enum bn_named_token { BN_NAMED_BOS, BN_NAMED_EOS, BN_NAMED_UNK, BN_NAMED_PAD, BN_NAMED_TOKENS };
struct bn_vocab {
    enum bn_vocab_kind kind;
    char pre[32]; /* tokenizer.ggml.pre, "" when the file has none */
    int n_tokens;
    struct bn_string *tokens; /* BPE: GPT-2 byte alphabet; SPM: U+2581 for space, <0xXX> for bytes */
    float *scores;            /* SPM; NULL when absent */
    uint8_t *types;           /* enum bn_token_type; NULL when absent */
    uint8_t *flags;           /* enum bn_token_flags; NULL when no file has any */
    size_t n_merges;
    struct bn_string *merges;             /* "left right", rank order */
    int32_t bos, eos, eot, eom, unk, pad; /* -1: none */
    bool add_bos, add_eos;
    bool add_space_prefix;    /* a space in front of a text */
    bool prefix_unless_space; /* ... that does not begin with one */
    bool prefix_at_start;     /* ... and not after special tokens */
    char normalizer[40];      /* what is done to texts first, by names of normal_form.h: "NFC", "NFKC Lowercase" */
    const char *problem;      /* what the tokenizer's file wants of texts and the engine does not do: they are refused;
                                 NULL: nothing */
    const char *pre_problem;  /* the same of the pre-tokeniser, which bn_model_options.pretokenizer replaces */
    size_t n_ends;            /* ids that end generation besides eos, eot and eom */
    int32_t *ends;
    struct bn_string chat_template; /* bytes NULL: none */
    size_t n_templates; /* of a file with several chat templates; one named "default" is chat_template too */
    struct bn_named_template {
        struct bn_string name, text;
    } * templates;
    /* Special tokens as chat templates write them, where the files name them apart from the ids; bytes NULL: the id's.
     */
    struct bn_string named[BN_NAMED_TOKENS];
};

extern const char *const bn_named_tokens[BN_NAMED_TOKENS]; /* "bos_token" ... */
int32_t bn_named_id(const struct bn_vocab *vocab, enum bn_named_token token);
/* Its own text, or that of its id; bytes NULL: the vocabulary has none. */
struct bn_string bn_named_text(const struct bn_vocab *vocab, enum bn_named_token token);
bool bn_string_equal(struct bn_string a, struct bn_string b);

struct bn_tensor {
    const char *name; /* GGUF name: "token_embd.weight", "blk.0.attn_q.weight" ... */
    enum bn_encoding encoding;
    int64_t rows, cols; /* vectors have rows 1 */
    const void
        *data; /* as the encoding lays it out, little-endian, aligned to 4 at least: in the file's map, or in memory
                  of the source where a reader had to convert (ternary tensors that no file encoding holds are I2_S) */
    size_t bytes;
};

struct bn_source {
    struct bn_config config;
    struct bn_vocab vocab;
    size_t n_tensors;
    struct bn_tensor *tensors;
    uint64_t file_bytes;
    struct bn_source_owner *owner; /* owns the maps and memory of all pointers above */
};

/* Finds the format by content (GGUF magic, directory with config.json, llama2.c header) and opens it. */
enum bn_status bn_source_open(struct bn_source *source, const char *path, const struct bn_model_options *options,
                              struct bn_error *err);
void bn_source_close(struct bn_source *source);
/* The mapped files are still what was opened: not written to, cut short or unreadable since. */
enum bn_status bn_source_check(const struct bn_source *source, struct bn_error *err);
/* Whether `data` is in a mapped file (whose pages can be given back and read again). */
bool bn_source_in_file(const struct bn_source *source, const void *data);
bool bn_tensor_is_linear(const struct bn_tensor *tensor); /* by its name: of attention or feed-forward, in a layer */
const struct bn_tensor *bn_source_tensor(const struct bn_source *source, const char *name); /* NULL: not there */
#endif
