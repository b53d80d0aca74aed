/* gguf_write.c - writes one GGUF v3 file (FORMATS.md 2.1). */
#include "engine/format/gguf_write.h"
#include "engine/format/gguf.h"
#include "engine/format/little_endian.h"
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 32 };

void bn_gguf_writer_init(struct bn_gguf_writer *w) { *w = (struct bn_gguf_writer){0}; }

void bn_gguf_writer_release(struct bn_gguf_writer *w)
{
    free(w->keys.bytes), free(w->infos.bytes);
    bn_gguf_writer_init(w);
}

static void put(struct bn_buffer *b, const void *p, size_t n)
{
    if (b->failed) return;
    if (b->capacity - b->n < n) {
        size_t capacity = (b->capacity + n) * 2 + 4096;
        uint8_t *bytes = realloc(b->bytes, capacity);
        if (!bytes) {
            b->failed = true;
            return;
        }
        b->bytes = bytes, b->capacity = capacity;
    }
    if (n) memcpy(b->bytes + b->n, p, n);
    b->n += n;
}
static void put_u32(struct bn_buffer *b, uint32_t v)
{
    uint8_t bytes[4];
    bn_store_u32(bytes, v);
    put(b, bytes, sizeof bytes);
}
static void put_u64(struct bn_buffer *b, uint64_t v)
{
    uint8_t bytes[8];
    bn_store_u64(bytes, v);
    put(b, bytes, sizeof bytes);
}
static void put_f32(struct bn_buffer *b, float v)
{
    uint8_t bytes[4];
    bn_store_f32(bytes, v);
    put(b, bytes, sizeof bytes);
}
static void put_text(struct bn_buffer *b, const char *s, size_t n)
{
    put_u64(b, n);
    put(b, s, n);
}

static void put_key(struct bn_gguf_writer *w, const char *key, enum bn_gguf_type type)
{
    put_text(&w->keys, key, strlen(key));
    put_u32(&w->keys, (uint32_t)type);
    w->n_keys++;
}
static void put_array(struct bn_gguf_writer *w, const char *key, enum bn_gguf_type element, size_t n)
{
    put_key(w, key, BN_GGUF_ARRAY);
    put_u32(&w->keys, (uint32_t)element);
    put_u64(&w->keys, n);
}

void bn_gguf_put_u32(struct bn_gguf_writer *w, const char *key, uint32_t value)
{
    put_key(w, key, BN_GGUF_U32);
    put_u32(&w->keys, value);
}
void bn_gguf_put_f32(struct bn_gguf_writer *w, const char *key, float value)
{
    put_key(w, key, BN_GGUF_F32);
    put_f32(&w->keys, value);
}
void bn_gguf_put_bool(struct bn_gguf_writer *w, const char *key, bool value)
{
    put_key(w, key, BN_GGUF_BOOL);
    put(&w->keys, &(uint8_t){value}, 1);
}
void bn_gguf_put_string(struct bn_gguf_writer *w, const char *key, const char *value)
{
    bn_gguf_put_text(w, key, (struct bn_string){value, strlen(value)});
}
void bn_gguf_put_text(struct bn_gguf_writer *w, const char *key, struct bn_string value)
{
    put_key(w, key, BN_GGUF_STRING);
    put_text(&w->keys, value.bytes, value.n);
}
void bn_gguf_put_strings(struct bn_gguf_writer *w, const char *key, const struct bn_string *values, size_t n)
{
    put_array(w, key, BN_GGUF_STRING, n);
    for (size_t i = 0; i < n; i++) put_text(&w->keys, values[i].bytes, values[i].n);
}
void bn_gguf_put_floats(struct bn_gguf_writer *w, const char *key, const float *values, size_t n)
{
    put_array(w, key, BN_GGUF_F32, n);
    for (size_t i = 0; i < n; i++) put_f32(&w->keys, values[i]);
}
void bn_gguf_put_types(struct bn_gguf_writer *w, const char *key, const uint8_t *values, size_t n)
{
    put_array(w, key, BN_GGUF_I32, n);
    for (size_t i = 0; i < n; i++) put_u32(&w->keys, values[i]);
}

void bn_gguf_put_ids(struct bn_gguf_writer *w, const char *key, const int32_t *values, size_t n)
{
    put_array(w, key, BN_GGUF_I32, n);
    for (size_t i = 0; i < n; i++) put_u32(&w->keys, (uint32_t)values[i]);
}

void bn_gguf_put_tensor(struct bn_gguf_writer *w, const char *name, enum bn_encoding encoding, int64_t rows,
                        int64_t cols, size_t bytes)
{
    put_text(&w->infos, name, strlen(name));
    put_u32(&w->infos, rows ? 2 : 1);
    put_u64(&w->infos, (uint64_t)cols);
    if (rows) put_u64(&w->infos, (uint64_t)rows);
    put_u32(&w->infos, (uint32_t)bn_encoding_traits(encoding)->gguf_id);
    put_u64(&w->infos, w->offset);
    w->offset += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    w->n_tensors++;
}

static enum bn_status pad(struct bn_gguf_writer *w, uint64_t written, struct bn_error *err)
{
    static const uint8_t zeros[ALIGNMENT];
    return bn_output_write(w->output, zeros, (ALIGNMENT - written % ALIGNMENT) % ALIGNMENT, err);
}

enum bn_status bn_gguf_writer_begin(struct bn_gguf_writer *w, struct bn_output *output, struct bn_error *err)
{
    uint8_t head[24] = "GGUF\3";
    bn_store_u64(head + 8, w->n_tensors);
    bn_store_u64(head + 16, w->n_keys);
    if (w->keys.failed || w->infos.failed)
        return bn_fail_memory(err, "the tables of a GGUF file", w->keys.capacity * 2);
    w->output = output;
    enum bn_status status = bn_output_write(output, head, sizeof head, err);
    if (!status) status = bn_output_write(output, w->keys.bytes, w->keys.n, err);
    if (!status) status = bn_output_write(output, w->infos.bytes, w->infos.n, err);
    return status ? status : pad(w, sizeof head + w->keys.n + w->infos.n, err);
}

enum bn_status bn_gguf_write_data(struct bn_gguf_writer *w, const void *data, size_t bytes, struct bn_error *err)
{
    enum bn_status status = bn_output_write(w->output, data, bytes, err);
    return status ? status : pad(w, bytes, err);
}
