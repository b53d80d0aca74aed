/* bitnet_serve.c - serves a model over HTTP until a signal ends it: SIGTERM and SIGINT let running answers finish for a
 * while, a second one does not. */
#include "engine/cmdline.h"
#include "engine/serve/listen.h"
#include "engine/serve/server.h"
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static struct opts {
    const char *model, *tokenizer, *chat_template, *i2s_layout, *pretokenizer;
    struct bn_server_options serve;
    int kv_mb, body_mb, shutdown_seconds;
    bool quiet;
} o = {.serve = {.host = "127.0.0.1",
                 .port = 8080,
                 .n_parallel = 16,
                 .n_waiting = 1024,
                 .n_connections = 2048,
                 .n_kept = 16,
                 .n_chunk = 64,
                 .read_seconds = 60,
                 .answer_seconds = 3600},
       .body_mb = 8,
       .shutdown_seconds = 10};

static const struct bn_cmd_option options[] = {
    {"model", "FILE_OR_DIR", BN_CMD_STRING, &o.model, "GGUF file, safetensors directory or llama2.c checkpoint", 0, 0},
    {"tokenizer", "FILE", BN_CMD_STRING, &o.tokenizer, "vocabulary of a llama2.c checkpoint (tok512.bin)", 0, 0},
    {"chat_template", "NAME|FILE", BN_CMD_STRING, &o.chat_template,
     "another of the model's templates, a built-in form (llama-3, chatml, ...) or a Jinja file", 0, 0},
    {"i2s_layout", "NAME", BN_CMD_STRING, &o.i2s_layout, "canonical (default), or arm64x16 for I2_S files made on ARM",
     .values = BN_CMD_WORDS("canonical", "arm64x16")},
    {"pretokenizer", "NAME", BN_CMD_STRING, &o.pretokenizer,
     "override; \"default\" splits as bitnet.cpp does if the file names none", 0, 0},
    {"host", "ADDRESS", BN_CMD_STRING, &o.serve.host, "address to listen on (default 127.0.0.1: this machine only)", 0,
     0},
    {"port", "N", BN_CMD_INT, &o.serve.port, "port to listen on (default 8080); 0: any that is free", 0, 65535},
    {"api_key", "KEY", BN_CMD_STRING, &o.serve.api_key,
     "ask clients for this key; default: the environment variable BITNET_API_KEY, if set", 0, 0},
    {"name", "NAME", BN_CMD_STRING, &o.serve.name, "what clients see as the model's id (default: its file name)", 0, 0},
    {"threads", "N", BN_CMD_INT, &o.serve.n_threads, "threads; 0: one per physical core", 0, 1024},
    {"n_ctx", "N", BN_CMD_INT, &o.serve.n_ctx,
     "most tokens of a text, prompt included; 0: what the model was trained for", 0, 1 << 24},
    {"parallel", "N", BN_CMD_INT, &o.serve.n_parallel, "texts that are generated together (default 16)", 1, 256},
    {"chunk", "N", BN_CMD_INT, &o.serve.n_chunk,
     "most tokens of a prompt between two tokens of the other texts (default 64)", 1, 2048},
    {"max_waiting", "N", BN_CMD_INT, &o.serve.n_waiting,
     "requests that may wait for their turn (default 1024); further ones get status 429", 0, 1 << 20},
    {"max_connections", "N", BN_CMD_INT, &o.serve.n_connections,
     "open connections (default 2048); further ones wait to be accepted", 1, 1 << 20},
    {"kept_texts", "N", BN_CMD_INT, &o.serve.n_kept,
     "finished texts whose keys and values serve later prompts that begin alike (default 16)", 0, 1024},
    {"kv_mb", "N", BN_CMD_INT, &o.kv_mb, "megabytes for all keys and values; 0: half of the free memory", 0, 1 << 24},
    {"max_body_mb", "N", BN_CMD_INT, &o.body_mb, "megabytes that a request may have (default 8)", 1, 1024},
    {"read_seconds", "N", BN_CMD_INT, &o.serve.read_seconds, "time to send a request in (default 60)", 1, 86400},
    {"answer_seconds", "N", BN_CMD_INT, &o.serve.answer_seconds,
     "time until an answer must have been read, waiting included (default 3600)", 1, 1 << 24},
    {"shutdown_seconds", "N", BN_CMD_INT, &o.shutdown_seconds,
     "time that running answers have after SIGTERM or SIGINT (default 10)", 0, 86400},
    {"quiet", NULL, BN_CMD_FLAG, &o.quiet,
     "no log: otherwise one JSON line for each request on stderr, without its text", 0, 0},
    {0}};
