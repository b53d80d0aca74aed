/* engines.h - the programs that measure: our worker, and external engines named on the command line (NAME=PATH [ARGS]).
 */
#ifndef BN_WORKER_ENGINES_H
#define BN_WORKER_ENGINES_H
#include "harness/machine/watch.h"
#include "harness/store/store.h"
#include <jansson.h>

enum { BN_ENGINES_MAX = 32, BN_ENGINE_WORDS = 32 };
struct bn_engine {
    char *name;
    char *words[BN_ENGINE_WORDS + 1]; /* path and further arguments; words[0] NULL: not given */
    struct bn_watch watch;            /* of words[0] */
    int64_t build_id;
};
struct bn_engines {
    struct bn_engine at[BN_ENGINES_MAX];
    size_t n;
};
/* One of "NAME=PATH ARGS", of the option that gave it. The caller releases it, on failure too. */
enum bn_status bn_engine_read(struct bn_engine *engine, const char *option, const char *text, struct bn_error *err);
void bn_engine_release(struct bn_engine *engine);
/* Adds "bitnet" = our worker (find.h) and each NAME=PATH ARGS of `named`. */
enum bn_status bn_engines_init(struct bn_engines *engines, const char *worker, const char *const *named, size_t n_named,
                               struct bn_error *err);
void bn_engines_release(struct bn_engines *engines);
struct bn_engine *bn_engines_find(struct bn_engines *engines, const char *name); /* NULL: not named */
/* A build's row of a database. arguments: further words of its command, ends with NULL; texts: what it says it was
 * built from (JSON object, bn_worker_describe), or NULL. */
enum bn_status bn_build_fingerprint(struct bn_store *store, const char *name, const struct bn_watch *program,
                                    char *const *arguments, const json_t *texts, int64_t *id, struct bn_error *err);
/* Asks each program what it was built from, hashes its file, and stores the fingerprint in build_id. */
enum bn_status bn_engines_fingerprint(struct bn_engines *engines, struct bn_store *store, struct bn_error *err);
#endif
