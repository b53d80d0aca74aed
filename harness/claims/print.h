/* print.h - figures as they are printed, shared by the forms of output. */
#ifndef BN_CLAIMS_PRINT_H
#define BN_CLAIMS_PRINT_H
#include "harness/claims/claims.h"

/* "1.18", "39.1 GB/s", "-" for NAN. Both return text. */
const char *bn_claims_figure(double x, const char *unit, char *text, size_t cap);
/* "1.18 (1.15 to 1.21)". */
const char *bn_claims_ours(const struct bn_claim_finding *finding, char *text, size_t cap);
void bn_claims_text(const char *text, bool markdown); /* prints what a claim file says */
void bn_claims_print_json(const struct bn_claims_report *report);
#endif
