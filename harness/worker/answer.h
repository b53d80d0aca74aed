/* answer.h - the worker's side of the gate: a process that keeps a model open and answers each line on stdin with one
 * line of JSON. Commands and their answers:
 *
 * - `prefill N [FILL]`: time of N tokens after FILL (0), at once: {"ns": 1234567};
 * - `decode N FILL`: time of N tokens after FILL, one by one, likewise;
 * - any other job of jobs.list with its numbers, likewise;
 * - `count COMMAND`: declared work of the same on one thread (figures.h), {"hash": "…", "allocations": 0, "ops":
 * {"qkv":
 *   {"calls": 8, "weight_bytes": …, …}, …}}; no ops for a job that runs no model;
 * - `hash COMMAND`: {"hash": "…"}, the output of the same on all threads of the worker (--threads);
 * - `parts COMMAND`: time of each operation of the same, on all threads, summed over them: {"ops": {"qkv": {"ns": …}}};
 * - `instructions COMMAND`: user-mode instructions of the same, {"instructions": 123}, or null and a "reason";
 * - `isolate OPERATION COMMAND`: those of one operation of the same, on one thread;
 * - `dump FILE COMMAND`: writes the logits of every position of the same (dump.h), {"n_vocab": 4096};
 * - `memory`: {"mapped_bytes": …, "resident_bytes": …, "peak_resident_bytes": …, "heap_bytes": …} (footprint.h).
 *
 * It says {"protocol": 1, "version", "commit", "compiler", "kernels", "model", "file_bytes", "commands": ["count", …],
 * "jobs": ["decode", …], "variants": {"attention": "avx2", …}, "load_ns": time to open model and session}
 * first, {"error":
 * sentence} when a command cannot be done, and ends with its input. The tokens are a fixed sequence, so equal
 * work has equal output. Timed regions switch callgrind's instrumentation on, which costs nothing outside
 * valgrind. Builds from before read and write the same, so that the gate compares with them. */
#ifndef BN_WORKER_ANSWER_H
#define BN_WORKER_ANSWER_H
#include "engine/bitnet.h"
#include <jansson.h>

enum { BN_WORKER_PROTOCOL = 1 };
/* argv[0] is "serve"; n_allocations counts the process's allocations, or is NULL. Returns the exit code. */
int bn_worker_serve(int argc, char **argv, uint64_t (*n_allocations)(void));
json_t *bn_worker_describe(void); /* version, commit and compiler; the caller decrefs */
#endif
