/* counted.c - one counting function in front of each kernel. */
#include "engine/kernels/counted.h"

static _Thread_local const struct bn_kernels *behind;
static _Thread_local uint64_t calls;

#define OP(name, result, params, args)                                                                                 \
    static result counted_##name params                                                                                \
    {                                                                                                                  \
        calls++;                                                                                                       \
        return behind->name args;                                                                                      \
    }
#include "engine/kernels/ops.def"
#undef OP

void bn_kernels_counted(struct bn_kernels *counted, const struct bn_kernels *kernels)
{
    *counted = *kernels;
#define OP(name, result, params, args) counted->name = counted_##name;
#include "engine/kernels/ops.def"
#undef OP
}

void bn_kernels_count(const struct bn_kernels *kernels) { behind = kernels; }

uint64_t bn_kernels_calls(void) { return calls; }
