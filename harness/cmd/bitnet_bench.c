/* bitnet_bench.c - the front end of the harness: finds the named command and runs it. Commands:
 * harness/commands.list. */
#include "engine/bitnet.h"
#include "engine/cmdline.h"
#include <stdio.h>
#include <string.h>

#define COMMAND(name, purpose) int bn_bench_##name(int argc, char **argv);
#include "harness/commands.list"
#undef COMMAND

static const struct command {
    const char *name, *purpose;
    int (*run)(int argc, char **argv);
} commands[] = {
#define COMMAND(name, purpose) {#name, purpose, bn_bench_##name},
#include "harness/commands.list"
#undef COMMAND
    {0}};

static void help(FILE *out)
{
    fprintf(out, "bitnet-bench - measure, store, compare\nusage: bitnet-bench COMMAND [options]\n\ncommands:\n");
    for (const struct command *c = commands; c->name; c++) fprintf(out, "  %-10s %s\n", c->name, c->purpose);
    fprintf(out,
            "\nbitnet-bench COMMAND --help says more. Exit codes: 0 ok, 1 failed, 2 usage, 3 performance regression,\n"
            "4 output or accuracy changed, 5 inconclusive or nothing measured, 77 skipped with a reason.\n");
}

int main(int argc, char **argv)
{
    bn_cmd_begin("bitnet-bench");
    if (argc < 2) return help(stderr), 2;
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        help(stdout);
        return bn_cmd_finish("bitnet-bench", 0);
    }
    if (!strcmp(argv[1], "--version")) {
        printf("bitnet-bench %s (%s, %s)\n", bn_version(), bn_commit(), bn_compiler());
        return bn_cmd_finish("bitnet-bench", 0);
    }
    for (const struct command *c = commands; c->name; c++)
        if (!strcmp(argv[1], c->name)) return bn_cmd_finish("bitnet-bench", c->run(argc - 1, argv + 1));
    fprintf(stderr, "bitnet-bench: Unknown command \"%s\"; bitnet-bench --help lists the commands.\n",
            BN_PRINTABLE(argv[1]));
    return 2;
}
