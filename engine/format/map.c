/* map.c - files mapped for reading. */
#include "engine/format/owner.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum bn_status map_descriptor(struct bn_map *map, int fd, const char *path, struct bn_error *err)
{
    struct stat st;
    if (fstat(fd, &st)) return bn_fail(err, BN_ERR_IO, "%s: cannot be examined (%s).", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return bn_fail(err, BN_ERR_IO, "%s: is not a regular file, and a model must be one to be mapped.", path);
    *map = (struct bn_map){(const uint8_t *)"", 0};
    if (st.st_size == 0) return BN_OK;
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return bn_fail(err, BN_ERR_IO, "%s: cannot be mapped into memory (%s).", path, strerror(errno));
    *map = (struct bn_map){p, (size_t)st.st_size};
    return BN_OK;
}

enum bn_status bn_map_open(struct bn_map *map, const char *path, struct bn_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return bn_fail(err, BN_ERR_IO, "%s: cannot be opened (%s).", path, strerror(errno));
    enum bn_status status = map_descriptor(map, fd, path, err);
    close(fd);
    return status;
}

void bn_map_close(struct bn_map *map)
{
    if (map->n) munmap((void *)(uintptr_t)map->bytes, map->n);
    *map = (struct bn_map){0};
}
