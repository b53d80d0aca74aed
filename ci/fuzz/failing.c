/* failing.c - a fuzz target as a program that lets each allocation fail in turn: PROGRAM FILE_OR_FOLDER...
 *
 * The linker puts __wrap_malloc and its kin in front of the C library's (make check-oom). Each input is tried once to
 * count its allocations, then once for each of them. A try whose allocation failed must be refused with BN_ERR_MEMORY
 * and a sentence; a crash or a leak is found by AddressSanitizer. */
#include "ci/fuzz/fuzz.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void __sanitizer_print_stack_trace(void);
int __lsan_do_recoverable_leak_check(void);

static atomic_long count, failing = -1; /* allocations so far; the number of the one that fails, -1: none */
static atomic_bool show;                /* where it failed */

static bool fails(void)
{
    if (atomic_fetch_add(&count, 1) != failing) return false;
    if (show) __sanitizer_print_stack_trace();
    errno = ENOMEM;
    return true;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void *__real_mmap(void *p, size_t n, int protection, int flags, int fd, off_t offset);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);
void *__wrap_mmap(void *p, size_t n, int protection, int flags, int fd, off_t offset);

void *__wrap_malloc(size_t n) { return fails() ? NULL : __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t size) { return fails() ? NULL : __real_calloc(n, size); }
void *__wrap_realloc(void *p, size_t n) { return fails() ? NULL : __real_realloc(p, n); }
char *__wrap_strdup(const char *s) { return fails() ? NULL : __real_strdup(s); }
char *__wrap_strndup(const char *s, size_t n) { return fails() ? NULL : __real_strndup(s, n); }
void *__wrap_mmap(void *p, size_t n, int protection, int flags, int fd, off_t offset)
{
    return fails() ? MAP_FAILED : __real_mmap(p, n, protection, flags, fd, offset);
}

/* One try; false when it did not say that memory ran out. */
static bool try(const char *path, long which, struct bn_error *err)
{
    *err = (struct bn_error){0};
    count = 0;
    failing = which;
    bool taken = fuzz_try(path, err);
    bool reached = which >= 0 && count > which;
    failing = -1;
    return !reached || (!taken && err->status == BN_ERR_MEMORY);
}

static int all_of(const char *path)
{
    struct bn_error err;
    int bad = 0;
    try(path, -1, &err);
    long n = count;
    for (long i = 0; i < n; i++) {
        if (try(path, i, &err)) continue;
        printf("%s: allocation %ld of %ld failed, and the answer was \"%s\"\n", path, i, n, err.text);
        fflush(stdout);
        if (bad++ > 5) break;
        show = true;
        try(path, i, &err);
        show = false;
    }
    if (__lsan_do_recoverable_leak_check()) bad++;
    printf("%s check-oom %s: %ld allocations failed in turn\n", bad ? "not ok" : "ok", path, n);
    return bad;
}

int main(int argc, char **argv)
{
    int bad = 0;
    for (int i = 1; i < argc; i++) bad += all_of(argv[i]);
    return bad != 0;
}
