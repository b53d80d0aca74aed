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
struct bn_option {
    const char *name, *argument; /* argument as help shows it; NULL: a switch, "off" or "on" */
    const char *const *values;   /* what a sweep tries, the default first; ends with NULL */
    const char *help;
    const char *exactness;        /* "EXACT": the same bits as with the default; else what changes */
    const char *needs;            /* what else must hold, or NULL */
    const char *const *conflicts; /* names of options that must then stay at their default, ends with NULL; or NULL */
    enum bn_status (*set)(struct bn_settings *settings, const char *value, struct bn_error *err); /* keeps `value` */
};
struct bn_option_choice {
    const char *name, *value;
};
const struct bn_option *const *bn_options(size_t *n);
const struct bn_option *bn_option_find(const char *name); /* '-' and '_' are equivalent; NULL if unknown */
/* Sets every choice: an unknown name or value is BN_ERR_USAGE; mutually exclusive choices are BN_ERR_UNSUPPORTED. */
enum bn_status bn_options_apply(struct bn_settings *settings, const struct bn_option_choice *choices, size_t n,
                                struct bn_error *err);

#ifdef __cplusplus
}
#endif
#endif
