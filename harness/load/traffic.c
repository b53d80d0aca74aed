/* traffic.c - draws requests. Each has a generator of its own, so that one more draw in one changes no other. */
#include "harness/load/traffic.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {"the",   "a",     "cat",   "dog",    "ball",   "tree",  "sun",   "box",   "park",
                                    "small", "big",   "red",   "happy",  "sad",    "old",   "went",  "said",  "saw",
                                    "put",   "found", "liked", "wanted", "played", "ran",   "and",   "but",   "with",
                                    "in",    "on",    "to",    "for",    "her",    "his",   "their", "house", "water",
                                    "bird",  "day",   "night", "friend", "mother", "girl",  "boy",   "so",    "then",
                                    "was",   "is",    "very",  "little", "one",    "there", "time",  "home",  "car"};
enum { N_WORDS = sizeof words / sizeof *words };

void bn_traffic_init(struct bn_traffic *t, const struct bn_load_plan *plan)
{
    *t = (struct bn_traffic){.plan = plan, .seeds = plan->seed};
}

void bn_traffic_next(struct bn_traffic *t, struct bn_load_request *r)
{
    const struct bn_load_plan *p = t->plan;
    struct bn_random random;
    *r = (struct bn_load_request){.index = t->n++, .seed = bn_random_split(&t->seeds)};
    bn_random_init(&random, r->seed);
    double share = bn_random_uniform(&random);
    r->manner = share < p->slow ? BN_LOAD_SLOW : share < p->slow + p->vanish ? BN_LOAD_VANISHING : BN_LOAD_STEADY;
    r->prompt_words = bn_lengths_draw(&p->prompt, &random);
    r->max_tokens = bn_lengths_draw(&p->output, &random);
    r->vanish_after = (int)bn_random_below(&random, (uint64_t)r->max_tokens);
    double gap_s = p->rate > 0 ? -log1p(-bn_random_uniform(&random)) / p->rate : 0;
    r->gap_ns = (int64_t)(1e9 * gap_s);
}

static char *prompt_of(const struct bn_load_request *r)
{
    enum { LONGEST = 8 }; /* of the words, with its blank */
    struct bn_random random;
    char *text = malloc((size_t)r->prompt_words * LONGEST + 1), *end = text;
    bn_random_init(&random, ~r->seed);
    for (int i = 0; text && i < r->prompt_words; i++) {
        if (i) *end++ = ' ';
        end = stpcpy(end, words[bn_random_below(&random, N_WORDS)]);
    }
    return text;
}

char *bn_traffic_body(const struct bn_load_plan *plan, const struct bn_load_request *r, const char *model)
{
    char *prompt = prompt_of(r), *text = NULL;
    json_t *body = prompt ? json_pack("{ss si sf sI sb s{sb sb}}", "prompt", prompt, "max_tokens", r->max_tokens,
                                      "temperature", plan->temperature, "seed", (json_int_t)(r->seed & 0x7fffffff),
                                      "stream", 1, "stream_options", "include_usage", 1, "continuous_usage_stats", 1)
                          : NULL;
    if (body && model) json_object_set_new(body, "model", json_string(model));
    if (body && plan->ignore_eos) json_object_set_new(body, "ignore_eos", json_true());
    if (body) text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    free(prompt);
    return text;
}
