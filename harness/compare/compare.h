/* compare.h - two sides of a database against each other, config by config: two runs, or two values of one factor
 * inside a run.
 *
 * The unit of evidence is a worker process: its median time per token (or per pass). Samples inside a process share its
 * memory layout and its moment, so thousands of them say little about the next process. Inside one run the rounds are
 * interleaved, so processes of the same round form pairs (Wilcoxon). Two runs are of different times, in which the
 * machine differs too: by how much, earlier runs of one build say (noise.c). A difference must then stand out from
 * both, the spread of the processes (Mann-Whitney) and the spread of whole runs (Student's t). The p values are
 * adjusted by Holm over the lines; the interval is a bootstrap over processes or pairs, of two runs at least that of
 * the machine's noise.
 */
#ifndef BN_COMPARE_H
#define BN_COMPARE_H
#include "harness/store/store.h"

enum { BN_COMPARE_NAME = 192 };
/* One worker process and phase. */
struct bn_compare_cell {
    int64_t config_id, round, n_samples;
    char phase[12]; /* of phases.list */
    double ns;      /* median time per token */
    char hash[32];
};
struct bn_compare_config {
    int64_t config_id;
    /* model_file: name of the model's file, "" if unknown; options: "name=value name=value" */
    char *engine, *model, *model_hash, *model_file, *workload, *kernel, *options, *series;
    int threads, fill, prefill, decode;
    int64_t build_id; /* that ran it in this run; 0: unknown */
};
struct bn_compare_run {
    int64_t run_id;
    char started_at[32], plan[64], commit[64], machine[BN_COMPARE_NAME];
    struct bn_compare_cell *cells; /* by config, phase, round */
    size_t n_cells;
    struct bn_compare_config *configs;
    size_t n_configs;
};
enum bn_compare_verdict { BN_COMPARE_SAME, BN_COMPARE_FASTER, BN_COMPARE_SLOWER, BN_COMPARE_UNCLEAR };
struct bn_compare_side {
    const struct bn_compare_config *config;
    const struct bn_compare_cell *cells;
    size_t n; /* processes */
    int64_t n_samples;
    double ns;        /* median of the processes */
    const char *hash; /* of the first process; "": unknown */
};
/* The operation that changed most, of a line that is faster or slower. */
struct bn_compare_operation {
    char op[16];             /* "": none, see reason; or the line is neither */
    double base_ns, head_ns; /* per token, of the slowest thread */
    double part;             /* of the change of all operations; NAN: they did not change that way together */
    char reason[96];
};
struct bn_compare_line {
    struct bn_compare_side base, head;
    bool paired, other_output; /* other_output: both hashes are known and differ */
    double ratio, low, high;   /* head / base in time: above 1 is slower; NAN ends: too few processes */
    double p, p_adjusted;
    double noise; /* of two runs: standard deviation of the log ratio when nothing changed; 0: unknown */
    enum bn_compare_verdict verdict;
    struct bn_compare_operation operation;
};
/* How much whole runs of one build differ on this machine: runs of the database that are neither base nor head. */
struct bn_compare_noise {
    size_t n_runs;
    int freedom; /* runs beyond the first of each build; 0: nothing is known */
};
/* What makes two runs incomparable, or turns the comparison into one of more than builds. */
struct bn_compare_difference {
    const char *kind; /* "machine", "model", "engine", "context", "option" */
    char *name, *base, *head;
};
struct bn_comparison {
    struct bn_compare_run base, head; /* the same run when a factor is compared */
    struct bn_compare_line *lines;
    size_t n_lines;
    struct bn_compare_noise noise;
    char unmatched[640]; /* what one side lacks, in words; "" */
    struct bn_compare_difference *differences;
    size_t n_differences;
};

/* Which run is meant: a number, "last", or "previous" (the newest run of the same plan before `than`). 0 with a
 * sentence if there is none. */
int64_t bn_compare_find_run(struct bn_store *store, const char *word, int64_t than, struct bn_error *err);
enum bn_status bn_compare_read(struct bn_compare_run *run, struct bn_store *store, int64_t run_id,
                               struct bn_error *err);
void bn_compare_run_release(struct bn_compare_run *run);

/* Adds to c->differences what makes the two runs incomparable: fields of the machine, or no model in
 * common. */
enum bn_status bn_compare_obstacles(struct bn_store *store, struct bn_comparison *c, struct bn_error *err);
/* Adds one unless it is already listed. */
enum bn_status bn_compare_differ(struct bn_comparison *c, const char *kind, const char *name, const char *base,
                                 const char *head, struct bn_error *err);

/* ---- options of a config (option_text.c) ---- */
/* The value of option `name`, its length in *n; NULL: it has none. */
const char *bn_compare_option(const struct bn_compare_config *c, const char *name, size_t *n);
/* Whether both have the same options with the same values, `except` aside ("": none); common: where both have them. */
bool bn_compare_options_agree(const struct bn_compare_config *a, const struct bn_compare_config *b, const char *except,
                              bool common);
/* Adds the options that only one of the two has or whose values differ. */
enum bn_status bn_compare_options_differ(struct bn_comparison *c, const struct bn_compare_config *base,
                                         const struct bn_compare_config *head, struct bn_error *err);

/* Lines of equal configs of two runs. A config of another program also meets the one config whose options agree where
 * both have them (a newer version writes more fields). across: a config also meets the same one of another model, and
 * every config of another engine with the same model (by bytes, else by the name of the file), threads and tokens of
 * the phase. What differs on such lines is added to c->differences. */
enum bn_status bn_compare_runs(struct bn_comparison *c, bool across, struct bn_error *err);
/* Lines inside c->base: each config against the one that has `value` of `factor` ("kernel", "threads", "engine" or an
 * option) and is otherwise the same. */
enum bn_status bn_compare_factor(struct bn_comparison *c, const char *factor, const char *value, struct bn_error *err);
/* Fills the noise of all lines of two runs, and c->noise. */
enum bn_status bn_compare_read_noise(struct bn_comparison *c, struct bn_store *store, struct bn_error *err);
/* Fills ratio, interval, p and verdict; changes smaller than `least` (e.g. 0.01) are no change. */
void bn_compare_judge(struct bn_comparison *c, double least);
/* Fills the operation of lines that bn_compare_judge found faster or slower. */
enum bn_status bn_compare_operations(struct bn_comparison *c, struct bn_store *store, struct bn_error *err);
void bn_comparison_release(struct bn_comparison *c);

enum bn_compare_form { BN_COMPARE_TEXT, BN_COMPARE_JSON, BN_COMPARE_CSV };
void bn_compare_print(const struct bn_comparison *c, enum bn_compare_form form, const char *verdict);
const char *bn_compare_verdict_name(enum bn_compare_verdict verdict);
#endif
