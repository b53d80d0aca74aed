/* loop.c - who sends when, and waiting for whatever comes next. */
#include "harness/load/client.h"
#include "harness/load/loop.h"
#include "harness/load/traffic.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const int64_t second_ns = 1000000000, pause_ns = 100000000 /* after a refusal */,
                     longest_wait_ns = 200000000 /* then look for a signal */, longest_pause_ns = 10 * second_ns;

struct seat { /* of a client, busy or idle */
    struct bn_load_client client;
    int64_t ready_ns; /* closed loop: when it sends its next request */
};
struct loop {
    const struct bn_load_plan *plan;
    const struct bn_target *target;
    struct bn_load_run *run;
    struct bn_traffic traffic;
    struct bn_load_request next; /* open loop: due at due_ns */
    int64_t due_ns;
    struct seat **seats;
    struct pollfd *fds;
    size_t n_seats, n_busy;
    bool sending; /* more requests are to come */
};

static enum bn_status no_memory(struct bn_error *err)
{
    return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory in the load test.");
}

static struct seat *add_seat(struct loop *l)
{
    struct seat **seats = realloc(l->seats, (l->n_seats + 1) * sizeof *seats);
    if (seats) l->seats = seats;
    struct pollfd *fds = realloc(l->fds, (l->n_seats + 1) * sizeof *fds);
    if (fds) l->fds = fds;
    struct seat *seat = seats && fds ? calloc(1, sizeof *seat) : NULL;
    if (!seat) return NULL;
    bn_client_init(&seat->client);
    return l->seats[l->n_seats++] = seat;
}

static enum bn_status add_result(struct bn_load_run *run, const struct bn_load_request *request, struct bn_error *err)
{
    size_t n = run->n;
    struct bn_load_result **more = n & (n - 1) ? run->results : realloc(run->results, (n ? 2 * n : 1) * sizeof *more);
    if (!more) return no_memory(err);
    run->results = more;
    enum bn_status status = bn_load_result_new(&more[n], request, err);
    run->n += !status;
    return status;
}

static bool counted(const struct loop *l, uint32_t index) { return index >= l->plan->n_warmup; }

/* Whether the request that would begin at `at_ns` is still part of the run. */
static bool goes_on(const struct loop *l, int64_t at_ns)
{
    const struct bn_load_plan *p = l->plan;
    uint32_t n = (uint32_t)l->run->n;
    if (p->n_requests && n >= p->n_warmup + p->n_requests) return false;
    return !(p->duration_s > 0 && l->run->begin_ns && at_ns >= l->run->begin_ns + (int64_t)(1e9 * p->duration_s));
}

static enum bn_status begin(struct loop *l, struct seat *seat, const struct bn_load_request *request, int64_t start_ns,
                            struct bn_error *err)
{
    enum bn_status status = add_result(l->run, request, err);
    if (status) return status;
    struct bn_load_result *r = l->run->results[l->run->n - 1];
    r->start_ns = start_ns;
    if (counted(l, request->index) && !l->run->begin_ns) l->run->begin_ns = start_ns;
    if (!bn_client_begin(&seat->client, l->target, l->plan, r))
        return bn_harness_fail(err, BN_ERR_IO, "A load of %zu clients at once cannot go on: %s.", l->n_busy + 1,
                               strerror(errno));
    l->n_busy += seat->client.fd >= 0;
    if (seat->client.fd < 0) seat->ready_ns = bn_clock_ns() + pause_ns;
    return BN_OK;
}

static enum bn_status begin_closed(struct loop *l, int64_t now_ns, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && l->sending && i < l->n_seats; i++) {
        struct seat *seat = l->seats[i];
        if (seat->client.fd >= 0 || seat->ready_ns > now_ns || !(l->sending = goes_on(l, now_ns))) continue;
        bn_traffic_next(&l->traffic, &l->next);
        status = begin(l, seat, &l->next, now_ns, err);
    }
    return status;
}

static struct seat *idle_seat(struct loop *l)
{
    for (size_t i = 0; i < l->n_seats; i++)
        if (l->seats[i]->client.fd < 0) return l->seats[i];
    return add_seat(l);
}

static enum bn_status begin_open(struct loop *l, int64_t now_ns, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    while (!status && (l->sending = l->sending && goes_on(l, l->due_ns)) && l->due_ns <= now_ns) {
        struct seat *seat = idle_seat(l);
        status = seat ? begin(l, seat, &l->next, l->due_ns, err) : no_memory(err);
        bn_traffic_next(&l->traffic, &l->next);
        l->due_ns += l->next.gap_ns;
    }
    return status;
}

static int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }

/* Until when nothing happens unless a socket does. */
static int64_t next_ns(const struct loop *l, int64_t now_ns)
{
    int64_t at = now_ns + longest_wait_ns;
    if (l->sending && !l->plan->concurrency) at = earlier(at, l->due_ns);
    for (size_t i = 0; i < l->n_seats; i++) {
        const struct seat *s = l->seats[i];
        if (s->client.fd < 0) {
            if (l->sending && l->plan->concurrency) at = earlier(at, s->ready_ns);
        } else {
            at = earlier(at, s->client.until_ns);
            if (s->client.read_at_ns > now_ns) at = earlier(at, s->client.read_at_ns);
        }
    }
    return at;
}

