/* resources.h - the tier of what a process costs beside the time of its work: memory, the time to load and to the first
 * token, and what it keeps for each token.
 *
 * One pair is a fresh base and a fresh head process, in drawn order; d is the log ratio head/base of each quantity
 * (resources.list). Its noise is that of the pairs, whatever their shape: a one-sided sign test of "not above the
 * tolerance", Holm over the quantities. A suspicion is measured again with fresh pairs. A leak is no ratio: heap and
 * mapped bytes of one process, before and after many tokens at the same positions, grow by nothing. */
#ifndef BN_GATE_RESOURCES_H
#define BN_GATE_RESOURCES_H
#include "harness/gate/found.h"
#include "harness/gate/pairs.h"

enum bn_resource_kind {
#define RESOURCE(key, name, unit, scale, tolerance, found) BN_RESOURCE_##found,
#include "harness/gate/resources.list"
#undef RESOURCE
    BN_RESOURCES
};
enum { BN_RESOURCE_PAIRS = 16 };
struct bn_resource_series {
    int n;
    double value[2][BN_RESOURCE_PAIRS]; /* base, head */
};
struct bn_resource_finding {
    double median[2];        /* base, head */
    double ratio, low, high; /* log(head/base): median and its 95 % interval */
    double noise;            /* MAD of the pairs' log ratios */
    double p, p_holm;        /* of "not above the tolerance" */
    bool suspect;
};
struct bn_resources_result {
    bool measured, again;
    char reason[256]; /* why not */
    struct bn_resource_series first[BN_RESOURCES], second[BN_RESOURCES];
    struct bn_resource_finding findings[BN_RESOURCES], confirmed[BN_RESOURCES];
    bool grown[BN_RESOURCES];                      /* suspected twice */
    int n_tokens;                                  /* between the two looks for a leak; 0: not looked */
    double heap_per_token[2], mapped_per_token[2]; /* bytes; NAN: unknown */
    double seconds;
};
extern const struct bn_resource {
    const char *key, *name, *unit;
    double scale, tolerance;
    enum bn_found_kind found;
} bn_resource[BN_RESOURCES];
/* Measures all; builds that cannot say are a reason. */
enum bn_status bn_resources_run(struct bn_resources_result *result, struct bn_pairs *pairs, struct bn_error *err);
/* Judges one set of series, for tests of the rule. True: something is suspect. */
bool bn_resources_judge(const struct bn_resource_series *series, double alpha, struct bn_resource_finding *findings);
/* Head keeps more for each token than base does: of the heap (0), of mapped memory (1). */
bool bn_resources_leaks(const struct bn_resources_result *result, int what);
/* "5.21 -> 6.80 MiB (+30.5 %, 16 pairs, noise 0.2 %, tolerance 3 %)" */
void bn_resource_text(const struct bn_resources_result *result, int i, char *text, size_t cap);
#endif
