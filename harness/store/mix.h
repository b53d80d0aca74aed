/* mix.h - the one SQL function that the seals of a database are computed with (seals.sql). It and the SQL texts of this
 * folder are all that a reader of the database shares with its writer. */
#ifndef BN_STORE_MIX_H
#define BN_STORE_MIX_H
#include <sqlite3.h>
#include <stdint.h>

/* The sum of bn_mix over the samples of a point, known without reading them back because this program has just inserted
 * them. */
struct bn_mix_sum {
    int64_t point_id, sum; /* point_id 0: of no point */
};
/* Defines for this connection bn_mix(value, ...): a number of 32 bits that depends on every value, its type and its
 * place; NULL is a value; the same on every machine. And bn_mixed(point_id): the sum in *known when it is of that
 * point, else NULL; known may be NULL. Returns SQLite's code. */
int bn_mix_define(sqlite3 *db, struct bn_mix_sum *known);
/* bn_mix(phase, rep, idx, ns, n_tokens) */
uint32_t bn_mix_sample(const char *phase, int64_t rep, int64_t idx, int64_t ns, int64_t n_tokens);
#endif
