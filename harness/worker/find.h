/* find.h - where a program is: of a build, or of the system. */
#ifndef BN_WORKER_FIND_H
#define BN_WORKER_FIND_H
#include "engine/bitnet.h"

/* `name`, e.g. "bitnet-worker", in `build`: the program itself, or a folder with NAME, bin/NAME or build/bin/NAME.
 * build NULL: the folder of the running program. */
enum bn_status bn_program_find(const char *name, const char *build, char *path, size_t cap, struct bn_error *err);
/* Whether a folder of PATH has the program. */
bool bn_program_in_path(const char *name);
#endif
