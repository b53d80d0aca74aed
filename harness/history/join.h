/* join.h - configs of another program that are one series although its versions write different fields. */
#ifndef BN_HISTORY_JOIN_H
#define BN_HISTORY_JOIN_H
#include "harness/history/history.h"

struct bn_history_join {
    int64_t from, to; /* config ids, from < to */
    char fields[256]; /* "use_mmap, poll": which only one of the two has */
};
/* Joins of the engines of the query, by `from`: two configs that are equal but for their options, agree in every option
 * that both have, and never ran side by side. A config that agrees with two that contradict each other is joined to
 * neither. Our own options all have a default, and are never joined. Freed by the caller. */
enum bn_status bn_history_joins(struct bn_store *store, const struct bn_history_query *query,
                                struct bn_history_join **joins, size_t *n, struct bn_error *err);
/* The config that `config` is counted as. */
int64_t bn_history_joined(const struct bn_history_join *joins, size_t n, int64_t config);
#endif
