/* scope.h - the names that an expression of a claim may use, and what they stand for at one sample. */
#ifndef BN_CLAIMS_SCOPE_H
#define BN_CLAIMS_SCOPE_H
#include "harness/claims/claims.h"

enum { BN_SCOPE_MOST = 256 };
struct bn_scope {
    const struct bn_claim *claim;
    struct bn_amount given[BN_SCOPE_MOST];   /* computed once: one that uses another twice would double the work */
    uint32_t n_given;                        /* the first so many may be used */
    bool measured;                           /* what was measured may be used too */
    const struct bn_evidence_series *series; /* [claim->n_measured]; NULL: each is 1 of its unit, to check a file */
    const char *key;                         /* of the samples that are meant */
    bool uses_measured, lacks_sample;        /* set while reading */
    bool uses[BN_SCOPE_MOST];                /* [claim->n_measured] */
};
/* Computes what is given, each from those before it; *failed is the one that cannot be. */
enum bn_status bn_scope_init(struct bn_scope *scope, const struct bn_claim *claim, const char **failed,
                             struct bn_error *err);
enum bn_status bn_scope_read(struct bn_scope *scope, const char *text, struct bn_amount *out, struct bn_error *err);
/* The same for what the file alone says, which has a value or is an error. */
enum bn_status bn_scope_read_finite(struct bn_scope *scope, const char *text, struct bn_amount *out,
                                    struct bn_error *err);
#endif
