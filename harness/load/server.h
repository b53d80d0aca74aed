/* server.h - a bitnet-serve of our own: started on a free port, and ended. */
#ifndef BN_LOAD_SERVER_H
#define BN_LOAD_SERVER_H
#include "harness/worker/process.h"
#include <signal.h>

struct bn_load_server {
    struct bn_process process; /* pid 0: not running */
    char url[80];
    int64_t peak_rss_bytes; /* after its end; 0: unknown */
};
struct bn_load_version {
    char version[32], commit[64], compiler[256];
};
/* What `bitnet-serve --version` says. */
enum bn_status bn_load_server_version(struct bn_load_version *version, struct bn_watch *program, struct bn_error *err);
/* options: "NAME=VALUE" each, as bitnet-serve takes them. Returns when it listens; *stop, set by a signal, ends the
 * wait with an error. */
enum bn_status bn_load_server_start(struct bn_load_server *server, struct bn_watch *program, const char *model,
                                    const char *const *options, size_t n_options, const volatile sig_atomic_t *stop,
                                    struct bn_error *err);
/* SIGTERM, and SIGKILL where that does not end it. An error when it had ended before, or ends with a failure. */
enum bn_status bn_load_server_stop(struct bn_load_server *server, struct bn_error *err);
#endif
