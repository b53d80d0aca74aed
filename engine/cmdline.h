/* cmdline.h - one declarative table per program makes option parsing, --help, --version and errors uniform
 * across programs. Option names accept '-' and '_' interchangeably; values come as "--name value" or "--name=value",
 * and -m, -p, -n and -t abbreviate --model, --prompt, --max_new_tokens and --threads in programs that have them.
 *
 *   static struct opts { const char *model; int threads; bool json; } o = {.threads = 0};
 *   static const struct bn_cmd_option options[] = {
 *       {"model", "FILE", BN_CMD_STRING, &o.model, "model to run (GGUF, safetensors directory, llama2.c .bin)"},
 *       {"threads", "N", BN_CMD_INT, &o.threads, "threads; 0: one per physical core", .min = 0, .max = 1024},
 *       {"json", NULL, BN_CMD_FLAG, &o.json, "print one JSON object"},
 *       {0}};
 *   static const struct bn_cmd cmd = {"bitnet-run", "generate text", "--model FILE --prompt TEXT [options]", options};
 *   int rest = bn_cmd_parse(&cmd, argc, argv);   // prints and exits on --help (0), --version (0) and errors (2)
 *   ...
 *   return bn_cmd_finish(cmd.name, 0);           // on every path out of main after printing (engine/files.h)
 */
#ifndef BN_CMDLINE_H
#define BN_CMDLINE_H
#include "engine/files.h"
#include <stdbool.h>
#include <stdint.h>

enum bn_cmd_type {
    BN_CMD_FLAG,   /* bool: "--name" sets it, "--name False|0|no" clears it, "--name True|1|yes" sets it */
    BN_CMD_STRING, /* const char *: points into argv */
    BN_CMD_INT,    /* int, within min..max */
    BN_CMD_U64,    /* uint64_t */
    BN_CMD_FLOAT,  /* float, within min..max */
    BN_CMD_LIST,   /* struct bn_cmd_list: may be repeated */
};
struct bn_cmd_list {
    const char **values;
    int n;
};
struct bn_cmd_option {
    const char *name, *argument; /* argument NULL for flags */
    enum bn_cmd_type type;
    void *target;
    const char *help;
    double min, max;           /* both 0: no limits */
    const char *const *values; /* of BN_CMD_STRING: the words that it takes, ends with NULL; or NULL */
    bool open;                 /* it takes others as well: files, aliases, numbers between */
};
struct bn_cmd_word {
    const char *name, *purpose;
};
struct bn_cmd {
    const char *name, *purpose, *usage;
    const struct bn_cmd_option *options; /* ends with a name of NULL */
    const char *more;                    /* further help text, or NULL: paragraphs, and examples in indented lines */
    const char *exits;                   /* "0 ok, 1 failed, 2 usage"; NULL: these */
    const struct bn_cmd_word *words;     /* its commands, "NAME WORD ...", ends with a name of NULL; or NULL */
};
#define BN_CMD_WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
/* Parses options anywhere in argv; moves other arguments to the front and returns their number
 * (argv[1..n]). --help=man prints the manual page instead of the help, --help=bash what engine/cmd/completion.bash
 * knows of the options; the build makes both of every program. What an argument is called says what completes it: FILE
 * and PATH are files, DIR and FOLDER are folders, NAME=PATH is a name and a file. */
int bn_cmd_parse(const struct bn_cmd *cmd, int argc, char **argv);
/* Prints "NAME: sentence" on stderr and exits with `code` (2 usage, 1 failed, 77 skipped ...). With --json a program
 * that fails (1) before it has printed anything prints {"error": sentence} too, so that its output is always JSON.
 */
_Noreturn void bn_cmd_fail(const struct bn_cmd *cmd, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Prints "PROGRAM: sentence" on stderr: something that the user should know, and no error. */
void bn_cmd_note(const char *program, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* An option that does nothing as the others are: when it was given and `useful` is false, ends the program (2) with
 * "--NAME does nothing without NEEDS; ...". */
void bn_cmd_needs(const struct bn_cmd *cmd, const char *option, bool useful, const char *needs);
/* Shows the progress of a long command in one line on stderr. On a terminal it is redrawn in place and fits its width;
 * elsewhere it is printed at most every ten seconds, counted from the first call. NULL removes the
 * line: call it before other output and at the end. */
void bn_cmd_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct bn_settings;
struct bn_error;
struct bn_model_info;
struct bn_model_options;
/* A program's own table plus one line for every registered option (engine/options) and --config; call once per
 * program. After parsing, bn_cmd_options_apply stores the given values in *settings and returns a status like
 * bn_options_apply; `tasks`: what the program does (enum bn_option_task). When the model is open, bn_cmd_options_act
 * refuses what does nothing to it, and bn_cmd_options_say says on stderr what the options did to its weights. */
const struct bn_cmd_option *bn_cmd_options_join(const struct bn_cmd_option *own);
int bn_cmd_options_apply(struct bn_settings *settings, unsigned tasks, struct bn_error *err);
int bn_cmd_options_exact(struct bn_error *err); /* for a program whose result is of the model as it is */
int bn_cmd_options_act(const struct bn_model_info *info, struct bn_error *err);
void bn_cmd_options_say(const char *program, const struct bn_model_options *asked, const struct bn_model_info *info);
#endif
