/* counted.c - one counting function in front of each kernel. */
#include "engine/kernels/counted.h"

static _Thread_local const struct bn_kernels *behind;
static _Thread_local uint64_t calls;

/* COUNTED(op, result, parameters, their names): one line for each line of ops.def; a wrong signature does not compile.
 */
#define COUNTED(name, result, parameters, names)                                                                       \
    static result counted_##name parameters                                                                            \
    {                                                                                                                  \
        calls++;                                                                                                       \
        return behind->name names;                                                                                     \
    }
#define ALL                                                                                                            \
    COUNTED(rmsnorm, void, (float *y, const float *x, const float *w, int n, float eps), (y, x, w, n, eps))            \
    COUNTED(quantize_a256, float, (int8_t * q, int32_t * sum, const float *x, int n), (q, sum, x, n))                  \
    COUNTED(matmul_i2, void, (const struct bn_ternary_args *a, int begin, int end), (a, begin, end))                   \
    COUNTED(pack_lut3, void, (uint8_t * panel, const uint8_t *i2, size_t row_bytes, int count, int cols),              \
            (panel, i2, row_bytes, count, cols))                                                                       \
    COUNTED(matmul_lut3, void, (const struct bn_ternary_args *a, int begin, int end), (a, begin, end))                 \
    COUNTED(matmul_f32, void, (const struct bn_float_args *a, int begin, int end), (a, begin, end))                    \
    COUNTED(matmul_f16, void, (const struct bn_float_args *a, int begin, int end), (a, begin, end))                    \
    COUNTED(matmul_bf16, void, (const struct bn_float_args *a, int begin, int end), (a, begin, end))                   \
    COUNTED(quantize_b256, void, (int8_t * q, float *scale, const float *x, int n), (q, scale, x, n))                  \
    COUNTED(matmul_q8_0, void, (const struct bn_block_args *a, int begin, int end), (a, begin, end))                   \
    COUNTED(matmul_q4_0, void, (const struct bn_block_args *a, int begin, int end), (a, begin, end))                   \
    COUNTED(matmul_q6_k, void, (const struct bn_block_args *a, int begin, int end), (a, begin, end))                   \
    COUNTED(rope, void, (float *x, const float *c, const float *s, int heads, int dim, int turned, int interleaved),   \
            (x, c, s, heads, dim, turned, interleaved))                                                                \
    COUNTED(kv_store, void, (const struct bn_kv_block *kv, int pos, const float *k, const float *v), (kv, pos, k, v))  \
    COUNTED(attention, void, (const struct bn_attention_args *a), (a))                                                 \
    COUNTED(attention_merge, void, (float *out, const float *partials, int n, size_t stride, int dim),                 \
            (out, partials, n, stride, dim))                                                                           \
    COUNTED(relu2_mul, void, (float *y, const float *gate, const float *up, int n), (y, gate, up, n))                  \
    COUNTED(silu_mul, void, (float *y, const float *gate, const float *up, int n), (y, gate, up, n))                   \
    COUNTED(add, void, (float *y, const float *x, int n), (y, x, n))
ALL
#undef COUNTED

    void
    bn_kernels_counted(struct bn_kernels *counted, const struct bn_kernels *kernels)
{
    *counted = *kernels;
#define COUNTED(name, result, parameters, names) counted->name = counted_##name;
    ALL
#undef COUNTED
}

void bn_kernels_count(const struct bn_kernels *kernels) { behind = kernels; }

uint64_t bn_kernels_calls(void) { return calls; }
