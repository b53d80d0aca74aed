/* hf.h - a model directory in Hugging Face form: config.json, safetensors files, tokenizer files. Private to its
 * readers. */
#ifndef BN_FORMAT_HF_H
#define BN_FORMAT_HF_H
#include "engine/core/json.h"
#include "engine/format/owner.h"

enum bn_st_dtype { BN_ST_F32, BN_ST_F16, BN_ST_BF16, BN_ST_U8, BN_ST_OTHER };

/* One tensor of a safetensors file. */
struct bn_st_entry {
    char *name;
    enum bn_st_dtype dtype;
    int64_t rows, cols; /* vectors have rows 1 */
    const uint8_t *data;
    size_t bytes;
};

struct bn_hf {
    const char *path;
    struct bn_source *source;
    bool bitnet;           /* linears are ternary: packed, or masters to be quantised at load */
    bool scale_multiplies; /* weight_scale is mean|W| ("autobitlinear"); otherwise its inverse (FORMATS.md 1.2) */
    bool tied;             /* the embedding is the output head */
    bool has_sub_norms;
    struct bn_json_text not_converted; /* quantization_config.modules_to_not_convert, raw JSON array, or n 0 */
    size_t n_entries;
    struct bn_st_entry *entries; /* sorted by name */
    struct bn_error unread;      /* why an optional file that is there could not be mapped; status BN_OK: none */
};

/* Maps DIR/name and parses nothing; status BN_ERR_IO when it is not there (err NULL: the file is
 * optional, and one that is there all the same stays in hf->unread). */
enum bn_status bn_hf_map(struct bn_hf *hf, struct bn_map *map, const char *name, struct bn_error *err);
/* "DIR/name: expected X at byte N" for a JSON file that does not parse. */
enum bn_status bn_hf_json_error(const struct bn_hf *hf, const char *name, const struct bn_json *j,
                                struct bn_error *err);
/* A copy of the text without escapes, with a terminator. */
char *bn_hf_string(struct bn_hf *hf, struct bn_json_text text, struct bn_error *err);
/* The same of a text that may hold NUL; bytes NULL when memory runs out (then bn_source_open fails). */
struct bn_string bn_hf_text(struct bn_hf *hf, struct bn_json_text text);

enum bn_status bn_hf_config(struct bn_hf *hf, struct bn_error *err);  /* config.json, generation_config.json */
enum bn_status bn_hf_entries(struct bn_hf *hf, struct bn_error *err); /* all tensors of all shards */
const struct bn_st_entry *bn_hf_entry(const struct bn_hf *hf, const char *name);
enum bn_status bn_hf_weights(struct bn_hf *hf, struct bn_error *err); /* source->tensors with GGUF names */
enum bn_status bn_hf_vocab(struct bn_hf *hf, struct bn_error *err);   /* whichever tokenizer file is there */

/* The parts of a tokenizer.json around its model, each at its value (at NULL: not there). Fills pre, add_bos, add_eos,
 * add_space_prefix, prefix_at_start, normalizer, and the problems that text has with what is not supported. */
struct bn_hf_parts {
    struct bn_json normalizer, pre_tokenizer, post_processor;
    bool ignore_merges;
};
void bn_hf_pipeline(struct bn_hf *hf, const struct bn_hf_parts *parts);

struct bn_hf_added {
    struct bn_json_text content;
    bool special, normalized;
    uint8_t flags; /* enum bn_token_flags */
};
/* An added token, {"id", "content", "special", ...}; *id keeps its value where the object has none. */
bool bn_hf_added_token(struct bn_json *j, int64_t *id, struct bn_hf_added *token);
/* Makes a problem of a "normalized" token that the vocabulary's normalizer would find in other texts than its own. */
void bn_hf_check_normalized(struct bn_hf *hf, const struct bn_hf_added *token);
/* What the other files of the directory say of tokens: added_tokens.json, tokenizer.json beside a tokenizer.model, and
 * tokenizer_config.json (added tokens, special tokens), and all chat templates. v->tokens has its final length;
 * `from_model`: it was read from a tokenizer.model. */
enum bn_status bn_hf_tokens(struct bn_hf *hf, bool from_model, struct bn_error *err);

/* A template, or a list of {"name", "template"}: the value of "chat_template". */
void bn_hf_chat_template(struct bn_hf *hf, struct bn_json *j);
/* The templates in files of their own; they replace those of tokenizer_config.json. */
enum bn_status bn_hf_template_files(struct bn_hf *hf, struct bn_error *err);

/* Scores of the vocabulary from its merges, which are then gone. */
enum bn_status bn_hf_scores(struct bn_hf *hf, struct bn_error *err);
/* The three forms of tokenizer files. */
enum bn_status bn_hf_tokenizer_json(struct bn_hf *hf, const struct bn_map *map, struct bn_error *err);
enum bn_status bn_sentencepiece_vocab(struct bn_source *source, const struct bn_map *map, const char *path,
                                      struct bn_error *err);
enum bn_status bn_tiktoken_vocab(struct bn_source *source, const struct bn_map *map, const char *path,
                                 struct bn_error *err);
#endif
