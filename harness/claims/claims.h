/* claims.h - published figures as data: what a claim file says, what was measured here, and what follows from both.
 *
 *   struct bn_claim *claim;
 *   if (bn_claim_parse(&claim, text, n_bytes, "harness/claims/I07.yaml", err)) ...
 *   bn_evidence_open(&evidence, store, machine_id);          // store NULL: nothing was measured
 *   bn_claim_judge(claim, &evidence, &result, err);
 *
 * README.md beside this file says what every field of a claim is. No file holds a verdict: it is computed from the
 * figures each time. */
#ifndef BN_CLAIMS_H
#define BN_CLAIMS_H
#include "harness/claims/amount.h"
#include "harness/store/store.h"
#include <stdio.h>

enum bn_claim_provenance { BN_P1, BN_P2, BN_P3, BN_P4, BN_P5, BN_P6 };
/* What a value's `ours` is to what was published. */
enum bn_claim_relation {
    BN_CLAIM_EQUAL,    /* the same figure */
    BN_CLAIM_AT_MOST,  /* the source says: not more than it published */
    BN_CLAIM_AT_LEAST, /* the source says: not less */
    BN_CLAIM_LIMIT,    /* ours is the most that arithmetic allows */
    BN_CLAIM_ROOFLINE, /* ours is the most that the machine that the source names can do */
};
enum bn_claim_need { BN_NEED_CPU, BN_NEED_ARCH, BN_NEED_THING };
struct bn_claim_named { /* a quantity that expressions may use */
    char *name, *is, *from;
};
struct bn_claim_requirement {
    int kind; /* enum bn_claim_need */
    char *name;
};
/* One series of figures of a plan that ran here. */
struct bn_claim_measured {
    char *name, *plan, *engine, *model, *workload, *kernel, *options, *op;
    int what; /* of metrics.list */
    uint32_t threads;
};
struct bn_claim_value {
    char *name, *row, *column;     /* in the published table: row and column */
    char *published, *ours, *unit; /* expressions; ours NULL: nothing here says it */
    char *tolerance, *neutral;     /* NULL: the claim's */
    char *needs;                   /* without ours: what it takes; NULL: as the claim */
    int relation;                  /* enum bn_claim_relation */
};
struct bn_claim {
    char *id, *claim, *source, *where, *url, *environment, *table, *undefined, *note;
    char *unit, *tolerance, *neutral, *standard_error; /* defaults of all values; neutral NULL: no direction */
    int provenance;                                    /* enum bn_claim_provenance */
    uint32_t items;                                    /* questions behind an accuracy; 0: none */
    char **siblings;
    uint32_t n_siblings;
    struct bn_claim_requirement *needs;
    uint32_t n_needs;
    struct bn_claim_named *given;
    uint32_t n_given;
    struct bn_claim_measured *measured;
    uint32_t n_measured;
    struct bn_claim_value *values;
    uint32_t n_values;
};

/* ---- files ---- */
/* Reads strictly: unknown fields, names and units, expressions of other units and a verdict in the file are errors with
 * path and place. */
enum bn_status bn_claim_parse(struct bn_claim **claim, const char *text, size_t n_bytes, const char *path,
                              struct bn_error *err);
void bn_claim_close(struct bn_claim *claim);
struct bn_claim_list {
    struct bn_claim **at;
    size_t n;
};
/* The claims of claims.list, or the one in `file` if it is not NULL. */
enum bn_status bn_claims_open(struct bn_claim_list *list, const char *file, struct bn_error *err);
bool bn_claims_built_in(const char *id); /* whether claims.list has it */
void bn_claims_close(struct bn_claim_list *list);
/* Leaves those that are named: ids, or tables ("bitnet.cpp/readme-kernels"). An unknown one is an error. */
enum bn_status bn_claims_keep(struct bn_claim_list *list, const char *ids, const char *table, struct bn_error *err);

