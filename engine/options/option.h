/* option.h - how a file of this folder declares its option.
 *
 *   static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err) { ... }
 *   BN_OPTION(name, .argument = "off|on", .values = (const char *const[]){"off", "on", NULL}, .help = "...", .exactness
 * = "EXACT", .set = set);
 *
 * one line OPTION(name) in options.list, and a page NAME.md (sections: What it is, Source, Exactness, Measured, When to
 * use it). The first of `values` is the default; a sweep tries them all. engine/options.h explains the other fields:
 * hypothesis, inexact, needs, model, task, least and most, takes_file, conflicts, here, idle. */
#ifndef BN_OPTION_H
#define BN_OPTION_H
#include "engine/core/status.h"

#define BN_OPTION(option, ...) const struct bn_option bn_option_##option = {.name = #option, __VA_ARGS__}

/* For `set` functions: one of "off" and "on" (also False/True, 0/1); a whole number or a decimal one within
 * least..most (state the same range in the option's fields, for its help and its test). */
enum bn_status bn_option_switch(const char *name, const char *value, bool *on, struct bn_error *err);
enum bn_status bn_option_number(const char *name, const char *value, int least, int most, int *number,
                                struct bn_error *err);
enum bn_status bn_option_decimal(const char *name, const char *value, double least, double most, float *number,
                                 struct bn_error *err);
#endif
