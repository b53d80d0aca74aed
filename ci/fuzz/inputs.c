/* inputs.c - inputs of fuzz targets: files in memory, folders around them, and the check of what a refusal says. */
#include "ci/fuzz/fuzz.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void need(bool ok, const char *what)
{
    if (ok) return;
    perror(what);
    abort();
}

void fuzz_memory_file(char path[64], int *fd, const uint8_t *bytes, size_t n)
{
    *fd = memfd_create("fuzz", 0);
    need(*fd >= 0 && write(*fd, bytes, n) == (ssize_t)n, "memfd");
    snprintf(path, 64, "/proc/self/fd/%d", *fd);
}

static void copy(const char *from, const char *name, const char *folder)
{
    char path[512], block[65536];
    snprintf(path, sizeof path, "%s/%s", from, name);
    FILE *in = fopen(path, "rb");
    need(in, path);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    need(out, path);
    for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;) need(fwrite(block, 1, n, out) == n, path);
    fclose(in), fclose(out);
}

static char folder[64], hole_path[512];

static void remove_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command)) perror(folder);
}

const char *fuzz_folder(const char *from, const char *const *names, const char *hole, const char *memory_file)
{
    if (!folder[0]) {
        snprintf(folder, sizeof folder, "/tmp/bn_fuzz_XXXXXX");
        need(mkdtemp(folder), folder);
        atexit(remove_folder);
        for (; *names; names++) copy(from, *names, folder);
        snprintf(hole_path, sizeof hole_path, "%s/%s", folder, hole);
    }
    unlink(hole_path);
    need(!symlink(memory_file, hole_path), hole_path);
    return folder;
}

bool fuzz_try(const char *path, struct bn_error *err)
{
    char shown[sizeof err->text];
    if (fuzz_path(path, err)) return true;
    size_t n = strlen(err->text);
    bool sentence = n && !strcmp(bn_printable(shown, sizeof shown, err->text), err->text) &&
                    (err->text[n - 1] == '.' || n + 8 > sizeof err->text); /* or cut */
    if (sentence) return false;
    fprintf(stderr, "Refused without a clean sentence: \"%s\"\n", err->text);
    abort();
}
