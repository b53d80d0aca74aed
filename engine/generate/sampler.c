/* sampler.c - picks the next token from logits: bias, penalties, temperature, top-k, top-p, min-p, one random number.
 *
 * The order is Hugging Face's: bias and penalties on the logits, then temperature, then top-k, top-p over
 * what top-k left, min-p relative to the best. Each of the three keeps a prefix of the candidates sorted by
 * (logit, lowest id first), so only as many as needed are sorted. All arithmetic is +, *, / and bn_exp in a
 * fixed order and the generator is our own: one seed gives one text on every machine. */
#include "engine/core/status.h"
#include "engine/kernels/exp.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SELECTION = 256 };

struct candidate {
    float logit;
    int32_t id;
};

struct bn_sampler {
    struct bn_sampler_options options;
    int n_vocab;
    uint64_t state[4];
    float *logits;                /* [n_vocab], the biased and penalised copy */
    struct candidate *candidates; /* [n_vocab], the best first */
    int32_t *recent;              /* [window], a ring of the last tokens */
    uint64_t n_recent;            /* ever accepted */
    uint32_t *stamp, now;         /* [n_vocab]: penalised in call `now` */
    uint32_t *picked;             /* [n_vocab] how often; NULL without the penalties for that */
};

/* ---- random numbers: xoshiro256** (Blackman, Vigna 2018) seeded by SplitMix64 (Steele, Lea, Flood 2014) ---- */

static uint64_t split_mix(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static uint64_t rotate(uint64_t x, int k) { return x << k | x >> (64 - k); }

static uint64_t next_random(uint64_t s[4])
{
    uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0], s[3] ^= s[1], s[1] ^= s[2], s[0] ^= s[3];
    s[2] ^= t, s[3] = rotate(s[3], 45);
    return result;
}

static double uniform(uint64_t s[4]) { return (double)(next_random(s) >> 11) * 0x1p-53; } /* [0, 1) */

/* ---- opening ---- */

static enum bn_status check(int n_vocab, const struct bn_sampler_options *o, struct bn_error *err)
{
    if (n_vocab < 1) return bn_fail(err, BN_ERR_USAGE, "A sampler needs a vocabulary, but n_vocab is %d.", n_vocab);
    if (!(o->temperature >= 0) || o->temperature > 1e6f)
        return bn_fail(err, BN_ERR_USAGE, "temperature must be 0 (greedy) or a positive number up to 1e6, not %g.",
                       o->temperature);
    if (o->top_k < 0)
        return bn_fail(err, BN_ERR_USAGE, "top_k must be 0 (off) or a positive number, not %d.", o->top_k);
    if (!(o->top_p >= 0 && o->top_p <= 1))
        return bn_fail(err, BN_ERR_USAGE, "top_p must be 0 to 1 (off), not %g.", o->top_p);
    if (!(o->min_p >= 0 && o->min_p <= 1))
        return bn_fail(err, BN_ERR_USAGE, "min_p must be 0 (off) to 1, not %g.", o->min_p);
    if (!(o->repetition_penalty > 0) || o->repetition_penalty > 1e6f)
        return bn_fail(err, BN_ERR_USAGE,
                       "repetition_penalty must be 1 (off) or another positive number up to 1e6, not %g.",
                       o->repetition_penalty);
    if (!isfinite(o->frequency_penalty) || !isfinite(o->presence_penalty))
        return bn_fail(err, BN_ERR_USAGE, "frequency_penalty and presence_penalty must be finite numbers.");
    for (size_t i = 0; i < o->n_bias; i++)
        if (o->bias[i].id < 0 || o->bias[i].id >= n_vocab || isnan(o->bias[i].bias))
            return bn_fail(err, BN_ERR_USAGE, "A logit bias must be a number for a token from 0 to %d.", n_vocab - 1);
    if (o->repetition_window < 0)
        return bn_fail(err, BN_ERR_USAGE, "repetition_window must be 0 (none) or more tokens, not %d.",
                       o->repetition_window);
    return BN_OK;
}

