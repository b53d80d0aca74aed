/* http.c - libmicrohttpd's side: reads requests within limits, finds their endpoint, suspends connections while the
 * scheduler works, and sends answers. */
#include "engine/core/status.h"
#include "engine/serve/endpoint.h"
#include "engine/serve/guard.h"
#include "engine/serve/listen.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_SECONDS = 2, BODIES = 16 }; /* full bodies in memory together */

/* ---- answers ---- */
static enum MHD_Result send_answer(struct request *r, int status)
{
    struct MHD_Response *response = r->response;
    r->response = NULL;
    r->status = status;
    MHD_add_response_header(response, "X-Request-Id", r->id);
    enum MHD_Result result = MHD_queue_response(r->connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_problem(struct request *r)
{
    char seconds[16];
    int status = r->problem.status;
    if (r->response) MHD_destroy_response(r->response);
    r->response = NULL;
    if (!endpoint_json(r, problem_json(&r->problem))) return MHD_NO;
    snprintf(seconds, sizeof seconds, "%d", RETRY_SECONDS);
    if (status == 429 || status == 503) MHD_add_response_header(r->response, "Retry-After", seconds);
    if (status == 401) MHD_add_response_header(r->response, "WWW-Authenticate", "Bearer");
    return send_answer(r, status);
}

/* The scheduler has something: a stream begins, or everything is there. */
static enum MHD_Result send_result(struct request *r)
{
    if (r->gone) return MHD_NO;
    if (r->problem.status) return send_problem(r);
    if (r->params.stream)
        r->response = stream_response(r);
    else
        endpoint_json(r, answer_json(r));
    if (r->response) return send_answer(r, 200);
    problem_memory(&r->problem);
    return send_problem(r);
}

void http_resume(struct request *r)
{
    if (!r->suspended) return;
    r->suspended = false;
    MHD_resume_connection(r->connection);
}

/* ---- requests ---- */
/* Takes as long for a wrong key as for the right one. */
static bool same_key(const char *given, const char *key)
{
    size_t n = strlen(given), m = strlen(key);
    unsigned different = n != m;
    for (size_t i = 0; i < n; i++) different |= (unsigned char)given[i] ^ (unsigned char)key[m ? i % m : 0];
    return !different;
}

static bool may(struct request *r)
{
    const char *key = r->server->options.api_key,
               *given = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "Authorization");
    if (!key || r->endpoint->open) return true;
    if (given && !strncasecmp(given, "Bearer ", 7) && same_key(given + 7, key)) return true;
    return problem_set(&r->problem, 401, "invalid_api_key", NULL,
                       "This server needs a key; send the header \"Authorization: Bearer KEY\".");
}

/* A page of any site can make a browser send requests to a name that its owner lets resolve to this machine (DNS
 * rebinding): a server for this machine alone, without a key, answers to this machine's names only. */
static bool is_for_us(struct request *r)
{
    const struct bn_server_options *o = &r->server->options;
    const char *host = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "Host");
    char name[256];
    if (!host || o->api_key || !listen_is_loopback(o->host)) return true;
    bool brackets = host[0] == '[';
    snprintf(name, sizeof name, "%.*s", (int)strcspn(host + brackets, brackets ? "]" : ":"), host + brackets);
    if (listen_is_loopback(name) || !strcmp(name, o->host)) return true;
    return problem_set(&r->problem, 421, "wrong_host", "Host",
                       "This server is for this machine only; ask for it as localhost, or start it with --api_key.");
}

static bool find_endpoint(struct request *r)
{
    const struct endpoint *other = NULL;
    for (const struct endpoint *e = endpoints; e->path; e++) {
        if (strcmp(e->path, r->path)) continue;
        other = e;
        if (strcmp(e->method, r->method)) continue;
        r->endpoint = e;
        return true;
    }
    if (other) return problem_set(&r->problem, 405, NULL, NULL, "%s answers %s only.", other->path, other->method);
    return problem_set(&r->problem, 404, NULL, NULL,
                       "There is no such path; see engine/serve/README.md for those there are.");
}

static bool too_large(struct request *r)
{
    return problem_set(&r->problem, 413, "body_too_large", NULL,
                       "The body has more than %zu bytes, the most that is read.", r->server->options.body_bytes);
}

static bool check_length(struct request *r)
{
    const char *given = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "Content-Length");
    if (given && strtoull(given, NULL, 10) > r->server->options.body_bytes) return too_large(r);
    return true;
}

