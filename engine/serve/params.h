/* params.h - how a request wants its text generated and answered. */
#ifndef BN_SERVE_PARAMS_H
#define BN_SERVE_PARAMS_H
#include "engine/bitnet.h"
#include "engine/serve/fields.h"

enum dialect { DIALECT_COMPLETIONS, DIALECT_CHAT, DIALECT_LLAMA };
enum {
    MOST_TOP = 100, /* alternatives of a token */
    MOST_CHOICES = 128,
    MOST_STOPS = 64,
    MOST_BIAS = 4096,
};

struct params {
    struct bn_generator_options generate; /* max_new_tokens -1: as many as fit */
    struct bn_sampler_options sampling;
    const char **stops; /* into the JSON body */
    struct bn_logit_bias *bias;
    int n; /* choices for each prompt */
    bool logprobs;
    int n_top; /* with logprobs: so many alternatives of each token */
    bool echo, stream, include_usage, continuous_usage, add_special;
};
/* The defaults of OpenAI's API, or of llama.cpp's for its own. Strings point into the fields' object. */
bool params_read(struct params *params, const struct fields *fields, enum dialect dialect,
                 const struct bn_model *model);
void params_release(struct params *params);

/* Fields that would change the answer and that this server does not have: fine while they say what it does anyway. */
bool params_refuse(const struct fields *fields);
#endif
