/* distance.h - how far the logits of two builds are apart where their hashes differ. */
#ifndef BN_GATE_DISTANCE_H
#define BN_GATE_DISTANCE_H
#include "harness/gate/exact.h"

/* Asks both workers for the logits of `job` and stores what differs in *output; nothing where they cannot say or the
 * job has none. */
enum bn_status bn_distance_measure(struct bn_exact_output *output, struct bn_dialogue workers[2], const char *job,
                                   struct bn_error *err);
/* The same for every changed output of the workloads. */
enum bn_status bn_distance_of_workloads(struct bn_exact_result *exact, struct bn_pairs *pairs, struct bn_error *err);
bool bn_distance_can(json_t *const hello[2]); /* both builds know the command */
/* ", by at most 0.5, first at position 80 (17 of 20 positions)", or "". */
void bn_distance_text(const struct bn_exact_output *output, char *text, size_t cap);
#endif
