/* client.c - the life of a request: connecting, sending, reading, and its outcome. */
#include "harness/load/client.h"
#include "harness/load/completion.h"
#include "harness/load/traffic.h"
#include "harness/core/clock.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SLOW_TURNS_PER_S = 20, SLOW_RECEIVE_BYTES = 4096 };

void bn_client_init(struct bn_load_client *c) { *c = (struct bn_load_client){.fd = -1}; }

void bn_client_end(struct bn_load_client *c, enum bn_load_outcome outcome, const char *reason, int64_t now_ns)
{
    if (!c->result) return;
    struct bn_load_result *r = c->result;
    r->outcome = outcome, r->end_ns = now_ns;
    r->status = c->http.status, r->retry_after_s = c->http.retry_after_s;
    if (reason && !r->reason[0]) snprintf(r->reason, sizeof r->reason, "%s", reason);
    if (c->fd >= 0) close(c->fd);
    bn_sse_release(&c->sse);
    free(c->out);
    c->fd = -1, c->out = NULL, c->result = NULL;
}

static void broken(struct bn_load_client *c, const char *why)
{
    if (!c->result->reason[0]) snprintf(c->result->reason, sizeof c->result->reason, "%s", why);
}

/* Room for one more in an array that doubles. */
static void *grow(void *array, size_t n, size_t size)
{
    return n & (n - 1) ? array : realloc(array, (n ? 2 * n : 1) * size);
}

static bool add_tokens(struct bn_load_client *c, int64_t n)
{
    struct bn_load_result *r = c->result;
    struct bn_load_event *more = grow(r->events, r->n_events, sizeof *more);
    if (!more) return false;
    r->events = more;
    r->events[r->n_events++] = (struct bn_load_event){c->now_ns, (int)n};
    r->tokens += n;
    return true;
}

static bool add_text(struct bn_load_result *r, const char *text, size_t n)
{
    char *more = n ? realloc(r->text, r->n_text + n) : r->text;
    if (n && !more) return false;
    r->text = more;
    if (n) memcpy(r->text + r->n_text, text, n);
    r->n_text += n;
    return true;
}

/* The server's own count where it gives one, else one token for an event with text. The last count says how many there
 * were, also where several came at once. */
static bool take_event(struct bn_load_client *c, const struct bn_completion *e)
{
    struct bn_load_result *r = c->result;
    int64_t n = e->tokens >= 0 ? e->tokens - r->tokens : e->n_text > 0;
    if (e->prompt_tokens >= 0) r->prompt_tokens = e->prompt_tokens;
    if (n < 0) return broken(c, "The server's count of tokens fell."), false;
    if (!add_text(r, e->text, e->n_text) || (n && !add_tokens(c, n))) return broken(c, "Out of memory."), false;
    return true;
}

static bool on_event(void *self, const char *data, size_t n)
{
    struct bn_load_client *c = self;
    struct bn_completion e;
    bool ok = !c->done && bn_completion_read(&e, data, n);
    if (c->done) return broken(c, "An event follows [DONE]."), false;
    if (!ok) broken(c, e.problem);
    if (ok && e.failed) {
        bn_client_end(c, BN_LOAD_FAILED, e.problem, c->now_ns);
        ok = false;
    } else if (ok && e.done) {
        c->done = true, c->result->end_ns = c->now_ns;
    } else if (ok) {
        ok = take_event(c, &e);
    }
    bn_completion_release(&e);
    const struct bn_load_result *r = c->result;
    if (ok && r->request.manner == BN_LOAD_VANISHING && r->tokens >= r->request.vanish_after) {
        bn_client_end(c, BN_LOAD_VANISHED, NULL, c->now_ns);
        return false;
    }
    return ok;
}

static bool on_body(void *self, const char *bytes, size_t n)
{
    struct bn_load_client *c = self;
    if (c->http.status == 200 && !strcasecmp(c->http.type, "text/event-stream")) {
        if (bn_sse_feed(&c->sse, bytes, n)) return true;
        if (c->result && c->sse.problem[0]) broken(c, c->sse.problem);
        return false;
    }
    size_t room = sizeof c->body - c->n_body, k = n < room ? n : room;
    memcpy(c->body + c->n_body, bytes, k);
    c->n_body += k;
    return true;
}

/* An answer that is no stream is over. */
static void conclude_other(struct bn_load_client *c)
{
    char seen[80], reason[200];
    bn_http_quote(seen, sizeof seen, c->body, c->n_body);
    if (c->http.status == 200) {
        snprintf(reason, sizeof reason, "The answer is %s instead of text/event-stream: %s",
                 c->http.type[0] ? BN_PRINTABLE(c->http.type) : "of no type", seen);
        bn_client_end(c, BN_LOAD_BROKEN, reason, c->now_ns);
        return;
    }
    json_t *root = json_loadb(c->body, c->n_body, 0, NULL);
    const char *message = bn_completion_error(root);
    snprintf(reason, sizeof reason, "Status %d: %.150s", c->http.status, message ? BN_PRINTABLE(message) : seen);
    json_decref(root);
    bn_client_end(c, BN_LOAD_REFUSED, reason, c->now_ns);
}

