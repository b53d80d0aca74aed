/* eval.h - what the parts of bitnet-eval share: the command line, opening the model, writing JSON. */
#ifndef SUITES_CMD_EVAL_H
#define SUITES_CMD_EVAL_H
#include "engine/cmdline.h"
#include "suites/eval/eval_json.h"
#include "suites/eval/latency.h"

enum { MAX_TASKS = 64 };
#define NO_SEED UINT64_MAX
struct eval_command {
    struct bn_eval_options eval;
    struct bn_model_options model;
    const char *model_path, *tasks, *subset, *metric, *workload, *samples, *items, *only, *against, *twin;
    uint64_t seed; /* NO_SEED: not given */
    int show_prompts, n_new;
    bool json, list_tasks, quick, lens, multiturn;
};
extern struct eval_command o;
extern const struct bn_cmd cmd;

/* Exits with the sentence where the model does not open. */
struct bn_model *open_model(void);
void warn_of_context(const struct bn_model *model, int n_ctx);
/* Writes one JSON value and a newline; exits when the disk is full. Takes the reference. */
void put_json(FILE *f, json_t *value, const char *where);
void list_tasks(void);
void list_subsets(void);

struct chosen {
    const char *name; /* as bn_eval_run takes it */
    const struct bn_task *task;
    struct bn_task *own; /* of a file */
    char *path;          /* of that file */
    int n_samples;       /* documents to draw; 0: --samples does not say */
};
/* What --tasks, --subset and --samples choose, [MAX_TASKS]; returns how many tasks. Exits where a name is no task, a
 * file has an error, or a task is there twice, before anything runs. */
int choose_tasks(struct chosen *chosen);
/* What --seed and --samples say; choose_tasks calls them. */
void read_seed(void);
void read_samples(struct chosen *chosen, int n);
void show_progress(void *self, const char *task, size_t done, size_t total, double left_s);

/* The five things it does; each returns its exit code. */
int evaluate(void);
int latency(void);
int stress(void);
int diverge(void);
int readiness(void);
/* Keeps the words of the command line that are options of the registry, with their values: bitnet-serve is started with
 * them, and scores depend on them. */
void keep_engine_words(int argc, char **argv);
const char *const *engine_words(int *n);
/* Those words as one text, each after a space, with a hash of what is in it after one that is a file. The caller frees
 * it; NULL when memory is short. */
char *engine_identity(void);
/* The journal of unfinished items beside the file of --items. Exits where it is of another run. */
struct bn_journal *open_journal(const struct bn_model *model);
#endif
