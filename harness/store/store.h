/* store.h - the results database: the only door to SQLite. Times in ns, sizes in bytes, texts are copied.
 *
 *   struct bn_store *store;
 *   bn_store_open(&store, "out/bench.db", BN_STORE_WRITE, err);      // creates or migrates it
 *   bn_store_run_begin(store, &run, &run_id, &resumed, err);         // same identity and unfinished: the same run
 * again while (bn_store_claim(store, run_id, lease_s, &ordinal, &point_id, err) == BN_OK && point_id) {
 *       ... measure ...
 *       bn_store_point_end(store, point_id, &result, err);           // samples and state in one transaction
 *   }
 *
 * Readers use bn_query on the v_* views (views.sql). */
#ifndef BN_STORE_H
#define BN_STORE_H
#include "engine/bitnet.h"

struct bn_store;
enum { BN_OPTIONS_TEXT = 4096 }; /* bytes of a config's options, "name=value ..." */
enum bn_store_mode { BN_STORE_READ, BN_STORE_WRITE };
/* READ never changes the file (an older version is refused with a hint) and reads every page of it once: a damaged
 * database is BN_ERR_FORMAT, not another figure. WRITE creates it, folders included, and migrates. Views, triggers and
 * functions that the file brings along are never run. */
enum bn_status bn_store_open(struct bn_store **store, const char *path, enum bn_store_mode mode, struct bn_error *err);
/* A sentence that the user should see before the figures, e.g. that the log of the file is missing; "": none. */
const char *bn_store_note(const struct bn_store *store);
void bn_store_close(struct bn_store *store);
/* An error where the file was moved or removed since it was opened: what is written goes with it, wherever it is. */
enum bn_status bn_store_in_place(struct bn_store *store, struct bn_error *err);
int bn_store_version(void); /* schema version this program writes */

/* ---- fingerprints ---- */
struct bn_field {
    const char *name, *value, *reason; /* value NULL: could not be read, and why */
    bool identity;                     /* a difference makes results incomparable; part of the hash */
};
/* Finds or adds one; *id is its row. kind: "machine", "build", "model". hash NULL: FNV-1a over the identity fields. */
enum bn_status bn_store_fingerprint(struct bn_store *store, const char *kind, const char *label, const char *hash,
                                    const struct bn_field *fields, size_t n, int64_t *id, struct bn_error *err);
/* The one with these identity fields, without adding it; *id 0: none. */
enum bn_status bn_store_fingerprint_find(struct bn_store *store, const char *kind, const struct bn_field *fields,
                                         size_t n, int64_t *id, struct bn_error *err);
/* The hash of a fingerprint names it in every database, its id only here. "" when there is none, or with a failure that
 * bn_store_unread tells. */
void bn_store_fingerprint_hash(struct bn_store *store, int64_t id, char *text, size_t cap);

/* ---- runs and their queue ---- */
struct bn_store_option {
    const char *name, *value;
    const char *reason; /* why the value is not what was asked for, or NULL */
};
struct bn_store_config {
    const char *engine, *workload, *kernel, *options; /* options: "name=value name=value", sorted */
    int64_t model_id;                                 /* 0: none */
    uint32_t fill, prefill, decode, threads;
    const struct bn_store_option *option_rows;
    size_t n_option_rows;
};
struct bn_store_run {
    const char *identity, *source, *plan, *plan_text, *command, *host;
    int64_t machine_id, build_id; /* 0: unknown */
    uint64_t seed;
    const char *started_at; /* NULL: now */
    const struct bn_store_config *configs;
    size_t n_configs;
    const uint32_t *order;  /* [n_points] config index */
    const uint32_t *rounds; /* [n_points]; NULL: place / n_configs */
    size_t n_points;
    const uint32_t *shard; /* [n_shard] the points that this database measures, as places in `order`; NULL: all */
    size_t n_shard;
    const char
        *uid; /* names the run in every database; NULL: one is drawn. Shards with one uid are one run when merged */
};
/* Resumes the unfinished run with this identity, or adds it with all its points planned. One transaction. A run that
 * has a uid is never added again: when it has finished, nothing is left to claim. */
enum bn_status bn_store_run_begin(struct bn_store *store, const struct bn_store_run *run, int64_t *run_id,
                                  bool *resumed, struct bn_error *err);
/* Takes the next planned point for this process. Claims of dead processes and expired leases are planned again first.
 * *point_id = 0: nothing left to take. */
enum bn_status bn_store_claim(struct bn_store *store, int64_t run_id, int lease_s, uint32_t *ordinal, int64_t *point_id,
                              struct bn_error *err);
enum bn_status bn_store_lease(struct bn_store *store, int64_t point_id, int lease_s, struct bn_error *err); /* renews */
enum bn_status bn_store_unclaim(struct bn_store *store, int64_t point_id, struct bn_error *err); /* gives it back */
/* More points of the run's configs, at order[i] of `configs` in round rounds[i], unless another process has added round
 * rounds[0] already. For sweeps that repeat while time is left. */
