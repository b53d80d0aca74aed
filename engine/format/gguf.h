/* gguf.h - one GGUF file as a table of keys and a table of tensors (FORMATS.md 2), checked against the file's length.
 * Private to the readers and the writer of GGUF. */
#ifndef BN_FORMAT_GGUF_H
#define BN_FORMAT_GGUF_H
#include "engine/format/owner.h"

enum bn_gguf_type {
    BN_GGUF_U8,
    BN_GGUF_I8,
    BN_GGUF_U16,
    BN_GGUF_I16,
    BN_GGUF_U32,
    BN_GGUF_I32,
    BN_GGUF_F32,
    BN_GGUF_BOOL,
    BN_GGUF_STRING,
    BN_GGUF_ARRAY,
    BN_GGUF_U64,
    BN_GGUF_I64,
    BN_GGUF_F64,
    BN_GGUF_TYPE_COUNT
};
size_t bn_gguf_type_bytes(enum bn_gguf_type type); /* 0 for strings and arrays */

struct bn_gguf_value {
    struct bn_string key;
    enum bn_gguf_type type; /* of the value, or of an array's elements */
    bool is_array;
    uint64_t n;          /* elements; 1 for a plain value */
    const uint8_t *data; /* first element, anywhere in the file (unaligned) */
};
struct bn_gguf_info {
    struct bn_string name;
    int64_t rows, cols;
    uint32_t type;
    uint64_t offset; /* in the data section */
};
struct bn_gguf {
    const char *path;
    struct bn_map map;
    size_t n_values, n_infos;
    struct bn_gguf_value *values;
    struct bn_gguf_info *infos;
    uint64_t alignment;
    const uint8_t *data; /* start of the data section */
    size_t data_bytes;
};

/* Maps and parses one file; tables are in the source's arena. */
enum bn_status bn_gguf_parse(struct bn_gguf *gguf, struct bn_source *source, const char *path, struct bn_error *err);
/* Appends the file's tensors to source->tensors (room for all), each inside the data section, none overlapping. */
enum bn_status bn_gguf_tensors(struct bn_source *source, const struct bn_gguf *gguf, bool i2s_arm,
                               struct bn_error *err);
enum bn_status bn_gguf_config(struct bn_config *config, const struct bn_gguf *gguf, struct bn_error *err);
enum bn_status bn_gguf_vocab(struct bn_source *source, const struct bn_gguf *gguf, struct bn_error *err);

/* Value of a key, NULL when it is not there. */
const struct bn_gguf_value *bn_gguf_find(const struct bn_gguf *gguf, const char *key);
/* Element i of a value of any integer (or bool) type; false when it is no integer. */
bool bn_gguf_integer(const struct bn_gguf_value *value, uint64_t i, int64_t *out);
bool bn_gguf_real(const struct bn_gguf_value *value, uint64_t i, double *out);
/* Steps through a string array: *at starts as value->data. */
struct bn_string bn_gguf_next_string(const uint8_t **at);

/* Typed look-up of optional keys: a missing key leaves *out as it is, a wrong type or range is an error. */
enum bn_status bn_gguf_get_int(const struct bn_gguf *gguf, const char *key, int *out, struct bn_error *err);
enum bn_status bn_gguf_get_float(const struct bn_gguf *gguf, const char *key, float *out, struct bn_error *err);
enum bn_status bn_gguf_get_bool(const struct bn_gguf *gguf, const char *key, bool *out, struct bn_error *err);
/* The key of the chat template with this name. */
void bn_gguf_template_key(char *key, size_t cap, struct bn_string name);
enum bn_status bn_gguf_get_string(const struct bn_gguf *gguf, const char *key, struct bn_string *out,
                                  struct bn_error *err);
#endif
