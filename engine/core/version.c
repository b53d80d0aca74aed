/* version.c - the source this library was built from. */
#include "engine/bitnet.h"

#ifndef BN_COMMIT
#define BN_COMMIT "unknown"
#endif

#ifndef BN_FLAGS
#define BN_FLAGS "unknown flags"
#endif

const char *bn_version(void) { return "0.1.0"; }
const char *bn_commit(void) { return BN_COMMIT; }
const char *bn_compiler(void)
{
#ifdef __clang__
    return "clang " __clang_version__ " " BN_FLAGS;
#else
    return "gcc " __VERSION__ " " BN_FLAGS;
#endif
}
