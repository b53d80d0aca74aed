/* obstacles.c - why two runs must not be compared: fields of machine or model that differ. */
#include "harness/compare/compare.h"
#include <stdio.h>
#include <string.h>

static const char machine_sql[] = "WITH a AS (SELECT name, coalesce(value, 'unknown') AS value FROM v_fingerprints "
                                  "WHERE run_id = ?1 AND kind = 'machine' AND identity),"
                                  " b AS (SELECT name, coalesce(value, 'unknown') AS value FROM v_fingerprints WHERE "
                                  "run_id = ?2 AND kind = 'machine' AND identity)"
                                  " SELECT name, coalesce((SELECT value FROM a WHERE a.name = n.name), 'absent') AS x, "
                                  "coalesce((SELECT value FROM b WHERE b.name = n.name), 'absent') AS y"
                                  " FROM (SELECT name FROM a UNION SELECT name FROM b) n WHERE x <> y ORDER BY name";

static size_t put(char *text, size_t cap, size_t n, const char *name, const char *x, const char *y)
{
    if (n >= cap) return n;
    return n + (size_t)snprintf(text + n, cap - n, "%s%s (%.40s%s, %.40s%s)", n ? ", " : "", name, x,
                                strlen(x) > 40 ? "..." : "", y, strlen(y) > 40 ? "..." : "");
}

static size_t models(const struct bn_compare_run *base, const struct bn_compare_run *head, char *text, size_t cap)
{
    if (!base->n_configs || !head->n_configs) return 0;
    for (size_t i = 0; i < head->n_configs; i++)
        for (size_t j = 0; j < base->n_configs; j++)
            if (!strcmp(base->configs[j].model_hash, head->configs[i].model_hash)) return 0;
    size_t n = put(text, cap, 0, "content_hash", base->configs[0].model_hash, head->configs[0].model_hash);
    if (strcmp(base->configs[0].model, head->configs[0].model))
        n = put(text, cap, n, "model", base->configs[0].model, head->configs[0].model);
    return n;
}

enum bn_status bn_compare_obstacles(struct bn_store *store, const struct bn_compare_run *base,
                                    const struct bn_compare_run *head, char *text, size_t cap, struct bn_error *err)
{
    struct bn_query *q;
    char fields[2048] = "";
    size_t n = 0;
    text[0] = 0;
    enum bn_status status = bn_query_open(&q, store, err, machine_sql, "ii", base->run_id, head->run_id);
    if (status) return status;
    while (bn_query_next(q))
        n = put(fields, sizeof fields, n, bn_query_text(q, 0), bn_query_text(q, 1), bn_query_text(q, 2));
    status = bn_query_end(q, status, err);
    if (status) return status;
    const char *what = "machines";
    if (!n) n = models(base, head, fields, sizeof fields), what = "models";
    if (n)
        snprintf(text, cap, "Runs %lld and %lld are of different %s: %s; add --across to compare them all the same.",
                 (long long)base->run_id, (long long)head->run_id, what, fields);
    return BN_OK;
}
