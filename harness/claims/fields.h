/* fields.h - the table that suites/yaml.h reads a claim file by. */
#ifndef BN_CLAIMS_FIELDS_H
#define BN_CLAIMS_FIELDS_H
#include "harness/claims/claims.h"
#include "suites/yaml.h"

const struct bn_yaml_field *bn_claim_fields(void);
/* Defaults of what the file leaves out; path: for the error. */
enum bn_status bn_claim_fill(struct bn_claim *claim, const char *path, struct bn_error *err);
#endif
