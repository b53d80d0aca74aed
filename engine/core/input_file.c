/* input_file.c - files that a command reads: opened without blocking, bounded in size, and remembered so that no output
 * of the same command replaces one. */
#include "engine/core/status.h"
#include "engine/files.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Files that are or were read. There are few: a model, a vocabulary and some texts. */
static struct identity {
    dev_t device;
    ino_t inode;
    size_t uses; /* 0: free */
} * known;
static size_t n_known, capacity;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct identity *find(const struct stat *st)
{
    for (size_t i = 0; i < n_known; i++)
        if (known[i].uses && known[i].device == st->st_dev && known[i].inode == st->st_ino) return &known[i];
    return NULL;
}

static struct identity *add(const struct stat *st)
{
    struct identity *free_one = NULL;
    for (size_t i = 0; i < n_known && !free_one; i++) free_one = known[i].uses ? NULL : &known[i];
    if (!free_one && n_known == capacity) {
        struct identity *more = realloc(known, (2 * capacity + 16) * sizeof *more);
        if (!more) return NULL;
        known = more, capacity = 2 * capacity + 16;
    }
    if (!free_one) free_one = &known[n_known++];
    *free_one = (struct identity){st->st_dev, st->st_ino, 0};
    return free_one;
}

static bool remember(const struct stat *st)
{
    pthread_mutex_lock(&lock);
    struct identity *file = find(st);
    if (!file) file = add(st);
    if (file) file->uses++;
    pthread_mutex_unlock(&lock);
    return file != NULL;
}

void bn_input_forget(const struct stat *st)
{
    pthread_mutex_lock(&lock);
    struct identity *file = find(st);
    if (file) file->uses--;
    pthread_mutex_unlock(&lock);
}

bool bn_input_is(const struct stat *st)
{
    pthread_mutex_lock(&lock);
    bool found = find(st) != NULL;
    pthread_mutex_unlock(&lock);
    return found;
}

void bn_input_declare(const char *path)
{
    struct stat st;
    if (path && !stat(path, &st) && S_ISREG(st.st_mode)) remember(&st);
}

static enum bn_status could_not(const char *path, const char *what, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_IO, "Could not %s %s: %s.", what, path, strerror(errno));
}

enum bn_status bn_input_open(int *fd, struct stat *st, const char *path, struct bn_error *err)
{
    struct stat own;
    if (!st) st = &own;
    *fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC); /* do not block on a FIFO without a writer */
    if (*fd < 0) return could_not(path, "open", err);
    enum bn_status status = BN_OK;
    if (fstat(*fd, st))
        status = could_not(path, "examine", err);
    else if (!S_ISREG(st->st_mode))
        status = bn_fail(err, BN_ERR_FORMAT, "%s is %s, not a regular file.", path,
                         S_ISDIR(st->st_mode)    ? "a folder"
                         : S_ISFIFO(st->st_mode) ? "a FIFO"
                                                 : "a device");
    else if (!remember(st))
        status = bn_fail_memory(err, "the list of input files", 2 * capacity * sizeof *known);
    if (status) close(*fd);
    return status;
}

/* Standard input, a regular file, or a stream that can be read only once. */
static enum bn_status open_any(int *fd, struct stat *st, const char *path, struct bn_error *err)
{
    *fd = strcmp(path, "-") ? open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC) : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (*fd < 0) return could_not(path, "open", err);
    enum bn_status status = BN_OK;
    if (fstat(*fd, st))
        status = could_not(path, "examine", err);
    else if (S_ISDIR(st->st_mode))
        status = bn_fail(err, BN_ERR_FORMAT, "%s is a directory, not a file.", path);
    else if (S_ISREG(st->st_mode) && !remember(st))
        status = bn_fail_memory(err, "the list of input files", 2 * capacity * sizeof *known);
    if (status) close(*fd);
    return status;
}

static enum bn_status too_large(const char *path, size_t limit, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_FORMAT, "%s is larger than the limit of %zu %s for this file.", path,
                   limit >> 20 ? limit >> 20 : limit, limit >> 20 ? "MiB" : "bytes");
}

/* Reading one byte past the limit reveals a larger file. */
static enum bn_status read_all(char **bytes, size_t *n, int fd, size_t expected, const char *path, size_t limit,
                               struct bn_error *err)
{
    size_t room = expected + 1 < 4096 ? 4096 : expected + 1;
    *n = 0;
    *bytes = malloc(room + 1);
    for (;;) {
        if (!*bytes) return bn_fail_memory(err, path, room);
        ssize_t got = read(fd, *bytes + *n, room - *n);
        if (got < 0) return could_not(path, "read", err);
        if (got == 0) break;
        if ((*n += (size_t)got) > limit) return too_large(path, limit, err);
        if (*n < room) continue;
        room = 2 * room < limit + 1 ? 2 * room : limit + 1;
        char *more = realloc(*bytes, room + 1);
        if (!more) free(*bytes);
        *bytes = more;
    }
    (*bytes)[*n] = 0;
    return BN_OK;
}

enum bn_status bn_input_read(char **bytes, size_t *n, const char *path, size_t limit, struct bn_error *err)
{
    int fd;
    struct stat st;
    *bytes = NULL, *n = 0;
    enum bn_status status = open_any(&fd, &st, path, err);
    if (status) return status;
    size_t expected = S_ISREG(st.st_mode) ? (size_t)st.st_size : 0;
    status = expected > limit ? too_large(path, limit, err) : read_all(bytes, n, fd, expected, path, limit, err);
    close(fd);
    if (status) free(*bytes), *bytes = NULL;
    return status;
}
