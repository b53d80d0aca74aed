/* options.h - part of the public API, included by bitnet.h: what can be switched by name in every program. */
#include "engine/bitnet.h" /* before the guard: bitnet.h includes both in the order that they need */
#ifndef BITNET_OPTIONS_H
#define BITNET_OPTIONS_H

#ifdef __cplusplus
extern "C" {
#endif

/* ---- options: optimisations that can be switched by name ---- */
/* Everything an option can set. Start from zeros or from other settings. */
struct bn_settings {
    struct bn_model_options model;
    struct bn_session_options session;
    struct bn_generator_options generator;
};
enum bn_option_model {                       /* kinds of model, as bits: an option acts only on those that it names */
                       BN_MODEL_TERNARY = 1, /* ternary linears, whose activations are int8 */
                       BN_MODEL_FLOAT_LINEARS = 2, /* f16, bf16 or f32 linears */
                       BN_MODEL_FLOAT_HEAD = 4,    /* an f16, bf16 or f32 output head */
};
enum bn_option_task { /* what a program does, as bits: an option acts only on those that it names */
                      BN_TASK_SESSION = 1,  /* it computes texts in sessions (bn_session_open), not in batches */
                      BN_TASK_GENERATE = 2, /* it continues them, one alone (bn_generator_open) */
                      BN_TASK_STREAM = 4,   /* it hands text on as it is generated */
};
struct bn_option {
    const char *name, *argument; /* argument as help shows it; NULL: a switch, "off" or "on" */
    const char *const *values;   /* what a sweep tries, the default first; ends with NULL */
    const char *help;
    const char *exactness;        /* begins with "EXACT": the same bits as with the default; else what changes */
    const char *const *inexact;   /* values of an EXACT option that change the output all the same, or NULL */
    const char *hypothesis;       /* ids of the published claims that it puts to the test, "S22 C01", or NULL */
    const char *needs;            /* what else must hold: another option that must be on, "NAME", or have a value,
                                     "NAME=VALUE"; words; or NULL */
    unsigned model;               /* kinds of model that it acts on (enum bn_option_model), each needed; 0: all */
    unsigned task;                /* what it acts on (enum bn_option_task), each needed; 0: on all that programs do */
    double least, most;           /* of values that are numbers; both 0: values are words */
    bool takes_file;              /* a value other than the default names a file: a sweep tries it only when given */
    const char *const *conflicts; /* names of options that must then stay at their default, ends with NULL; or NULL */
    bool (*here)(const char *value); /* whether this machine can take a value: a sweep leaves out others; NULL: all */
    /* Whether a value does what the default does to a model that the default was opened with; NULL: never. */
    bool (*idle)(const char *value, const struct bn_model_info *model);
    enum bn_status (*set)(struct bn_settings *settings, const char *value, struct bn_error *err); /* keeps `value` */
};
struct bn_option_choice {
    const char *name, *value;
};
const struct bn_option *const *bn_options(size_t *n);
const struct bn_option *bn_option_find(const char *name); /* '-' and '_' are equivalent; NULL if unknown */
/* Sets every choice: an unknown name or value is BN_ERR_USAGE; mutually exclusive choices, and choices that act
 * only with an option that is off, are BN_ERR_UNSUPPORTED. */
enum bn_status bn_options_apply(struct bn_settings *settings, const struct bn_option_choice *choices, size_t n,
                                struct bn_error *err);
bool bn_option_is_default(const struct bn_option *option, const char *value); /* "False" is "off" */
/* Whether `value` leaves every logit and token as it is with the default. */
bool bn_option_exact(const struct bn_option *option, const char *value);
/* Whether one of two options declares that it excludes the other. */
bool bn_option_excludes(const struct bn_option *a, const struct bn_option *b);
/* Whether `option` needs the option of that name; *value (may be NULL): which value of it, NULL: any but its default.
 */
bool bn_option_needs(const struct bn_option *option, const char *name, const char **value);
const struct bn_option *bn_option_whole(const struct bn_option *option); /* the option that it needs, or NULL */
/* Whether it acts on something that a program does (bits of enum bn_option_task); BN_ERR_UNSUPPORTED, with the reason,
 * where a choice other than the default does not. */
bool bn_option_acts_on(const struct bn_option *option, unsigned tasks);
enum bn_status bn_options_act_on(const struct bn_option_choice *choices, size_t n, unsigned tasks,
                                 struct bn_error *err);
/* BN_ERR_UNSUPPORTED, with the reason, where a choice other than the default does nothing to a model of this kind. */
enum bn_status bn_options_act(const struct bn_option_choice *choices, size_t n, const struct bn_model_info *model,
                              struct bn_error *err);

/* Whether `value` does nothing on this machine to a model that was opened with the defaults: it does not act on such a
 * model, or comes to what the default does. */
bool bn_option_idle(const struct bn_option *option, const char *value, const struct bn_model_info *model);

/* BN_ERR_UNSUPPORTED where a choice other than the default decodes one sequence: a batch would do nothing with it. */
enum bn_status bn_options_batch(const struct bn_option_choice *choices, size_t n, struct bn_error *err);

/* ---- files of chosen options, for one model on one machine (bitnet-optimize-all writes them) ----
 * {"format": "bitnet-config", "version": 1, "machine": bn_machine_name, "model": fingerprint of its tensors, 16
 *  hexadecimal digits, "options": {"name": "value", ...}, "evidence": ["a line for each choice", ...]} */
#define BN_CONFIG_FORMAT  "bitnet-config"
#define BN_CONFIG_VERSION 1
enum { BN_CONFIG_MOST = 128 };
struct bn_config_file {
    uint64_t fingerprint; /* for bn_model_options */
    struct bn_option_choice choices[BN_CONFIG_MOST];
    size_t n;
};
/* BN_ERR_FORMAT: damaged, an unknown key or option, another version or another machine. */
enum bn_status bn_config_read(struct bn_config_file *config, const char *path, struct bn_error *err);
/* Adds the choices of the file that choices[0 .. n) do not make and that act on what the program does; returns how many
 * there are then. Texts stay the file's. There must be room. */
size_t bn_config_join(const struct bn_config_file *config, struct bn_option_choice *choices, size_t n, unsigned tasks);
void bn_config_release(struct bn_config_file *config);
const char *bn_machine_name(char *text, size_t cap); /* "Intel(R) Xeon(R) Processor, 2 CPUs" */

#ifdef __cplusplus
}
#endif
#endif
