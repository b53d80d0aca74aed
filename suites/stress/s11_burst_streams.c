/* s11_burst_streams.c - a burst of streaming clients at bitnet-serve: some read at once, some slowly, some vanish after
 * their first bytes. Each client that stays must get the text that it gets when it is alone, to the end, and the server
 * must then end cleanly. value = streams that were refused, cut short or different. Needs bitnet-serve beside the
 * running program. */
#include "suites/stress/opened.h"
#include "suites/stress/served.h"
#include "suites/stress/steps.h"
#include "suites/fail.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum kind { PROMPT, SLOW, VANISHING, N_KINDS };
enum { PROMPTS = 4, MOST_STREAMS = 48, TOKENS = 48, ANSWER = 64 << 10, SLOW_BYTES = 512, SLOW_MS = 20, LIMIT_S = 120 };
static const char *const prompts[PROMPTS] = {"Once upon a time there was", "One day Tom went to the park",
                                             "The small dog was", "Lily had a red ball and"};

struct client {
    enum kind kind;
    int fd, prompt;
    char *answer; /* [ANSWER], a terminator included */
    size_t n;
    double next; /* a slow one reads no earlier */
};

static bool ask(struct client *c, const struct bn_served *served)
{
    char body[512], request[1024];
    int n = snprintf(body, sizeof body,
                     "{\"prompt\": \"%s\", \"max_tokens\": %d, \"temperature\": 0.7, \"seed\": %d, \"stream\": true}",
                     prompts[c->prompt], TOKENS, c->prompt + 1);
    n = snprintf(request, sizeof request,
                 "POST /v1/completions HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                 "Content-Length: %d\r\n\r\n%s",
                 n, body);
    c->fd = bn_served_connect(served);
    if (c->fd < 0) return false;
    if (send(c->fd, request, (size_t)n, MSG_NOSIGNAL) == n && fcntl(c->fd, F_SETFL, O_NONBLOCK) == 0) return true;
    close(c->fd);
    c->fd = -1;
    return false;
}

/* Takes what is there; closes the connection at its end, or when a vanishing client has seen its first bytes. */
static void take(struct client *c, double now)
{
    size_t room = ANSWER - 1 - c->n, most = c->kind == SLOW && room > SLOW_BYTES ? SLOW_BYTES : room;
    ssize_t got = recv(c->fd, c->answer + c->n, most, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) c->n += (size_t)got, c->next = now + 1e-3 * SLOW_MS;
    c->answer[c->n] = 0;
    if (got <= 0 || c->kind == VANISHING) close(c->fd), c->fd = -1;
}

static void until_done(struct client *clients, int n)
{
    double start = bn_steps_now_s(), now = start;
    for (int open = 1; open && now - start < LIMIT_S; now = bn_steps_now_s()) {
        struct pollfd readable[MOST_STREAMS];
        open = 0;
        for (int i = 0; i < n; i++) {
            bool waits = clients[i].kind == SLOW && now < clients[i].next;
            readable[i] = (struct pollfd){waits ? -1 : clients[i].fd, POLLIN, 0};
            open += clients[i].fd >= 0;
        }
        if (!open || poll(readable, (nfds_t)n, SLOW_MS) <= 0) continue;
        for (int i = 0; i < n; i++)
            if (readable[i].fd >= 0 && readable[i].revents) take(&clients[i], now);
    }
    for (int i = 0; i < n; i++)
        if (clients[i].fd >= 0) close(clients[i].fd), clients[i].fd = -1;
}

/* The text of a stream's events, allocated; NULL: it is no answer with 200 that ends with [DONE]. */
static char *text_of(const char *answer)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    bool done = false;
    if (!f) return NULL;
    if (!strncmp(answer, "HTTP/1.", 7) && !strncmp(answer + 8, " 200", 4))
        for (const char *at = answer; (at = strstr(at, "\ndata: ")); at += 7) {
            json_t *event = json_loadb(at + 7, strcspn(at + 7, "\n"), 0, NULL);
            const json_t *choice = json_array_get(json_object_get(event, "choices"), 0);
            const char *piece = json_string_value(json_object_get(choice, "text"));
            if (piece) fputs(piece, f);
            done |= !strncmp(at + 7, "[DONE]", 6);
            json_decref(event);
        }
    if (!fclose(f) && done) return text;
    free(text);
    return NULL;
}