enum bn_status bn_store_rounds_add(struct bn_store *store, int64_t run_id, const struct bn_store_config *configs,
                                   size_t n_configs, const uint32_t *order, const uint32_t *rounds, size_t n_points,
                                   struct bn_error *err);
/* Appends a point of `config` to a run, claimed by this process: for results that exist already (import). */
enum bn_status bn_store_point_add(struct bn_store *store, int64_t run_id, const struct bn_store_config *config,
                                  int64_t *point_id, struct bn_error *err);
/* Marks the run finished when no point is planned or claimed; *open counts those that are. */
enum bn_status bn_store_run_end(struct bn_store *store, int64_t run_id, int64_t *open, struct bn_error *err);

/* ---- what a point gave ---- */
enum bn_sample_phase {
#define PHASE(name) BN_SAMPLE_##name,
#include "harness/store/phases.list"
#undef PHASE
    BN_SAMPLE_PHASES
};
extern const char *const bn_sample_phases[BN_SAMPLE_PHASES];
int bn_sample_phase_find(const char *name); /* -1: none of them */
struct bn_sample {
    const char *phase; /* of phases.list */
    int64_t rep, idx, ns, n_tokens;
};
struct bn_store_request { /* of a load test: schema.sql says what each is */
    int64_t request;
    const char *manner, *outcome, *reason;                                                   /* reason NULL: none */
    int status;                                                                              /* 0: none came */
    int64_t start_ns, late_ns, ttft_ns, end_ns, prompt_tokens, tokens, wasted_tokens, bytes; /* 0: no ttft, no count */
};
struct bn_counter {
    const char *phase, *op, *name, *source, *reason; /* reason NULL: value holds */
    int thread;
    double value;
    bool scaled;
    int64_t n_tokens;
};
struct bn_op_time {
    const char *phase, *op;
    int layer, thread;
    int64_t calls, ns, weight_bytes, kv_bytes, macs, n_tokens;
};
struct bn_moment {
    const char *at, *name, *reason; /* "before", "after" */
    double value;
};
struct bn_score {
    const char *config, *task, *metric, *version, *reason; /* reason NULL: value holds */
    double value, standard_error;                          /* NAN: none */
    int64_t n_items, n_shots;                              /* -1: unknown */
};
struct bn_score_item {
    const char *task, *item, *gold, *ll; /* gold NULL: none; ll: JSON array, one log-likelihood per choice */
    const char *text;                    /* of a generated answer; NULL: none */
    bool judged, right;                  /* an ending or an answer is right or not; else gold and ll say it */
};
struct bn_point_result {
    const char *state; /* "finished", "failed", "skipped" */
    const char *reason, *stderr_tail, *hash, *kernels_used, *started_at;
    int64_t build_id; /* 0: the run's */
    int signal, exit_code;
    int64_t peak_rss_bytes;
    double seconds;
    const struct bn_sample *samples;
    size_t n_samples;
    const struct bn_counter *counters;
    size_t n_counters;
    const struct bn_op_time *ops;
    size_t n_ops;
    const struct bn_moment *moments;
    size_t n_moments;
    const struct bn_store_request *requests;
    size_t n_requests;
    const struct bn_score *scores; /* of the run and the point's model and options, which are their config */
    size_t n_scores;
    const struct bn_score_item *items;
    size_t n_items;
};
/* Stores all of it in one transaction if this process still holds the claim; *stored says whether.
 * A finished result whose hash is another than that of a point of this run that did the same work (any kernel, any
 * threads) is stored as failed, with a reason that names the other point. */
enum bn_status bn_store_point_end(struct bn_store *store, int64_t point_id, const struct bn_point_result *result,
                                  bool *stored, struct bn_error *err);
/* Adds counters to a point that has finished already (simulation). */
enum bn_status bn_store_counters(struct bn_store *store, int64_t point_id, const struct bn_counter *counters, size_t n,
                                 struct bn_error *err);
enum bn_status bn_store_roofline(struct bn_store *store, int64_t run_id, int threads, const char *name, double value,
                                 const char *method, const char *reason, struct bn_error *err);

/* ---- accuracy ---- */
enum bn_status bn_store_score(struct bn_store *store, int64_t run_id, int64_t model_id, const struct bn_score *score,
                              struct bn_error *err);
enum bn_status bn_store_score_item(struct bn_store *store, int64_t run_id, int64_t model_id, const char *config,
                                   const struct bn_score_item *item, struct bn_error *err);
struct bn_store_stress {
    const char *config, *test, *verdict, *reason; /* config NULL: not recorded; "PASS", "FAIL", "SKIP" */
    double value, threshold, seconds;             /* NAN: none */
};
enum bn_status bn_store_stress(struct bn_store *store, int64_t run_id, int64_t model_id,
                               const struct bn_store_stress *result, struct bn_error *err);

/* What a choice of options does (harness/effects). NAN: unknown. */
struct bn_store_effect {
    const char *setting, *choice, *base, *verdict, *reason, *claims, *rule;
    int64_t model_id, place, n_items;
    bool exact;
    double decode[3], prefill[3], perplexity[3], accuracy[3]; /* value and interval */
    double memory, sequence, kl;
};
enum bn_status bn_store_effects_clear(struct bn_store *store, int64_t run_id, struct bn_error *err);
enum bn_status bn_store_effect(struct bn_store *store, int64_t run_id, const struct bn_store_effect *effect,
                               struct bn_error *err);

