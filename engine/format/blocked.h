/* blocked.h - a file of a model's ternary linears in the order in which kernels read them, made by bitnet-repack: what
 * opening the model would make in memory, mapped instead. It goes beside the model as NAME.blocked and is worth nothing
 * without it.
 *
 * Little-endian:
 *    0  "BNBLOCKD"
 *    8  u32 version, u32 number of entries
 *   16  u64 fingerprint of the model (fingerprint.h), u64 its size in bytes, u64 its time of change in ns; the last two
 *       are 0 where the model is a folder
 *   40  layout, 16 bytes, zero-filled: "i2" or "lut3" (ternary_layout)
 *   56  u64 hash of the data, from the first entry's offset to the end of the file
 *   64  entries of 120 bytes: name [96], zero-filled; u64 offset, a multiple of 64; u64 bytes; u32 rows, u32 columns
 *       u64 hash of everything before it; then zeros up to the first offset, a multiple of 4096; data; 64 zeros after
 *       every entry's data at least, because kernels read whole vectors. */
#ifndef BN_FORMAT_BLOCKED_H
#define BN_FORMAT_BLOCKED_H
#include "engine/format/source.h"
#include "engine/files.h"

enum { BN_BLOCKED_VERSION = 1, BN_BLOCKED_NAME = 96, BN_BLOCKED_LAYOUT = 16 };

struct bn_blocked {
    const uint8_t *bytes; /* NULL: none; the source's map */
    size_t n, data_at;
    int n_entries;
    uint64_t data_hash;
    char layout[BN_BLOCKED_LAYOUT], path[4096];
};

/* MODEL.blocked. False: the name is too long. */
bool bn_blocked_path(char path[4096], const char *model);
/* Opens what is beside the model, if anything; its pages belong to `source`. A file that is damaged, of another version
 * or of another model is BN_ERR_FORMAT. */
enum bn_status bn_blocked_open(struct bn_blocked *blocked, struct bn_source *source, const char *model,
                               struct bn_error *err);
/* The same with the file's own path. */
enum bn_status bn_blocked_read(struct bn_blocked *blocked, struct bn_source *source, const char *path,
                               const char *model, struct bn_error *err);
/* The data of a tensor; NULL: not in the file. BN_ERR_FORMAT: its size is not `bytes`. */
enum bn_status bn_blocked_find(const uint8_t **data, const struct bn_blocked *blocked, const struct bn_tensor *tensor,
                               size_t bytes, struct bn_error *err);
/* Reads all data and compares its hash. */
enum bn_status bn_blocked_verify(const struct bn_blocked *blocked, struct bn_error *err);

struct bn_blocked_entry {
    const char *name;
    const uint8_t *data;
    size_t bytes;
    int rows, cols;
};
enum bn_status bn_blocked_save(struct bn_output *output, const struct bn_source *source, const char *model,
                               const char *layout, const struct bn_blocked_entry *entries, int n, struct bn_error *err);
#endif
