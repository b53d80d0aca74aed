/*
 * The parts of a training step that are not matrix products, fused, with their backward passes.
 *
 *   gcc -O3 -march=native -ffast-math -fopenmp -shared -fPIC kernels.c -o kernels.so -lm
 *
 * A *coded* row is K stored numbers plus one float scale: value = code * scale. With quantisation
 * the codes are the integers of BitNet's per-token int8 (exact in bf16), without it they are the
 * values themselves and the scale is 1. A linear layer multiplies the codes and whoever reads its
 * output multiplies by the scale of its input row.
 *
 * Gradients of a linear's output travel multiplied by that scale (so that d^T * codes is the
 * gradient of the weights); the kernel that takes the gradient of the linear's input divides by it
 * again. Rounding passes gradients straight through.
 */
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <string.h>

/* A value between two operations: bf16, or float32 where the CPU has no products of bf16 (storage.py says which) */
#ifdef STORE_FLOAT32
typedef float stored;
static inline float widen(stored x) { return x; }
static inline stored narrow(float x) { return x; }
#else
typedef uint16_t stored;
static inline float widen(stored b)
{
    uint32_t bits = (uint32_t)b << 16;
    float f;
    memcpy(&f, &bits, 4);
    return f;
}

static inline stored narrow(float f) /* round to nearest even; no NaN comes here */
{
    uint32_t bits;
    memcpy(&bits, &f, 4);
    return (stored)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
#endif

enum { HEAD = 64, HALF = HEAD / 2, MAX_ROW = 2048, MAX_KEYS = 4096, MAX_VOCABULARY = 8192 };
static const float norm_epsilon = 1e-5f;
static const float smallest_absmax = 1e-5f;

static inline float positive(float x) { return x > 0 ? x : 0; }

/* ---- norm and coding ---- */

static float inverse_rms(const float *x, long n)
{
    float sum = 0;
    for (long i = 0; i < n; i++) sum += x[i] * x[i];
    return 1.0f / sqrtf(sum / (float)n + norm_epsilon);
}

/* codes, scale := code(rmsnorm(x) * gain) */
static void norm_and_code(const float *x, const float *gain, stored *codes, float *inverse, float *scale, long n,
                          int quantise)
{
    float r = *inverse = inverse_rms(x, n), absmax = smallest_absmax;
    *scale = 1.0f;
    if (!quantise) {
        for (long i = 0; i < n; i++) codes[i] = narrow(x[i] * r * gain[i]);
        return;
    }
    for (long i = 0; i < n; i++) {
        float a = fabsf(x[i] * r * gain[i]);
        absmax = a > absmax ? a : absmax;
    }
    for (long i = 0; i < n; i++) codes[i] = narrow(rintf(x[i] * r * gain[i] * (127.0f / absmax)));
    *scale = absmax / 127.0f;
}

/* dx := gradient of rmsnorm at x for the output gradient d_code/scale; gain_sum += gradient of the gain */
static void norm_backward_row(const stored *d_code, float scale, const float *x, float r, const float *gain, float *dx,
                              float *gain_sum, long n)
{
    float unscale = 1.0f / scale, dot = 0;
    for (long i = 0; i < n; i++) {
        float dy = widen(d_code[i]) * unscale;
        gain_sum[i] += dy * x[i] * r;
        dx[i] = dy * gain[i];
        dot += dx[i] * x[i];
    }
    dot *= r * r / (float)n;
    for (long i = 0; i < n; i++) dx[i] = r * (dx[i] - x[i] * dot);
}

static void add_to_shared(float *total, const float *mine, long n)
{
#pragma omp critical
    for (long i = 0; i < n; i++) total[i] += mine[i];
}

/* sum := x + out * out_scale (out may be NULL: then sum is not written); codes := code(norm(sum)) */
void add_norm_code(const float *x, const stored *out, const float *out_scale, float *sum, const float *gain,
                   stored *codes, float *inverse, float *scale, long rows, long n, int quantise)
{
#pragma omp parallel for schedule(static)
    for (long t = 0; t < rows; t++) {
        const float *row = x + t * n;
        if (out) {
            const stored *add = out + t * n;
            float *to = sum + t * n;
            for (long i = 0; i < n; i++) to[i] = row[i] + widen(add[i]) * out_scale[t];
            row = to;
        }
        norm_and_code(row, gain, codes + t * n, inverse + t, scale + t, n, quantise);
    }
}

/* dx := or += the gradient through norm and coding */
void norm_code_backward(const stored *d_code, const float *scale, const float *x, const float *inverse,
                        const float *gain, float *dx, float *d_gain, long rows, long n, int accumulate)
{
#pragma omp parallel
    {
        float gain_sum[MAX_ROW] = {0}, d[MAX_ROW];
#pragma omp for schedule(static)
        for (long t = 0; t < rows; t++) {
            norm_backward_row(d_code + t * n, scale[t], x + t * n, inverse[t], gain, d, gain_sum, n);
            float *to = dx + t * n;
            for (long i = 0; i < n; i++) to[i] = accumulate ? to[i] + d[i] : d[i];
        }
        add_to_shared(d_gain, gain_sum, n);
    }
}

/* out := x * scale, one scale a row */
void scale_rows(const float *x, const float *scale, stored *out, long rows, long n)
{
#pragma omp parallel for schedule(static)
    for (long t = 0; t < rows; t++)
        for (long i = 0; i < n; i++) out[t * n + i] = narrow(x[t * n + i] * scale[t]);
}

/* ---- attention ---- */

static void rotate(const stored *from, stored *to, const float *cosine, const float *sine, float scale, float direction)
{
    for (int i = 0; i < HALF; i++) {
        float a = widen(from[i]) * scale, b = widen(from[i + HALF]) * scale, s = sine[i] * direction;
        to[i] = narrow(a * cosine[i] - b * s);
        to[i + HALF] = narrow(b * cosine[i] + a * s);
    }
}

static void scale_head(const stored *from, stored *to, float scale)
{
    for (int i = 0; i < HEAD; i++) to[i] = narrow(widen(from[i]) * scale);
}

/* qkv [batch*len][(heads+2*kv)*64] -> q [batch][heads][len][64], k and v [batch][kv][len][64] */
void split_and_rotate(const stored *qkv, const float *scale, const float *cosines, const float *sines, stored *q,
                      stored *k, stored *v, long batch, long len, long heads, long kv)
{
    long width = (heads + 2 * kv) * HEAD;
#pragma omp parallel for schedule(static)
    for (long row = 0; row < batch * len; row++) {
        long b = row / len, t = row % len;
        const stored *from = qkv + row * width;
        const float *c = cosines + t * HALF, *s = sines + t * HALF;
        for (long h = 0; h < heads; h++, from += HEAD)
            rotate(from, q + ((b * heads + h) * len + t) * HEAD, c, s, scale[row], 1);
        for (long h = 0; h < kv; h++, from += HEAD)
            rotate(from, k + ((b * kv + h) * len + t) * HEAD, c, s, scale[row], 1);
        for (long h = 0; h < kv; h++, from += HEAD) scale_head(from, v + ((b * kv + h) * len + t) * HEAD, scale[row]);
    }
}

void split_and_rotate_backward(const stored *dq, const stored *dk, const stored *dv, const float *scale,
                               const float *cosines, const float *sines, stored *d_qkv, long batch, long len,
                               long heads, long kv)
{
    long width = (heads + 2 * kv) * HEAD;
#pragma omp parallel for schedule(static)
    for (long row = 0; row < batch * len; row++) {
        long b = row / len, t = row % len;
        stored *to = d_qkv + row * width;
        const float *c = cosines + t * HALF, *s = sines + t * HALF;
        for (long h = 0; h < heads; h++, to += HEAD)
            rotate(dq + ((b * heads + h) * len + t) * HEAD, to, c, s, scale[row], -1);
        for (long h = 0; h < kv; h++, to += HEAD)
            rotate(dk + ((b * kv + h) * len + t) * HEAD, to, c, s, scale[row], -1);
        for (long h = 0; h < kv; h++, to += HEAD) scale_head(dv + ((b * kv + h) * len + t) * HEAD, to, scale[row]);
    }
}

/* causal softmax in place; row i is the query at position i % queries + first, over `keys` keys */
void softmax_causal(stored *scores, long rows, long queries, long keys, long first, float factor)
{
#pragma omp parallel for schedule(static, 64)
    for (long i = 0; i < rows; i++) {
        stored *row = scores + i * keys;
        long n = i % queries + first + 1;
        float e[MAX_KEYS], top = -1e30f, sum = 0;
        for (long j = 0; j < n; j++) {
            e[j] = widen(row[j]) * factor;
            top = e[j] > top ? e[j] : top;
        }
        for (long j = 0; j < n; j++) {
            e[j] = expf(e[j] - top);
            sum += e[j];
        }
        for (long j = 0; j < n; j++) row[j] = narrow(e[j] * (1.0f / sum));
        memset(row + n, 0, (size_t)(keys - n) * sizeof *row);
    }
}

/* d: gradient of the probabilities in, of the unscaled scores out */
void softmax_causal_backward(const stored *probabilities, stored *d, long rows, long queries, long keys, long first,
                             float factor)
{
#pragma omp parallel for schedule(static, 64)
    for (long i = 0; i < rows; i++) {
        const stored *p = probabilities + i * keys;
        stored *row = d + i * keys;
        long n = i % queries + first + 1;
        float dot = 0;
        for (long j = 0; j < n; j++) dot += widen(p[j]) * widen(row[j]);
        for (long j = 0; j < n; j++) row[j] = narrow(widen(p[j]) * (widen(row[j]) - dot) * factor);
        memset(row + n, 0, (size_t)(keys - n) * sizeof *row);
    }
}

static void gather_heads(const stored *by_head, float *row, long b, long t, long len, long heads)
{
    for (long h = 0; h < heads; h++)
        for (int i = 0; i < HEAD; i++) row[h * HEAD + i] = widen(by_head[((b * heads + h) * len + t) * HEAD + i]);
}

/* mixed [batch][heads][len][64] -> rows of heads*64, norm, codes */
void attention_norm_code(const stored *mixed, const float *gain, stored *codes, float *inverse, float *scale,
                         long batch, long len, long heads, int quantise)
{
    long n = heads * HEAD;
#pragma omp parallel for schedule(static)
    for (long row = 0; row < batch * len; row++) {
        float x[MAX_ROW];
        gather_heads(mixed, x, row / len, row % len, len, heads);
        norm_and_code(x, gain, codes + row * n, inverse + row, scale + row, n, quantise);
    }
}

void attention_norm_code_backward(const stored *d_code, const float *scale, const stored *mixed, const float *inverse,
                                  const float *gain, stored *d_mixed, float *d_gain, long batch, long len, long heads)
{
    long n = heads * HEAD;
#pragma omp parallel
    {
        float gain_sum[MAX_ROW] = {0}, x[MAX_ROW], d[MAX_ROW];
#pragma omp for schedule(static)
        for (long row = 0; row < batch * len; row++) {
            long b = row / len, t = row % len;
            gather_heads(mixed, x, b, t, len, heads);
            norm_backward_row(d_code + row * n, scale[row], x, inverse[row], gain, d, gain_sum, n);
            for (long h = 0; h < heads; h++)
                for (int i = 0; i < HEAD; i++)
                    d_mixed[((b * heads + h) * len + t) * HEAD + i] = narrow(d[h * HEAD + i]);
        }
        add_to_shared(d_gain, gain_sum, n);
    }
}

/* ---- feed-forward: m = relu(gate)^2 * up, rows of gate_up are gate then up ---- */

static void squared_relu_gate(const stored *gate_up, float scale, float *m, long n)
{
    float cubed = scale * scale * scale;
    for (long i = 0; i < n; i++) {
        float g = positive(widen(gate_up[i]));
        m[i] = g * g * widen(gate_up[n + i]) * cubed;
    }
}

void ffn_norm_code(const stored *gate_up, const float *in_scale, const float *gain, stored *codes, float *inverse,
                   float *scale, long rows, long n, int quantise)
{
#pragma omp parallel for schedule(static)
    for (long t = 0; t < rows; t++) {
        float m[MAX_ROW];
        squared_relu_gate(gate_up + t * 2 * n, in_scale[t], m, n);
        norm_and_code(m, gain, codes + t * n, inverse + t, scale + t, n, quantise);
    }
}

void ffn_norm_code_backward(const stored *d_code, const float *scale, const stored *gate_up, const float *in_scale,
                            const float *inverse, const float *gain, stored *d_gate_up, float *d_gain, long rows,
                            long n)
{
#pragma omp parallel
    {
        float gain_sum[MAX_ROW] = {0}, m[MAX_ROW], d[MAX_ROW];
#pragma omp for schedule(static)
        for (long t = 0; t < rows; t++) {
            const stored *in = gate_up + t * 2 * n;
            stored *out = d_gate_up + t * 2 * n;
            squared_relu_gate(in, in_scale[t], m, n);
            norm_backward_row(d_code + t * n, scale[t], m, inverse[t], gain, d, gain_sum, n);
            for (long i = 0; i < n; i++) {
                float g = positive(widen(in[i])) * in_scale[t], u = widen(in[n + i]) * in_scale[t];
                out[i] = narrow(d[i] * in_scale[t] * 2 * g * u);
                out[n + i] = narrow(d[i] * in_scale[t] * g * g);
            }
        }
        add_to_shared(d_gain, gain_sum, n);
    }
}

/* ---- head and embedding ---- */

/* loss[t] := -log softmax(logits[t])[target[t]]; with weights, logits become their own gradients */
void cross_entropy(stored *logits, const int64_t *target, const float *weight, float *loss, long rows, long vocabulary)
{
#pragma omp parallel for schedule(static)
    for (long t = 0; t < rows; t++) {
        stored *row = logits + t * vocabulary;
        float e[MAX_VOCABULARY], top = -1e30f, sum = 0;
        for (long i = 0; i < vocabulary; i++) {
            e[i] = widen(row[i]);
            top = e[i] > top ? e[i] : top;
        }
        float right = e[target[t]];
        for (long i = 0; i < vocabulary; i++) {
            e[i] = expf(e[i] - top);
            sum += e[i];
        }
        loss[t] = logf(sum) + top - right;
        if (!weight) continue;
        for (long i = 0; i < vocabulary; i++) row[i] = narrow(e[i] * (weight[t] / sum));
        row[target[t]] = narrow(e[target[t]] * (weight[t] / sum) - weight[t]);
    }
}

/* d_table[id[t]] += d[t]; threads share out the columns, so that no two write the same place */
void embedding_backward(const float *d, const int64_t *id, float *d_table, long rows, long n)
{
#pragma omp parallel
    {
        long threads = omp_get_num_threads(), me = omp_get_thread_num();
        long begin = n * me / threads, end = n * (me + 1) / threads;
        for (long t = 0; t < rows; t++)
            for (long i = begin; i < end; i++) d_table[id[t] * n + i] += d[t * n + i];
    }
}

/* ---- weights ---- */

void cast_weights(const float *w, stored *out, long n)
{
#pragma omp parallel for schedule(static)
    for (long i = 0; i < n; i++) out[i] = narrow(w[i]);
}

/* b1.58 absmean: out := clamp(round(w / mean|w|), -1, 1) * mean|w|, one matrix a call; n % 256 == 0 */
void ternary_weights(const float *w, stored *out, long n)
{
    double total = 0;
#pragma omp parallel for schedule(static) reduction(+ : total)
    for (long block = 0; block < n; block += 256) {
        float sum = 0;
        for (long i = block; i < block + 256; i++) sum += fabsf(w[i]);
        total += sum;
    }
    float mean = (float)(total / (double)n);
    mean = mean > 1e-5f ? mean : 1e-5f;
#pragma omp parallel for schedule(static)
    for (long i = 0; i < n; i++) {
        float t = rintf(w[i] * (1.0f / mean));
        out[i] = narrow((t > 1 ? 1 : t < -1 ? -1 : t) * mean);
    }
}

/* step, decay: learning rate and weight decay already multiplied; fix1, fix2: 1/(1-beta^step) */
void adamw(float *w, const float *gradient, float *first, float *second, long n, float rate, float beta1, float beta2,
           float decay, float fix1, float fix2, float gradient_factor)
{
#pragma omp parallel for schedule(static)
    for (long i = 0; i < n; i++) {
        float g = gradient[i] * gradient_factor;
        first[i] = beta1 * first[i] + (1 - beta1) * g;
        second[i] = beta2 * second[i] + (1 - beta2) * g * g;
        w[i] -= rate * (first[i] * fix1) / (sqrtf(second[i] * fix2) + 1e-8f) + decay * w[i];
    }
}
