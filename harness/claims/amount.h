/* amount.h - numbers with units, and expressions over them: "41.7[token/s] / (18.2[token/s])", "body * 2[bit/weight] +
 * head".
 *
 * A number may have a unit in brackets (units.list, joined by * and /). Names stand for what the caller's lookup gives.
 * There are + - * / ^ (whole powers), parentheses, and sqrt, ln, exp, abs, min and max. Amounts of different units are
 * not added or compared: an error. What divides by 0, is undefined or overflows has the value NAN, whatever it is part
 * of. */
#ifndef BN_CLAIMS_AMOUNT_H
#define BN_CLAIMS_AMOUNT_H
#include "engine/bitnet.h"
#include <stdbool.h>
#include <stddef.h>

enum { BN_BASE_UNITS = 7 }; /* s, B, token, MAC, J, weight, cycle */
struct bn_amount {
    double value;                     /* in base units */
    signed char power[BN_BASE_UNITS]; /* of each base unit; all 0: a plain number */
};
/* What a name stands for; false: unknown. */
typedef bool bn_amount_lookup(void *self, const char *name, size_t n, struct bn_amount *out);

/* BN_ERR_FORMAT with a sentence about the text (no file name) if it is not an expression, a name is unknown, or units
 * do not fit. lookup NULL: no names. */
enum bn_status bn_amount_read(struct bn_amount *out, const char *text, bn_amount_lookup *lookup, void *self,
                              struct bn_error *err);
/* One unit of `text`, e.g. "GB/s"; "" or NULL: the plain 1. */
enum bn_status bn_amount_unit(struct bn_amount *out, const char *text, struct bn_error *err);
bool bn_amount_same_unit(const struct bn_amount *a, const struct bn_amount *b);
/* "B/s", "token^2"; "a plain number". Returns text. */
const char *bn_amount_unit_text(const struct bn_amount *a, char *text, size_t cap);
#endif
