/* found.h - what a run of the gate found: each thing under a name of found.list, the same in every form of the report.
 */
#ifndef BN_GATE_FOUND_H
#define BN_GATE_FOUND_H
#include "harness/gate/paired.h"
#include "harness/worker/dialogue.h"

enum bn_found_kind {
#define FOUND(id, name, verdict) BN_FOUND_##id,
#include "harness/gate/found.list"
#undef FOUND
};
enum { BN_FOUND_MOST = 64 };
struct bn_found {
    enum bn_found_kind kind;
    bool allowed;      /* by --allow: reported, but not part of the verdict */
    char workload[48]; /* "": of the run */
    char text[512];    /* one sentence */
};
struct bn_found_list {
    int n; /* more than BN_FOUND_MOST are counted and not kept */
    struct bn_found at[BN_FOUND_MOST];
};
const char *bn_found_name(enum bn_found_kind kind);
enum bn_gate_verdict bn_found_verdict(enum bn_found_kind kind);
void bn_found_add(struct bn_found_list *list, enum bn_found_kind kind, bool allowed, const char *workload,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The gravest that is not allowed, the first of those; NULL: there is none. */
const struct bn_found *bn_found_gravest(const struct bn_found_list *list);
enum bn_found_kind bn_found_of_fate(const struct bn_dialogue_fate *fate); /* how a worker failed, as a name */
#endif
