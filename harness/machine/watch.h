/* watch.h - a file, or a folder of files, whose bytes must stay the same while a run lasts: a program, a model. */
#ifndef BN_MACHINE_WATCH_H
#define BN_MACHINE_WATCH_H
#include "harness/machine/content_hash.h"

struct bn_watch {
    char *path; /* the caller's; NULL: nothing is watched, every check passes */
    char hash[BN_CONTENT_HASH_CHARS];
    uint64_t n_bytes;
    uint64_t stamp; /* of inodes, sizes and times of change when the bytes had this hash; 0: too young to rely on */
};
/* Hashes it. */
enum bn_status bn_watch_begin(struct bn_watch *watch, char *path, struct bn_error *err);
/* BN_ERR_FORMAT if the bytes have changed since the start, BN_ERR_IO if the file is gone. Rereads the file
 * only if its inode, size or time of change suggests that it may have been written. */
enum bn_status bn_watch_check(struct bn_watch *watch, struct bn_error *err);
#endif
