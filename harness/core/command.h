/* command.h - the words of a command as one line, for the record of a run. */
#ifndef BN_HARNESS_COMMAND_H
#define BN_HARNESS_COMMAND_H

/* The caller frees it; NULL without memory. Call it before the words are parsed, which moves them. */
char *bn_command_line(int argc, char **argv);
#endif