static enum bn_status allocate(struct bn_sampler *s, struct bn_error *err)
{
    size_t n = (size_t)s->n_vocab;
    s->logits = malloc(n * sizeof *s->logits);
    s->candidates = malloc(n * sizeof *s->candidates);
    s->stamp = calloc(n, sizeof *s->stamp);
    s->recent = malloc(((size_t)s->options.repetition_window + 1) * sizeof *s->recent);
    bool counts = s->options.frequency_penalty != 0 || s->options.presence_penalty != 0;
    if (counts) s->picked = calloc(n, sizeof *s->picked);
    if (s->logits && s->candidates && s->stamp && s->recent && (s->picked || !counts)) return BN_OK;
    return bn_fail_memory(err, "the sampler", n * 16 + (size_t)s->options.repetition_window * 4);
}

enum bn_status bn_sampler_open(struct bn_sampler **sampler, int n_vocab, const struct bn_sampler_options *options,
                               struct bn_error *err)
{
    static const struct bn_sampler_options greedy = {.top_p = 1, .repetition_penalty = 1};
    if (!options) options = &greedy;
    *sampler = NULL;
    enum bn_status status = check(n_vocab, options, err);
    if (status != BN_OK) return status;
    struct bn_sampler *s = calloc(1, sizeof *s);
    if (!s) return bn_fail_memory(err, "the sampler", sizeof *s);
    s->options = *options;
    s->n_vocab = n_vocab;
    uint64_t seed = options->seed;
    for (int i = 0; i < 4; i++) s->state[i] = split_mix(&seed);
    status = allocate(s, err);
    if (status != BN_OK)
        bn_sampler_close(s);
    else
        *sampler = s;
    return status;
}

void bn_sampler_close(struct bn_sampler *sampler)
{
    if (!sampler) return;
    free(sampler->logits);
    free(sampler->candidates);
    free(sampler->stamp);
    free(sampler->picked);
    free(sampler->recent);
    free(sampler);
}

void bn_sampler_accept(struct bn_sampler *sampler, int32_t id)
{
    if (id < 0 || id >= sampler->n_vocab || !sampler->options.repetition_window) return;
    sampler->recent[sampler->n_recent++ % (uint64_t)sampler->options.repetition_window] = id;
}

/* ---- candidates ---- */

bool bn_sampler_adjusts(const struct bn_sampler_options *o)
{
    return o && (o->n_bias || o->frequency_penalty != 0 || o->presence_penalty != 0 ||
                 (o->repetition_penalty != 1 && o->repetition_window));
}

/* CTRL's penalty (1909.05858): each recent token once, positive logits divided, negative ones multiplied. */
static void penalise_recent(struct bn_sampler *s)
{
    float penalty = s->options.repetition_penalty;
    uint64_t window = (uint64_t)s->options.repetition_window, n = s->n_recent < window ? s->n_recent : window;
    if (penalty == 1 || n == 0) return;
    s->now++;
    for (uint64_t i = 0; i < n; i++) {
        int32_t id = s->recent[i];
        if (s->stamp[id] == s->now) continue;
        s->stamp[id] = s->now;
        s->logits[id] = s->logits[id] > 0 ? s->logits[id] / penalty : s->logits[id] * penalty;
    }
}

static const float *adjust(struct bn_sampler *s, const float *logits)
{
    const struct bn_sampler_options *o = &s->options;
    if (!bn_sampler_adjusts(o)) return logits;
    memcpy(s->logits, logits, (size_t)s->n_vocab * sizeof *logits);
    for (size_t i = 0; i < o->n_bias; i++) s->logits[o->bias[i].id] += o->bias[i].bias;
    penalise_recent(s);
    for (int32_t id = 0; s->picked && id < s->n_vocab; id++)
        if (s->picked[id]) s->logits[id] -= (float)s->picked[id] * o->frequency_penalty + o->presence_penalty;
    return s->logits;
}

static bool worse(struct candidate a, struct candidate b)
{
    return a.logit < b.logit || (a.logit == b.logit && a.id > b.id);
}

static void sift_down(struct candidate *heap, int n, int i, struct candidate last)
{
    for (int child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && worse(heap[child + 1], heap[child])) child++;
        if (!worse(heap[child], last)) break;
        heap[i] = heap[child];
    }
    heap[i] = last;
}

/* Leaves the best m tokens in candidates, the best first, and returns how many there are (NaN is nobody's
 * candidate). The heap has the worst of them on top. */
