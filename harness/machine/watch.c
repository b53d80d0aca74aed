/* watch.c - a hash, and the file attributes that make rehashing unnecessary. */
#include "harness/machine/watch.h"
#include "harness/core/error.h"
#include <string.h>
#include <time.h>

/* A file that was written within the last two seconds may be written again in the same tick of the file system's clock:
 * its attributes prove nothing yet. */
enum { SETTLED_S = 2 };

static enum bn_status hash(const char *path, char text[BN_CONTENT_HASH_CHARS], uint64_t *n_bytes, uint64_t *stamp,
                           struct bn_error *err)
{
    struct bn_content_looks looks;
    enum bn_status status = bn_content_look(path, &looks, err); /* before the bytes: a write in between shows later */
    if (!status) status = bn_content_hash_file(path, text, n_bytes, err);
    if (!status) *stamp = looks.changed_at_s + SETTLED_S <= time(NULL) ? looks.stamp : 0;
    return status;
}

enum bn_status bn_watch_begin(struct bn_watch *w, char *path, struct bn_error *err)
{
    *w = (struct bn_watch){.path = path};
    return hash(path, w->hash, &w->n_bytes, &w->stamp, err);
}

enum bn_status bn_watch_check(struct bn_watch *w, struct bn_error *err)
{
    struct bn_content_looks looks;
    char now[BN_CONTENT_HASH_CHARS];
    uint64_t n_bytes, stamp;
    if (!w->path) return BN_OK;
    enum bn_status status = bn_content_look(w->path, &looks, err);
    if (status || (w->stamp && looks.stamp == w->stamp)) return status;
    status = hash(w->path, now, &n_bytes, &stamp, err);
    if (!status && !strcmp(now, w->hash)) return w->stamp = stamp, BN_OK;
    if (status) return status;
    return bn_harness_fail(err, BN_ERR_FORMAT,
                           "%s changed during the measurement; start again to measure the new file.", w->path);
}
