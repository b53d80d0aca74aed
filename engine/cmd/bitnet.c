/* bitnet.c - the front door: `bitnet run ...` is `bitnet-run ...`; `bitnet help` lists the commands. */
#include "engine/cmdline.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct bn_cmd_word programs[] = {
    {"run", "generate text"},
    {"serve", "serve a model over HTTP, as OpenAI's API"},
    {"quantize", "convert safetensors, GGUF and llama2.c models to GGUF"},
    {"repack", "store ternary weights in the order of the kernels"},
    {"calibrate", "find fixed scales for the activations of a model"},
    {"options", "list the optimisations that can be switched"},
    {"eval", "evaluation tasks and stress tests"},
    {"bench", "sweep options, compare, gate pull requests, history"},
    {"profiler", "where the time of a model goes, by operation"},
    {"optimize-all", "choose the options that are fastest for a model on this machine"},
    {"report", "static report from a results database"},
};
enum { N_PROGRAMS = sizeof programs / sizeof *programs };

/* The programs that this folder has. */
static void list(struct bn_cmd_word words[N_PROGRAMS + 1], const char *folder)
{
    char path[PATH_MAX + 64];
    for (int i = 0, n = 0; i < N_PROGRAMS; i++) {
        snprintf(path, sizeof path, "%s/bitnet-%s", folder, programs[i].name);
        if (access(path, X_OK) == 0) words[n++] = programs[i];
    }
}

int main(int argc, char **argv)
{
    static struct bn_cmd_word words[N_PROGRAMS + 1];
    static const struct bn_cmd_option none[] = {{0}};
    const struct bn_cmd cmd = {"bitnet",
                               "BitNet models on CPUs: run them, measure them, check them",
                               "COMMAND [options]",
                               none,
                               "bitnet run is bitnet-run, and so on.\n",
                               NULL,
                               words};
    char folder[PATH_MAX], path[PATH_MAX + 96], help[] = "--help", *ask[] = {argv[0], help, NULL};
    bn_cmd_begin(cmd.name);
    bn_own_folder(folder, sizeof folder);
    list(words, folder);
    if (argc < 2 || !strcmp(argv[1], "help")) argv = ask, argc = 2;
    snprintf(path, sizeof path, "%s/bitnet-%.60s", folder, argv[1]);
    if (argv[1][0] == '-') bn_cmd_parse(&cmd, argc, argv);
    const char *word = argv[1];
    argv[1] = path;
    execv(path, argv + 1);
    bn_cmd_fail(&cmd, 2, "Unknown command \"%s\" (%s); run bitnet help for a list.", word, strerror(errno));
}