static bool take_body(struct request *r, const char *bytes, size_t n)
{
    struct bn_server *s = r->server;
    if (r->body.n + n > s->options.body_bytes) return too_large(r);
    pthread_mutex_lock(&s->mutex);
    bool room = s->body_bytes + n <= BODIES * s->options.body_bytes;
    if (room) s->body_bytes += n, r->counted += n;
    pthread_mutex_unlock(&s->mutex);
    if (!room)
        return problem_set(&r->problem, 429, "queue_full", NULL, "Too many large requests are at work; try again.");
    return buffer_add(&r->body, bytes, n) || problem_memory(&r->problem);
}

static enum MHD_Result begin(struct request *r)
{
    r->fd = guard_fd(r->connection);
    r->guard = guard_of(r->connection);
    return is_for_us(r) && find_endpoint(r) && may(r) && check_length(r) ? MHD_YES : send_problem(r);
}

/* The body is complete. */
static enum MHD_Result handle(struct request *r)
{
    struct bn_server *s = r->server;
    r->handled = true;
    guard_limit(s, r->guard, s->options.answer_seconds);
    if (r->problem.status || !request_parse(r) || !r->endpoint->handle(r)) return send_problem(r);
    return r->submitted ? MHD_YES : send_answer(r, 200); /* submitted: suspended now */
}

static enum MHD_Result on_access(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                 const char *version, const char *data, size_t *n_data, void **context)
{
    struct request *r = *context;
    (void)version;
    if (!r) {
        r = request_new(cls, connection);
        if (!r) return MHD_NO;
        *context = r;
        snprintf(r->method, sizeof r->method, "%s", method);
        snprintf(r->path, sizeof r->path, "%s", url);
        return begin(r);
    }
    if (*n_data) {
        if (!r->problem.status) take_body(r, data, *n_data);
        *n_data = 0;
        return MHD_YES;
    }
    return r->handled ? send_result(r) : handle(r);
}

/* ---- the end ---- */
/* One line, without any text of the request. */
static char *describe(const struct request *r)
{
    struct usage u = request_usage(r);
    int64_t now = now_ns();
    json_t *line = json_pack("{sI ss ss ss si sf}", "time", (json_int_t)r->created, "id", r->id, "method", r->method,
                             "path", r->endpoint ? r->endpoint->path : "?", "status", r->status, "seconds",
                             (double)(now - r->begun_ns) / 1e9);
    if (line && r->submitted)
        json_object_update_new(line, json_pack("{sI sI sI si sf}", "prompt_tokens", (json_int_t)u.prompt,
                                               "cached_tokens", (json_int_t)u.cached, "generated_tokens",
                                               (json_int_t)u.completion, "texts", r->n_choices, "ttft_seconds",
                                               r->first_ns ? (double)(r->first_ns - r->begun_ns) / 1e9 : 0.0));
    if (line && r->gone) json_object_set_new(line, "cancelled", json_true());
    char *text = line ? json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(line);
    return text;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct bn_server *s = cls;
    struct request *r = *context;
    FILE *log = s->options.log;
    (void)connection;
    if (!r) return;
    *context = NULL;
    guard_limit(s, r->guard, s->options.read_seconds);
    pthread_mutex_lock(&s->mutex);
    if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK) r->gone = true;
    if (r->status >= 200 && r->status < 600) s->metrics.answered[r->status / 100]++;
    s->body_bytes -= r->counted;
    char *line = log ? describe(r) : NULL;
    bool free_now = !r->linked;
    r->detached = true, r->suspended = false;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->mutex);
    if (free_now) request_free(r);
    if (line) fprintf(log, "%s\n", line), fflush(log);
    free(line);
}

/* ---- the daemon ---- */
/* No path needs escapes, so none is undone: %00 would cut a path short. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls, (void)connection;
    return strlen(text);
}

static void say_nothing(void *cls, const char *format, va_list args) { (void)cls, (void)format, (void)args; }

bool http_open(struct bn_server *s, struct bn_error *err)
{
    const struct bn_server_options *o = &s->options;
    int fd = listen_on(o->host, o->port, &s->port, err);
    if (fd < 0) return false;
    s->http = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_access, s,
        MHD_OPTION_EXTERNAL_LOGGER, say_nothing, NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_UNESCAPE_CALLBACK,
        keep_escapes, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_NOTIFY_CONNECTION, guard_notify, s,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)o->n_connections, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)o->read_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32 << 10, MHD_OPTION_END);
    if (s->http) return true;
    listen_close(fd);
    bn_fail(err, BN_ERR_IO, "The HTTP server does not start; allow more open files (ulimit -n), or fewer connections.");
    return false;
}

void http_close(struct bn_server *s)
{
    if (s->http) MHD_stop_daemon(s->http);
    s->http = NULL;
}
