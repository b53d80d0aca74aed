/* variant.c - copies or links the program file of one process. */
#include "harness/gate/variant.h"
#include "harness/core/error.h"
#include "harness/stats/random.h"
#include "harness/worker/child.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINK_LIMIT_S = 60, ENVIRONMENT_MOST = 4096, BLOCK = 1 << 16 };

enum bn_status bn_variant_folder(char folder[BN_VARIANT_PATH], struct bn_error *err)
{
    const char *place = getenv("TMPDIR");
    snprintf(folder, BN_VARIANT_PATH, "%.4000s/bitnet-gate-XXXXXX", place && *place ? place : "/tmp");
    if (mkdtemp(folder)) return BN_OK;
    enum bn_status status =
        bn_harness_fail(err, BN_ERR_IO, "Could not make the folder %s: %m; name one with TMPDIR.", folder);
    folder[0] = 0;
    return status;
}

static bool copy_bytes(int from, int to)
{
    char block[BLOCK];
    for (ssize_t n; (n = read(from, block, sizeof block)) != 0;) {
        if (n < 0 && errno != EINTR) return false;
        for (ssize_t at = 0; at < n;) {
            ssize_t k = write(to, block + at, (size_t)(n - at));
            if (k < 0 && errno != EINTR) return false;
            at += k > 0 ? k : 0;
        }
    }
    return true;
}

static enum bn_status copy(const char *program, const char *path, struct bn_error *err)
{
    int from = open(program, O_RDONLY | O_CLOEXEC);
    int to = from < 0 ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    bool copied = to >= 0 && copy_bytes(from, to);
    int reason = errno;
    if (to >= 0 && close(to) && copied) copied = false, reason = errno;
    if (from >= 0) close(from);
    if (copied) return BN_OK;
    return bn_harness_fail(err, BN_ERR_IO, "Could not copy %s to %s: %s.", program, path, strerror(reason));
}

static enum bn_status relink_to(const char *script, uint64_t seed, const char *path, struct bn_error *err)
{
    char number[32];
    struct bn_child_result result;
    snprintf(number, sizeof number, "%" PRIu64, seed);
    char *const argv[] = {(char *)script, number, (char *)path, NULL};
    const struct bn_child_spec spec = {.process = {.argv = argv}, .time_limit_s = LINK_LIMIT_S};
    enum bn_status status = bn_child_run(&spec, &result, err);
    if (status) return status;
    const char *tail = result.process.error_tail;
    if (result.timed_out || result.signal || result.exit_code)
        status = bn_harness_fail(err, BN_ERR_IO, "%s could not link the worker%s%.*s%s", script, tail[0] ? ": " : ".",
                                 (int)strcspn(tail, "\n"), tail, result.timed_out ? " (60 s passed)" : "");
    bn_child_release(&result);
    return status;
}

static void draw_environment(char *text, uint64_t seed)
{
    static const char name[] = "BITNET_STACK=";
    struct bn_random random;
    bn_random_init(&random, seed);
    size_t n = (size_t)bn_random_below(&random, ENVIRONMENT_MOST), head = sizeof name - 1;
    memcpy(text, name, head);
    memset(text + head, 'x', n);
    text[head + n] = 0;
}

struct making {
    struct bn_variant *variant;
    const struct bn_variant_source *source;
    enum bn_status status;
    struct bn_error err;
};

static void *make_one(void *self)
{
    struct making *m = self;
    const char *path = m->variant->path;
    m->status = m->source->relink ? relink_to(m->source->relink, m->source->seed, path, &m->err)
                                  : copy(m->source->program, path, &m->err);
    if (!m->status && access(path, X_OK))
        m->status = bn_harness_fail(&m->err, BN_ERR_IO,
                                    "Programs cannot be started in %.*s: %m; name another folder with TMPDIR.",
                                    (int)(strrchr(path, '/') - path), path);
    return NULL;
}

enum bn_status bn_variants_make(struct bn_variant variants[2], const char *folder,
                                const struct bn_variant_source sources[2], struct bn_error *err)
{
    static unsigned number;
    struct making makings[2];
    pthread_t beside;
    for (int i = 0; i < 2; i++) {
        makings[i] = (struct making){.variant = &variants[i], .source = &sources[i]};
        snprintf(variants[i].path, sizeof variants[i].path, "%.4100s/worker-%u", folder, number++);
        draw_environment(variants[i].environment, sources[i].seed);
    }
    bool started = !pthread_create(&beside, NULL, make_one, &makings[1]);
    make_one(&makings[0]);
    if (started)
        pthread_join(beside, NULL);
    else
        make_one(&makings[1]);
    for (int i = 0; i < 2; i++)
        if (makings[i].status) return *err = makings[i].err, makings[i].status;
    return BN_OK;
}

void bn_variant_remove(const struct bn_variant *v) { unlink(v->path); }

bool bn_variant_script(const char *program, char path[BN_VARIANT_PATH])
{
    static const char *const places[] = {"", "../"};
    const char *slash = strrchr(program, '/');
    for (int i = 0; i < 2; i++) {
        snprintf(path, BN_VARIANT_PATH, "%.*s%srelink-worker", slash ? (int)(slash + 1 - program) : 0, program,
                 places[i]);
        if (access(path, X_OK) == 0) return true;
    }
    path[0] = 0;
    return false;
}
