/* bitnet_worker.c - the process that is measured: the engine, the clock and the counters; no database, no server. */
#include "engine/cmdline.h"
#include "harness/worker/answer.h"
#include "harness/worker/line.h"
#include "harness/worker/measure.h"
#include "harness/machine/roofline.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool request, describe;
static int roofline;
static const char *config;
static const struct bn_cmd_option options[] = {
    {"request", NULL, BN_CMD_FLAG, &request,
     "read one request (JSON, harness/worker/request.h) from stdin, measure it, write JSON lines"},
    {"config", "FILE", BN_CMD_STRING, &config,
     "with --request: options that bitnet-optimize-all chose; those of the request win"},
    {"describe", NULL, BN_CMD_FLAG, &describe, "print version, commit and compiler as JSON"},
    {"roofline", "N", BN_CMD_INT, &roofline, "measure read bandwidth and int8 peak on N threads, print JSON", .min = 1,
     .max = 1024},
    {0}};
static const struct bn_cmd_word words[] = {{"serve", "keep a model open and answer the gate's commands on stdin"}, {0}};
static const struct bn_cmd cmd = {"bitnet-worker",
                                  "measure one workload in a process of its own; started by bitnet-bench",
                                  "--request [--config FILE] | --describe | --roofline N | serve ...",
                                  options,
                                  NULL,
                                  "0 ok, 1 failed, 2 usage, 77 this machine cannot run it",
                                  words};

/* Allocations of this process, for `serve`: decode should make none. Only where the C library exposes an entry point
 * beneath malloc. */
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
static _Atomic uint64_t allocations;
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void *malloc(size_t bytes)
{
    allocations++;
    return __libc_malloc(bytes);
}
void *calloc(size_t n, size_t bytes)
{
    allocations++;
    return __libc_calloc(n, bytes);
}
void *realloc(void *old, size_t bytes)
{
    allocations++;
    return __libc_realloc(old, bytes);
}
static uint64_t count_allocations(void) { return allocations; }
#else
#define count_allocations NULL
#endif

static int run_request(void)
{
    static struct bn_request q;
    struct bn_error err = {0};
    char *text = NULL;
    size_t cap = 0;
    if (getdelim(&text, &cap, 0, stdin) < 0) bn_cmd_fail(&cmd, 2, "Give a request on stdin.");
    enum bn_status status = bn_request_parse(&q, text, &err);
    free(text);
    q.config = config;
    if (!status) status = bn_measure(&q, stdout, &err);
    bn_request_release(&q);
    if (status) fprintf(stderr, "%s\n", err.text);
    return status == BN_OK ? 0 : status == BN_ERR_UNSUPPORTED ? 77 : status == BN_ERR_USAGE ? 2 : 1;
}

static int print_roofline(void)
{
    struct bn_roofline r;
    struct bn_error err = {0};
    if (bn_roofline_measure(&r, (uint32_t)roofline, NULL, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    bn_line_write(stdout, json_pack("{si sf ss sf ss}", "threads", roofline, "read_bytes_per_s", r.read_bytes_per_s,
                                    "read_method", r.read_method, "int8_macs_per_s", r.int8_macs_per_s, "int8_method",
                                    r.int8_method));
    return 0;
}

static int print_description(void)
{
    bn_line_write(stdout, bn_worker_describe());
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "serve"))
        return bn_cmd_finish("bitnet-worker serve", bn_worker_serve(argc - 1, argv + 1, count_allocations));
    if (bn_cmd_parse(&cmd, argc, argv) || request + describe + (roofline > 0) != 1)
        bn_cmd_fail(&cmd, 2, "Give one of --request, --describe and --roofline N.");
    bn_cmd_needs(&cmd, "config", request, "--request");
    return bn_cmd_finish(cmd.name, request ? run_request() : describe ? print_description() : print_roofline());
}
