/* owner.h - what readers of model files share: mapped files and the memory of a struct bn_source. */
#ifndef BN_FORMAT_OWNER_H
#define BN_FORMAT_OWNER_H
#include "engine/core/arena.h"
#include "engine/format/source.h"

/* A regular file mapped for reading. Offsets into it are aligned as they are in the file. When its pages vanish (the
 * file is cut short, the disk fails), they read as zeros on whatever thread and bn_map_check fails, instead of SIGBUS.
 */
struct bn_map {
    const uint8_t *bytes;
    size_t n;
    struct bn_map_watch *watch; /* of map_watch.c; NULL: an empty file */
};
enum bn_status bn_map_open(struct bn_map *map, const char *path,
                           struct bn_error *err); /* n 0 (an empty file) has bytes "" */
void bn_map_close(struct bn_map *map);
/* The file is still what was opened: same size and time of change, every page there. */
enum bn_status bn_map_check(const struct bn_map *map, struct bn_error *err);

struct bn_source_owner {
    struct bn_arena arena;
    bool short_of_memory; /* an allocation failed: bn_source_open fails, whatever its reader made of that */
    struct bn_map *maps;
    size_t n_maps;
};
/* Opens a file, adds its size to source->file_bytes and closes it with the source. */
enum bn_status bn_source_map(struct bn_source *source, struct bn_map *map, const char *path, struct bn_error *err);
/* Zeroed memory of n * size bytes that lives as long as the source; NULL with *err set when there is none. */
void *bn_source_alloc(struct bn_source *source, size_t n, size_t size, struct bn_error *err);
char *bn_source_string(struct bn_source *source, const char *bytes, size_t n, struct bn_error *err);
/* Puts a tensor at the end of source->tensors, which has room for it. The name is copied. */
enum bn_status bn_source_add(struct bn_source *source, const char *name, enum bn_encoding encoding, int64_t rows,
                             int64_t cols, const void *data, struct bn_error *err);

/* "blk.%d.attn_q.weight" with the layer's number; `pattern` has one %d. */
void bn_layer_name(char *out, size_t cap, const char *pattern, int layer);

/* Rules that hold for every format, after a reader has filled the configuration and the vocabulary. The limits of
 * bn_config_check are the only ones: the engine relies on them. */
enum bn_status bn_config_check(const struct bn_config *config, const char *path, struct bn_error *err);
enum bn_status bn_vocab_check(const struct bn_vocab *vocab, const char *path, struct bn_error *err);

/* The readers: each fills a zeroed source whose owner is there; bn_source_open cleans up after a failure. */
enum bn_status bn_gguf_open(struct bn_source *source, const char *path, const struct bn_model_options *options,
                            struct bn_error *err);
enum bn_status bn_llama2c_open(struct bn_source *source, const char *path, const struct bn_model_options *options,
                               struct bn_error *err);
/* The vocabulary of a llama2.c checkpoint: options->tokenizer_path, or tokenizer.bin beside it, or none. */
enum bn_status bn_llama2c_tokenizer(struct bn_source *source, const char *path, const struct bn_model_options *options,
                                    struct bn_error *err);
enum bn_status bn_safetensors_open(struct bn_source *source, const char *path, const struct bn_model_options *options,
                                   struct bn_error *err);
#endif
