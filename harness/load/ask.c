/* ask.c - short questions to a server, one after the other: its model's name, its counters. */
#include "harness/load/http.h"
#include "harness/load/target.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BODY_MOST = 4 << 20 };
struct question {
    struct bn_http http;
    char *body;
    size_t n;
    int fd;
    double until_s;
};

static bool take(void *self, const char *bytes, size_t n)
{
    struct question *q = self;
    char *more = q->n + n <= BODY_MOST ? realloc(q->body, q->n + n + 1) : NULL;
    if (!more) return false;
    q->body = more;
    memcpy(q->body + q->n, bytes, n);
    q->body[q->n += n] = 0;
    return true;
}

static bool ready(const struct question *q, short events)
{
    struct pollfd at = {.fd = q->fd, .events = events};
    double left = q->until_s - bn_clock_s();
    return left > 0 && poll(&at, 1, (int)(1e3 * left) + 1) > 0;
}

static bool put(struct question *q, const char *bytes, size_t n)
{
    while (n) {
        if (!ready(q, POLLOUT)) return errno = ETIMEDOUT, false;
        ssize_t k = send(q->fd, bytes, n, MSG_NOSIGNAL);
        if (k < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (k > 0) bytes += k, n -= (size_t)k;
    }
    return true;
}

/* Until the answer is over; false with errno, or 0 where http.problem or the end of the connection says why. */
static bool get(struct question *q)
{
    char bytes[16384];
    while (!q->http.over) {
        if (!ready(q, POLLIN)) return errno = ETIMEDOUT, false;
        ssize_t k = recv(q->fd, bytes, sizeof bytes, 0);
        if (k < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (k < 0) return false;
        errno = 0;
        if (k ? !bn_http_feed(&q->http, bytes, (size_t)k) : !bn_http_closed(&q->http)) return false;
    }
    return true;
}

static bool ask(struct question *q, const char *request, size_t n) { return put(q, request, n) && get(q); }

enum bn_status bn_target_get(const struct bn_target *t, const char *path, double timeout_s, int *status, char **body,
                             struct bn_error *err)
{
    size_t n = 0;
    struct question q = {.until_s = bn_clock_s() + timeout_s};
    char *request = bn_target_request(t, path, NULL, &n);
    bn_http_init(&q.http, take, &q);
    q.fd = request ? bn_target_connect(t, 0) : -1;
    bool ok = q.fd >= 0 && ask(&q, request, n);
    const char *why = ok                  ? ""
                      : q.http.problem[0] ? q.http.problem
                      : errno             ? strerror(errno)
                                          : "the connection ended before the answer did";
    if (!ok) bn_harness_fail(err, BN_ERR_IO, "GET http://%s%s%s: %s.", t->authority, t->root, path, why);
    if (q.fd >= 0) close(q.fd);
    free(request);
    *status = q.http.status;
    *body = ok ? (q.body ? q.body : strdup("")) : NULL;
    if (!ok) free(q.body);
    return ok ? BN_OK : BN_ERR_IO;
}

enum bn_status bn_target_greet(struct bn_target *t, double timeout_s, struct bn_error *err)
{
    int code;
    char *body;
    enum bn_status status = bn_target_get(t, "/v1/models", timeout_s, &code, &body, err);
    if (status) return status;
    json_t *root = code == 200 ? json_loads(body, 0, NULL) : NULL;
    const char *id = json_string_value(json_object_get(json_array_get(json_object_get(root, "data"), 0), "id"));
    if (id && strlen(id) < sizeof t->model) snprintf(t->model, sizeof t->model, "%s", id);
    json_decref(root);
    free(body);
    return BN_OK;
}

double bn_target_metric(const struct bn_target *t, const char *name, double timeout_s)
{
    int code;
    char *body;
    double value = (double)NAN;
    size_t n = strlen(name);
    if (bn_target_get(t, "/metrics", timeout_s, &code, &body, NULL)) return value;
    for (char *line = body; code == 200 && line; line = strchr(line, '\n'), line += line != NULL)
        if (!strncmp(line, name, n) && line[n] == ' ') value = strtod(line + n, NULL);
    free(body);
    return value;
}
