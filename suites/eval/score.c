/* score.c - log-likelihoods of choices and texts. */
#include "suites/eval/score.h"
#include "suites/fail.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

double bn_log_probability(const float *logits, int n_vocab, int32_t id)
{
    return bn_logits_ln(logits, id, bn_logits_norm(logits, n_vocab));
}

/* ---- one window: logits at positions first.. predict targets[0..] ---- */
struct window {
    struct bn_nll nll;
    const int32_t *targets; /* [n_targets] of position `first` and on */
    size_t first, n_targets;
    int n_vocab;
    bool greedy; /* each target was the most likely id */
};

static void add_row(void *self, size_t pos, const float *logits)
{
    struct window *w = self;
    if (pos < w->first || pos - w->first >= w->n_targets) return;
    int32_t target = w->targets[pos - w->first];
    double nll = -bn_log_probability(logits, w->n_vocab, target);
    w->greedy &= bn_logits_best(logits, w->n_vocab) == target;
    w->nll.sum += nll;
    w->nll.sum_squares += nll * nll;
    w->nll.n++;
}

/* Position n - n_targets of the input ids[0..n) predicts targets[0]. */
static enum bn_status window_init(struct window *w, const struct bn_provider *p, size_t n, const int32_t *targets,
                                  size_t n_targets, struct bn_error *err)
{
    *w = (struct window){
        .targets = targets, .first = n - n_targets, .n_targets = n_targets, .n_vocab = p->n_vocab, .greedy = true};
    for (size_t i = 0; i < n_targets; i++)
        if (targets[i] < 0 || targets[i] >= p->n_vocab)
            return bn_suites_fail(err, BN_ERR_FORMAT, "The tokenizer gives id %d, but the model has %d logits.",
                                  targets[i], p->n_vocab);
    return BN_OK;
}

static enum bn_status score_window(struct bn_nll *nll, const struct bn_provider *p, const int32_t *ids, size_t n,
                                   const int32_t *targets, size_t n_targets, struct bn_error *err)
{
    struct window w;
    const struct bn_request request = {ids, n, n - n_targets, add_row, &w};
    enum bn_status status = window_init(&w, p, n, targets, n_targets, err);
    if (status == BN_OK && n_targets) status = p->forward(p->self, &request, 1, err);
    nll->sum += w.nll.sum;
    nll->sum_squares += w.nll.sum_squares;
    nll->n += w.nll.n;
    return status;
}

/* ---- choices ---- */
/* context without its trailing white space, and that white space + " " + ending after it, in one buffer. */
static char *join(const struct bn_choice *choice, size_t *n_context)
{
    const char *context = choice->context;
    size_t n = strlen(context), m = strlen(choice->ending);
    char *text = malloc(n + m + 2);
    if (!text) return NULL;
    memcpy(text, context, n);
    text[n] = ' ';
    memcpy(text + n + !choice->close, choice->ending, m + 1);
    while (n && isspace((unsigned char)context[n - 1])) n--;
    *n_context = n;
    return text;
}

struct pair { /* ids of the context and of context + continuation */
    int32_t *context, *whole;
    size_t n_context, n_whole;
};

/* same_context: as the pair held before, whose ids stay. */
static enum bn_status encode_pair(struct pair *pair, const struct bn_provider *p, const struct bn_choice *choice,
                                  bool same_context, struct bn_error *err)
{
    size_t n;
    char *text = join(choice, &n);
    if (!text) return bn_suites_fail_memory(err);
    free(pair->whole);
    pair->whole = NULL;
    enum bn_status status = p->encode(p->self, text, true, &pair->whole, &pair->n_whole, err);
    text[n] = 0;
    if (status == BN_OK && !same_context) {
        free(pair->context);
        pair->context = NULL;
        status = p->encode(p->self, text, true, &pair->context, &pair->n_context, err);
    }
    free(text);
    return status;
}

/* The ids of an input and its continuation, and the request that scores it. */
static enum bn_status make_request(struct bn_request *request, struct window *w, struct bn_choice_score *score,
                                   const struct bn_provider *p, const struct pair *pair, struct bn_error *err)
{
    size_t n_cont = pair->n_whole > pair->n_context ? pair->n_whole - pair->n_context : 0;
    size_t lead = pair->n_context ? pair->n_context : 1, n = lead + n_cont, keep = (size_t)p->max_tokens + 1;
    int32_t *full = malloc((n + 1) * sizeof *full);
    if (!full) return bn_suites_fail_memory(err);
    full[0] = p->prefix; /* kept when the context has no ids at all */
    memcpy(full, pair->context, pair->n_context * sizeof *full);
    if (n_cont) memcpy(full + lead, pair->whole + pair->n_context, n_cont * sizeof *full);
    size_t cut = n > keep ? n - keep : 0;
    size_t n_input = n - cut - 1, n_scored = n_cont < n_input ? n_cont : n_input;
    memmove(full, full + cut, (n - cut) * sizeof *full);
    *score = (struct bn_choice_score){.tokens = (int)n_cont, .cut = (int)cut, .ids = full, .n_ids = n - cut};
    *request = (struct bn_request){full, n_input, n_input - n_scored, add_row, w};
    return window_init(w, p, n_input, full + n - cut - n_scored, n_scored, err);
}

