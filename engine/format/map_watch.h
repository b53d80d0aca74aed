/* map_watch.h - notices when a mapped file changes or loses pages. Private to map.c. */
#ifndef BN_FORMAT_MAP_WATCH_H
#define BN_FORMAT_MAP_WATCH_H
#include "engine/format/owner.h"
#include <sys/stat.h>

/* Watches the mapping of the file that `fd` has open; keeps fd until it is closed. NULL: memory is out. */
struct bn_map_watch *bn_map_watch_open(const struct bn_map *map, int fd, const struct stat *st, const char *path);
enum bn_status bn_map_watch_check(const struct bn_map_watch *watch, struct bn_error *err);
void bn_map_watch_close(struct bn_map_watch *watch); /* before the mapping goes */
#endif
