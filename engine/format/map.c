/* map.c - files mapped for reading. */
#include "engine/files.h"
#include "engine/format/map_watch.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static enum bn_status map_descriptor(struct bn_map *map, int fd, const struct stat *st, const char *path,
                                     struct bn_error *err)
{
    *map = (struct bn_map){(const uint8_t *)"", 0, NULL};
    if (st->st_size == 0) return BN_OK;
    void *p = mmap(NULL, (size_t)st->st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return bn_fail(err, errno == ENOMEM ? BN_ERR_MEMORY : BN_ERR_IO, "Could not map %s into memory: %s.", path,
                       strerror(errno));
    *map = (struct bn_map){p, (size_t)st->st_size, NULL};
    map->watch = bn_map_watch_open(map, fd, st, path);
    if (map->watch) return BN_OK;
    bn_map_close(map);
    return bn_fail_memory(err, "a mapped file", sizeof *map);
}

/* What a clone without Git LFS, or a download of the raw file, leaves in place of a model. */
static enum bn_status refuse_pointer(const struct bn_map *map, const char *path, struct bn_error *err)
{
    static const char mark[] = "version https://git-lfs.github.com/spec/";
    if (map->n < sizeof mark - 1 || memcmp(map->bytes, mark, sizeof mark - 1)) return BN_OK;
    return bn_fail(err, BN_ERR_FORMAT,
                   "%s is a Git LFS pointer, not the file itself; run git lfs pull, or download it.", path);
}

enum bn_status bn_map_open(struct bn_map *map, const char *path, struct bn_error *err)
{
    int fd;
    struct stat st;
    *map = (struct bn_map){0};
    enum bn_status status = bn_input_open(&fd, &st, path, err);
    if (status) return status;
    status = map_descriptor(map, fd, &st, path, err);
    if (!map->watch) { /* otherwise the watch has it */
        bn_input_forget(&st);
        close(fd);
    }
    if (!status) status = refuse_pointer(map, path, err);
    if (status) bn_map_close(map);
    return status;
}

enum bn_status bn_map_check(const struct bn_map *map, struct bn_error *err)
{
    return map->watch ? bn_map_watch_check(map->watch, err) : BN_OK;
}

void bn_map_close(struct bn_map *map)
{
    if (map->watch) bn_map_watch_close(map->watch);
    if (map->n) munmap((void *)(uintptr_t)map->bytes, map->n);
    *map = (struct bn_map){0};
}
