/* test_load.c - the load generator's readers of a server's answer, split at every byte; what it draws, against closed
 * forms; its figures, against numbers worked out by hand. */
#include "harness/load/completion.h"
#include "harness/load/http.h"
#include "harness/load/sse.h"
#include "harness/load/summary.h"
#include "harness/load/target.h"
#include "harness/load/traffic.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct seen {
    char text[4096];
    size_t n;
};

static bool keep(void *self, const char *bytes, size_t n)
{
    struct seen *s = self;
    cr_assert_leq(s->n + n + 1, sizeof s->text);
    memcpy(s->text + s->n, bytes, n);
    s->n += n;
    return true;
}

static bool keep_event(void *self, const char *data, size_t n)
{
    keep(self, data, n);
    return keep(self, "|", 1);
}

/* ---- HTTP ---- */
static const struct {
    const char *answer, *body, *type;
    int status;
    bool until_close;
} answers[] = {
    {"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello", "hello",
     "text/event-stream", 200, false},
    {"HTTP/1.1 200\r\ncontent-length:0\r\n\r\n", "", "", 200, false},
    {"HTTP/1.0 404 Not Found\r\nX:\r\n\r\nnot here", "not here", "", 404, true},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2 \r\n\r\nok", "ok", "", 201, false},
    /* RFC 9112, 7.1: chunks with extensions, and a trailer */
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n4\r\nWiki\r\n6;x=\"y\"\r\npedia \r\n1A "
     "\r\nin \r\n\r\nchunks and trailers\r\n0\r\nExpires: never\r\nX: y\r\n\r\n",
     "Wikipedia in \r\n\r\nchunks and trailers", "", 200, false},
    {"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 1\r\n\r\n!", "!", "", 429, false},
    {"HTTP/1.1 204 No Content\r\n\r\n", "", "", 204, false}};

static void check_answer(size_t i, size_t first, size_t second)
{
    const char *text = answers[i].answer;
    size_t n = strlen(text), cuts[] = {0, first, second, n};
    static struct bn_http http;
    struct seen seen = {.n = 0};
    bn_http_init(&http, keep, &seen);
    for (int k = 0; k < 3; k++)
        cr_assert(bn_http_feed(&http, text + cuts[k], cuts[k + 1] - cuts[k]), "answer %zu cut at %zu, %zu: %s", i,
                  first, second, http.problem);
    cr_assert_eq(http.over, !answers[i].until_close, "answer %zu cut at %zu, %zu", i, first, second);
    cr_assert(bn_http_closed(&http));
    cr_assert_eq(http.status, answers[i].status);
    cr_assert_str_eq(http.type, answers[i].type);
    cr_assert(seen.n == strlen(answers[i].body) && !memcmp(seen.text, answers[i].body, seen.n), "answer %zu", i);
    cr_assert_eq(http.retry_after_s, answers[i].status == 429 ? 7 : 0);
}

Test(load, http_is_read_in_any_pieces)
{
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        for (size_t first = 0, n = strlen(answers[i].answer); first <= n; first++)
            for (size_t second = first; second <= n; second++) check_answer(i, first, second);
}

