/* suite.h - what the harness may call: run an evaluation task or a stress test on a model, get items, metrics, a
 * verdict.
 *
 * The suites only see the public API of the engine. Functions return enum bn_status and put one sentence into `err`. */
#ifndef SUITES_SUITE_H
#define SUITES_SUITE_H
#include "engine/bitnet.h"

/* ---- evaluation ---- */
struct bn_eval_options {
    const char *data_dir;       /* folder of the tasks' data; NULL: "datasets" */
    const char *text_file;      /* the text of task "perplexity" */
    const char *rule;           /* its rule: "llama.cpp" (NULL) or "lm-eval" */
    const char *ids;            /* only the items of this comma-separated list; NULL: all */
    bool alone;                 /* each input is computed whole and by itself: what that costs can be seen */
    int n_together;             /* inputs of one pass; 0: 16. Scores do not depend on it */
    bool token_ids;             /* keep the ids of every input (bn_eval_item.ids) */
    struct bn_journal *journal; /* finished items are kept there and taken from there (journal.h); NULL: none */
    int n_shots;                /* examples before each question; 0: none */
    bool drawn_shots;           /* they are drawn by `seed`, but for tasks whose examples are the first ones */
    uint64_t seed;              /* of what is drawn */
    int limit;                  /* only the first N items; 0: all */
    int limit_per_group;        /* only the first N items of each group (an MMLU subject); 0: all */
    int n_samples;              /* only so many items, drawn by `seed`; 0: all */
    const char *documents;      /* only those that this JSON object lists, as lm-eval's --samples: {"TASK": [N, ...]};
                                   NULL: all */
    bool chat;                  /* the model's chat template around each prompt */
    bool single_turn;           /* examples are in the same turn as the question */
    const char *system_instruction; /* said before all; NULL: nothing */
    int n_ctx;                      /* longest input in tokens; 0: the model's training context, 512 for perplexity */
    int n_threads;                  /* 0: the engine's choice */
    /* What options of the registry set; n_ctx and n_threads are the fields above. kv_type NULL: "f32": a score is the
     * model's, not its cache's; "auto": the engine's choice. */
    struct bn_session_options session;
    /* Called after each block of items when not NULL. left_s: seconds that the others will take, by the lengths of
     * their texts; NAN: unknown. */
    void (*progress)(void *self, const char *task, size_t done, size_t total, double left_s);
    void *progress_self;
};

struct bn_eval_metric {
    char name[64];       /* "acc", "acc_norm", "ppl@llama.cpp", "exact_match,strict-match", ... */
    double value, error; /* error: the standard error, NAN where the rule defines none */
    size_t n;            /* how many items or tokens it is the mean of */
};
struct bn_eval_group {
    const char *name;
    double acc, error;
    size_t n;
};
struct bn_eval_item {
    const char *id;
    bool numeric_id;
    int gold; /* -1: none */
    int n_choices;
    double *ll;         /* [n_choices] sum of natural-log probabilities */
    int *tokens;        /* [n_choices] scored tokens; of a generated answer: how many it has */
    const bool *labels; /* [n_choices] or NULL */
    int cut;            /* tokens cut on the left of the longest choice */
    double squares;     /* of a text: sum of the squares of its tokens' ln p */
    bool greedy;        /* of an ending: each of its tokens is the most likely one */
    char *text;         /* of an answer: what was generated; else NULL */
    bool *exact;        /* of an answer: [filters of the task] whether what the filter finds is right; else NULL */
    int32_t **ids;      /* [n_choices][n_ids] input and continuation (of an answer: the input), or NULL */
    size_t *n_ids;
};
struct bn_eval_result {
    const char *task, *version, *rule;
    bool of_one;                    /* one ending or answer an item, not choices */
    struct bn_eval_options options; /* that it ran with; texts are the caller's */
    bool drawn_shots;               /* the seed drew the examples: the task does not take the first ones */
    const char *chat_template;      /* name of the one around prompts, the model's text; NULL: none */
    struct bn_eval_metric metrics[8];
    int n_metrics;
    struct bn_eval_group *groups;     /* [n_groups] */
    struct bn_eval_group *categories; /* [n_categories] several groups together, as the task says */
    size_t n_groups, n_categories;
    struct bn_eval_item *items; /* [n_items] */
    size_t n_items;
    size_t n_documents; /* of the set that the items were chosen from */
    size_t n_tokens;    /* scored, or generated */
    size_t n_resumed;   /* items that came from the journal */
    const char *kv_type;
    int n_ctx;
    double seconds;
    void *owner; /* keeps what the pointers above point into */
};
/* Runs one task. On failure `result` is empty; else bn_eval_release frees it. */
enum bn_status bn_eval_run(struct bn_eval_result *result, const struct bn_model *model, const char *task,
                           const struct bn_eval_options *options, struct bn_error *err);
void bn_eval_release(struct bn_eval_result *result);
/* Names of all tasks; returns how many there are, writes at most `cap`. `purposes` may be NULL. */
size_t bn_eval_tasks(const char **names, const char **purposes, size_t cap);

