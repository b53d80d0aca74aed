/* timing.h - for tests: whether times mean something, in this build and on this CPU (ci/arch_check says BN_EMULATED).
 */
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
