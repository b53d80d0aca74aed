/* code.h - how the references make an int8 code of a scaled activation: rounded half to even and clamped to -127..127
 * (NaN gives -127), FORMATS.md 1.2. */
#ifndef BN_KERNELS_REF_CODE_H
#define BN_KERNELS_REF_CODE_H
#include <math.h>

static inline int bn_code_of(float v)
{
    v = v > -127.0f ? v : -127.0f;
    v = v < 127.0f ? v : 127.0f;
    return (int)lrintf(v);
}
#endif
