/* score.h - log-likelihoods of choices and texts, by the rules of lm-evaluation-harness (commit 4e7e0d47f) and
 * llama.cpp. */
#ifndef SUITES_EVAL_SCORE_H
#define SUITES_EVAL_SCORE_H
#include "suites/eval/provider.h"
#include <stdbool.h>

/* Sums over scored tokens; nll = -ln p, in double. */
struct bn_nll {
    double sum, sum_squares;
    size_t n;
};
/* ln p of token `id`: log-softmax of one row in double. */
double bn_log_probability(const float *logits, int n_vocab, int32_t id);

struct bn_choice { /* an ending and what comes before it */
    const char *context, *ending;
    bool close; /* nothing between them: the ending begins a turn of a chat */
};
struct bn_choice_score {
    double ll;   /* sum of ln p over the continuation */
    int tokens;  /* of the continuation */
    int cut;     /* ids removed on the left because the input was too long */
    bool greedy; /* each of its tokens is the most likely one */
    int32_t
        *ids; /* [n_ids] the whole input and the continuation, the last `tokens` of them; bn_choice_scores_release */
    size_t n_ids;
};
/* Scores " " + ending after context, or the ending alone (close). White space at the context's end moves to the
 * continuation. The continuation's ids are what enc(context + continuation) has after the first len(enc(context)) ids;
 * an input that is too long loses its left end (BOS first), keeping the last max_tokens + 1 ids minus the final one.
 * scores [n]: the caller releases them, also after a failure. */
enum bn_status bn_score_choices(struct bn_choice_score *scores, const struct bn_provider *provider,
                                const struct bn_choice *choices, size_t n, struct bn_error *err);
void bn_choice_scores_release(struct bn_choice_score *scores, size_t n);
/* Every token of the text predicted once: windows of max_tokens predictions, the first one starts from the prefix
 * token, later ones from the token before; the last one reaches back so that its input is full. */
enum bn_status bn_score_rolling(struct bn_nll *nll, const struct bn_provider *provider, const char *text,
                                struct bn_error *err);
/* The text with BOS, cut after max_tokens ids; every id but the first is predicted. */
enum bn_status bn_score_story(struct bn_nll *nll, const struct bn_provider *provider, const char *text,
                              struct bn_error *err);
/* llama.cpp's perplexity: whole windows of max_tokens ids, the first id of each replaced by BOS where the model has
 * one, the second half predicted. A text shorter than one window is BN_ERR_USAGE. */
enum bn_status bn_score_halves(struct bn_nll *nll, const struct bn_provider *provider, const char *text,
                               void (*progress)(void *self, size_t done, size_t total), void *progress_self,
                               struct bn_error *err);
#endif
