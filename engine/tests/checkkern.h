/* checkkern.h - inside checkkern: seeded inputs, guarded buffers, the table of operations with their cases and benches.
 */
#ifndef BN_CHECKKERN_H
#define BN_CHECKKERN_H
#include "engine/kernels/kernels.h"

/* Random numbers that depend only on the seed (splitmix64). */
struct rng {
    uint64_t state;
};
uint64_t rng_next(struct rng *r);
int rng_below(struct rng *r, int n); /* 0..n-1 */

/* What an array of floats holds: the cases that break kernels, and ordinary values. */
enum fill { FILL_NORMAL, FILL_ZERO, FILL_LARGE, FILL_TINY, FILL_MIXED, FILL_ONE_LARGE, FILL_COUNT };
void fill_floats(float *x, size_t n, enum fill kind, struct rng *r);
void fill_bytes(void *x, size_t n, struct rng *r);

/* Memory that ends at an unreadable page: one byte too far crashes. Freed together by
 * guarded_release. */
void *guarded(size_t bytes);
/* A guarded copy of `bytes` at `from` (for outputs: both variants start from the same bytes). */
void *guarded_copy(const void *from, size_t bytes);
void guarded_release(void);

/* Compares two outputs byte by byte; on a difference says where, in words of 4 bytes, and returns false. */
bool same_bytes(const void *expected, const void *got, size_t bytes, const char *what, ...)
    __attribute__((format(printf, 4, 5)));

typedef void (*any_fn)(void);
struct op_check {
    int n_cases;
    /* Runs case `number` on both variants; false when their outputs differ. */
    bool (*check)(any_fn ref, any_fn fn, int number, struct rng *r);
};
extern const struct op_check *const op_checks[BN_KERNEL_OP_COUNT];
/* Of checkkern_attention.c, for the table. */
bool check_kv_store(any_fn ref, any_fn fn, int number, struct rng *r);
bool check_attention(any_fn ref, any_fn fn, int number, struct rng *r);
bool check_attention_scores(any_fn ref, any_fn fn, int number, struct rng *r);
bool check_attention_law(any_fn ref, any_fn fn, int number, struct rng *r);
bool check_attention_merge(any_fn ref, any_fn fn, int number, struct rng *r);

/* Checks the reference variants themselves against plain double arithmetic; returns how many are wrong. */
int check_references(const char *only);
/* Times the variants of operation `only` and of the name `variant` (NULL: all) on the shapes of the 2B4T model, and the
 * machine's limits. Returns 1 if no operation has that name or memory runs out. */
int bench_kernels(const char *only, const char *variant, bool json);
#endif
