/* bitnet_bench.c - the front end of the harness: finds the named command and runs it. Commands:
 * harness/commands.list. */
#include "engine/cmdline.h"
#include <string.h>

#define COMMAND(name, purpose) int bn_bench_##name(int argc, char **argv);
#include "harness/commands.list"
#undef COMMAND

static const struct bn_cmd_word words[] = {
#define COMMAND(name, purpose) {#name, purpose},
#include "harness/commands.list"
#undef COMMAND
    {0}};
static int (*const run[])(int argc, char **argv) = {
#define COMMAND(name, purpose) bn_bench_##name,
#include "harness/commands.list"
#undef COMMAND
};
static const struct bn_cmd_option none[] = {{0}};
static const struct bn_cmd cmd = {"bitnet-bench",
                                  "measure, store, compare",
                                  "COMMAND [options]",
                                  none,
                                  NULL,
                                  "0 ok, 1 failed, 2 usage, 3 performance regression, 4 output or accuracy changed, 5 "
                                  "inconclusive or nothing measured, 77 skipped with a reason",
                                  words};

int main(int argc, char **argv)
{
    static char help[] = "--help";
    bn_cmd_begin(cmd.name);
    if (argc < 2) bn_cmd_fail(&cmd, 2, "Name a command; bitnet-bench --help lists them.");
    for (size_t i = 0; words[i].name; i++)
        if (!strcmp(argv[1], words[i].name)) return bn_cmd_finish(cmd.name, run[i](argc - 1, argv + 1));
    if (!strcmp(argv[1], "help")) argv[1] = help;
    bn_cmd_parse(&cmd, argc, argv);
    bn_cmd_fail(&cmd, 2, "Unknown command \"%s\"; bitnet-bench --help lists them.", argv[1]);
}
