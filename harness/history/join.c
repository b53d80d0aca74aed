/* join.c - finds the configs whose options agree where both have them. */
#include "harness/history/join.h"
#include "harness/core/error.h"
#include <stdlib.h>
#include <string.h>

/* pair: what agrees, both ways round; torn: agrees with two that do not agree with each other. */
static const char joins_sql[] =
    "WITH c AS (SELECT * FROM v_configs WHERE engine IN (?1, ?2) AND engine <> 'bitnet'),"
    " pair AS MATERIALIZED (SELECT a.config_id AS a, b.config_id AS b FROM c a JOIN c b ON a.config_id <> b.config_id "
    "AND"
    "  a.engine = b.engine AND a.model_id IS b.model_id AND a.workload = b.workload AND a.fill_tokens = b.fill_tokens "
    "AND"
    "  a.prefill_tokens = b.prefill_tokens AND a.decode_tokens = b.decode_tokens AND a.kernel = b.kernel AND"
    "  a.threads = b.threads WHERE NOT EXISTS (SELECT 1 FROM v_options x JOIN v_options y ON y.name = x.name AND"
    "  y.value <> x.value WHERE x.config_id = a.config_id AND y.config_id = b.config_id)"
    "  AND NOT EXISTS (SELECT 1 FROM v_points p JOIN v_points q ON q.run_id = p.run_id WHERE"
    "  p.config_id = a.config_id AND q.config_id = b.config_id)),"
    " torn AS MATERIALIZED (SELECT DISTINCT x.a FROM pair x JOIN pair y ON y.a = x.a AND y.b <> x.b"
    "  WHERE NOT EXISTS (SELECT 1 FROM pair p WHERE p.a = x.b AND p.b = y.b)),"
    " next AS (SELECT a, min(b) AS b FROM pair WHERE a < b AND a NOT IN (SELECT a FROM torn) AND"
    "  b NOT IN (SELECT a FROM torn) GROUP BY a)"
    " SELECT a, b, (SELECT group_concat(name, ', ') FROM (SELECT name FROM v_options WHERE config_id IN (n.a, n.b)"
    "  GROUP BY name HAVING count(*) = 1 ORDER BY name)) FROM next n ORDER BY a";

enum bn_status bn_history_joins(struct bn_store *store, const struct bn_history_query *query,
                                struct bn_history_join **joins, size_t *n, struct bn_error *err)
{
    struct bn_query *q;
    *joins = NULL;
    *n = 0;
    enum bn_status status = bn_query_open(&q, store, err, joins_sql, "ss", query->engine,
                                          query->reference ? query->reference : query->engine);
    if (status) return status;
    while (!status && bn_query_next(q)) {
        struct bn_history_join *more = realloc(*joins, (*n + 1) * sizeof *more);
        if (!more) {
            status = bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for the history.");
            continue;
        }
        *joins = more;
        more[*n] = (struct bn_history_join){bn_query_int(q, 0), bn_query_int(q, 1), ""};
        bn_printable(more[*n].fields, sizeof more[*n].fields, bn_query_text(q, 2));
        ++*n;
    }
    return bn_query_end(q, status, err);
}

int64_t bn_history_joined(const struct bn_history_join *joins, size_t n, int64_t config)
{
    for (size_t i = 0; i < n; i++) /* in order of `from`, so that a chain is followed in one walk */
        if (joins[i].from == config) config = joins[i].to;
    return config;
}
