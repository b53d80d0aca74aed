/* served.h - a bitnet-serve of one's own, for tests of the server: started beside the running program, stopped after.
 */
#ifndef SUITES_STRESS_SERVED_H
#define SUITES_STRESS_SERVED_H
#include "suites/suite.h"
#include <sys/types.h>

struct bn_served {
    pid_t pid;
    int log; /* its stderr */
    int port;
};
/* Finds bitnet-serve in the folder of the running program; false when it is not there. */
bool bn_served_find(char *path, size_t cap);
/* Starts `program` on options->model_path with the engine options of the command line and a free port, and waits until
 * it listens. BN_ERR_IO: it did not; the sentence has its last line. */
enum bn_status bn_served_start(struct bn_served *served, const char *program, const struct bn_stress_options *options,
                               struct bn_error *err);
/* Ends it by SIGTERM; whether it then exited with 0. */
bool bn_served_stop(struct bn_served *served);
int bn_served_connect(const struct bn_served *served); /* a socket; -1: refused (errno) */
#endif
