/* record.h - a load test in the database: one run, a point for each round. */
#ifndef BN_LOAD_RECORD_H
#define BN_LOAD_RECORD_H
#include "harness/import/import.h"
#include "harness/load/loop.h"
#include "harness/load/server.h"
#include "harness/machine/fields.h"

struct bn_load_moment { /* of one round */
    struct bn_moment at[2 * BN_MOMENT_MAX];
    size_t n;
    double started_at_s;    /* since 1970 */
    int64_t peak_rss_bytes; /* of our own server; 0: unknown */
};
struct bn_load_origin {                     /* what is loaded */
    const struct bn_watch *program, *model; /* of our own server; path NULL: another one */
    const struct bn_target *target;         /* known then */
    const char *const *serve;               /* "NAME=VALUE": options of our own server */
    size_t n_serve;
    const struct bn_load_version *version; /* what our own server says of itself */
};
struct bn_load_record {
    struct bn_store *store;
    int64_t machine_id, build_id, model_id, run_id;
    struct bn_import_options options; /* the plan and the server's options */
    char workload[64];                /* "64 clients", "20 requests/s" */
    bool ours;                        /* a server of ours */
    int threads;                      /* of our own server; 0: as it chooses */
};
/* Opens the database and takes fingerprints first: errors show before time is spent. */
enum bn_status bn_load_record_open(struct bn_load_record *record, const char *path, const struct bn_load_plan *plan,
                                   const struct bn_load_origin *origin, struct bn_error *err);
/* Stores the run; run_id is its row. hash of texts: where the number of requests is given, so that equal runs do equal
 * work. */
enum bn_status bn_load_record_put(struct bn_load_record *record, const char *command, const struct bn_load_plan *plan,
                                  const struct bn_load_run *runs, const struct bn_load_moment *moments, size_t n_rounds,
                                  struct bn_error *err);
void bn_load_record_close(struct bn_load_record *record);
#endif
