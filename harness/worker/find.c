/* find.c - tries the places where builds keep their programs. */
#include "harness/worker/find.h"
#include "engine/files.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

enum bn_status bn_program_find(const char *name, const char *build, char *path, size_t cap, struct bn_error *err)
{
    static const char *const places[] = {"/", "/bin/", "/build/bin/"};
    char own[4096];
    if (!build) bn_own_folder(own, sizeof own), build = own;
    if (strlen(build) < cap && is_program(build)) return stpcpy(path, build), BN_OK;
    for (int i = 0; i < 3; i++) {
        int n = snprintf(path, cap, "%s%s%s", build, places[i], name);
        if (n > 0 && (size_t)n < cap && is_program(path)) return BN_OK;
    }
    return bn_harness_fail(err, BN_ERR_IO,
                           "Could not find %s in %s, in its bin/ or in its build/bin/; build it with `make all`.", name,
                           build);
}

bool bn_program_in_path(const char *name)
{
    char path[4096];
    const char *place = getenv("PATH");
    for (size_t n; place && *place; place += n + (place[n] == ':')) {
        n = strcspn(place, ":");
        int length = snprintf(path, sizeof path, "%.*s/%s", (int)n, place, name);
        if (length > 0 && (size_t)length < sizeof path && is_program(path)) return true;
    }
    return false;
}
