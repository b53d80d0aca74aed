/* gguf_write.h - writes one GGUF v3 file front to back: keys, then tensor infos, then the data. */
#ifndef BN_FORMAT_GGUF_WRITE_H
#define BN_FORMAT_GGUF_WRITE_H
#include "engine/files.h"
#include "engine/format/source.h"

struct bn_gguf_writer {
    struct bn_output *output; /* the caller's */
    struct bn_buffer {
        uint8_t *bytes;
        size_t n, capacity;
        bool failed; /* memory ran out: reported by bn_gguf_writer_begin */
    } keys, infos;
    uint64_t n_keys, n_tensors, offset;
};

/* Release is right at any point. */
void bn_gguf_writer_init(struct bn_gguf_writer *w);
void bn_gguf_writer_release(struct bn_gguf_writer *w);

/* 1. keys, in order */
void bn_gguf_put_u32(struct bn_gguf_writer *w, const char *key, uint32_t value);
void bn_gguf_put_f32(struct bn_gguf_writer *w, const char *key, float value);
void bn_gguf_put_bool(struct bn_gguf_writer *w, const char *key, bool value);
void bn_gguf_put_string(struct bn_gguf_writer *w, const char *key, const char *value);
void bn_gguf_put_text(struct bn_gguf_writer *w, const char *key, struct bn_string value);
void bn_gguf_put_strings(struct bn_gguf_writer *w, const char *key, const struct bn_string *values, size_t n);
void bn_gguf_put_floats(struct bn_gguf_writer *w, const char *key, const float *values, size_t n);
void bn_gguf_put_types(struct bn_gguf_writer *w, const char *key, const uint8_t *values, size_t n); /* as i32 */
/* 2. tensors, in order of their data; rows 0: a vector */
void bn_gguf_put_ids(struct bn_gguf_writer *w, const char *key, const int32_t *values, size_t n);
void bn_gguf_put_tensor(struct bn_gguf_writer *w, const char *name, enum bn_encoding encoding, int64_t rows,
                        int64_t cols, size_t bytes);
/* 3. all of the above */
enum bn_status bn_gguf_writer_begin(struct bn_gguf_writer *w, struct bn_output *output, struct bn_error *err);
/* 4. the data of each tensor, in order; then the caller commits the output */
enum bn_status bn_gguf_write_data(struct bn_gguf_writer *w, const void *data, size_t bytes, struct bn_error *err);
#endif
