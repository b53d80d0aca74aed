/* alone.c - a fuzz target as a program of its own: PROGRAM FILE_OR_FOLDER... prints for each "begin PATH" and then
 * "taken PATH" or "refused PATH: sentence". A file that takes more than ten seconds ends it by SIGALRM; one that takes
 * more memory than four times its size and 64 MiB, by abort. */
#include "ci/fuzz/fuzz.h"
#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined __SANITIZE_ADDRESS__
/* of sanitizer/allocator_interface.h, which gcc does not install */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));
size_t __sanitizer_get_allocated_size(const volatile void *p);

static atomic_llong live, peak;

static void on_malloc(const volatile void *p, size_t n)
{
    (void)p;
    long long now = atomic_fetch_add(&live, (long long)n) + (long long)n, most = peak;
    while (now > most && !atomic_compare_exchange_weak(&peak, &most, now)) {
    }
}
static void on_free(const volatile void *p)
{
    if (p) atomic_fetch_sub(&live, (long long)__sanitizer_get_allocated_size(p));
}
static void watch_memory(void) { __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free); }
static void begin_memory(void) { peak = (long long)live; }
static long long used_memory(void) { return peak; }
#else
static void watch_memory(void) {}
static void begin_memory(void) {}
static long long used_memory(void) { return 0; }
#endif

static long long size_of(const char *path)
{
    struct stat st;
    if (stat(path, &st)) return 0;
    if (!S_ISDIR(st.st_mode)) return st.st_size;
    long long sum = 0;
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, e->d_name);
        if (!stat(file, &st) && S_ISREG(st.st_mode)) sum += st.st_size;
    }
    if (d) closedir(d);
    return sum;
}

static void try(const char *path)
{
    struct bn_error err = {0};
    printf("begin %s\n", path);
    fflush(stdout);
    begin_memory();
    long long before = used_memory(), most = 4 * size_of(path) + (64 << 20);
    alarm(10);
    bool taken = fuzz_try(path, &err);
    alarm(0);
    if (used_memory() - before > most) {
        fprintf(stderr, "%s: took %lld bytes of memory, more than %lld.\n", path, used_memory() - before, most);
        abort();
    }
    printf("%s %s%s%s\n", taken ? "taken" : "refused", path, taken ? "" : ": ", taken ? "" : err.text);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    watch_memory();
    for (int i = 1; i < argc; i++) try(argv[i]);
    return 0;
}
