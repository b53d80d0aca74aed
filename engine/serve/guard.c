/* guard.c - connections and when their time is over. */
#include "engine/serve/guard.h"
#include "engine/serve/room.h"
#include <stdlib.h>
#include <sys/socket.h>

enum { SEND_BUFFER = 64 << 10 }; /* bytes of a socket: a slow reader's text waits here, where its limit counts */

struct guard {
    struct guard *next, **link;
    int fd;
    int64_t deadline_ns;
};

int guard_fd(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

struct guard *guard_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void open_guard(struct bn_server *s, struct MHD_Connection *connection, void **context)
{
    struct guard *g = calloc(1, sizeof *g);
    int bytes = SEND_BUFFER;
    *context = g;
    if (!g) return;
    g->fd = guard_fd(connection);
    setsockopt(g->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    pthread_mutex_lock(&s->guards_mutex);
    g->next = s->guards, g->link = &s->guards;
    if (g->next) g->next->link = &g->next;
    s->guards = g;
    pthread_mutex_unlock(&s->guards_mutex);
    guard_limit(s, g, s->options.read_seconds);
}

static void close_guard(struct bn_server *s, struct guard *g)
{
    if (!g) return;
    pthread_mutex_lock(&s->guards_mutex);
    *g->link = g->next;
    if (g->next) g->next->link = g->link;
    pthread_mutex_unlock(&s->guards_mutex);
    free(g);
}

void guard_notify(void *cls, struct MHD_Connection *connection, void **context,
                  enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        open_guard(cls, connection, context);
    else
        close_guard(cls, *context);
}

void guard_limit(struct bn_server *s, struct guard *g, int seconds)
{
    if (!g) return;
    pthread_mutex_lock(&s->guards_mutex);
    g->deadline_ns = now_ns() + seconds * INT64_C(1000000000);
    pthread_mutex_unlock(&s->guards_mutex);
}

void guards_check(struct bn_server *s)
{
    int64_t now = now_ns();
    pthread_mutex_lock(&s->guards_mutex);
    for (struct guard *g = s->guards; g; g = g->next)
        if (now > g->deadline_ns) shutdown(g->fd, SHUT_RDWR);
    pthread_mutex_unlock(&s->guards_mutex);
}
