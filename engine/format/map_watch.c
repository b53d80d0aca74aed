/* map_watch.c - mapped files that change under us.
 *
 * A page past the end of a truncated file raises SIGBUS on whichever thread reads it, worker threads and
 * kernels included, so there is no place to jump back to. The handler puts pages of zeros where the file was and sets a
 * mark; the work goes on with zeros, which every reader can take, and its end is an error (bn_map_check). A SIGBUS
 * anywhere else goes to whoever handled it before us. */
#include "engine/format/map_watch.h"
#include "engine/files.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Never freed, because the handler walks the list at any moment; a closed one has no bytes and is used again. */
struct bn_map_watch {
    struct bn_map_watch *next;
    _Atomic(uintptr_t) begin, end;
    atomic_bool lost;
    int fd;
    struct stat opened;
    char *path;
};
static _Atomic(struct bn_map_watch *) watches;
static struct sigaction before;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool replace_pages(struct bn_map_watch *w, uintptr_t at)
{
    uintptr_t page = at - at % (uintptr_t)sysconf(_SC_PAGESIZE), end = w->end;
    atomic_store(&w->lost, true);
    return mmap((void *)page, end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) !=
           MAP_FAILED;
}

static void on_bus_error(int number, siginfo_t *info, void *context)
{
    uintptr_t at = (uintptr_t)info->si_addr;
    for (struct bn_map_watch *w = watches; w; w = w->next)
        if (at >= w->begin && at < w->end && replace_pages(w, at)) return;
    if (before.sa_flags & SA_SIGINFO)
        before.sa_sigaction(number, info, context);
    else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
        before.sa_handler(number);
    else
        sigaction(number, &before, NULL); /* the access comes again and ends the process as it would have */
}

static void handle_bus_errors(void)
{
    static bool done;
    struct sigaction ours = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    sigemptyset(&ours.sa_mask);
    if (!done) done = !sigaction(SIGBUS, &ours, &before);
}

/* A closed one, or a new one at the head of the list. */
static struct bn_map_watch *take(void)
{
    struct bn_map_watch *w = watches;
    while (w && w->path) w = w->next;
    if (w) return w;
    if (!(w = calloc(1, sizeof *w))) return NULL;
    w->next = watches;
    watches = w;
    return w;
}

struct bn_map_watch *bn_map_watch_open(const struct bn_map *map, int fd, const struct stat *st, const char *path)
{
    char *copy = strdup(path);
    pthread_mutex_lock(&lock);
    handle_bus_errors();
    struct bn_map_watch *w = copy ? take() : NULL;
    if (w) {
        w->path = copy, w->fd = fd, w->opened = *st, w->lost = false;
        w->end = (uintptr_t)map->bytes + map->n;
        w->begin = (uintptr_t)map->bytes;
    } else
        free(copy);
    pthread_mutex_unlock(&lock);
    return w;
}

enum bn_status bn_map_watch_check(const struct bn_map_watch *w, struct bn_error *err)
{
    struct stat now;
    bool known = !fstat(w->fd, &now);
    if (known && now.st_size < w->opened.st_size)
        return bn_fail(err, BN_ERR_IO, "%s was cut short while it was in use; restore it and start again.", w->path);
    if (known && (now.st_size != w->opened.st_size || now.st_mtim.tv_sec != w->opened.st_mtim.tv_sec ||
                  now.st_mtim.tv_nsec != w->opened.st_mtim.tv_nsec))
        return bn_fail(err, BN_ERR_IO, "%s was written to while it was in use; start again when it is complete.",
                       w->path);
    if (w->lost) return bn_fail(err, BN_ERR_IO, "%s could not be read in full; check the disk that holds it.", w->path);
    return BN_OK;
}

void bn_map_watch_close(struct bn_map_watch *w)
{
    pthread_mutex_lock(&lock);
    w->end = w->begin = 0;
    bn_input_forget(&w->opened);
    close(w->fd);
    free(w->path);
    w->path = NULL;
    pthread_mutex_unlock(&lock);
}