static enum bn_status make_requests(struct bn_request *requests, struct window *windows, struct bn_choice_score *scores,
                                    const struct bn_provider *p, const struct bn_choice *choices, size_t n,
                                    size_t *n_requests, struct bn_error *err)
{
    struct pair pair = {0};
    enum bn_status status = BN_OK;
    for (size_t i = 0; i < n && status == BN_OK; i++) {
        bool same = i && !strcmp(choices[i].context, choices[i - 1].context);
        status = encode_pair(&pair, p, &choices[i], same, err);
        if (status == BN_OK && choices[i].close && pair.n_whole <= pair.n_context)
            status = bn_suites_fail(err, BN_ERR_FORMAT,
                                    "A choice is empty, and the chat template leaves nothing of it to score.");
        if (status == BN_OK) status = make_request(&requests[*n_requests], &windows[i], &scores[i], p, &pair, err);
        if (status == BN_OK && windows[i].n_targets) ++*n_requests;
    }
    free(pair.context);
    free(pair.whole);
    return status;
}

enum bn_status bn_score_choices(struct bn_choice_score *scores, const struct bn_provider *provider,
                                const struct bn_choice *choices, size_t n, struct bn_error *err)
{
    struct bn_request *requests = calloc(n + 1, sizeof *requests);
    struct window *windows = calloc(n + 1, sizeof *windows);
    size_t n_requests = 0;
    memset(scores, 0, n * sizeof *scores);
    enum bn_status status = requests && windows ? BN_OK : bn_suites_fail_memory(err);
    if (status == BN_OK) status = make_requests(requests, windows, scores, provider, choices, n, &n_requests, err);
    if (status == BN_OK && n_requests) status = provider->forward(provider->self, requests, n_requests, err);
    for (size_t i = 0; i < n && status == BN_OK; i++)
        scores[i].ll = -windows[i].nll.sum, scores[i].greedy = windows[i].greedy;
    free(requests);
    free(windows);
    return status;
}

void bn_choice_scores_release(struct bn_choice_score *scores, size_t n)
{
    for (size_t i = 0; i < n; i++) free(scores[i].ids);
}

/* ---- texts ---- */
static enum bn_status roll(struct bn_nll *nll, const struct bn_provider *p, const int32_t *ids, size_t n,
                           struct bn_error *err)
{
    size_t max = (size_t)p->max_tokens;
    enum bn_status status = BN_OK;
    /* ids[0] is the prefix token; ids[i] predicts ids[i + 1] */
    for (size_t done = 0; done < n && status == BN_OK;) {
        size_t m = n - done < max ? n - done : max, end = done + m;
        size_t start = end > max ? end - max : 0;
        status = score_window(nll, p, ids + start, end - start, ids + done + 1, m, err);
        done = end;
    }
    return status;
}

enum bn_status bn_score_rolling(struct bn_nll *nll, const struct bn_provider *provider, const char *text,
                                struct bn_error *err)
{
    int32_t *ids = NULL, *with_prefix = NULL;
    size_t n = 0;
    enum bn_status status = provider->encode(provider->self, text, false, &ids, &n, err);
    if (status != BN_OK) return status;
    with_prefix = malloc((n + 1) * sizeof *ids);
    if (with_prefix) {
        with_prefix[0] = provider->prefix;
        memcpy(with_prefix + 1, ids, n * sizeof *ids);
        status = roll(nll, provider, with_prefix, n, err);
    } else {
        status = bn_suites_fail_memory(err);
    }
    free(with_prefix);
    free(ids);
    return status;
}

enum bn_status bn_score_story(struct bn_nll *nll, const struct bn_provider *provider, const char *text,
                              struct bn_error *err)
{
    int32_t *ids = NULL;
    size_t n = 0, max = (size_t)provider->max_tokens;
    enum bn_status status = provider->encode(provider->self, text, true, &ids, &n, err);
    if (status != BN_OK) return status;
    if (n > max) n = max;
    if (n > 1) status = score_window(nll, provider, ids, n - 1, ids + 1, n - 1, err);
    free(ids);
    return status;
}

/* `ids` are changed: the first of each window becomes `bos` when that is an id. */
static enum bn_status score_halves(struct bn_nll *nll, const struct bn_provider *p, int32_t *ids, size_t n, int32_t bos,
                                   void (*progress)(void *, size_t, size_t), void *progress_self, struct bn_error *err)
{
    size_t n_ctx = (size_t)p->max_tokens, n_windows = n / n_ctx, first = n_ctx / 2;
    enum bn_status status = BN_OK;
    for (size_t w = 0; w < n_windows && status == BN_OK; w++) {
        int32_t *window = ids + w * n_ctx;
        if (bos >= 0) window[0] = bos;
        status = score_window(nll, p, window, n_ctx - 1, window + first + 1, n_ctx - 1 - first, err);
        if (progress) progress(progress_self, w + 1, n_windows);
    }
    return status;
}

enum bn_status bn_score_halves(struct bn_nll *nll, const struct bn_provider *provider, const char *text,
                               void (*progress)(void *self, size_t done, size_t total), void *progress_self,
                               struct bn_error *err)
{
    int32_t *ids = NULL;
    size_t n = 0;
    enum bn_status status = provider->encode(provider->self, text, true, &ids, &n, err);
    if (status != BN_OK) return status;
    int32_t bos = n && ids[0] == provider->prefix ? provider->prefix : -1; /* only when the tokenizer puts it there */
    if (n < (size_t)provider->max_tokens)
        status = bn_suites_fail(
            err, BN_ERR_USAGE,
            "The text has %zu tokens, less than one window of %d; take a longer text or a smaller --n_ctx.", n,
            provider->max_tokens);
    else
        status = score_halves(nll, provider, ids, n, bos, progress, progress_self, err);
    free(ids);
    return status;
}
