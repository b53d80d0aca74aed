/* text.h - plain English without end for the stress tests: the same seed gives the same text everywhere. */
#ifndef SUITES_STRESS_TEXT_H
#define SUITES_STRESS_TEXT_H
#include "engine/bitnet.h"

/* At least n_bytes of whole sentences; the caller frees it, NULL when memory is short. */
char *bn_stress_text(uint64_t seed, size_t n_bytes);
/* Exactly n ids of that text, BOS in front when `bos`; the caller frees *ids. */
enum bn_status bn_stress_ids(int32_t **ids, const struct bn_model *model, uint64_t seed, bool bos, size_t n,
                             struct bn_error *err);
#endif
