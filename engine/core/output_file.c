/* output_file.c - output files that are either complete or absent. */
#include "engine/core/status.h"
#include "engine/files.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS = 16 };

struct bn_output {
    FILE *file;
    char *path, *target; /* as the caller named it; what it resolves to, NULL: written directly */
    int slot;
};

/* Names of unfinished files, for exit and signals. Static because a handler may run at any time. A forked child leaves
 * its parent's files alone. */
static struct pending {
    volatile pid_t owner; /* 0: free */
    char path[PATH_MAX];
} pending[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void remove_pending(void)
{
    pid_t self = getpid();
    for (int i = 0; i < SLOTS; i++)
        if (pending[i].owner == self) unlink(pending[i].path);
}

/* SA_RESETHAND has restored the default action, and SA_NODEFER lets it take effect at once. */
static void on_signal(int number)
{
    remove_pending();
    raise(number);
}

static void clean_up_on_death(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ};
    atexit(remove_pending);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction now, ours = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND | SA_NODEFER};
        sigemptyset(&ours.sa_mask);
        if (!sigaction(numbers[i], NULL, &now) && now.sa_handler == SIG_DFL) sigaction(numbers[i], &ours, NULL);
    }
}

static int take_slot(const char *target)
{
    static bool ready;
    int slot = -1;
    pthread_mutex_lock(&lock);
    if (!ready) clean_up_on_death();
    ready = true;
    for (int i = 0; i < SLOTS && slot < 0; i++)
        if (!pending[i].owner && snprintf(pending[i].path, PATH_MAX, "%s.%ld.part", target, (long)getpid()) < PATH_MAX)
            pending[slot = i].owner = getpid();
    pthread_mutex_unlock(&lock);
    return slot;
}

static enum bn_status could_not(const struct bn_output *o, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_IO, "Could not write %s: %s.", o->path, strerror(errno));
}

static enum bn_status refuse(const struct bn_output *o, const char *why, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_USAGE, "%s %s.", o->path, why);
}

/* Standard output or standard error if `st` is the same file. */
static int standard_stream(const struct stat *st)
{
    struct stat own;
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        if (!fstat(fd, &own) && own.st_dev == st->st_dev && own.st_ino == st->st_ino) return fd;
    return -1;
}

/* A FIFO without a reader is an error; do not block. */
static enum bn_status open_through(struct bn_output *o, const struct stat *st, struct bn_error *err)
{
    int stream = standard_stream(st);
    if (stream < 0 && !S_ISCHR(st->st_mode) && !S_ISFIFO(st->st_mode))
        return refuse(o, "is neither a regular file nor a stream; choose another output", err);
    fflush(NULL);
    int fd =
        stream >= 0 ? fcntl(stream, F_DUPFD_CLOEXEC, 3) : open(o->path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 && errno == ENXIO && S_ISFIFO(st->st_mode))
        return bn_fail(err, BN_ERR_IO, "%s is a FIFO without a reader; start the reader first.", o->path);
    if (fd < 0) return could_not(o, err);
    if (stream < 0) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    o->file = fdopen(fd, "wb");
    if (o->file) return BN_OK;
    close(fd);
    return could_not(o, err);
}

static enum bn_status open_part(struct bn_output *o, const struct stat *old, struct bn_error *err)
{
    if ((o->slot = take_slot(o->target)) < 0)
        return bn_fail(err, BN_ERR_IO, "Could not write %s: its path is too long or too many outputs are open.",
                       o->path);
    int fd = open(pending[o->slot].path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        pending[o->slot].owner = 0; /* the existing file is not ours to remove */
        return could_not(o, err);
    }
    if (old) fchmod(fd, old->st_mode & 07777);
    o->file = fdopen(fd, "wb");
    if (o->file) return BN_OK;
    close(fd);
    return could_not(o, err);
}

static enum bn_status start(struct bn_output *o, struct bn_error *err)
{
    struct stat link, st;
    if (lstat(o->path, &link)) {
        if (errno != ENOENT) return could_not(o, err);
        o->target = strdup(o->path);
        return o->target ? open_part(o, NULL, err) : bn_fail_memory(err, "a path", strlen(o->path));
    }
    if (stat(o->path, &st)) return refuse(o, "is a dangling link; name the target file instead", err);
    if (S_ISDIR(st.st_mode)) return refuse(o, "is a directory; choose a file name", err);
    if (bn_input_is(&st))
        return refuse(o, "is an input of this command and cannot be its output; choose another file", err);
    if (!S_ISREG(st.st_mode) || standard_stream(&st) >= 0) return open_through(o, &st, err);
    o->target = realpath(o->path, NULL);
    return o->target ? open_part(o, &st, err) : could_not(o, err);
}

static void release(struct bn_output *o)
{
    if (o->file) fclose(o->file);
    if (o->slot >= 0 && pending[o->slot].owner) {
        unlink(pending[o->slot].path);
        pending[o->slot].owner = 0;
    }
    free(o->path), free(o->target), free(o);
}

enum bn_status bn_output_open(struct bn_output **output, const char *path, struct bn_error *err)
{
    struct bn_output *o = calloc(1, sizeof *o);
    *output = NULL;
    if (!o) return bn_fail_memory(err, "an output file", sizeof *o);
    o->slot = -1;
    o->path = strdup(path);
    enum bn_status status = o->path ? start(o, err) : bn_fail_memory(err, "a path", strlen(path));
    if (status)
        release(o);
    else
        *output = o;
    return status;
}

FILE *bn_output_stream(struct bn_output *o) { return o->file; }
bool bn_output_is_through(const struct bn_output *o) { return !o->target; }
const char *bn_output_part(const struct bn_output *o) { return o->target ? pending[o->slot].path : o->path; }

enum bn_status bn_output_write(struct bn_output *o, const void *bytes, size_t n, struct bn_error *err)
{
    return n == 0 || fwrite(bytes, 1, n, o->file) == n ? BN_OK : could_not(o, err);
}

static enum bn_status finish(struct bn_output *o, struct bn_error *err)
{
    struct stat now;
    errno = EIO; /* of an earlier write that failed */
    if (ferror(o->file) || fflush(o->file)) return could_not(o, err);
    if (!o->target) return BN_OK;
    if (!stat(o->target, &now) && bn_input_is(&now))
        return refuse(o, "is an input of this command and cannot be its output; choose another file", err);
    if (fsync(fileno(o->file)) || rename(pending[o->slot].path, o->target)) return could_not(o, err);
    pending[o->slot].owner = 0;
    return BN_OK;
}

enum bn_status bn_output_commit(struct bn_output *o, struct bn_error *err)
{
    enum bn_status status = finish(o, err);
    FILE *file = o->file;
    o->file = NULL;
    if (fclose(file) && !status) status = could_not(o, err);
    release(o);
    return status;
}

void bn_output_discard(struct bn_output *o)
{
    if (o) release(o);
}
