/* record.h - gates and self-tests in the results database: puts them there, and finds what the self-test found. */
#ifndef BN_GATE_RECORD_H
#define BN_GATE_RECORD_H
#include "harness/gate/pairs.h"
#include "harness/store/store.h"

/* What the latest self-test of this machine, model, kernel and number of threads found, by workload: log ratios, NAN
 * where it did not measure that workload. */
struct bn_gate_noise {
    char when[32]; /* "2026-11-29"; "": there is none */
    double place[BN_GATE_WORKLOADS], detectable[BN_GATE_WORKLOADS];
};
void bn_gate_noise_unknown(struct bn_gate_noise *noise);
struct bn_gate_record {
    struct bn_store *store;
    int64_t machine_id, model_id, build_id[2];
    char setting[256];
    const char *command;
    uint64_t seed;
};
/* Opens the database and takes all fingerprints; hello[] is what the workers say about themselves, kernel NULL: the
 * best of each build. */
enum bn_status bn_gate_record_open(struct bn_gate_record *record, const char *path, const struct bn_pairs *pairs,
                                   json_t *const hello[2], const char *kernel, struct bn_error *err);
enum bn_status bn_gate_record_noise(const struct bn_gate_record *record, const struct bn_pairs *pairs,
                                    struct bn_gate_noise *noise, struct bn_error *err);
/* kind: "gate" or "self-test"; allowed NULL: nothing; result: the JSON of the command. */
enum bn_status bn_gate_record_put(const struct bn_gate_record *record, const char *kind, const char *verdict,
                                  const char *allowed, const json_t *result, struct bn_error *err);
void bn_gate_record_close(struct bn_gate_record *record);
#endif
