/* cmdline_help.h - what a program says of itself: help, manual page, completion; all of them from its table. */
#ifndef BN_CORE_CMDLINE_HELP_H
#define BN_CORE_CMDLINE_HELP_H
#include "engine/cmdline.h"

char bn_cmd_letter(const char *name);  /* the short form of an option, 'm' of "model"; 0: none */
const char *bn_cmd_named(char letter); /* and back; NULL: none */
const char *bn_cmd_exits(const struct bn_cmd *cmd);
/* The options that every program has. */
extern const struct bn_cmd_option bn_cmd_standard[];
void bn_cmd_help(const struct bn_cmd *cmd);
void bn_cmd_man(const struct bn_cmd *cmd);  /* roff */
void bn_cmd_bash(const struct bn_cmd *cmd); /* lines for completion.bash */
#endif
