/* test_runner.c - runs a Criterion test program under ThreadSanitizer, where Criterion's own runner cannot: its
 * memory for child processes has to be where the sanitizer keeps its shadow; under AddressSanitizer, because
 * Criterion ends its children without the check for leaks at exit; and under emulation. Every test in a process of its
 * own, one after the other; the sanitizer's exit code makes a race or a leak a failure. Takes --filter SUITE/TEST (a
 * glob), --tap=FILE and --cpu-seconds=N (a test that needs more is skipped; one that takes 20 times as long without
 * needing them fails), and knows what the tests here use: init and fini. Replaces main and the functions that
 * Criterion's macros call; messages are still Criterion's. */
#include <criterion/criterion.h>
#include <criterion/event.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIPPED = 77 };
extern struct criterion_test *__start_cr_tst[], *__stop_cr_tst[];
extern struct criterion_suite *__start_cr_sts[] __attribute__((weak)), *__stop_cr_sts[] __attribute__((weak));
static const struct criterion_test *running;
static const struct criterion_test_extra_data *suite;
static FILE *tap;
static int failed; /* expectations of the running test */
static unsigned cpu_seconds;

static void call(void (*fn)(void))
{
    if (fn) fn();
}

/* ---- what the macros call ---- */
void criterion_internal_test_setup(void)
{
    if (suite) call(suite->init);
    call(running->data->init);
}
void criterion_internal_test_main(void (*fn)(void)) { fn(); }
void criterion_internal_test_teardown(void)
{
    call(running->data->fini);
    if (suite) call(suite->fini);
}
void cri_asserts_passed_incr(void) {}
void criterion_continue_test(void) {}
void criterion_abort_test(void) { exit(1); }

void criterion_send_assert(struct criterion_assert_stats *stats)
{
    if (stats->passed) return;
    fprintf(stderr, "%s:%u: %s\n", stats->file, stats->line, stats->message);
    failed++;
}

void criterion_skip_test(const char *format, ...)
{
    va_list args;
    fprintf(tap, "ok - %s::%s # SKIP ", running->category, running->name);
    va_start(args, format);
    vfprintf(tap, format, args);
    va_end(args);
    fputc('\n', tap);
    exit(SKIPPED);
}

void cr_log(enum criterion_severity severity, const char *format, ...)
{
    va_list args;
    (void)severity;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

/* ---- the run ---- */
static const struct criterion_test_extra_data *suite_of(const struct criterion_test *test)
{
    for (struct criterion_suite **s = __start_cr_sts; s < __stop_cr_sts; s++)
        if (*s && !strcmp((*s)->name, test->category)) return (*s)->data;
    return NULL;
}

static bool passes(const struct criterion_test *test)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        running = test, suite = suite_of(test);
        if (cpu_seconds) {
            setrlimit(RLIMIT_CPU, &(struct rlimit){cpu_seconds, RLIM_INFINITY});
            alarm(20 * cpu_seconds);
        }
        test->test();
        exit(failed != 0); /* or the sanitizer's own code */
    }
    if (child < 0 || waitpid(child, &status, 0) < 0) return false;
    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) return true;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
        fprintf(tap, "ok - %s::%s # SKIP it needs more than %u s\n", test->category, test->name, cpu_seconds);
        return true;
    }
    bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    fprintf(tap, "%s - %s::%s\n", ok ? "ok" : "not ok", test->category, test->name);
    return ok;
}

int main(int argc, char **argv)
{
    const char *filter = "*";
    int bad = 0, all = 0;
    tap = stdout;
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--filter") && i + 1 < argc)
            filter = argv[++i];
        else if (!strncmp(argv[i], "--cpu-seconds=", 14) && (cpu_seconds = (unsigned)strtoul(argv[i] + 14, NULL, 10)))
            continue;
        else if (strncmp(argv[i], "--tap=", 6) || !(tap = fopen(argv[i] + 6, "we")))
            return fprintf(stderr, "test_runner cannot do %s.\n", argv[i]), 2;
    for (struct criterion_test **t = __start_cr_tst; t < __stop_cr_tst; t++) {
        char name[256];
        if (!*t) continue;
        snprintf(name, sizeof name, "%s/%s", (*t)->category, (*t)->name);
        if (!fnmatch(filter, name, 0)) all++, bad += !passes(*t);
    }
    fprintf(stderr, "%d tests, %d failed\n", all, bad);
    return bad != 0;
}
