/* bitnet.c - the front door: `bitnet run ...` is `bitnet-run ...`; `bitnet help` lists the commands. */
#include "engine/bitnet.h"
#include "engine/cmdline.h"
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *purpose;
} programs[] = {
    {"run", "generate text"},
    {"serve", "serve a model over HTTP, as OpenAI's API"},
    {"quantize", "convert safetensors, GGUF and llama2.c models to GGUF"},
    {"calibrate", "find fixed scales for the activations of a model"},
    {"options", "list the optimisations that can be switched"},
    {"eval", "evaluation tasks and stress tests"},
    {"bench", "sweep options, compare, gate pull requests, history"},
    {"profiler", "where the time of a model goes, by operation"},
    {"report", "static report from a results database"},
};

/* The directory of this program, which also holds the others. */
static void own_folder(char *folder, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", folder, size - 1);
    folder[n > 0 ? n : 0] = 0;
    char *slash = strrchr(folder, '/');
    if (slash) *slash = 0;
}

static int help(const char *folder)
{
    printf("bitnet %s - BitNet models on CPUs: run them, measure them, check them\nusage: bitnet COMMAND [options]; "
           "bitnet COMMAND --help\n\n",
           bn_version());
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        char path[PATH_MAX + 64];
        snprintf(path, sizeof path, "%s/bitnet-%s", folder, programs[i].name);
        if (access(path, X_OK) == 0) printf("  %-10s %s\n", programs[i].name, programs[i].purpose);
    }
    return bn_cmd_finish("bitnet", 0);
}

int main(int argc, char **argv)
{
    char folder[PATH_MAX], path[PATH_MAX + 96];
    bn_cmd_begin("bitnet");
    own_folder(folder, sizeof folder);
    if (argc < 2 || !strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
        return help(folder);
    if (!strcmp(argv[1], "--version")) {
        printf("bitnet %s (%s, %s)\n", bn_version(), bn_commit(), bn_compiler());
        return bn_cmd_finish("bitnet", 0);
    }
    snprintf(path, sizeof path, "%s/bitnet-%.60s", folder, argv[1]);
    const char *word = argv[1];
    argv[1] = path;
    execv(path, argv + 1);
    fprintf(stderr, "bitnet: Unknown command \"%s\" (%s); run bitnet help for a list.\n", BN_PRINTABLE(word),
            strerror(errno));
    return 2;
}
