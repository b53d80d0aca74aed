/* place.h - may a slow-down be the place of code alone? Where the builds were linked anew for each process, the verdict
 * is over places and needs no such question. Of two finished files it does: what is only elsewhere in memory is no
 * regression of the change that moved it. */
#ifndef BN_GATE_PLACE_H
#define BN_GATE_PLACE_H
#include "harness/gate/report.h"

/* What places move a workload where no self-test has measured it: log1p(3 %). Found: -0.4 to +2.3 % for builds that
 * differ in padding between functions. */
extern const double bn_gate_place_unmeasured;
/* Workload w is slower by less than places move it on this machine, and not known to do other work. */
bool bn_gate_place_explains(const struct bn_gate_report *report, int w);
#endif
