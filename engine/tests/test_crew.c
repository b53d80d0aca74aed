/* test_crew.c - several sessions on one crew, contexts that begin as a part of another one's, and what observers see.
 */
#include "engine/bitnet.h"
#include "engine/core/threads.h"
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const path = "datasets/reference/b158-i2_s.gguf";
enum { N_CTX = 768, N = 600 };

static struct bn_model *open_model(const char *backend)
{
    struct bn_model *model;
    struct bn_error err;
    const struct bn_model_options options = {.kernel_backend = backend};
    cr_assert_eq(bn_model_open(&model, path, &options, &err), BN_OK, "%s", err.text);
    return model;
}

static struct bn_session *open_session(const struct bn_model *model, struct bn_crew *crew, const char *kv_type)
{
    struct bn_session *session;
    struct bn_error err;
    const struct bn_session_options options = {
        .n_ctx = N_CTX, .n_threads = crew ? 0 : 2, .crew = crew, .kv_type = kv_type};
    cr_assert_eq(bn_session_open(&session, model, &options, &err), BN_OK, "%s", err.text);
    bn_session_hash_reset(session, true);
    return session;
}

static void fill(int32_t *ids, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) ids[i] = (int32_t)(seed = seed * 1664525u + 1013904223u) % 1900 + 1950;
}

/* Hash of what a new session makes of ids. */
static uint64_t hash_of(const struct bn_model *model, const char *kv_type, const int32_t *ids, size_t n, size_t quiet)
{
    struct bn_session *s = open_session(model, NULL, kv_type);
    cr_assert_eq(bn_prefill(s, ids, quiet, NULL), BN_OK);
    bn_session_hash_reset(s, true);
    for (size_t i = quiet; i < n; i++) cr_assert_eq(bn_decode(s, ids[i], NULL), BN_OK);
    uint64_t hash = bn_session_logits_hash(s);
    bn_session_close(s);
    return hash;
}

Test(crew, sessions_take_turns_on_one_crew)
{
    struct bn_model *model = open_model(NULL);
    struct bn_crew *crew;
    int32_t ids[2][20];
    cr_assert_eq(bn_crew_open(&crew, model, &(struct bn_crew_options){.n_threads = 2}, NULL), BN_OK);
    struct bn_session *s[2];
    for (int i = 0; i < 2; i++) {
        fill(ids[i], 20, (uint32_t)i);
        s[i] = open_session(model, crew, NULL);
        cr_expect_eq(bn_session_crew(s[i]), crew);
    }
    for (int k = 0; k < 20; k++)
        for (int i = 0; i < 2; i++) cr_assert_eq(bn_decode(s[i], ids[i][k], NULL), BN_OK);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(bn_session_logits_hash(s[i]), hash_of(model, NULL, ids[i], 20, 0));
        bn_session_close(s[i]);
    }
    struct bn_session *other;
    struct bn_error err;
    const struct bn_session_options both = {.crew = crew, .n_threads = 3};
    cr_expect_eq(bn_session_open(&other, model, &both, &err), BN_ERR_USAGE);
    bn_crew_close(crew);
    bn_model_close(model);
}

/* Both go on from a common beginning, in a segment that they share until one writes, and either may end first. */
static void share(const char *backend, const char *kv_type, int common, int more)
{
    struct bn_model *model = open_model(backend);
    struct bn_crew *crew;
    int32_t ids[2][N];
    struct bn_session *s[2];
    fill(ids[0], (size_t)(common + more), 1);
    memcpy(ids[1], ids[0], sizeof ids[0]);
    fill(ids[1] + common, (size_t)more, 2);
    cr_assert_eq(bn_crew_open(&crew, model, &(struct bn_crew_options){.n_threads = 2}, NULL), BN_OK);
    s[0] = open_session(model, crew, kv_type);
    cr_assert_eq(bn_prefill(s[0], ids[0], (size_t)common, NULL), BN_OK);
    cr_assert_eq(bn_session_open_shared(&s[1], s[0], common, 0, NULL), BN_OK);
    cr_expect_eq(bn_session_position(s[1]), common);
    for (int i = 0; i < 2; i++) bn_session_hash_reset(s[i], true);
    for (int k = common; k < common + more; k++)
        for (int i = 1; i >= 0; i--) cr_assert_eq(bn_decode(s[i], ids[i][k], NULL), BN_OK);
    for (int i = 0; i < 2; i++)
        cr_expect_eq(bn_session_logits_hash(s[i]),
                     hash_of(model, kv_type, ids[i], (size_t)(common + more), (size_t)common), "%s: %d of %d tokens",
                     i ? "copy" : "original", common, common + more);
    /* the original goes back into what the copy still holds */
    bn_session_truncate(s[0], common / 2);
    cr_assert_eq(bn_decode(s[0], ids[1][common], NULL), BN_OK);
    bn_session_close(s[0]);
    bn_session_hash_reset(s[1], true);
    cr_assert_eq(bn_decode(s[1], 7, NULL), BN_OK);
    ids[1][common + more] = 7;
    cr_expect_eq(bn_session_logits_hash(s[1]),
                 hash_of(model, kv_type, ids[1], (size_t)(common + more + 1), (size_t)(common + more)));
    bn_session_close(s[1]);
    bn_crew_close(crew);
    bn_model_close(model);
}

Test(crew, a_context_begins_as_a_part_of_another)
{
    share(NULL, NULL, 300, 5);
    share(NULL, "q8_0", 512, 3);
    share(NULL, "f32", 20, 250);
    share("reference64", NULL, 20, 3);
}

