/* test_model_changes.c - a model that is written to while a comparison or a stress test runs is an error that names it,
 * not a result. */
#include "suites/stress/parity.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODEL "datasets/reference/b158-i2_s.gguf"

static char copy[] = "/tmp/bn_model_XXXXXX", text[] = "/tmp/bn_text_XXXXXX";

static void make(void)
{
    char *bytes = malloc(1 << 23);
    FILE *in = fopen(MODEL, "rbe");
    size_t n = in ? fread(bytes, 1, 1 << 23, in) : 0;
    int to = mkstemp(copy), words = mkstemp(text);
    cr_assert(n > 1000 && to >= 0 && write(to, bytes, n) == (ssize_t)n && words >= 0);
    for (int i = 0; i < 40; i++) cr_assert_eq(write(words, "Once upon a time there was a cat. ", 34), 34);
    fclose(in), close(to), close(words), free(bytes);
}

static void release(void) { unlink(copy), unlink(text); }

static void change(void)
{
    static time_t when;
    when++;
    const struct timespec times[2] = {{when, 0}, {when, 0}};
    cr_assert_eq(utimensat(AT_FDCWD, copy, times, 0), 0);
}

static void after_a_window(void *self, int layers, size_t done, size_t total)
{
    (void)self, (void)layers, (void)done, (void)total;
    change();
}

static void expect_divergence(const char *model, const char *reference, bool changes)
{
    struct bn_divergence d;
    struct bn_error err = {0};
    struct bn_divergence_options options = {.model_path = model,
                                            .reference_path = reference,
                                            .text_file = text,
                                            .n_ctx = 16,
                                            .limit = 1,
                                            .n_threads = 1,
                                            .progress = changes ? after_a_window : NULL};
    enum bn_status status = bn_divergence_run(&d, &options, 0, &err);
    cr_expect_eq(status != BN_OK, changes, "%s", err.text);
    if (changes) cr_expect(strstr(err.text, copy) && strstr(err.text, "written to"), "%s", err.text);
}

Test(model_changes, a_divergence, .init = make, .fini = release)
{
    expect_divergence(copy, MODEL, false);
    expect_divergence(copy, MODEL, true);
    expect_divergence(MODEL, copy, true);
}

Test(model_changes, a_comparison_of_hashes, .init = make, .fini = release)
{
    const struct bn_stress_options options = {.model_path = copy, .n_threads = 1};
    const struct bn_way way = {.n_threads = 1};
    struct bn_engine_hasher engine;
    struct bn_error err = {0};
    uint64_t first, second;
    bn_engine_hasher_init(&engine, &options, 16);
    cr_assert_eq(engine.hasher.hash(&engine, &way, &first, &err), BN_OK, "%s", err.text);
    cr_assert_eq(engine.hasher.hash(&engine, &way, &second, &err), BN_OK, "%s", err.text);
    cr_expect_eq(first, second);
    change();
    cr_expect_neq(engine.hasher.hash(&engine, &way, &second, &err), BN_OK);
    cr_expect(strstr(err.text, copy) && strstr(err.text, "written to"), "%s", err.text);
    bn_engine_hasher_release(&engine);
}