static const struct bn_cmd cmd = {"bitnet-serve",
                                  "serve a model over HTTP, as OpenAI's API",
                                  "--model FILE_OR_DIR [--port N] [options]",
                                  options,
                                  "engine/serve/README.md lists what can be asked for.\n",
                                  "0 ended by SIGTERM or SIGINT, 1 failed, 2 usage"};

static void need(enum bn_status status, const struct bn_error *err)
{
    if (status != BN_OK) bn_cmd_fail(&cmd, status == BN_ERR_USAGE ? 2 : 1, "%s", err->text);
}

/* Connections need open files. */
static void raise_limit(void)
{
    struct rlimit files;
    rlim_t wanted = (rlim_t)o.serve.n_connections + 64;
    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur >= wanted) return;
    files.rlim_cur = wanted < files.rlim_max ? wanted : files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < wanted)
        bn_cmd_fail(&cmd, 1, "%d connections need %llu open files, and %llu are allowed; lower --max_connections.",
                    o.serve.n_connections, (unsigned long long)wanted, (unsigned long long)files.rlim_max);
}

static struct bn_settings read_settings(void)
{
    struct bn_error err;
    struct bn_settings s = {.model = {.tokenizer_path = o.tokenizer,
                                      .chat_template = o.chat_template,
                                      .i2s_layout = o.i2s_layout,
                                      .pretokenizer = o.pretokenizer}};
    need(bn_cmd_options_apply(&s, BN_TASK_STREAM, &err), &err);
    o.serve.kv_type = s.session.kv_type;
    o.serve.prune = s.session.kv_prune;
    o.serve.stream = s.generator.stream;
    return s;
}

static void finish_options(void)
{
    if (!o.model) bn_cmd_fail(&cmd, 2, "--model is missing; see bitnet-serve --help.");
    if (!o.serve.api_key) o.serve.api_key = getenv("BITNET_API_KEY");
    if (o.serve.api_key && !*o.serve.api_key) o.serve.api_key = NULL;
    o.serve.kv_bytes = (uint64_t)o.kv_mb << 20;
    o.serve.body_bytes = (size_t)o.body_mb << 20;
    o.serve.log = o.quiet ? NULL : stderr;
    if (!o.serve.api_key && !listen_is_loopback(o.serve.host))
        fprintf(stderr, "bitnet-serve: Anyone who reaches %s can use this server; set a key with --api_key.\n",
                BN_PRINTABLE(o.serve.host));
}

/* Until a signal comes; all threads leave them to this one. */
static void wait_for_signal(struct bn_server *server, const sigset_t *signals)
{
    const struct timespec second = {.tv_sec = 1};
    while (sigtimedwait(signals, NULL, &second) < 0) bn_server_tick(server);
}

static void end_at_once(int signal) { _exit(128 + signal); }

int main(int argc, char **argv)
{
    struct bn_error err;
    struct bn_model *model;
    struct bn_server *server;
    struct bn_cmd all = cmd;
    sigset_t signals;
    all.options = bn_cmd_options_join(options);
    if (bn_cmd_parse(&all, argc, argv)) bn_cmd_fail(&cmd, 2, "Unexpected argument \"%s\".", argv[1]);
    struct bn_settings settings = read_settings();
    finish_options();
    raise_limit();
    json_object_seed(0);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    need(bn_model_open(&model, o.model, &settings.model, &err), &err);
    need(bn_cmd_options_act(bn_model_info(model), &err), &err);
    if (!o.quiet) bn_cmd_options_say(cmd.name, &settings.model, bn_model_info(model));
    need(bn_server_open(&server, model, &o.serve, &err), &err);
    fprintf(stderr, "bitnet-serve: listening on http://%s:%d\n", BN_PRINTABLE(o.serve.host), bn_server_port(server));
    wait_for_signal(server, &signals);
    signal(SIGTERM, end_at_once);
    signal(SIGINT, end_at_once);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
    bn_server_close(server, o.shutdown_seconds);
    enum bn_status status = bn_model_check(model, &err);
    bn_model_close(model);
    need(status, &err);
    return bn_cmd_finish(cmd.name, 0);
}
