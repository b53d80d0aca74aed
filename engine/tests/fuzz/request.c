/* request.c - the body of a request to bitnet-serve, behind a first line with its path: everything up to the queue,
 * which a server that is closing does not take it into. */
#include "ci/fuzz/fuzz.h"
#include "engine/core/status.h"
#include "engine/serve/endpoint.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { N_CTX = 512 };

static bool open_server(struct bn_server *s, struct bn_error *err)
{
    static struct bn_model *model;
    static struct bn_crew *crew;
    const struct bn_crew_options crew_options = {.n_threads = 1, .n_batch = 8};
    const struct bn_batch_options options = {.n_sequences = 1, .n_ctx = N_CTX};
    if (!model && bn_model_open(&model, "datasets/reference/b158-i2_s.gguf", NULL, err)) return false;
    if (!crew && bn_crew_open(&crew, model, &crew_options, err)) return false;
    if (!s->batch && bn_batch_open(&s->batch, crew, &options, err)) return false;
    s->model = model, s->info = bn_model_info(model), s->name = "model", s->n_ctx = N_CTX;
    s->options = (struct bn_server_options){.n_parallel = 1, .n_waiting = 1, .kv_bytes = 64 << 20};
    s->closing = true;
    return true;
}

static bool find_endpoint(struct request *r, const char *path, size_t n)
{
    for (const struct endpoint *e = endpoints; e->path; e++)
        if (strlen(e->path) == n && !memcmp(e->path, path, n) && !strcmp(e->method, "POST")) r->endpoint = e;
    return r->endpoint;
}

/* True: it would be answered. */
static bool ask(struct request *r, struct bn_error *err)
{
    const char *newline = r->body.n ? memchr(r->body.bytes, '\n', r->body.n) : NULL;
    size_t n_path = newline ? (size_t)(newline - r->body.bytes) : 0;
    if (!newline || !find_endpoint(r, r->body.bytes, n_path))
        return bn_fail(err, BN_ERR_FORMAT, "The first line is no path of the server."), false;
    r->body.n -= n_path + 1;
    memmove(r->body.bytes, newline + 1, r->body.n);
    if (request_parse(r) && r->endpoint->handle(r)) {
        if (!r->response) abort();
        return true;
    }
    const struct problem *p = &r->problem;
    json_t *json = problem_json(p);
    bool memory = p->code && !strcmp(p->code, "out_of_memory");
    if (!json || (p->status != 400 && p->status != 503 && !memory)) abort();
    json_decref(json);
    bn_fail(err, memory ? BN_ERR_MEMORY : BN_ERR_FORMAT, "%s", BN_PRINTABLE(p->text));
    return p->status == 503; /* it came as far as the queue */
}

static bool read_all(struct buffer *b, const char *path)
{
    char block[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = -1;
    while (fd >= 0 && (n = read(fd, block, sizeof block)) > 0 && buffer_add(b, block, (size_t)n)) {
    }
    if (fd >= 0) close(fd);
    return n == 0;
}

bool fuzz_path(const char *path, struct bn_error *err)
{
    static struct bn_server server = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    if (!open_server(&server, err)) return false;
    struct request *r = request_new(&server, NULL);
    if (!r) return bn_fail_memory(err, "the request", sizeof *r), false;
    bool taken = read_all(&r->body, path) ? ask(r, err) : (bn_fail_memory(err, "the body", r->body.n), false);
    request_free(r);
    return taken;
}
FUZZ_FILE
