/* screen.c - the short copy of the head, how far each row is from it, and bounds of logits. The argument is in
 * screen.h. */
#include "engine/model/screen.h"
#include "engine/core/threads.h"
#include "engine/format/encoding.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

struct job {
    struct bn_screen *screen;
    const struct bn_linear *head;
    int n_threads;
    float *rows; /* [n_threads][2][cols] */
};

static float not_below(double x) { return nextafterf((float)(x * (1 + 0x1p-20)), INFINITY); }

static void copy_row(const struct job *j, int r, float *w, float *v)
{
    struct bn_linear *plane = &j->screen->plane;
    uint8_t *row = (uint8_t *)(uintptr_t)plane->data + (size_t)r * plane->row_bytes;
    double error = 0, norm = 0;
    bn_encoding_unpack_cpu_row(w, j->head->encoding, (const uint8_t *)j->head->data + (size_t)r * j->head->row_bytes,
                               plane->cols);
    bn_encoding_traits(BN_ENC_Q8_0)->pack(v, w, 1, plane->cols, NULL); /* shorter than v's floats */
    bn_encoding_row_to_cpu(BN_ENC_Q8_0, row, (const uint8_t *)v, plane->row_bytes);
    bn_encoding_unpack_cpu_row(v, BN_ENC_Q8_0, row, plane->cols);
    for (int k = 0; k < plane->cols; k++) {
        double d = (double)w[k] - (double)v[k];
        error += d * d;
        norm += (double)w[k] * (double)w[k];
    }
    j->screen->error[r] = not_below(sqrt(error));
    j->screen->norm[r] = not_below(sqrt(norm));
}

static void copy_share(void *arg, int thread)
{
    const struct job *j = arg;
    int begin, end, cols = j->head->cols;
    float *w = j->rows + (size_t)thread * 2 * (size_t)cols;
    bn_share(j->head->rows, 1, thread, j->n_threads, &begin, &end);
    for (int r = begin; r < end; r++) copy_row(j, r, w, w + cols);
}

static enum bn_status fill(struct bn_screen *s, const struct bn_linear *head, struct bn_error *err)
{
    struct bn_threads *threads;
    enum bn_status status = bn_threads_open(&threads, bn_cores_available(), NULL, NULL, NULL, err);
    if (status != BN_OK) return status;
    struct job j = {s, head, bn_threads_count(threads),
                    malloc((size_t)bn_threads_count(threads) * 2 * (size_t)head->cols * sizeof(float))};
    if (j.rows)
        bn_threads_run(threads, copy_share, &j);
    else
        status = bn_fail_memory(err, "head screening", (size_t)head->cols * 8);
    bn_threads_close(threads);
    free(j.rows);
    return status;
}

enum bn_status bn_screen_open(struct bn_screen *s, const struct bn_linear *head, struct bn_error *err)
{
    if (head->form != &bn_linear_float || head->cols % 32)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "Head screening is for output heads in f16, bf16 or f32 of whole blocks of 32 columns; this one "
                       "is %s with %d columns.",
                       bn_encoding_traits(head->encoding)->name, head->cols);
    size_t row_bytes = (size_t)head->cols / 32 * 34, rows = (size_t)head->rows;
    enum bn_status status = bn_weight_memory_open(
        &s->memory, bn_weight_memory_need(rows * row_bytes) + 2 * bn_weight_memory_need(rows * sizeof(float)), err);
    if (status != BN_OK) return status;
    s->plane = (struct bn_linear){.form = &bn_linear_block,
                                  .encoding = BN_ENC_Q8_0,
                                  .rows = head->rows,
                                  .cols = head->cols,
                                  .row_bytes = row_bytes};
    s->plane.data = bn_weight_memory_take(&s->memory, rows * row_bytes);
    s->error = bn_weight_memory_take(&s->memory, rows * sizeof(float));
    s->norm = bn_weight_memory_take(&s->memory, rows * sizeof(float));
    status = fill(s, head, err);
    if (status != BN_OK) bn_screen_close(s);
    return status;
}

void bn_screen_close(struct bn_screen *s)
{
    bn_weight_memory_close(&s->memory);
    *s = (struct bn_screen){.error = NULL};
}

struct bn_screen_input bn_screen_input(const float *x, const int8_t *codes, const float *scale, int cols)
{
    double size = 0, off = 0, g = 2.0 * (cols / 16 + 32) * 0x1p-24;
    for (int k = 0; k < cols; k++) {
        double z = (double)codes[k] * (double)scale[k / 256], d = (double)x[k] - z;
        size += z * z;
        off += d * d;
    }
    size = sqrt(size), off = sqrt(off);
    return (struct bn_screen_input){not_below(size + g * size),
                                    not_below(off + g * (2 * size + off) + (double)FLT_MIN)};
}

/* Into best[0 .. k-1], the largest first. */
static void insert(float *best, int k, float value)
{
    int i = k - 1;
    for (; i > 0 && best[i - 1] < value; i--) best[i] = best[i - 1];
    best[i] = value;
}

float bn_screen_floor(const struct bn_screen *s, struct bn_screen_input in, const float *logits, int begin, int end,
                      int k)
{
    float best[BN_MAX_TOP];
    for (int i = 0; i < k; i++) best[i] = -INFINITY;
    for (int r = begin; r < end; r++) {
        float low = logits[r] - bn_screen_bound(s, in, r);
        if (low > best[k - 1]) insert(best, k, low);
    }
    return best[k - 1];
}