static void conclude(struct bn_load_client *c)
{
    if (c->http.status != 200 || strcasecmp(c->http.type, "text/event-stream"))
        conclude_other(c);
    else if (c->done)
        bn_client_end(c, BN_LOAD_COMPLETE, NULL, c->result->end_ns);
    else
        bn_client_end(c, BN_LOAD_BROKEN, "The stream ended without [DONE].", c->now_ns);
}

static void take(struct bn_load_client *c, const char *bytes, size_t n)
{
    c->result->bytes += (int64_t)n;
    bool ok = bn_http_feed(&c->http, bytes, n);
    if (!c->result) return; /* it ended inside */
    if (!ok)
        bn_client_end(c, BN_LOAD_BROKEN, c->http.problem[0] ? c->http.problem : "Something is wrong.", c->now_ns);
    else if (c->http.over)
        conclude(c);
}

static void lost(struct bn_load_client *c, int cause)
{
    char reason[160];
    if (!cause && bn_http_closed(&c->http)) {
        conclude(c);
        return;
    }
    snprintf(reason, sizeof reason, "%s after %lld bytes.",
             cause ? strerror(cause) : "The connection was closed before the answer ended,",
             (long long)c->result->bytes);
    bn_client_end(c, BN_LOAD_RESET, reason, c->now_ns);
}

static void receive(struct bn_load_client *c)
{
    char bytes[32768];
    ssize_t k = recv(c->fd, bytes, c->read_most ? (size_t)c->read_most : sizeof bytes, 0);
    if (k < 0 && (errno == EAGAIN || errno == EINTR)) return;
    c->now_ns = bn_clock_ns();
    if (c->read_most) c->read_at_ns = c->now_ns + 1000000000 / SLOW_TURNS_PER_S;
    if (k > 0)
        take(c, bytes, (size_t)k);
    else
        lost(c, k < 0 ? errno : 0);
}

static void transmit(struct bn_load_client *c)
{
    ssize_t k = send(c->fd, c->out + c->n_sent, c->n_out - c->n_sent, MSG_NOSIGNAL);
    if (k < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (k < 0) { /* an answer may have come before the request was over: read it */
        c->n_sent = c->n_out;
        receive(c);
        return;
    }
    c->n_sent += (size_t)k;
    const struct bn_load_request *r = &c->result->request;
    if (c->n_sent == c->n_out && r->manner == BN_LOAD_VANISHING && !r->vanish_after)
        bn_client_end(c, BN_LOAD_VANISHED, NULL, c->now_ns);
}

bool bn_client_begin(struct bn_load_client *c, const struct bn_target *target, const struct bn_load_plan *plan,
                     struct bn_load_result *result)
{
    bool slow = result->request.manner == BN_LOAD_SLOW;
    char *body = bn_traffic_body(plan, &result->request, target->model[0] ? target->model : NULL);
    c->out = body ? bn_target_request(target, "/v1/completions", body, &c->n_out) : NULL;
    free(body);
    if (!c->out) return errno = ENOMEM, false;
    c->now_ns = result->opened_ns = bn_clock_ns();
    c->result = result, c->n_sent = 0, c->n_body = 0, c->done = false, c->read_at_ns = 0;
    c->until_ns = c->now_ns + (int64_t)(1e9 * plan->timeout_s);
    c->read_most = slow ? 1 + (plan->slow_bytes_per_s - 1) / SLOW_TURNS_PER_S : 0;
    bn_http_init(&c->http, on_body, c);
    bn_sse_init(&c->sse, on_event, c);
    c->fd = bn_target_connect(target, slow ? SLOW_RECEIVE_BYTES : 0);
    if (c->fd >= 0) return true;
    int cause = errno;
    bool ours = cause == EMFILE || cause == ENFILE || cause == ENOMEM || cause == ENOBUFS;
    lost(c, cause);
    return errno = cause, !ours;
}

short bn_client_events(const struct bn_load_client *c, int64_t now_ns)
{
    if (c->n_sent < c->n_out) return POLLOUT;
    return now_ns >= c->read_at_ns ? POLLIN : 0;
}

void bn_client_ready(struct bn_load_client *c, int64_t now_ns)
{
    c->now_ns = now_ns;
    if (c->n_sent < c->n_out)
        transmit(c);
    else if (now_ns >= c->read_at_ns)
        receive(c);
}
