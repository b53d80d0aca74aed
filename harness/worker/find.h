/* find.h - where the worker program is. */
#ifndef BN_WORKER_FIND_H
#define BN_WORKER_FIND_H
#include "engine/bitnet.h"

/* In `build`: the program itself, or a folder with bitnet-worker, bin/bitnet-worker or build/bin/bitnet-worker. build
 * NULL: the folder of the running program. */
enum bn_status bn_worker_find(const char *build, char *path, size_t cap, struct bn_error *err);
#endif
