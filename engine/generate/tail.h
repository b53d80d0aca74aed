/* tail.h - generated text on its way out: holds back what may still become a stop string, and ends the text before
 * the first one. */
#ifndef BN_GENERATE_TAIL_H
#define BN_GENERATE_TAIL_H
#include "engine/bitnet.h"

struct bn_tail {
    const char *const *stops; /* [n_stops], the caller's */
    size_t n_stops;
    const char *stop; /* that ended the text, or NULL */
    char *bytes;      /* [n] not yet handed out, after the `n_out` bytes that were */
    size_t n, n_out, cap;
};
/* An empty stop string is BN_ERR_USAGE. Otherwise nothing is allocated yet. */
enum bn_status bn_tail_init(struct bn_tail *tail, const char *const *stops, size_t n_stops, struct bn_error *err);
void bn_tail_release(struct bn_tail *tail);
/* Appends text to what is held; *stopped: a stop string was complete, and the text ends before it. */
enum bn_status bn_tail_put(struct bn_tail *tail, struct bn_text text, bool *stopped, struct bn_error *err);
/* What can be handed out, in whole characters, valid until the next call; `all` at the end: nothing is held back. */
struct bn_text bn_tail_take(struct bn_tail *tail, bool all);
#endif