/* ---- observers ---- */
struct seen {
    int depth[8], deepest; /* per thread: operations and waits that are open */
    int passes, rows, waits, heads_outside, bad;
    bool in_pass;
    enum bn_phase phase;
    const struct seen *outer; /* must be inside whenever this one is */
};

static void op_begin(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op)
{
    struct seen *s = self;
    (void)layer;
    s->depth[thread]++;
    if (phase != s->phase) s->bad++;
    if (op == BN_OP_HEAD && !s->in_pass) s->heads_outside++;
    if (s->outer && s->outer->depth[thread] != s->depth[thread]) s->bad++;
}
static void op_end(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op, const struct bn_work *work)
{
    struct seen *s = self;
    (void)phase, (void)layer, (void)op, (void)work;
    if (s->outer && s->outer->depth[thread] != s->depth[thread]) s->bad++;
    s->depth[thread]--;
}
static void pass_begin(void *self, const struct bn_pass_info *pass)
{
    struct seen *s = self;
    s->in_pass = true, s->phase = pass->phase, s->passes++;
    for (int i = 0; i < pass->n_rows; i++) {
        s->rows++;
        if (pass->rows[i].sequence != 1 || pass->rows[i].position != s->rows - 1) s->bad++;
    }
}
static void pass_end(void *self, const struct bn_pass_info *pass)
{
    struct seen *s = self;
    if (!s->in_pass || pass->phase != s->phase) s->bad++;
    s->in_pass = false;
}
static void wait_begin(void *self, int thread)
{
    struct seen *s = self;
    if (thread == 0) s->waits++;
    if (++s->depth[thread] > 2) s->bad++;
}
static void wait_end(void *self, int thread) { ((struct seen *)self)->depth[thread]--; }

static void nothing(void *self, size_t pos, const float *logits) { (void)self, (void)pos, (void)logits; }

Test(crew, observers_nest_and_see_waits_and_whole_passes)
{
    struct bn_model *model = open_model(NULL);
    struct seen outer = {.passes = 0}, inner = {.outer = &outer};
    const struct bn_observer second = {&inner, op_begin,   op_end,   pass_begin, pass_end,
                                       NULL,   wait_begin, wait_end, NULL},
                             first = {&outer, op_begin,   op_end,   pass_begin, pass_end,
                                      NULL,   wait_begin, wait_end, &second};
    struct bn_crew *crew;
    int32_t ids[40], draft[3] = {5, 6, 7};
    size_t accepted;
    fill(ids, 40, 3);
    const struct bn_crew_options options = {.n_threads = 2, .observer = &first, .fixed_threads = true};
    cr_assert_eq(bn_crew_open(&crew, model, &options, NULL), BN_OK);
    struct bn_session *unused = open_session(model, crew, NULL), *s = open_session(model, crew, NULL);
    cr_assert_eq(bn_prefill_logits(s, ids, 40, 3, nothing, NULL, NULL), BN_OK);
    cr_assert_eq(bn_decode(s, 9, NULL), BN_OK);
    cr_assert_eq(bn_decode_draft(s, 4, draft, 3, &accepted, NULL), BN_OK);
    for (int i = 0; i < 2; i++) {
        const struct seen *v = i ? &inner : &outer;
        cr_expect_eq(v->passes, 3);
        cr_expect_eq(v->rows, 40 + 1 + 4);
        cr_expect_eq(v->phase, BN_PHASE_VERIFY);
        cr_expect_gt(v->waits, 3 * bn_model_info(model)->n_layers);
        cr_expect_eq(v->heads_outside, 0);
        cr_expect_eq(v->bad, 0);
        cr_expect_eq(v->depth[0] + v->depth[1], 0);
    }
    bn_session_close(unused);
    bn_session_close(s);
    bn_crew_close(crew);
    bn_model_close(model);
}

/* ---- adapting ---- */
struct slow {
    struct bn_threads *threads;
    atomic_int runs[3]; /* per thread */
    bool sleeps;        /* thread 1 is off its CPU for 3 ms */
};

static void run_slowly(void *arg, int thread)
{
    struct slow *s = arg;
    int n, rank = bn_threads_rank(s->threads, thread, &n);
    cr_assert(rank < n);
    atomic_fetch_add(&s->runs[thread], 1);
    if (s->sleeps && thread == 1) nanosleep(&(struct timespec){0, 3000000}, NULL);
    bn_threads_barrier(s->threads, thread);
}

static struct bn_threads_load load_after(struct slow *s, int runs)
{
    for (int i = 0; i < runs; i++) bn_threads_run(s->threads, run_slowly, s);
    return bn_threads_load(s->threads);
}

Test(crew, a_late_member_is_left_out_and_comes_back)
{
    struct slow s = {.sleeps = true};
    cr_assert_eq(bn_threads_open(&s.threads, 3, NULL, NULL, NULL, NULL), BN_OK);
    cr_expect_eq(load_after(&s, 5).n_dropped, 0); /* adapts only when the option asks for it */
    cr_expect_eq(atomic_load(&s.runs[1]), 5);
    bn_threads_adapt(s.threads, true);
    struct bn_threads_load load = load_after(&s, 20);
    cr_expect_geq(load.n_dropped, 1);
    cr_expect_geq(load.waited_ns, 1000000);
    cr_expect_lt(load.n_active, 3);
    cr_expect_lt(atomic_load(&s.runs[1]), 5 + 20);
    s.sleeps = false;
    nanosleep(&(struct timespec){1, 100000000}, NULL); /* longer than the longest pause */
    int before = atomic_load(&s.runs[1]);
    load_after(&s, 1);
    cr_expect_eq(atomic_load(&s.runs[1]), before + 1);
    bn_threads_close(s.threads);
}
