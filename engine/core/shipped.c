/* shipped.c - where this program is, and the files that are installed with it. */
#include "engine/files.h"
#include <string.h>
#include <unistd.h>

void bn_own_folder(char *folder, size_t cap)
{
    ssize_t n = readlink("/proc/self/exe", folder, cap - 1);
    folder[n > 0 ? n : 0] = 0;
    char *slash = strrchr(folder, '/');
    if (slash) *slash = 0;
}

const char *bn_shipped_path(char found[BN_PATH_BYTES], const char *path)
{
    char own[BN_PATH_BYTES];
    if (path[0] == '/' || access(path, F_OK) == 0) return path;
    bn_own_folder(own, sizeof own);
    int n = snprintf(found, BN_PATH_BYTES, "%s/../share/bitnet-bench/%s", own, path);
    return n < BN_PATH_BYTES && access(found, F_OK) == 0 ? found : path;
}
