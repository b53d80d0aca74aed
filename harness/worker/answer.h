/* answer.h - the worker's side of the gate: a process that keeps a model open and answers one line of JSON to
 * each line on stdin.
 *
 *   prefill N [FILL]     time of N tokens after FILL (0), at once      {"ns": 1234567}
 *   decode N FILL        time of N tokens after FILL, one by one      {"ns": 1234567}
 *   count COMMAND        declared work of the same, on one thread     {"hash": "…", "allocations": 0, "ops":
 * {"qkv": {"calls": 8, "weight_bytes": …, "kv_bytes": …, "macs": …}, …}} instructions COMMAND user-mode
 * instructions of the same           {"instructions": 123} or {"instructions": null, "reason": …}
 *
 * It says {"protocol": 1, "version", "commit", "compiler", "kernels", "model", "file_bytes"} first, {"error":
 * sentence} when a command cannot be done, and ends with its input. The tokens are a fixed sequence, so equal
 * work has equal output. Timed regions switch callgrind's instrumentation on, which costs nothing outside
 * valgrind. */
#ifndef BN_WORKER_ANSWER_H
#define BN_WORKER_ANSWER_H
#include "engine/bitnet.h"
#include <stdio.h>

enum { BN_WORKER_PROTOCOL = 1 };
/* argv[0] is "serve"; n_allocations counts the process's allocations, or is NULL. Returns the exit code. */
int bn_gate_serve(int argc, char **argv, uint64_t (*n_allocations)(void));
#endif