/* ---- comparison of predictions ---- */
struct bn_divergence_window {
    size_t number; /* in the text, from 0 */
    double kl, reference_nll, nll;
    size_t n, n_next;
};
struct bn_divergence_options {
    const char *model_path, *reference_path, *text_file;
    struct bn_model_options model;     /* of the model; the reference opens with its defaults */
    struct bn_session_options session; /* likewise, as in bn_eval_options */
    const char *reference_kv_type;     /* NULL: "f32", "auto": the engine's choice */
    int n_ctx;                         /* tokens of a window; 0: 256 */
    int limit;                         /* only the first N windows; 0: all */
    int skip;                          /* not the first N windows */
    int n_threads;
    /* Called after each window, when not NULL, with what it adds: its number, sums over its n predictions of the
     * divergence, and over its n_next known next tokens of -ln p. */
    void (*window)(void *self, const struct bn_divergence_window *window);
    void (*progress)(void *self, int layers, size_t done, size_t total); /* or NULL */
    void *self;
};
struct bn_divergence {
    int layers;          /* after which both predict */
    double kl, kl_error; /* mean KL(reference || model) in nats a token, and its standard error */
    double same_top;     /* share of tokens with the same most likely next one */
    double reference_perplexity, perplexity;
    size_t n; /* predictions */
};
/* Over the whole windows of a text. layers 0: all; else both models predict after so many (logit lens). BN_ERR_USAGE:
 * the text is too short, the vocabularies differ, or a model has fewer layers. */
enum bn_status bn_divergence_run(struct bn_divergence *divergence, const struct bn_divergence_options *options,
                                 int layers, struct bn_error *err);

/* ---- stress tests ---- */
enum bn_verdict { BN_PASS, BN_FAIL, BN_SKIP };
const char *bn_verdict_name(enum bn_verdict verdict); /* "PASS", "FAIL", "SKIP" */

struct bn_stress_options {
    const char *model_path;            /* tests open the model themselves, with several options */
    const char *against_path;          /* kernel parity: a second file that must give the same logits; NULL: none */
    const char *twin_path;             /* the same model in full precision, opened with default options; NULL: none */
    const char *data_dir;              /* folder of the tasks' data and of heldout/; as in bn_eval_options */
    struct bn_model_options model;     /* kernel_backend and tokenizer */
    int n_threads;                     /* most threads to try; 0: the engine's choice */
    int n_ctx;                         /* longest context to try; 0: the model's training context */
    struct bn_session_options session; /* what options of the registry set; a test of batch sizes takes its own */
    const char *const *engine_words;   /* [n_engine_words] those options as words of a command line, for bitnet-serve */
    int n_engine_words;
    bool quick; /* a shorter form of the same test */
};
enum { BN_STRESS_METRICS = 256 };
struct bn_stress_result {
    const char *name; /* "s01_long_context_drift" */
    enum bn_verdict verdict;
    double value, threshold; /* passes while value <= threshold; NAN when skipped */
    const char *unit;        /* of both */
    double error;            /* standard error of value; NAN: it has none (exact, or the best of few rounds) */
    double seconds;
    char reason[256]; /* one sentence: what was compared, or why it was skipped or failed */
    /* what the value is the worst or the last of: "nll@512" after 512 tokens, "kl@3" after three layers, ... */
    struct bn_eval_metric metrics[BN_STRESS_METRICS];
    int n_metrics;
};
struct bn_stress_test {
    const char *name, *purpose;
    /* Fills verdict, value, threshold, unit, reason. A status other than BN_OK: the test could not run (reported as
     * FAIL). */
    enum bn_status (*run)(struct bn_stress_result *result, const struct bn_stress_options *options,
                          struct bn_error *err);
    double weight; /* in the readiness score */
};
/* The tests in order; returns how many there are. */
size_t bn_stress_tests(const struct bn_stress_test **tests);
/* Runs one test and times it; never fails: a test that could not run is a FAIL with the sentence as its reason. */
void bn_stress_run(struct bn_stress_result *result, const struct bn_stress_test *test,
                   const struct bn_stress_options *options);

/* ---- readiness ---- */
struct bn_readiness_part {
    const char *name; /* of the test or task */
    double weight;
    enum bn_verdict verdict;
    double share, low, high; /* of the weight, 0 to 1, and its interval */
    char reason[256];
};
enum { BN_READINESS_PARTS = 64 };
struct bn_readiness {
    double value, low, high; /* percent */
    double skipped;          /* percent of the weight that no test or task spoke for */
    struct bn_readiness_part parts[BN_READINESS_PARTS];
    size_t n_parts, n_failed;
};
/* results: [n] of all stress tests in order, run with these options; the tasks run here. A task that could not run
 * counts as failed, with the sentence as its reason. */
void bn_readiness_judge(struct bn_readiness *readiness, const struct bn_stress_result *results, size_t n,
                        const struct bn_stress_options *options);
#endif
