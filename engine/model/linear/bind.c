/* bind.c - memory of the weights and tensors laid into it: in place where the file already has the layout, row by row
 * on all cores where not. */
#include "engine/model/linear/bind.h"
#include "engine/format/little_endian.h"
#include "engine/format/planes.h"
#include <stdlib.h>

static void *own(struct bn_binder *b, size_t bytes, const char *what)
{
    struct bn_weights *w = b->weights;
    void **more = realloc(w->owned, (w->n_owned + 1) * sizeof *more);
    if (more) w->owned = more;
    /* 64 spare bytes: kernels may read whole vectors */
    void *memory = more ? aligned_alloc(64, (bytes + 127) / 64 * 64) : NULL;
    if (!memory) {
        bn_fail_memory(b->err, what, bytes);
        return NULL;
    }
    w->owned[w->n_owned++] = memory;
    return memory;
}

float *bn_bind_floats(struct bn_binder *b, size_t n, const char *what) { return own(b, n * sizeof(float), what); }

void *bn_bind_matrix(struct bn_binder *b, size_t bytes, const char *what)
{
    void *p = bn_weight_memory_take(&b->weights->memory, bytes);
    return p ? p : own(b, bytes, what);
}

float *bn_bind_plane_scales(struct bn_binder *b, const struct bn_tensor *t, int planes)
{
    float *scale = bn_bind_floats(b, (size_t)planes * (size_t)t->rows, "weight scales");
    for (int64_t i = 0; scale && i < planes * t->rows; i++)
        scale[i] = bn_planes_scale(t->data, planes, t->rows, t->cols, i / planes, (int)(i % planes));
    return scale;
}

void bn_bind_done_with(const struct bn_binder *b, const struct bn_tensor *tensor)
{
    if (bn_source_in_file(b->source, tensor->data)) bn_weight_memory_release(tensor->data, tensor->bytes);
}

struct row_job {
    const struct bn_tensor *tensor;
    uint8_t *out;
    size_t row_bytes;
    int n_threads;
    bn_row_maker *row;
    float *buffers; /* [n_threads][cols] */
};

static void run_rows(void *arg, int thread)
{
    const struct row_job *job = arg;
    int begin, end;
    bn_share((int)job->tensor->rows, 1, thread, job->n_threads, &begin, &end);
    for (int r = begin; r < end; r++)
        job->row(job->out + (size_t)r * job->row_bytes, job->tensor, r,
                 job->buffers + (size_t)thread * (size_t)job->tensor->cols);
}

enum bn_status bn_bind_rows(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *tensor,
                            size_t row_bytes, bn_row_maker *row)
{
    if ((uint64_t)tensor->rows * row_bytes > PTRDIFF_MAX)
        return bn_fail_memory(b->err, tensor->name, SIZE_MAX); /* 32-bit CPUs */
    int threads = bn_threads_count(b->threads);
    struct row_job job = {tensor, bn_bind_matrix(b, (size_t)tensor->rows * row_bytes, tensor->name), row_bytes, threads,
                          row,    malloc((size_t)threads * (size_t)tensor->cols * sizeof(float))};
    if (job.out && job.buffers) bn_threads_run(b->threads, run_rows, &job);
    free(job.buffers);
    if (!job.out || !job.buffers) return bn_fail_memory(b->err, tensor->name, (size_t)tensor->rows * row_bytes);
    bn_bind_done_with(b, tensor);
    lin->data = job.out;
    lin->row_bytes = row_bytes;
    return BN_OK;
}

static enum bn_status keep_or_copy(struct bn_binder *b, struct bn_linear *lin, const uint8_t *data, size_t bytes,
                                   const char *name)
{
    lin->data = data;
    if (b->options->weights_in_place) return BN_OK;
    void *copy = bn_bind_matrix(b, bytes, name);
    if (!copy) return BN_ERR_MEMORY;
    bn_weight_memory_copy(b->threads, copy, data, bytes, bn_source_in_file(b->source, data));
    lin->data = copy;
    return BN_OK;
}

enum bn_status bn_bind_stored(struct bn_binder *b, struct bn_linear *lin, const uint8_t *rows, const char *name)
{
    return keep_or_copy(b, lin, rows, (size_t)lin->rows * lin->row_bytes, name);
}

enum bn_status bn_bind_blocked(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *t, size_t bytes)
{
    const uint8_t *data = NULL;
    lin->bytes = bytes;
    enum bn_status status = b->blocked ? bn_blocked_find(&data, b->blocked, t, bytes, b->err) : BN_OK;
    return status == BN_OK && data ? keep_or_copy(b, lin, data, bytes, t->name) : status;
}

static void row_to_cpu(uint8_t *out, const struct bn_tensor *tensor, int64_t row, float *buffer)
{
    size_t bytes = bn_encoding_traits(tensor->encoding)->tensor_bytes(1, tensor->cols);
    (void)buffer;
    bn_encoding_row_to_cpu(tensor->encoding, out, (const uint8_t *)tensor->data + (size_t)row * bytes, bytes);
}

enum bn_status bn_bind_as_is(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    lin->row_bytes = bn_encoding_traits(tensor->encoding)->tensor_bytes(1, tensor->cols);
    if (BN_CPU_IS_BIG_ENDIAN) return bn_bind_rows(b, lin, tensor, lin->row_bytes, row_to_cpu);
    return bn_bind_stored(b, lin, tensor->data, tensor->name);
}

void bn_bind_unpack_as_is(float *row, const struct bn_linear *lin, int r)
{
    bn_encoding_unpack_cpu_row(row, lin->encoding, lin->data + (size_t)r * lin->row_bytes, lin->cols);
}