static int select_best(struct bn_sampler *s, const float *logits, int m)
{
    struct candidate *heap = s->candidates;
    int n = 0;
    for (int32_t id = 0; id < s->n_vocab; id++) {
        struct candidate c = {logits[id], id};
        if (c.logit != c.logit) continue;
        if (n < m) {
            heap[n++] = c;
            if (n == m)
                for (int i = n / 2 - 1; i >= 0; i--) sift_down(heap, n, i, heap[i]);
        } else if (worse(heap[0], c))
            sift_down(heap, n, 0, c);
    }
    if (n < m)
        for (int i = n / 2 - 1; i >= 0; i--) sift_down(heap, n, i, heap[i]);
    for (int left = n - 1; left > 0; left--) {
        struct candidate worst = heap[0];
        sift_down(heap, left, 0, heap[left]);
        heap[left] = worst;
    }
    return n;
}

/* exp((logit - best) / temperature): 1 for the best, whatever its size. */
static float weight(const struct bn_sampler *s, float logit, float best)
{
    return logit == best ? 1 : bn_exp((logit - best) / s->options.temperature);
}

static double weight_of_all(const struct bn_sampler *s, const float *logits, float best)
{
    double sum = 0;
    for (int id = 0; id < s->n_vocab; id++)
        if (logits[id] == logits[id]) sum += (double)weight(s, logits[id], best);
    return sum;
}

/* ---- choosing ---- */

/* Neither top-k nor top-p: no order is needed. `logits` may be the penalised copy: each one is read before
 * its weight takes its place. */
static int32_t draw_from_all(struct bn_sampler *s, const float *logits, int32_t best)
{
    float top = logits[best], min = s->options.min_p;
    double sum = 0;
    for (int32_t id = 0; id < s->n_vocab; id++) {
        float w = logits[id] == logits[id] ? weight(s, logits[id], top) : 0;
        s->logits[id] = w >= min ? w : 0;
        sum += (double)s->logits[id];
    }
    double left = uniform(s->state) * sum;
    for (int32_t id = 0; id < s->n_vocab; id++)
        if ((left -= (double)s->logits[id]) < 0) return id;
    return best;
}

/* How many of the n sorted candidates top-p and min-p keep, and their weight; -1 when top-p wants more than
 * n. */
static int keep(const struct bn_sampler *s, int n, double total, double *sum)
{
    const struct candidate *c = s->candidates;
    *sum = 0;
    for (int i = 0; i < n; i++) {
        float w = weight(s, c[i].logit, c[0].logit);
        if (w < s->options.min_p) return i; /* never the best, whose weight is 1 */
        *sum += (double)w;
        if (s->options.top_p < 1 && *sum >= (double)s->options.top_p * total) return i + 1;
    }
    return n < s->n_vocab && !s->options.top_k ? -1 : n;
}

/* Sorts the best candidates, more and more of them until they hold what top-p asks for; returns how many are
 * kept. */
static int sort_kept(struct bn_sampler *s, const float *logits, float best, double *sum)
{
    int k = s->options.top_k, n_vocab = s->n_vocab, m = k ? k : FIRST_SELECTION;
    double total = k ? 0 : weight_of_all(s, logits, best);
    for (;; m = m > n_vocab / 4 ? n_vocab : 4 * m) {
        if (m > n_vocab) m = n_vocab;
        int n = select_best(s, logits, m);
        for (int i = 0; k && i < n; i++) total += (double)weight(s, s->candidates[i].logit, best);
        int kept = keep(s, n, total, sum);
        if (kept >= 0 || n < m || m == n_vocab) return kept < 0 ? n : kept;
    }
}

static int32_t draw_from_best(struct bn_sampler *s, const float *logits, int32_t best)
{
    double sum;
    int kept = sort_kept(s, logits, logits[best], &sum);
    double left = uniform(s->state) * sum;
    for (int i = 0; i < kept; i++)
        if ((left -= (double)weight(s, s->candidates[i].logit, logits[best])) < 0) return s->candidates[i].id;
    return best;
}

int32_t bn_sampler_next(struct bn_sampler *sampler, const float *logits)
{
    const struct bn_sampler_options *o = &sampler->options;
    const float *l = adjust(sampler, logits);
    int32_t id = bn_logits_best(l, sampler->n_vocab);
    if (o->temperature > 0 && l[id] == l[id])
        id = o->top_k || o->top_p < 1 ? draw_from_best(sampler, l, id) : draw_from_all(sampler, l, id);
    if (sampler->picked) sampler->picked[id]++;
    bn_sampler_accept(sampler, id);
    return id;
}
