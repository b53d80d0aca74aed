/* server.c - opens and closes the parts: scheduler first, so that requests are not taken before they can be served. */
#include "engine/serve/server.h"
#include "engine/core/status.h"
#include "engine/serve/guard.h"
#include "engine/serve/room.h"
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

static uint64_t half_of_free_memory(void)
{
    char line[128];
    unsigned long long kb = 0;
    FILE *f = fopen("/proc/meminfo", "r");
    while (f && !kb && fgets(line, sizeof line, f)) sscanf(line, "MemAvailable: %llu kB", &kb);
    if (f) fclose(f);
    return kb ? kb * 512 : UINT64_C(1) << 30;
}

/* The last part of a path is what people call a model. */
static const char *name_of(const struct bn_model_info *info)
{
    const char *slash = strrchr(info->path, '/');
    return slash && slash[1] ? slash + 1 : info->path;
}

static void set_up(struct bn_server *s, const struct bn_model *model, const struct bn_server_options *options)
{
    pthread_condattr_t monotonic;
    s->model = model, s->info = bn_model_info(model), s->options = *options;
    s->name = options->name ? options->name : name_of(s->info);
    s->started = time(NULL);
    s->n_ctx = options->n_ctx ? options->n_ctx : s->info->n_ctx_train;
    if (!s->options.kv_bytes) s->options.kv_bytes = half_of_free_memory();
    if (s->options.stream.max_queue < 1) s->options.stream.max_queue = 64;
    metrics_init(&s->metrics);
    pthread_mutex_init(&s->mutex, NULL);
    pthread_mutex_init(&s->guards_mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

enum bn_status bn_server_open(struct bn_server **server, const struct bn_model *model,
                              const struct bn_server_options *options, struct bn_error *err)
{
    struct bn_server *s = calloc(1, sizeof *s);
    struct bn_error cause = {.status = BN_OK};
    if (!s) return bn_fail_memory(err, "the server", sizeof *s);
    set_up(s, model, options);
    if (scheduler_open(s, &cause) == BN_OK && http_open(s, &cause)) {
        *server = s;
        return BN_OK;
    }
    bn_server_close(s, 0);
    return bn_fail(err, cause.status, "%s", cause.text);
}

int bn_server_port(const struct bn_server *s) { return s->port; }

void bn_server_tick(struct bn_server *s) { guards_check(s); }

static void drain(struct bn_server *s, int seconds)
{
    for (int i = 0; i < seconds * 50; i++) {
        pthread_mutex_lock(&s->mutex);
        bool busy = s->n_requests > 0;
        s->closing = true;
        pthread_mutex_unlock(&s->mutex);
        if (!busy) return;
        usleep(20000);
        if (i % 50 == 49) bn_server_tick(s);
    }
}

void bn_server_close(struct bn_server *s, int seconds)
{
    if (s->http) {
        MHD_socket fd = MHD_quiesce_daemon(s->http);
        if (fd != MHD_INVALID_SOCKET) close(fd);
        drain(s, seconds);
    }
    scheduler_stop(s);
    if (s->http) usleep(100000); /* for the answers that say so */
    http_close(s);
    scheduler_close(s);
    pthread_cond_destroy(&s->wake);
    pthread_mutex_destroy(&s->mutex);
    pthread_mutex_destroy(&s->guards_mutex);
    free(s);
}
