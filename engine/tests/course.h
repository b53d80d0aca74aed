/* course.h - for tests: texts decoded together in a batch, each compared with what it gives alone, in a session whose
 * crew nobody shares. */
#ifndef BN_TESTS_COURSE_H
#define BN_TESTS_COURSE_H
#include "engine/bitnet.h"
#include <criterion/criterion.h>
#include <string.h>

enum { COURSE_MOST = 16, COURSE_TOKENS = 512 };

struct texts {
    const struct bn_model *model;
    struct bn_session_options session; /* of each alone, of the crew and of the batch */
    const char *of;                    /* what is tested, for messages */
    int n_new;                         /* greedy tokens after each prompt */
    int32_t prompts[COURSE_MOST][COURSE_TOKENS];
    size_t lengths[COURSE_MOST];
    uint64_t expected[COURSE_MOST]; /* hash of the logits after the prompt and after each new token */
};

struct course {
    int n, chunk;  /* texts; most tokens of a prompt in a step */
    int prompts;   /* most prompts of a step */
    bool separate; /* equal beginnings are not shared */
    bool late;     /* a sequence arrives with every second step */
    int removed;   /* so many are removed half way, and added again after that */
};

static inline uint32_t course_random(void)
{
    static uint64_t state = 5;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33);
}

static inline int32_t course_best(const struct texts *t, const float *logits)
{
    return bn_logits_best(logits, bn_model_info(t->model)->n_vocab);
}

/* Text i: `common` tokens that all texts of odd number begin with, then n of its own. */
static inline void course_make(struct texts *t, int i, size_t common, size_t n)
{
    size_t at = i % 2 ? common : 0;
    t->lengths[i] = at + n;
    if (at) memcpy(t->prompts[i], t->prompts[1], common * sizeof **t->prompts);
    for (size_t k = i == 1 ? 0 : at; k < t->lengths[i]; k++)
        t->prompts[i][k] = (int32_t)(course_random() % (uint32_t)(bn_model_info(t->model)->n_vocab - 3)) + 3;
}

static inline uint64_t course_hash_alone(const struct texts *t, int i)
{
    struct bn_session *session;
    struct bn_error err;
    cr_assert_eq(bn_session_open(&session, t->model, &t->session, &err), BN_OK, "%s: %s", t->of, err.text);
    bn_session_hash_reset(session, true);
    cr_assert_eq(bn_prefill(session, t->prompts[i], t->lengths[i], &err), BN_OK, "%s: %s", t->of, err.text);
    for (int k = 0; k < t->n_new; k++)
        cr_assert_eq(bn_decode(session, course_best(t, bn_logits(session)), &err), BN_OK, "%s: %s", t->of, err.text);
    uint64_t hash = bn_session_logits_hash(session);
    bn_session_close(session);
    return hash;
}

/* A course under way. */
struct course_run {
    const struct texts *t;
    const struct course *c;
    struct bn_batch *batch;
    int who[COURSE_MOST], given[COURSE_MOST]; /* by sequence: its text, and how many new tokens it has got */
    int removed, done;
};

static inline void course_add(struct course_run *r, int text)
{
    struct bn_error err;
    int s = -1;
    cr_assert_eq(bn_batch_add(r->batch, r->t->prompts[text], r->t->lengths[text], &s, &err), BN_OK, "%s: %s", r->t->of,
                 err.text);
    r->who[s] = text, r->given[s] = 0;
}

/* A sequence that has logits goes on, starts again as another one, or rests in the batch, where others may share its
 * beginning. */
static inline void course_go_on(struct course_run *r, int s)
{
    const struct course *c = r->c;
    const struct texts *t = r->t;
    if (r->removed < c->removed && r->given[s] == t->n_new / 2) {
        r->removed++;
        bn_batch_remove(r->batch, s);
        course_add(r, r->who[s]);
    } else if (r->given[s]++ < t->n_new) {
        cr_assert_eq(bn_batch_put(r->batch, s, course_best(t, bn_batch_logits(r->batch, s)), NULL), BN_OK);
    } else {
        cr_expect_eq(bn_batch_logits_hash(r->batch, s), t->expected[r->who[s]],
                     "%s: text %d of %d, chunk %d, separate %d, late %d, removed %d", t->of, r->who[s], c->n, c->chunk,
                     c->separate, c->late, c->removed);
        r->done++;
    }
}

static inline void course_shuffle(int order[COURSE_MOST])
{
    for (int i = 0; i < COURSE_MOST; i++) order[i] = i;
    for (int i = COURSE_MOST - 1; i > 0; i--) {
        int j = (int)(course_random() % (uint32_t)(i + 1)), swapped = order[i];
        order[i] = order[j], order[j] = swapped;
    }
}

/* Runs c->n of the texts, in an order of their own, to their ends. */
static inline void course_run(const struct texts *t, struct bn_crew *crew, const struct course *c)
{
    const struct bn_batch_options options = {.n_sequences = c->n,
                                             .n_ctx = t->session.n_ctx,
                                             .n_chunk = c->chunk,
                                             .n_prompts = c->prompts,
                                             .kv_type = t->session.kv_type,
                                             .kv_prune = t->session.kv_prune,
                                             .separate = c->separate,
                                             .hash = true};
    struct course_run r = {.t = t, .c = c};
    struct bn_error err;
    int order[COURSE_MOST], added = 0, n_ready;
    course_shuffle(order);
    cr_assert_eq(bn_batch_open(&r.batch, crew, &options, &err), BN_OK, "%s: %s", t->of, err.text);
    for (int step = 0; r.done < c->n; step++) {
        cr_assert_lt(step, 10000);
        while (added < c->n && (!c->late || added * 2 <= step)) course_add(&r, order[added++]);
        cr_assert_eq(bn_batch_step(r.batch, &n_ready, &err), BN_OK, "%s: %s", t->of, err.text);
        for (int k = 0; k < n_ready; k++) course_go_on(&r, bn_batch_ready(r.batch, k));
    }
    bn_batch_close(r.batch);
}
#endif