static void wait_for(struct loop *l, int64_t now_ns)
{
    int64_t left = next_ns(l, now_ns) - now_ns;
    if (left < 0) left = 0;
    for (size_t i = 0; i < l->n_seats; i++) {
        short events = bn_client_events(&l->seats[i]->client, now_ns);
        l->fds[i] = (struct pollfd){.fd = events ? l->seats[i]->client.fd : -1, .events = events};
    }
    const struct timespec time = {left / second_ns, left % second_ns};
    if (ppoll(l->fds, l->n_seats, &time, NULL) <= 0)
        for (size_t i = 0; i < l->n_seats; i++) l->fds[i].revents = 0;
}

static void over(struct loop *l, struct seat *seat, const struct bn_load_result *r)
{
    bool denied = r->outcome != BN_LOAD_COMPLETE && r->outcome != BN_LOAD_VANISHED;
    int64_t asked = r->retry_after_s < 3600 ? (int64_t)(1e9 * r->retry_after_s) : longest_pause_ns;
    l->n_busy--;
    seat->ready_ns = r->end_ns + (!denied ? 0 : asked > 0 ? earlier(asked, longest_pause_ns) : pause_ns);
}

static void serve_seats(struct loop *l)
{
    for (size_t i = 0; i < l->n_seats; i++) {
        struct bn_load_client *c = &l->seats[i]->client;
        struct bn_load_result *r = c->result;
        if (c->fd < 0) continue;
        int64_t now = bn_clock_ns();
        if (l->fds[i].revents) bn_client_ready(c, now);
        if (c->fd >= 0 && now >= c->until_ns) bn_client_end(c, BN_LOAD_TIMEOUT, "The time limit passed.", now);
        if (c->fd < 0) over(l, l->seats[i], r);
    }
}

static double cpu_s(void)
{
    struct rusage u;
    getrusage(RUSAGE_THREAD, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static enum bn_status turn(struct loop *l, struct bn_error *err)
{
    int64_t now = bn_clock_ns();
    enum bn_status status = l->plan->concurrency ? begin_closed(l, now, err) : begin_open(l, now, err);
    if (status || (!l->sending && !l->n_busy)) return status;
    wait_for(l, now);
    serve_seats(l);
    return BN_OK;
}

static void leave(struct loop *l)
{
    for (size_t i = 0; i < l->n_seats; i++) {
        bn_client_end(&l->seats[i]->client, BN_LOAD_TIMEOUT, "Interrupted.", bn_clock_ns());
        free(l->seats[i]);
    }
    free(l->seats);
    free(l->fds);
}

enum bn_status bn_load_run_go(struct bn_load_run *run, const struct bn_load_plan *plan, const struct bn_target *target,
                              const volatile sig_atomic_t *stop, struct bn_error *err)
{
    struct loop l = {.plan = plan, .target = target, .run = run, .sending = true};
    enum bn_status status = BN_OK;
    *run = (struct bn_load_run){.cpu_s = -cpu_s(), .wall_s = -bn_clock_s(), .generated = (double)NAN};
    bn_traffic_init(&l.traffic, plan);
    for (int i = 0; !status && i < plan->concurrency; i++) status = add_seat(&l) ? BN_OK : no_memory(err);
    if (!plan->concurrency) bn_traffic_next(&l.traffic, &l.next), l.due_ns = bn_clock_ns() + l.next.gap_ns;
    while (!status && !*stop && (l.sending || l.n_busy)) status = turn(&l, err);
    run->interrupted = *stop;
    leave(&l);
    run->cpu_s += cpu_s(), run->wall_s += bn_clock_s();
    run->end_ns = plan->duration_s > 0 ? run->begin_ns + (int64_t)(1e9 * plan->duration_s) : bn_clock_ns();
    return status;
}

enum bn_status bn_load_run_one(struct bn_load_result *result, const struct bn_load_plan *plan,
                               const struct bn_target *target, const volatile sig_atomic_t *stop, struct bn_error *err)
{
    struct loop l = {.plan = plan, .target = target, .n_busy = 1};
    struct seat *seat = add_seat(&l);
    enum bn_status status = seat ? BN_OK : no_memory(err);
    result->start_ns = bn_clock_ns();
    if (!status && !bn_client_begin(&seat->client, target, plan, result))
        status = bn_harness_fail(err, BN_ERR_IO, "Could not ask for a text alone: %s.", strerror(errno));
    while (!status && !*stop && seat->client.fd >= 0) {
        wait_for(&l, bn_clock_ns());
        serve_seats(&l);
    }
    leave(&l);
    return status;
}

void bn_load_run_release(struct bn_load_run *run)
{
    for (size_t i = 0; i < run->n; i++) bn_load_result_free(run->results[i]);
    free(run->results);
    *run = (struct bn_load_run){0};
}
