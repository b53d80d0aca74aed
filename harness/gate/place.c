/* place.c - compares a slow-down with what the self-test found that places of code move. */
#include "harness/gate/place.h"
#include <math.h>

const double bn_gate_place_unmeasured = 0.0295588022;
static const double same_work = 0.002; /* instructions.h: their threshold, here to either side */

bool bn_gate_place_explains(const struct bn_gate_report *report, int w)
{
    const struct bn_instructions_result *counted = &report->instructions;
    const struct bn_gate_finding *f = &report->paired.confirmed[w];
    double place = isnan(report->noise.place[w]) ? bn_gate_place_unmeasured : report->noise.place[w];
    if (report->relinked || report->exact.more_work ||
        (counted->source && fabs(counted->head[w] / counted->base[w] - 1) > same_work))
        return false;
    return f->median < place;
}