/* What a gate or its self-test said of two builds; the run's build is the head. */
struct bn_store_gate {
    const char *kind, *setting, *verdict, *allowed, *result; /* kind: "gate", "self-test"; allowed NULL: nothing */
    int64_t model_id, base_id;
};
enum bn_status bn_store_gate(struct bn_store *store, int64_t run_id, const struct bn_store_gate *gate,
                             struct bn_error *err);

/* ---- published figures ---- */
/* What was found of one value of a claim (harness/claims), in `unit`. NAN: none. */
struct bn_store_claim {
    const char *claim, *value, *statement, *source, *where, *provenance, *environment;
    const char *in_table, *in_row, *in_column; /* NULL: none */
    const char *unit, *verdict, *whole, *reason;
    int64_t place, n, evidence_id;            /* evidence_id 0: none */
    double published, accept[2], measured[3]; /* measured: with its interval */
};
enum bn_status bn_store_claim_finding(struct bn_store *store, int64_t run_id, const struct bn_store_claim *row,
                                      struct bn_error *err);

/* ---- history ---- */
/* A change of the config's phase that began with the run (a drift: that went on until it) is known up to `ratio`, time
 * after / before. Again: replaces what was there. */
struct bn_acknowledgement {
    int64_t run_id, config_id;
    const char *phase, *why;
    double ratio;
};
enum bn_status bn_store_acknowledge(struct bn_store *store, const struct bn_acknowledgement *known,
                                    struct bn_error *err);

/* ---- whole databases ---- */
/* Copies every run of the database at `path` that is not here yet, or further along there; again: changes nothing. The
 * other file is not changed, and only the rows of its tables are read, into a copy of our own making. points_added
 * counts those that are done there. */
enum bn_status bn_store_merge(struct bn_store *store, const char *path, int64_t *runs_added, int64_t *points_added,
                              struct bn_error *err);
/* The same of the run with this uid alone. */
enum bn_status bn_store_merge_run(struct bn_store *store, const char *path, const char *uid, int64_t *runs_added,
                                  int64_t *points_added, struct bn_error *err);
/* False with a sentence in err when SQLite finds damage, rows point to nothing, or rows are not those that were stored.
 */
bool bn_store_intact(struct bn_store *store, struct bn_error *err);
/* How many measured points and whole runs are of before seals were written, so that nobody can say whether rows of them
 * were lost. */
enum bn_status bn_store_unsealed(struct bn_store *store, int64_t *points, int64_t *runs, struct bn_error *err);
/* Several writes as one. A nested pair joins the outer one; a rollback undoes all of it. */
enum bn_status bn_store_begin(struct bn_store *store, struct bn_error *err);
enum bn_status bn_store_commit(struct bn_store *store, struct bn_error *err);
void bn_store_rollback(struct bn_store *store);

/* A foreign SQL text (tables and rows, as `llama-bench -o sql` writes) is run in a database in memory that can do
 * nothing else, within bounds of time and memory; each row of each table comes with the types that the values have
 * there. Cells are borrowed. */
struct bn_foreign_cell {
    const char *name;
    enum { BN_FOREIGN_NULL, BN_FOREIGN_INTEGER, BN_FOREIGN_REAL, BN_FOREIGN_TEXT } type;
    int64_t integer;
    double real;
    const char *text;
};
enum bn_status bn_store_foreign_rows(const char *sql,
                                     enum bn_status (*row)(void *self, int n, const struct bn_foreign_cell *cells,
                                                           struct bn_error *err),
                                     void *self, struct bn_error *err);

/* ---- reading ---- */
/* types: one letter per "?": i int64_t, d double, s const char *.  Example:
 *   bn_query_open(&q, store, err, "SELECT name, value FROM v_fingerprints WHERE run_id = ?", "i", run_id);
 *   while (bn_query_next(q)) puts(bn_query_text(q, 0));
 *   status = bn_query_end(q, status, err);                  // an error is not the end of the rows */
struct bn_query;
enum bn_status bn_query_open(struct bn_query **query, struct bn_store *store, struct bn_error *err, const char *sql,
                             const char *types, ...);
bool bn_query_next(struct bn_query *query);
bool bn_query_null(struct bn_query *query, int column);
const char *bn_query_text(struct bn_query *query, int column); /* "" for NULL; valid until the next row */
int64_t bn_query_int(struct bn_query *query, int column);
double bn_query_double(struct bn_query *query, int column);
/* Closes it. Returns so_far unless that is BN_OK and reading failed: then the failure, with its sentence. */
enum bn_status bn_query_end(struct bn_query *query, enum bn_status so_far, struct bn_error *err)
    __attribute__((warn_unused_result));
/* The same without the failure, which the store remembers: bn_store_unread tells the first one. */
void bn_query_close(struct bn_query *query);
enum bn_status bn_store_unread(const struct bn_store *store, struct bn_error *err);
#endif
