/* task.h - what a task is: where its data are, templates that make questions of them, how they are scored and which
 * metrics are stated. One task = one file tasks/NAME.yaml + one line in tasks.list, or a YAML file of the user's own;
 * README.md has every field. The scoring rules are lm-evaluation-harness's, written out in score.h. */
#ifndef SUITES_EVAL_TASK_H
#define SUITES_EVAL_TASK_H
#include "suites/eval/items.h"
#include "suites/suite.h"

enum bn_task_score {
    BN_SCORE_CHOICE,     /* one right answer: argmax over the choices */
    BN_SCORE_TRUE_SHARE, /* several right answers: their share of the probability */
    BN_SCORE_PARTIAL,    /* one right beginning: argmax over the beginnings of what one ending is worth after each */
    BN_SCORE_ENDING,     /* how likely one ending is, and whether it is the most likely one */
    BN_SCORE_EXACT,      /* a generated answer, equal to the right one or not */
    BN_SCORE_ROLLING,    /* a text, every token predicted once, windows of the whole context (lm-eval) */
    BN_SCORE_STORY,      /* a text, BOS in front, cut at the context */
    BN_SCORE_HALVES,     /* a text, the second half of each window (llama.cpp) */
};
static inline bool bn_score_is_of_choices(int score) { return score <= BN_SCORE_PARTIAL; }
/* What says one thing after a context: an ending, an answer. */
static inline bool bn_score_is_of_one(int score) { return score == BN_SCORE_ENDING || score == BN_SCORE_EXACT; }
static inline bool bn_score_is_of_texts(int score) { return score >= BN_SCORE_ROLLING; }
enum bn_task_metric { BN_METRIC_ACC, BN_METRIC_ACC_NORM, BN_METRIC_ACC_BYTES };

/* Jinja over a row of data, NULL where not given. `context`, `id`, `group`, `answer`, `text`, `description`: templates;
 * `choices`, `labels`, `truth`: expressions whose value is a list. */
struct bn_task_fields {
    char *id, *group, *description, *context, *choices, *labels, *truth, *answer, *text;
};
/* One published form of the data. Its fields come before those of the task. */
struct bn_task_layout {
    struct bn_task_fields fields;
    char **files; /* [n_files] under --data_dir; one `*` may stand for anything but a slash */
    char *shots;  /* the file of examples, in the same form; NULL: none */
    char *separator, **columns;
    uint32_t n_files, n_columns;
    int format; /* index in bn_formats */
};
/* How the answer is found in a generated text (answer.h). */
enum bn_task_select { BN_SELECT_FIRST, BN_SELECT_LAST };
struct bn_task_filter {
    char *name;
    char *regex; /* NULL: the whole text */
    int select;  /* enum bn_task_select: which of several matches */
};
#define BN_TEXT_FILE "--text_file" /* instead of a file: the one that the user names */
/* Which examples come before a question when a seed is given: lm-eval's samplers. */
enum bn_task_sampler { BN_SAMPLER_DRAWN, BN_SAMPLER_FIRST };
/* What can come before a question, the variable `preamble`: each makes an item of it, in the group of its name. */
struct bn_task_preamble {
    char *name, *text;
};
/* Groups that are stated together. */
struct bn_task_category {
    char *name, **groups; /* [n_groups] */
    uint32_t n_groups;
};
struct bn_task {
    struct bn_task_fields fields;
    char *name, *version, *purpose, *source, *data, *licence;
    char *fetch;                         /* the set of datasets/public.list that has the data, or NULL */
    char *subset, *measures;             /* names that --subset and --metric have for it and others together, or NULL */
    int score;                           /* enum bn_task_score */
    int *metrics;                        /* [n_metrics] enum bn_task_metric, of a choice task */
    int clean;                           /* index in bn_cleans; 0: as it is */
    bool grouped;                        /* the score is the groups' weighted mean with the pooled standard error */
    struct bn_task_preamble *preambles;  /* [n_preambles] of a task that asks for one answer after all of them */
    struct bn_task_category *categories; /* [n_categories] of a grouped task: every group is in one of them */
    int sampler;                         /* enum bn_task_sampler */
    struct bn_task_layout *layouts;      /* [n_layouts] */
    /* of an exact score: */
    struct bn_task_filter *filters; /* [n_filters] */
    char **until, **ignore;         /* [n_until] the answer ends before these; [n_ignore] patterns deleted before two
                                       answers are compared */
    uint32_t n_filters, n_until, n_ignore, max_tokens;
    bool ignore_case, ignore_punctuation;
    uint32_t n_metrics, n_categories, n_preambles, n_layouts;
    uint32_t n_choices; /* choices each question must have; 0: two or more */
};

/* A task of tasks.list; NULL when there is no such task. "hella_swag" and "hellaswag" are one name. */
const struct bn_task *bn_task_find(const char *name);
/* Reads a task file; the caller frees *task with bn_task_free. BN_ERR_FORMAT: FILE, line and column with the fault. */
enum bn_status bn_task_read(struct bn_task **task, const char *path, struct bn_error *err);
enum bn_status bn_task_parse(struct bn_task **task, const char *text, size_t n_bytes, const char *path,
                             struct bn_error *err);
void bn_task_free(struct bn_task *task);
/* Whether the task states a metric of this name: one of its own, or what it measures with others. */
bool bn_task_states(const struct bn_task *task, const char *metric);
/* The task called `name`, or the one in the file of that name where it ends with .yaml; *own: what to free. */
enum bn_status bn_task_open(const struct bn_task **task, struct bn_task **own, const char *name, struct bn_error *err);

/* The templates of a layout: its own, else the task's. They stay the task's. */
struct bn_task_fields bn_task_fields_of(const struct bn_task *task, const struct bn_task_layout *layout);

/* The category that a group is in; NULL: none. */
const struct bn_task_category *bn_task_category_of(const struct bn_task *task, const char *group);

/* bn_task_items, then what options choose of them, as prompts. model: whose chat template is used, NULL where options
 * use none. BN_ERR_USAGE: none is left; an id of options->ids or a number of options->documents that no item has. */
enum bn_status bn_task_chosen_items(struct bn_items *items, const struct bn_task *task,
                                    const struct bn_eval_options *options, const struct bn_model *model,
                                    struct bn_error *err);
/* Whether a list of options->documents is of this task: its name, or TASK_GROUP where it is grouped. */
bool bn_task_is_named(const struct bn_task *task, const char *name);
/* Whether its data are there, before anything is scored. */
enum bn_status bn_task_check_data(const struct bn_task *task, const struct bn_eval_options *options,
                                  struct bn_error *err);

/* Reads the items of the form that is found under options->data_dir, in the order of the files: questions, not yet
 * prompts. */
enum bn_status bn_task_items(struct bn_items *items, const struct bn_task *task, const struct bn_eval_options *options,
                             struct bn_error *err);
/* Likewise the examples for --num_fewshot. */
enum bn_status bn_task_shots(struct bn_items *shots, const struct bn_task *task, const struct bn_eval_options *options,
                             struct bn_error *err);
#endif