Test(load, http_that_is_none_is_refused_with_what_was_seen)
{
    static const struct {
        const char *answer, *problem;
    } bad[] = {{"SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-OpenSSH"},
               {"HTTP/2 200 OK\r\n", "does not begin"},
               {"HTTP/1.1 2000 OK\r\n", "does not begin"},
               {"HTTP/1.1 999 X\r\n", "none of HTTP"},
               {"HTTP/1.1 200 OK\nContent-Length: 1\n\n", "CR LF"},
               {"HTTP/1.1 200 OK\r\nno colon\r\n", "no name and colon"},
               {"HTTP/1.1 200 OK\r\nContent-Length : 5\r\n", "no name and colon"},
               {"HTTP/1.1 200 OK\r\n folded: x\r\n", "no name and colon"},
               {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", "no number"},
               {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n", "no number"},
               {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n", "no number"},
               {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n", "not chunked"},
               {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n", "encoded"},
               {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", "chunks too"},
               {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "no size"},
               {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "no size"},
               {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", "no size"},
               {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "longer than its size"},
               {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab", "follow the end"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (size_t cut = 0; cut <= strlen(bad[i].answer); cut++) {
            static struct bn_http http;
            struct seen seen = {.n = 0};
            bn_http_init(&http, keep, &seen);
            bool ok = bn_http_feed(&http, bad[i].answer, cut) &&
                      bn_http_feed(&http, bad[i].answer + cut, strlen(bad[i].answer) - cut);
            cr_assert(!ok && strstr(http.problem, bad[i].problem), "%s cut at %zu: %s", bad[i].answer, cut,
                      http.problem);
        }
}

Test(load, http_has_limits)
{
    static struct bn_http http;
    struct seen seen = {.n = 0};
    static char line[BN_HTTP_LINE + 1];
    memset(line, 'a', sizeof line - 1);
    bn_http_init(&http, keep, &seen);
    cr_assert_not(bn_http_feed(&http, line, sizeof line - 1) && strstr(http.problem, "8 KiB"));
    bn_http_init(&http, keep, &seen);
    cr_assert(bn_http_feed(&http, "HTTP/1.1 200 OK\r\n", 17));
    int n = 0;
    while (n < 100000 && bn_http_feed(&http, "Name: value of a header\r\n", 25)) n++;
    cr_assert(n < BN_HTTP_HEAD_MOST / 25 + 1 && strstr(http.problem, "64 KiB"), "%d: %s", n, http.problem);
    bn_http_init(&http, keep, &seen);
    cr_assert_not(bn_http_feed(&http, "HTTP/1.1 200 OK\0\r\n", 18));
}

/* ---- server-sent events ---- */
/* The examples of the HTML standard, 9.2.6. */
static const struct {
    const char *stream, *events; /* each with | at its end */
} streams[] = {{"data: YHOO\ndata: +2\ndata: 10\n\n", "YHOO\n+2\n10|"},
               {": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
                "first event|second event|"},
               {"data\n\ndata\ndata\n\ndata:", "|\n|"},
               {"data:test\n\ndata: test\n\n", "test|test|"},
               {"event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\nretry: 10\n\n", "73857293|2153|"}};

Test(load, events_are_read_in_any_pieces_and_line_ends)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        for (int e = 0; e < 3; e++) {
            char text[512] = "";
            for (const char *c = streams[i].stream; *c; c++)
                strncat(text, *c == '\n' ? ends[e] : (char[]){*c, 0}, sizeof text - strlen(text) - 1);
            for (size_t cut = 0; cut <= strlen(text); cut++) {
                struct seen seen = {.n = 0};
                struct bn_sse sse;
                bn_sse_init(&sse, keep_event, &seen);
                cr_assert(bn_sse_feed(&sse, text, cut) && bn_sse_feed(&sse, text + cut, strlen(text) - cut), "%s",
                          sse.problem);
                keep(&seen, "", 1);
                cr_assert_str_eq(seen.text, streams[i].events, "stream %zu, end %d, cut at %zu", i, e, cut);
                bn_sse_release(&sse);
            }
        }
}

Test(load, lines_that_are_no_field_are_refused)
{
    static const char *const bad[] = {"{\"choices\": []}\n", "dat: x\n", "data : x\n", "<html>\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct seen seen = {.n = 0};
        struct bn_sse sse;
        bn_sse_init(&sse, keep_event, &seen);
        cr_assert_not(bn_sse_feed(&sse, bad[i], strlen(bad[i])));
        cr_assert(strstr(sse.problem, "no field"), "%s", sse.problem);
        bn_sse_release(&sse);
    }
}

/* ---- events of a completion ---- */
Test(load, completions_are_read_and_others_are_not)
{
    struct bn_completion c;
    static const char full[] =
        "{\"id\":\"x\",\"choices\":[{\"index\":0,\"text\":\" c\\u00e4t\",\"finish_reason\":null}],"
        "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10}}";
    cr_assert(bn_completion_read(&c, full, strlen(full)));
    cr_assert(!c.done && !c.failed && c.n_text == 5 && !memcmp(c.text, " c\xC3\xA4t", 5));
    cr_assert(c.prompt_tokens == 7 && c.tokens == 3);
    bn_completion_release(&c);
    cr_assert(bn_completion_read(&c, "[DONE]", 6) && c.done);
    bn_completion_release(&c);
    static const char last[] = "{\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}";
    cr_assert(bn_completion_read(&c, last, strlen(last)) && !c.n_text && c.tokens == 2);
    bn_completion_release(&c);
    static const char plain[] = "{\"choices\":[{\"text\":\"a\"}],\"usage\":null}";
    cr_assert(bn_completion_read(&c, plain, strlen(plain)) && c.n_text == 1 && c.tokens == -1);
    bn_completion_release(&c);
    static const char nul[] = "{\"choices\":[{\"text\":\"a\\u0000b\"}]}";
    cr_assert(bn_completion_read(&c, nul, strlen(nul)) && c.n_text == 3 && !memcmp(c.text, "a\0b", 3), "%s", c.problem);
    bn_completion_release(&c);
    static const char failed[] = "{\"error\":{\"message\":\"no \\u001b[31mmemory\",\"code\":500}}";
    cr_assert(bn_completion_read(&c, failed, strlen(failed)) && c.failed && strstr(c.problem, "memory"));
    cr_assert_not(strchr(c.problem, 27), "control characters are not printed");
    bn_completion_release(&c);
    static const char *const bad[] = {"",
                                      "[]",
                                      "{",
                                      "[DONE",
                                      "{}",
                                      "{\"choices\":{}}",
                                      "{\"choices\":[{}]}",
                                      "{\"choices\":[{\"text\":1}]}",
                                      "{\"choices\":[{\"text\":\"a\"},{\"text\":\"b\"}]}",
                                      "{\"choices\":[],\"choices\":[]}",
                                      "{\"choices\":[],\"usage\":3}",
                                      "{\"choices\":[],\"usage\":{\"completion_tokens\":-1}}",
                                      "{\"choices\":[],\"usage\":{\"completion_tokens\":1.5}}",
                                      "{\"choices\":[],\"usage\":{\"completion_tokens\":99999999999}}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert(!bn_completion_read(&c, bad[i], strlen(bad[i])) && c.problem[0], "%s", bad[i]);
        bn_completion_release(&c);
    }
}

/* ---- what is drawn ---- */
static int by_value(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

Test(load, lengths_have_their_distribution)
{
    enum { N = 100000 };
    static int x[N];
    struct bn_lengths l;
    struct bn_random random;
    bn_random_init(&random, 11);
    cr_assert_eq(bn_lengths_parse(&l, "o", "37", NULL), BN_OK);
    for (int i = 0; i < 10; i++) cr_assert_eq(bn_lengths_draw(&l, &random), 37);
    cr_assert_eq(bn_lengths_parse(&l, "o", "uniform:5,8", NULL), BN_OK);
    int count[4] = {0};
    for (int i = 0; i < N; i++) count[bn_lengths_draw(&l, &random) - 5]++;
    double chi = 0; /* three degrees of freedom: 16.27 is exceeded once in a thousand */
    for (int i = 0; i < 4; i++) chi += (count[i] - N / 4.0) * (count[i] - N / 4.0) / (N / 4.0);
    cr_assert_lt(chi, 16.27);
    /* quantiles of a lognormal variable: median * exp(sigma * z), z = 1.2816 and 2.3263 for 90 and 99 % */
    cr_assert_eq(bn_lengths_parse(&l, "o", "lognormal:1000,0.5", NULL), BN_OK);
    for (int i = 0; i < N; i++) x[i] = bn_lengths_draw(&l, &random);
    qsort(x, N, sizeof *x, by_value);
    const double p[] = {0.01, 0.1, 0.5, 0.9, 0.99}, want[] = {312.5, 526.9, 1000, 1898.0, 3199.9};
    for (int i = 0; i < 5; i++)
        cr_assert(fabs(x[(int)(p[i] * N)] / want[i] - 1) < 0.03, "%g: %d", p[i], x[(int)(p[i] * N)]);
    cr_assert_eq(bn_lengths_parse(&l, "o", "lognormal:1,3,50", NULL), BN_OK);
    for (int i = 0; i < N; i++) x[i] = bn_lengths_draw(&l, &random);
    qsort(x, N, sizeof *x, by_value);
    cr_assert(x[0] == 1 && x[N - 1] == 50);
    static const char *const bad[] = {"",
                                      "0",
                                      "-3",
                                      "1.5",
                                      "uniform",
                                      "uniform:3",
                                      "uniform:9,8",
                                      "uniform:0,8",
                                      "uniform:1,2,3",
                                      "lognormal:10",
                                      "lognormal:0,1",
                                      "lognormal:10,-1",
                                      "normal:3,1",
                                      "32 ",
                                      "nan",
                                      "lognormal:inf,1",
                                      "1e9",
                                      "uniform:1,2;3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(bn_lengths_parse(&l, "o", bad[i], NULL), BN_ERR_USAGE, "%s", bad[i]);
}

Test(load, arrivals_are_poisson_and_clients_have_their_shares)
{
    enum { N = 100000 };
    static double gaps[N];
    struct bn_load_plan plan = {.rate = 50, .slow = 0.1, .vanish = 0.2, .seed = 5};
    struct bn_traffic t;
    struct bn_load_request r;
    double sum = 0;
    int manners[BN_LOAD_MANNERS] = {0};
    cr_assert_eq(bn_lengths_parse(&plan.prompt, "p", "4", NULL), BN_OK);
    cr_assert_eq(bn_lengths_parse(&plan.output, "o", "uniform:1,9", NULL), BN_OK);
    bn_traffic_init(&t, &plan);
    for (int i = 0; i < N; i++) {
        bn_traffic_next(&t, &r);
        cr_assert(r.vanish_after >= 0 && r.vanish_after < r.max_tokens);
        gaps[i] = 1e-9 * (double)r.gap_ns, sum += gaps[i], manners[r.manner]++;
    }
    /* exponential with mean 1/50: standard deviation of the mean 1/50/sqrt(N); quantiles -ln(1 - p)/50 */
    cr_assert_float_eq(sum / N, 0.02, 4 * 0.02 / sqrt(N));
    int below = 0, tail = 0;
    for (int i = 0; i < N; i++) below += gaps[i]<0.013863, tail += gaps[i]> 0.092103; /* ln 2 / 50, ln 100 / 50 */
    cr_assert_float_eq(below, N / 2.0, 4 * sqrt(N / 4.0));
    cr_assert_float_eq(tail, N / 100.0, 4 * sqrt(N * 0.01 * 0.99));
    cr_assert_float_eq(manners[BN_LOAD_SLOW], 0.1 * N, 4 * sqrt(N * 0.09));
    cr_assert_float_eq(manners[BN_LOAD_VANISHING], 0.2 * N, 4 * sqrt(N * 0.16));
}

Test(load, a_seed_names_the_requests)
{
    struct bn_load_plan plan = {.slow = 0.3, .seed = 9}, other;
    struct bn_traffic a, b, c;
    int same = 0;
    cr_assert_eq(bn_lengths_parse(&plan.prompt, "p", "uniform:1,99", NULL), BN_OK);
    cr_assert_eq(bn_lengths_parse(&plan.output, "o", "uniform:1,99", NULL), BN_OK);
    other = plan, other.rate = 3; /* the loop changes nothing else */
    bn_traffic_init(&a, &plan), bn_traffic_init(&b, &other);
    plan.seed = 9;
    struct bn_load_plan elsewhere = plan;
    elsewhere.seed = 10;
    bn_traffic_init(&c, &elsewhere);
    for (int i = 0; i < 100; i++) {
        struct bn_load_request x, y, z;
        bn_traffic_next(&a, &x), bn_traffic_next(&b, &y), bn_traffic_next(&c, &z);
        char *bodies[] = {bn_traffic_body(&plan, &x, NULL), bn_traffic_body(&plan, &y, NULL)};
        cr_assert_str_eq(bodies[0], bodies[1]);
        cr_assert(x.manner == y.manner && x.max_tokens == y.max_tokens && (!x.gap_ns || y.gap_ns));
        same += x.prompt_words == z.prompt_words && x.max_tokens == z.max_tokens;
        free(bodies[0]), free(bodies[1]);
    }
    cr_assert_lt(same, 5);
}

Test(load, addresses)
{
    static const struct {
        const char *url, *authority, *root;
    } good[] = {{"http://127.0.0.1:8080", "127.0.0.1:8080", ""},
                {"HTTP://127.0.0.1", "127.0.0.1", ""},
                {"http://[::1]:99/", "[::1]:99", ""},
                {"http://127.0.0.1:1/v1", "127.0.0.1:1", ""},
                {"http://127.0.0.1:1/a/b/v1/completions/", "127.0.0.1:1", "/a/b"}};
    static const char *const bad[] = {"",
                                      "127.0.0.1:80",
                                      "https://127.0.0.1",
                                      "http://",
                                      "http://:80",
                                      "http://127.0.0.1:",
                                      "http://127.0.0.1:x",
                                      "http://127.0.0.1:123456",
                                      "http://u:p@127.0.0.1",
                                      "http://127.0.0.1/?x=1",
                                      "http://127.0.0.1/a b",
                                      "http://127.0.0.1/\r\nX: y",
                                      "http://[::1"};
    struct bn_target t;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_assert_eq(bn_target_read(&t, good[i].url, NULL), BN_OK, "%s", good[i].url);
        cr_assert_str_eq(t.authority, good[i].authority);
        cr_assert_str_eq(t.root, good[i].root);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(bn_target_read(&t, bad[i], NULL), BN_ERR_USAGE, "%s", bad[i]);
}

/* ---- figures ---- */
enum { MS = 1000000 };
/* Request 0 is warm-up; 1 was due at 100 ms and sent at 150, its tokens came at 200 (1), 210 (1) and 250 (3); 2 has a
 * gap of 1010 ms; 3 left. */
static struct bn_load_event times[4][3] = {{{95 * MS, 1}, {105 * MS, 2}},
                                           {{200 * MS, 1}, {210 * MS, 1}, {250 * MS, 3}},
                                           {{130 * MS, 1}, {140 * MS, 1}, {1150 * MS, 1}},
                                           {{300 * MS, 2}}};
static const int starts[] = {0, 100, 120, 290}, opened[] = {0, 150, 120, 290}, ends[] = {110, 251, 1150, 300},
                 n_times[] = {2, 3, 3, 1}, n_tokens[] = {3, 5, 3, 2};

static enum bn_status summarise(struct bn_load_summary *s, struct bn_load_slo slo)
{
    static struct bn_load_result r[4], *results[4];
    static const struct bn_load_plan plan = {.n_warmup = 1, .concurrency = 1};
    const struct bn_load_run run = {results, 4, 100 * MS, 1100 * MS, .wall_s = 2, .cpu_s = 0.5, .generated = 15};
    for (int i = 0; i < 4; i++) {
        r[i] = (struct bn_load_result){.request = {.index = (uint32_t)i},
                                       .outcome = BN_LOAD_COMPLETE,
                                       .start_ns = (int64_t)starts[i] * MS,
                                       .opened_ns = (int64_t)opened[i] * MS,
                                       .end_ns = (int64_t)ends[i] * MS,
                                       .events = times[i],
                                       .n_events = (size_t)n_times[i],
                                       .tokens = n_tokens[i]};
        results[i] = &r[i];
    }
    r[3].request.manner = BN_LOAD_VANISHING, r[3].outcome = BN_LOAD_VANISHED;
    return bn_load_summarise(s, &run, 1, &plan, &slo, NULL);
}

Test(load, figures_count_from_the_intended_time)
{
    struct bn_load_summary s;
    cr_assert_eq(summarise(&s, (struct bn_load_slo){.ttft_ms = 100, .itl_ms = 40}), BN_OK);
    cr_assert_eq(s.n, 3);
    cr_assert_float_eq(s.ttft[BN_LOAD_STEADY].max, 100 * MS, 1); /* not 50, from when it was sent */
    cr_assert_float_eq(s.ttft[BN_LOAD_STEADY].p50, 55 * MS, 1);
    cr_assert(isnan(s.ttft[BN_LOAD_STEADY].p90), "two values have no tail");
    cr_assert_eq(s.itl[BN_LOAD_STEADY].n, 4);
    cr_assert_float_eq(s.itl[BN_LOAD_STEADY].p50, 25 * MS, 1); /* 10, 10, 40, 1010 */
    cr_assert_float_eq(s.tpot[BN_LOAD_STEADY].p50, (12.5 + 510) / 2 * MS, 1);
    cr_assert_float_eq(s.e2e[BN_LOAD_STEADY].max, 1030 * MS, 1);
    cr_assert_float_eq(s.late.max, 50 * MS, 1);
    cr_assert_eq(s.n_good, 1);             /* the other has a gap of 1010 ms */
    cr_assert_eq(s.tokens, 2 + 5 + 2 + 2); /* from 100 to 1100 ms, warm-up's too */
    cr_assert_eq(s.ended, 2);              /* warm-up's and request 1 */
    cr_assert_eq(s.wasted, 2);
    cr_assert_float_eq(s.never_received, 2, 1e-9); /* 15 generated, 13 received */
    cr_assert_float_eq(s.cpu_share, 0.25, 1e-9);
}

Test(load, objectives_are_met_or_not)
{
    struct bn_load_summary s;
    cr_assert(!summarise(&s, (struct bn_load_slo){.ttft_ms = 99}) && s.n_good == 1);
    cr_assert(!summarise(&s, (struct bn_load_slo){.ttft_ms = 9}) && s.n_good == 0);
    cr_assert(!summarise(&s, (struct bn_load_slo){.itl_ms = 39}) && s.n_good == 0);
    cr_assert(!summarise(&s, (struct bn_load_slo){.itl_ms = 1010}) && s.n_good == 2);
    cr_assert(!summarise(&s, (struct bn_load_slo){.tpot_ms = 12.5}) && s.n_good == 1);
    cr_assert(!summarise(&s, (struct bn_load_slo){.tpot_ms = 510}) && s.n_good == 2);
}

Test(load, quantiles_need_enough_values)
{
    enum { N = 700 };
    static struct bn_load_result r[N];
    static struct bn_load_event events[N];
    static struct bn_load_result *results[N];
    struct bn_load_plan plan = {.concurrency = 1};
    struct bn_load_slo slo = {0};
    for (int i = 0; i < N; i++) {
        events[i] = (struct bn_load_event){1 + i, 1};
        r[i] = (struct bn_load_result){.request = {.index = (uint32_t)i},
                                       .outcome = BN_LOAD_COMPLETE,
                                       .events = &events[i],
                                       .n_events = 1,
                                       .tokens = 1};
        results[i] = &r[i];
    }
    for (size_t n = 1; n <= N; n++) {
        struct bn_load_run run = {.results = results, .n = n, .end_ns = 1, .wall_s = 1};
        struct bn_load_summary s;
        cr_assert_eq(bn_load_summarise(&s, &run, 1, &plan, &slo, NULL), BN_OK);
        const struct bn_load_figures *f = &s.ttft[BN_LOAD_STEADY];
        cr_assert_float_eq(f->p50, 1 + 0.5 * (double)(n - 1), 1e-9); /* type 7 of 1..n */
        cr_assert(isnan(f->p90) == (n < 64) && isnan(f->p99) == (n < 662));
        if (n >= 662) cr_assert_float_eq(f->p99, 1 + 0.99 * (double)(n - 1), 1e-9);
    }
}
