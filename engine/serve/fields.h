/* fields.h - fields of a JSON body, strictly: an absent or null field leaves the value as it is, one of another type or
 * out of range is a problem that names it. Each function returns false then. */
#ifndef BN_SERVE_FIELDS_H
#define BN_SERVE_FIELDS_H
#include "engine/serve/problem.h"
#include <stdint.h>

struct fields {
    const json_t *object;
    struct problem *problem;
};
const json_t *field(const struct fields *fields, const char *name); /* NULL: absent or null */
bool field_int(const struct fields *fields, const char *name, int64_t least, int64_t most, int64_t *value);
bool field_number(const struct fields *fields, const char *name, double least, double most, double *value);
bool field_bool(const struct fields *fields, const char *name, bool *value);
/* "Field NAME must be MUST." */
bool field_wrong(const struct fields *fields, const char *name, const char *must);
#endif