/* ---- what was measured ---- */
enum { BN_EVIDENCE_RUNS = 32, BN_EVIDENCE_KEY = 96 };
struct bn_evidence_run { /* the latest run of a plan on this machine */
    char plan[64], commit[64], started_at[32];
    int64_t run_id; /* 0: none */
};
struct bn_evidence {
    struct bn_store *store;
    int64_t machine_id;
    char arch[32], flags[8192]; /* of this machine's CPU */
    struct bn_evidence_run runs[BN_EVIDENCE_RUNS];
    size_t n_runs;
};
struct bn_evidence_sample {
    char key[BN_EVIDENCE_KEY]; /* round, question or window; "": holds for all */
    double value;              /* in base units */
};
struct bn_evidence_series {
    struct bn_evidence_sample *at; /* ordered as the database gives them; of equal keys one, their median */
    size_t n;
    const struct bn_evidence_run *run;
    char missing[256]; /* why there is none; "" */
    bool skipped;      /* it was tried, and could not be measured here */
};
/* store NULL: nothing was measured. */
void bn_evidence_open(struct bn_evidence *evidence, struct bn_store *store, int64_t machine_id);
enum bn_status bn_evidence_read(struct bn_evidence *evidence, const struct bn_claim_measured *measured,
                                struct bn_evidence_series *series, struct bn_error *err);
void bn_evidence_release(struct bn_evidence_series *series);
const char *const *bn_evidence_metrics(void); /* names, for the field `what`; ends with NULL */
bool bn_evidence_repeats(int what);           /* one value decides */
struct bn_amount bn_evidence_unit(int what);  /* of a metric: 1 of its unit */
bool bn_evidence_has(const struct bn_evidence *evidence, const struct bn_claim_requirement *need);

/* ---- what follows ---- */
enum bn_claim_verdict {
#define VERDICT(name, text, decided) BN_VERDICT_##name,
#include "harness/claims/verdicts.list"
#undef VERDICT
    BN_VERDICTS
};
const char *bn_claim_verdict_name(enum bn_claim_verdict verdict);
bool bn_claim_decided(enum bn_claim_verdict verdict);
struct bn_claim_finding { /* of one value, in units of `unit` */
    enum bn_claim_verdict verdict;
    double published, accept_low, accept_high; /* what counts as the published figure */
    double measured, low, high;                /* NAN: none; ends NAN: no interval */
    size_t n;                                  /* pairs of processes, questions or windows behind it; 0: arithmetic */
    const char *unit;                          /* "" */
    const struct bn_evidence_run *run;         /* NULL: arithmetic, or none */
    char reason[384];
};
struct bn_claim_result {
    enum bn_claim_verdict verdict; /* of all values together: the worst that was found */
    size_t n_decided, n_agree;     /* values decided; of them reproduced */
    struct bn_claim_finding *values;
    char reason[384];
};
enum bn_status bn_claim_judge(const struct bn_claim *claim, struct bn_evidence *evidence,
                              struct bn_claim_result *result, struct bn_error *err);
void bn_claim_result_release(struct bn_claim_result *result);
/* ours against what is accepted; the ends of ours are NAN without an interval. Pure. */
enum bn_claim_verdict bn_claim_compare(enum bn_claim_relation relation, double accept_low, double accept_high,
                                       double neutral, double measured, double low, double high, bool arithmetic);

/* ---- output ---- */
enum bn_claims_form { BN_CLAIMS_TEXT, BN_CLAIMS_MARKDOWN, BN_CLAIMS_JSON };
struct bn_claims_report {
    const struct bn_claim_list *list;
    const struct bn_claim_result *results; /* [list->n] */
    const char *machine, *commit;
    bool full; /* every value, not only the claims */
};
void bn_claims_print(const struct bn_claims_report *report, enum bn_claims_form form);
/* The published table, and ours beside it, cell by cell; false when memory is short. */
bool bn_claims_print_table(const struct bn_claims_report *report, const char *table, enum bn_claims_form form);
/* One run of the database, with a row for every value. */
enum bn_status bn_claims_store(const struct bn_claims_report *report, struct bn_store *store, int64_t machine_id,
                               int64_t build_id, const char *command, struct bn_error *err);
#endif
