/* subject.h - what a worker measures: an open model, the options of its sessions, and the token ids. */
#ifndef BN_WORKER_SUBJECT_H
#define BN_WORKER_SUBJECT_H
#include "harness/worker/request.h"

struct bn_subject {
    const struct bn_request *request;
    struct bn_model *model;
    struct bn_model_options model_options;
    struct bn_session_options options; /* observer NULL */
    struct bn_generator_options generator;
    struct bn_config_file config;
    struct bn_option_choice choices[BN_REQUEST_MAX_OPTIONS + BN_CONFIG_MOST]; /* [n_choices] */
    size_t n_choices;
    int32_t *ids;    /* [fill + prefill + 1] what is computed before the first choice */
    bool hashing;    /* the next repetition hashes all its logits: slower */
    uint64_t hash;   /* of the logits of the last repetition that was hashed, as bn_session_logits_hash */
    uint64_t chosen; /* hash of the tokens that the last repetition chose, and of their logits */
};
/* Opens the model with the request's kernel and options. An unknown option is BN_ERR_USAGE. */
enum bn_status bn_subject_open(struct bn_subject *subject, const struct bn_request *request, struct bn_error *err);
void bn_subject_close(struct bn_subject *subject);
/* One repetition: fill (not timed), prefill of given tokens, then greedy decoding of the text that follows them, in one
 * sequence or in several together (together.h). Each timed call is between before() and after(). */
struct bn_pass_hooks {
    void *self;
    void (*before)(void *self, enum bn_phase phase);
    void (*after)(void *self, enum bn_phase phase, int n_tokens, struct bn_session *session);
};
enum bn_status bn_subject_pass(struct bn_subject *subject, struct bn_session *session,
                               const struct bn_pass_hooks *hooks, struct bn_error *err);
#endif
