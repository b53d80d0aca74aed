/* fuzz.h - what reads files from strangers, under libFuzzer (`make fuzz`) and on generated files (`make hostile`).
 *
 * A target is one file ROOM/tests/fuzz/NAME.c that defines fuzz_path, and LLVMFuzzerTestOneInput by one of the two
 * macros below; its corpus is the folder NAME beside it. alone.c makes a program of it that tries the files it is
 * given, one line each; with libFuzzer it makes its own inputs. */
#ifndef CI_FUZZ_H
#define CI_FUZZ_H
#include "engine/bitnet.h"
#include <unistd.h>

/* Reads the file or folder; true: it was taken, false: refused, with *err saying why. Aborts on what must not be. */
bool fuzz_path(const char *path, struct bn_error *err);

/* The path of a file in memory with these bytes; *fd is to be closed. */
void fuzz_memory_file(char path[64], int *fd, const uint8_t *bytes, size_t n);
/* A folder with a copy of the files `names` of `from` (both end with NULL) and `hole`, which leads to the memory file.
 */
const char *fuzz_folder(const char *from, const char *const *names, const char *hole, const char *memory_file);
/* Calls fuzz_path and checks the sentence of a refusal. */
bool fuzz_try(const char *path, struct bn_error *err);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
/* The bytes are the file. */
#define FUZZ_FILE                                                                                                      \
    int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)                                                         \
    {                                                                                                                  \
        char path[64];                                                                                                 \
        int fd;                                                                                                        \
        fuzz_memory_file(path, &fd, bytes, n);                                                                         \
        fuzz_try(path, &(struct bn_error){0});                                                                         \
        close(fd);                                                                                                     \
        return 0;                                                                                                      \
    }
/* The bytes are the file `hole` of a folder that otherwise has files of `from`. */
#define FUZZ_FILE_IN(from, hole, ...)                                                                                  \
    int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)                                                         \
    {                                                                                                                  \
        char path[64];                                                                                                 \
        int fd;                                                                                                        \
        fuzz_memory_file(path, &fd, bytes, n);                                                                         \
        fuzz_try(fuzz_folder(from, (const char *const[]){__VA_ARGS__, NULL}, hole, path), &(struct bn_error){0});      \
        close(fd);                                                                                                     \
        return 0;                                                                                                      \
    }
#endif
