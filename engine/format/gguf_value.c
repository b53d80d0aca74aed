/* gguf_value.c - looking up keys of a GGUF file and reading their values. */
#include "engine/format/gguf.h"
#include "engine/format/little_endian.h"
#include <limits.h>
#include <string.h>

const struct bn_gguf_value *bn_gguf_find(const struct bn_gguf *gguf, const char *key)
{
    size_t n = strlen(key);
    for (size_t i = 0; i < gguf->n_values; i++)
        if (gguf->values[i].key.n == n && memcmp(gguf->values[i].key.bytes, key, n) == 0) return &gguf->values[i];
    return NULL;
}

bool bn_gguf_integer(const struct bn_gguf_value *v, uint64_t i, int64_t *out)
{
    if (i >= v->n || v->type == BN_GGUF_STRING || v->type == BN_GGUF_F32 || v->type == BN_GGUF_F64) return false;
    size_t bytes = bn_gguf_type_bytes(v->type);
    uint64_t u = bn_load_uint(v->data + i * bytes, bytes);
    switch (v->type) {
    case BN_GGUF_I8:
        *out = (int8_t)u;
        break;
    case BN_GGUF_I16:
        *out = (int16_t)u;
        break;
    case BN_GGUF_I32:
        *out = (int32_t)u;
        break;
    default:
        *out = (int64_t)u;
        break;
    }
    return v->type != BN_GGUF_U64 || u <= INT64_MAX;
}

bool bn_gguf_real(const struct bn_gguf_value *v, uint64_t i, double *out)
{
    int64_t n;
    if (i >= v->n) return false;
    if (v->type == BN_GGUF_F32) return *out = (double)bn_load_f32(v->data + 4 * i), true;
    if (v->type == BN_GGUF_F64) return *out = bn_load_f64(v->data + 8 * i), true;
    if (!bn_gguf_integer(v, i, &n)) return false;
    return *out = (double)n, true;
}

struct bn_string bn_gguf_next_string(const uint8_t **at)
{
    uint64_t n = bn_load_u64(*at);
    struct bn_string s = {(const char *)*at + sizeof n, (size_t)n};
    *at += sizeof n + n;
    return s;
}

static enum bn_status wrong(const struct bn_gguf *g, const char *key, const char *what, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_FORMAT, "%s: the value of key \"%s\" is not %s; the file is damaged.", g->path, key,
                   what);
}

enum bn_status bn_gguf_get_int(const struct bn_gguf *g, const char *key, int *out, struct bn_error *err)
{
    int64_t first, other;
    const struct bn_gguf_value *v = bn_gguf_find(g, key);
    if (!v) return BN_OK;
    if (!bn_gguf_integer(v, 0, &first) || first < INT_MIN || first > INT_MAX)
        return wrong(g, key, "an integer of 32 bits", err);
    for (uint64_t i = 1; i < v->n; i++)
        if (!bn_gguf_integer(v, i, &other) || other != first)
            return wrong(g, key, "the same in every layer, which this engine needs", err);
    *out = (int)first;
    return BN_OK;
}

enum bn_status bn_gguf_get_float(const struct bn_gguf *g, const char *key, float *out, struct bn_error *err)
{
    double x;
    const struct bn_gguf_value *v = bn_gguf_find(g, key);
    if (!v) return BN_OK;
    if (v->is_array || !bn_gguf_real(v, 0, &x)) return wrong(g, key, "a number", err);
    *out = (float)x;
    return BN_OK;
}

enum bn_status bn_gguf_get_bool(const struct bn_gguf *g, const char *key, bool *out, struct bn_error *err)
{
    int64_t x;
    const struct bn_gguf_value *v = bn_gguf_find(g, key);
    if (!v) return BN_OK;
    if (v->is_array || !bn_gguf_integer(v, 0, &x)) return wrong(g, key, "true or false", err);
    *out = x != 0;
    return BN_OK;
}

enum bn_status bn_gguf_get_string(const struct bn_gguf *g, const char *key, struct bn_string *out, struct bn_error *err)
{
    const struct bn_gguf_value *v = bn_gguf_find(g, key);
    if (!v) return BN_OK;
    if (v->is_array || v->type != BN_GGUF_STRING) return wrong(g, key, "a text", err);
    const uint8_t *at = v->data;
    *out = bn_gguf_next_string(&at);
    return BN_OK;
}
