/* timing.h - for tests: whether this build's times mean something. */
#ifndef BN_TESTS_TIMING_H
#define BN_TESTS_TIMING_H
#include "engine/bitnet.h"
#include <criterion/criterion.h>
#include <string.h>

static inline bool times_count(void) { return strstr(bn_compiler(), "-O3") && !strstr(bn_compiler(), "-fsanitize"); }

#define SKIP_UNLESS_TIMES_COUNT()                                                                                      \
    do {                                                                                                               \
        if (!times_count()) cr_skip_test("a build for debugging or with a sanitizer measures nothing");                \
    } while (0)
#endif
