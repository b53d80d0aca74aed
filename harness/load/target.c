/* target.c - reads the address, connects, writes requests. */
#include "harness/load/target.h"
#include "harness/core/error.h"
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static enum bn_status refuse(const char *url, const char *why, struct bn_error *err)
{
    return bn_harness_fail(err, BN_ERR_USAGE, "--url takes http://HOST:PORT, not \"%s\": %s.", url, why);
}

static enum bn_status resolve(struct bn_target *t, const char *url, const char *host, const char *port,
                              struct bn_error *err)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found;
    int code = getaddrinfo(host, port, &hints, &found);
    if (code) return refuse(url, gai_strerror(code), err);
    memcpy(&t->address, found->ai_addr, found->ai_addrlen);
    t->n_address = found->ai_addrlen;
    freeaddrinfo(found);
    return BN_OK;
}

/* The path without what requests add themselves. */
static bool take_root(struct bn_target *t, const char *path)
{
    static const char *const ends[] = {"/completions", "/v1"};
    if (strlen(path) >= sizeof t->root) return false;
    snprintf(t->root, sizeof t->root, "%s", path);
    for (size_t n = strlen(t->root); n && t->root[n - 1] == '/';) t->root[--n] = 0;
    for (int i = 0; i < 2; i++) {
        size_t n = strlen(t->root), k = strlen(ends[i]);
        if (n >= k && !strcmp(t->root + n - k, ends[i])) t->root[n - k] = 0;
    }
    return true;
}

enum bn_status bn_target_read(struct bn_target *t, const char *url, struct bn_error *err)
{
    static const char scheme[] = "http://";
    char host[256];
    *t = (struct bn_target){.model = ""};
    for (const char *c = url; *c; c++)
        if (!isgraph((unsigned char)*c)) return refuse(url, "it has blanks or control characters", err);
    if (!strncasecmp(url, "https://", 8)) return refuse(url, "there is no TLS here; give the server's plain port", err);
    if (strncasecmp(url, scheme, strlen(scheme))) return refuse(url, "it begins otherwise", err);
    const char *at = url + strlen(scheme), *path = at + strcspn(at, "/?#"),
               *close = memchr(at, ']', (size_t)(path - at));
    if (*path && *path != '/') return refuse(url, "it has a query or a fragment", err);
    if (strpbrk(path, "?#")) return refuse(url, "it has a query or a fragment", err);
    bool bracket = *at == '[' && close;
    const char *colon = memchr(bracket ? close : at, ':', (size_t)(path - (bracket ? close : at)));
    const char *host_end = bracket ? close : colon ? colon : path, *host_begin = at + bracket;
    size_t n = (size_t)(host_end - host_begin), port_n = colon ? (size_t)(path - colon) - 1 : 0;
    if (!n || n >= sizeof host || (colon && (!port_n || port_n > 5 || strspn(colon + 1, "0123456789") < port_n)) ||
        memchr(at, '@', (size_t)(path - at)))
        return refuse(url, "the host or the port is none", err);
    snprintf(host, sizeof host, "%.*s", (int)n, host_begin);
    char port[8] = "80";
    if (colon) snprintf(port, sizeof port, "%.*s", (int)port_n, colon + 1);
    snprintf(t->authority, sizeof t->authority, "%.*s", (int)(path - at), at);
    if (!take_root(t, path)) return refuse(url, "the path is too long", err);
    return resolve(t, url, host, port, err);
}

int bn_target_connect(const struct bn_target *t, int receive_bytes)
{
    int on = 1, fd = socket(t->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (receive_bytes) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    if (!connect(fd, (const struct sockaddr *)&t->address, t->n_address) || errno == EINPROGRESS) return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

char *bn_target_request(const struct bn_target *t, const char *path, const char *body, size_t *n)
{
    char *text, length[48] = "", *key = NULL;
    if (body) snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(body));
    if (t->api_key && asprintf(&key, "Authorization: Bearer %s\r\n", t->api_key) < 0) return NULL;
    int written = asprintf(&text, "%s %s%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s%s%s\r\n%s",
                           body ? "POST" : "GET", t->root, path, t->authority, key ? key : "",
                           body ? "Content-Type: application/json\r\n" : "", length, body ? body : "");
    free(key);
    if (written < 0) return NULL;
    *n = (size_t)written;
    return text;
}
