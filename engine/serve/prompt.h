/* prompt.h - what a request asks the model to continue. */
#ifndef BN_SERVE_PROMPT_H
#define BN_SERVE_PROMPT_H
#include "engine/bitnet.h"
#include "engine/serve/fields.h"

struct prompt {
    char *text; /* [n_bytes] as it came; of ids: what they spell */
    size_t n_bytes;
    int32_t *ids; /* [n], at least one */
    size_t n;
};
struct prompts {
    struct prompt *items; /* [n] */
    size_t n, cap;
};
enum { MOST_PROMPTS = 1024 }; /* of a request */

/* A string, a list of strings, a list of ids (used as they are), or a list of such lists; `mixed`: a list may also hold
 * both ids and strings, which are one prompt. `add_special`: strings begin with BOS, if the model wants one. */
bool prompts_read(struct prompts *prompts, const struct fields *fields, const struct bn_model *model, bool add_special,
                  bool mixed);
/* Messages through the model's chat template. */
bool prompts_read_chat(struct prompts *prompts, const struct fields *fields, const struct bn_model *model);
/* The same as text. *text: free it. */
bool prompt_render_chat(char **text, size_t *n, const struct fields *fields, const struct bn_model *model);
void prompts_release(struct prompts *prompts);

/* *ids: free it. */
bool prompt_tokenize(int32_t **ids, size_t *n, const char *text, size_t n_bytes, int flags,
                     const struct bn_model *model, struct problem *problem);
bool prompt_ids(int32_t **ids, size_t *n, const json_t *list, const char *name, const struct bn_model *model,
                struct problem *problem);
/* What ids spell, special tokens included. *text: free it. */
bool prompt_spell(char **text, size_t *n_bytes, const int32_t *ids, size_t n, const struct bn_model *model,
                  struct problem *problem);
/* A sentence of the engine as a problem of the request: 400, or 500 when memory or a file failed. */
bool prompt_problem(struct problem *problem, const char *param, const struct bn_error *err);
#endif
