/* reply.h - what a worker wrote (JSON lines) as rows for the store. */
#ifndef BN_WORKER_REPLY_H
#define BN_WORKER_REPLY_H
#include "harness/store/store.h"
#include <jansson.h>

struct bn_reply {
    struct bn_sample *samples;
    struct bn_counter *counters;
    struct bn_op_time *ops;
    struct bn_score *scores;
    struct bn_score_item *items;
    size_t n_samples, n_counters, n_ops, n_scores, n_items;
    const char *hash, *kernels; /* NULL: not said */
    int64_t peak_rss_bytes;
    bool done;      /* the closing line came */
    json_t **lines; /* own all the text above */
    size_t n_lines;
};
/* Lines a worker writes:
 *   {"model": {...}, "kernels": "avx2"}
 *   {"rep": 0, "prefill": [[ns, tokens], ...], "decode": [ns or [ns, tokens], ...]}
 *   {"counter": {"phase", "op", "thread", "name", "source", "value" or "reason", "scaled", "tokens"}}
 *   {"op": {"phase", "layer", "op", "thread", "tokens", and the figures (figures.h)}}
 *   {"score": {"task", "version", "metric", "value", "stderr", "n"}}
 *   {"item": {"task", "item", "gold"?, "ll": [...]}}
 *   {"done": true, "hash": "...", "peak_rss_bytes": n}
 * A torn last line (the worker died) is left out. */
enum bn_status bn_reply_parse(struct bn_reply *reply, const char *output, struct bn_error *err);
void bn_reply_release(struct bn_reply *reply);
#endif