struct burst {
    struct client clients[MOST_STREAMS];
    char *alone[PROMPTS];
    int refused, cut, different, stayed;
};

static enum bn_status each_alone(struct burst *b, const struct bn_served *served, struct bn_error *err)
{
    for (int i = 0; i < PROMPTS; i++) {
        struct client *c = &b->clients[i];
        c->kind = PROMPT, c->prompt = i, c->n = 0;
        if (!ask(c, served)) return bn_suites_fail(err, BN_ERR_IO, "bitnet-serve refused a connection.");
        until_done(c, 1);
        b->alone[i] = text_of(c->answer);
        if (!b->alone[i])
            return bn_suites_fail(err, BN_ERR_FORMAT, "bitnet-serve gave no whole answer: %.200s",
                                  BN_PRINTABLE(c->answer));
    }
    return BN_OK;
}

static void all_at_once(struct burst *b, const struct bn_served *served, int n)
{
    for (int i = 0; i < n; i++) {
        struct client *c = &b->clients[i];
        c->kind = (enum kind)(i % N_KINDS), c->prompt = i / N_KINDS % PROMPTS, c->n = 0, c->next = 0;
        if (!ask(c, served)) b->refused++;
    }
    until_done(b->clients, n);
    for (int i = 0; i < n; i++) {
        if (b->clients[i].kind == VANISHING) continue;
        char *text = text_of(b->clients[i].answer);
        b->stayed++;
        if (!text)
            b->cut++;
        else
            b->different += strcmp(text, b->alone[b->clients[i].prompt]) != 0;
        free(text);
    }
}

static enum bn_status burst(struct bn_stress_result *result, struct burst *b, const struct bn_served *served,
                            bool quick, struct bn_error *err)
{
    int n = quick ? MOST_STREAMS / 2 : MOST_STREAMS;
    for (int i = 0; i < MOST_STREAMS; i++) {
        b->clients[i] = (struct client){.fd = -1, .answer = calloc(1, ANSWER)};
        if (!b->clients[i].answer) return bn_suites_fail_memory(err);
    }
    enum bn_status status = each_alone(b, served, err);
    if (status != BN_OK) return status;
    all_at_once(b, served, n);
    bn_stress_judge(result, b->refused + b->cut + b->different, 0, "streams");
    snprintf(
        result->reason, sizeof result->reason,
        "of %d streams at once %d stayed (half of them slow): %d refused, %d cut short, %d different from the same "
        "request alone",
        n, b->stayed, b->refused, b->cut, b->different);
    return BN_OK;
}

static enum bn_status run(struct bn_stress_result *result, const struct bn_stress_options *options,
                          struct bn_error *err)
{
    char program[4096];
    struct bn_served served;
    struct burst b = {0};
    if (!bn_served_find(program, sizeof program))
        return bn_stress_skip(result, "bitnet-serve is not beside this program");
    enum bn_status status = bn_served_start(&served, program, options, err);
    if (status != BN_OK) return status;
    status = burst(result, &b, &served, options->quick, err);
    if (!bn_served_stop(&served) && status == BN_OK)
        status = bn_suites_fail(err, BN_ERR_IO, "bitnet-serve did not end cleanly after SIGTERM.");
    for (int i = 0; i < MOST_STREAMS; i++) free(b.clients[i].answer);
    for (int i = 0; i < PROMPTS; i++) free(b.alone[i]);
    return status;
}

const struct bn_stress_test bn_s11_burst_streams = {
    "s11_burst_streams", "streams in a burst, some slow, some vanishing, get the text that they get alone", run, 6};
