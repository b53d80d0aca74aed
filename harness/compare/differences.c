/* differences.c - how two runs differ: fields of machine and model, engines, options. */
#include "harness/compare/compare.h"
#include "harness/core/error.h"
#include <stdlib.h>
#include <string.h>

static const char machine_sql[] =
    "WITH a AS (SELECT name, coalesce(value, 'unknown') AS value FROM v_fingerprints "
    "WHERE run_id = ?1 AND kind = 'machine' AND identity),"
    " b AS (SELECT name, coalesce(value, 'unknown') AS value FROM v_fingerprints WHERE "
    "run_id = ?2 AND kind = 'machine' AND identity)"
    " SELECT name, coalesce((SELECT value FROM a WHERE a.name = n.name), 'absent') AS x, "
    "coalesce((SELECT value FROM b WHERE b.name = n.name), 'absent') AS y"
    " FROM (SELECT name FROM a UNION SELECT name FROM b) n WHERE x <> y ORDER BY 'absent' IN (x, y), name";

enum bn_status bn_compare_differ(struct bn_comparison *c, const char *kind, const char *name, const char *base,
                                 const char *head, struct bn_error *err)
{
    for (size_t i = 0; i < c->n_differences; i++) {
        const struct bn_compare_difference *d = &c->differences[i];
        if (!strcmp(d->kind, kind) && !strcmp(d->name, name) && !strcmp(d->base, base) && !strcmp(d->head, head))
            return BN_OK;
    }
    struct bn_compare_difference *more = realloc(c->differences, (c->n_differences + 1) * sizeof *more);
    if (!more) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory comparing runs.");
    c->differences = more;
    struct bn_compare_difference *d = &more[c->n_differences++];
    *d = (struct bn_compare_difference){kind, strdup(name), strdup(base), strdup(head)};
    return d->name && d->base && d->head ? BN_OK : bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory comparing runs.");
}

static enum bn_status models(struct bn_comparison *c, struct bn_error *err)
{
    const struct bn_compare_run *base = &c->base, *head = &c->head;
    if (!base->n_configs || !head->n_configs) return BN_OK;
    for (size_t i = 0; i < head->n_configs; i++)
        for (size_t j = 0; j < base->n_configs; j++)
            if (!strcmp(base->configs[j].model_hash, head->configs[i].model_hash)) return BN_OK;
    const struct bn_compare_config *b = base->configs, *h = head->configs;
    enum bn_status status = bn_compare_differ(c, "model", "content_hash", b->model_hash, h->model_hash, err);
    if (!status && strcmp(b->model, h->model)) status = bn_compare_differ(c, "model", "model", b->model, h->model, err);
    return status;
}

enum bn_status bn_compare_obstacles(struct bn_store *store, struct bn_comparison *c, struct bn_error *err)
{
    struct bn_query *q;
    enum bn_status status = bn_query_open(&q, store, err, machine_sql, "ii", c->base.run_id, c->head.run_id);
    if (status) return status;
    while (!status && bn_query_next(q))
        status = bn_compare_differ(c, "machine", bn_query_text(q, 0), bn_query_text(q, 1), bn_query_text(q, 2), err);
    status = bn_query_end(q, status, err);
    return status ? status : models(c, err);
}
