/* timing.h - for tests: whether the times of this build, on this CPU (BN_EMULATED: ci/arch_check), mean something. */
#ifndef BN_TESTS_TIMING_H
#define BN_TESTS_TIMING_H
#include "engine/bitnet.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static inline bool times_count(void)
{
    return strstr(bn_compiler(), "-O3") && !strstr(bn_compiler(), "-fsanitize") && !getenv("BN_EMULATED");
}

#define SKIP_UNLESS_TIMES_COUNT()                                                                                      \
    do {                                                                                                               \
        if (!times_count())                                                                                            \
            cr_skip_test("an emulator, or a build for debugging or with a sanitizer, measures nothing");               \
    } while (0)
#endif
