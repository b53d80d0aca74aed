/* checkkern_limits.h - the most that one thread of this machine can do, measured in place: kernels are judged
 * against it. */
#ifndef BN_CHECKKERN_LIMITS_H
#define BN_CHECKKERN_LIMITS_H
#include <stddef.h>

enum limit { LIMIT_NONE, LIMIT_READ, LIMIT_INT8, LIMIT_FLOAT, LIMIT_COUNT };
struct limits {
    double per_ns[LIMIT_COUNT];   /* bytes (READ) or multiply-adds (INT8, FLOAT) a nanosecond; 0: not known here */
    const char *how[LIMIT_COUNT]; /* the loop that was run, or why there is none */
};
/* `memory`: a region much larger than the caches, written before. Best of several tries. Takes about half a second. */
void measure_limits(struct limits *limits, const void *memory, size_t bytes);
/* A clock for intervals, in nanoseconds. */
double clock_ns(void);
#endif
