/* listen.c - opens the listening socket, with errors that say what is wrong. */
#include "engine/serve/listen.h"
#include "engine/core/status.h"
#include <errno.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static int port_of(int fd)
{
    struct sockaddr_storage at;
    socklen_t n = sizeof at;
    if (getsockname(fd, (struct sockaddr *)&at, &n)) return 0;
    return ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
                                          : ((struct sockaddr_in *)&at)->sin_port);
}

static int try_address(const struct addrinfo *a)
{
    int on = 1, fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!bind(fd, a->ai_addr, a->ai_addrlen) && !listen(fd, BACKLOG)) return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

int listen_on(const char *host, int port, int *bound, struct bn_error *err)
{
    char service[16];
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found;
    snprintf(service, sizeof service, "%d", port);
    int code = getaddrinfo(host, service, &hints, &found), fd;
    if (code)
        return bn_fail(err, BN_ERR_USAGE, "Cannot listen on \"%s\": %s; give an address of this machine.", host,
                       gai_strerror(code)),
               -1;
    fd = try_address(found);
    freeaddrinfo(found);
    if (fd < 0)
        return bn_fail(err, BN_ERR_IO, "Cannot listen on %s port %d: %s; choose another with --port.", host, port,
                       strerror(errno)),
               -1;
    *bound = port_of(fd);
    return fd;
}

void listen_close(int fd) { close(fd); }

bool listen_is_loopback(const char *host)
{
    struct in_addr address; /* 127.evil.example is a name */
    return (!strncmp(host, "127.", 4) && inet_pton(AF_INET, host, &address) == 1) || !strcmp(host, "::1") ||
           !strcasecmp(host, "localhost");
}
