/* content_hash.h - names a file's bytes. "fnv1a64x8:" + 16 digits: FNV-1a over eight interleaved words of 64 bits,
 * the words and the length folded by FNV-1a at the end. Fast (memory speed), not for secrets. */
#ifndef BN_MACHINE_CONTENT_HASH_H
#define BN_MACHINE_CONTENT_HASH_H
#include "engine/bitnet.h"
#include <time.h>

enum { BN_CONTENT_HASH_CHARS = 27 };
struct bn_content_hash {
    uint64_t word[8], n_bytes;
};
void bn_content_hash_init(struct bn_content_hash *hash);
void bn_content_hash_add(struct bn_content_hash *hash, const void *bytes,
                         size_t n); /* n a multiple of 64 except in the last call */
void bn_content_hash_text(const struct bn_content_hash *hash, char text[BN_CONTENT_HASH_CHARS]);
/* Hashes a file, or all regular files of a folder in name order; *n_bytes (may be NULL) gets their size. */
enum bn_status bn_content_hash_file(const char *path, char text[BN_CONTENT_HASH_CHARS], uint64_t *n_bytes,
                                    struct bn_error *err);
/* What the same files look like from outside, which is cheap: another stamp means that they may have been written. */
struct bn_content_looks {
    uint64_t stamp;      /* FNV-1a over device, inode, size and time of change; never 0 */
    time_t changed_at_s; /* the latest of them */
};
enum bn_status bn_content_look(const char *path, struct bn_content_looks *looks, struct bn_error *err);
#endif
