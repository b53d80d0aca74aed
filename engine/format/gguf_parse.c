/* gguf_parse.c - the container of GGUF v2 and v3: keys, values and tensor infos, every length bounded by the
 * file. */
#include "engine/format/gguf.h"
#include "engine/format/little_endian.h"
#include <stdlib.h>
#include <string.h>

enum { KEY_LIMIT = 65535, NAME_LIMIT = 255 };

struct cursor {
    const uint8_t *at, *end;
    const char *path;
    struct bn_error *err;
};

size_t bn_gguf_type_bytes(enum bn_gguf_type type)
{
    static const uint8_t bytes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    return bytes[type];
}

static size_t left(const struct cursor *c) { return (size_t)(c->end - c->at); }

static enum bn_status truncated(const struct cursor *c, const char *what)
{
    return bn_fail(c->err, BN_ERR_FORMAT, "%s: the file ends inside %s; it is damaged or was not copied completely.",
                   c->path, what);
}

static enum bn_status read_u32(struct cursor *c, uint32_t *out, const char *what)
{
    if (left(c) < 4) return truncated(c, what);
    *out = bn_load_u32(c->at);
    c->at += 4;
    return BN_OK;
}

static enum bn_status read_u64(struct cursor *c, uint64_t *out, const char *what)
{
    if (left(c) < 8) return truncated(c, what);
    *out = bn_load_u64(c->at);
    c->at += 8;
    return BN_OK;
}

static enum bn_status read_string(struct cursor *c, struct bn_string *out, const char *what)
{
    uint64_t n = 0;
    enum bn_status status = read_u64(c, &n, what);
    if (status) return status;
    if (left(c) < n) return truncated(c, what);
    *out = (struct bn_string){(const char *)c->at, (size_t)n};
    c->at += n;
    return BN_OK;
}

static enum bn_status skip_elements(struct cursor *c, const struct bn_gguf_value *v)
{
    size_t bytes = bn_gguf_type_bytes(v->type);
    if (bytes) {
        if (v->n > left(c) / bytes) return truncated(c, "the value of a key");
        c->at += v->n * bytes;
        return BN_OK;
    }
    struct bn_string s;
    enum bn_status status = BN_OK;
    for (uint64_t i = 0; i < v->n && !status; i++) status = read_string(c, &s, "a string value");
    return status;
}

static int shown(struct bn_string s) { return s.n < 80 ? (int)s.n : 80; }

static enum bn_status bad_type(const struct cursor *c, const struct bn_gguf_value *v, uint32_t type)
{
    return bn_fail(c->err, BN_ERR_FORMAT,
                   "%s: key \"%.*s\" has the unknown or nested value type %u; the file is damaged.", c->path,
                   shown(v->key), v->key.bytes, type);
}

static enum bn_status read_value(struct cursor *c, struct bn_gguf_value *v)
{
    uint32_t type = 0;
    enum bn_status status = read_string(c, &v->key, "the keys");
    if (status) return status;
    if (v->key.n > KEY_LIMIT)
        return bn_fail(c->err, BN_ERR_FORMAT, "%s: a key is %zu bytes long; the file is damaged.", c->path, v->key.n);
    if ((status = read_u32(c, &type, "the keys"))) return status;
    v->n = 1;
    v->is_array = type == BN_GGUF_ARRAY;
    if (v->is_array) {
        if ((status = read_u32(c, &type, "an array"))) return status;
        if ((status = read_u64(c, &v->n, "an array"))) return status;
    }
    if (type >= BN_GGUF_TYPE_COUNT || type == BN_GGUF_ARRAY) return bad_type(c, v, type);
    v->type = (enum bn_gguf_type)type;
    v->data = c->at;
    return skip_elements(c, v);
}

static enum bn_status read_dims(struct cursor *c, struct bn_gguf_info *info)
{
    uint32_t n_dims = 0;
    uint64_t dim[4] = {1, 1, 1, 1}, rows = 1;
    enum bn_status status = read_u32(c, &n_dims, "the tensor table");
    if (status) return status;
    if (n_dims < 1 || n_dims > 4)
        return bn_fail(c->err, BN_ERR_FORMAT, "%s: tensor \"%.*s\" has %u dimensions; it must have 1 to 4.", c->path,
                       shown(info->name), info->name.bytes, n_dims);
    for (uint32_t i = 0; i < n_dims; i++)
        if ((status = read_u64(c, &dim[i], "the tensor table"))) return status;
    bool bad = dim[0] < 1 || dim[0] >> 40;
    for (int i = 1; i < 4; i++) bad = bad || dim[i] < 1 || __builtin_mul_overflow(rows, dim[i], &rows) || rows >> 40;
    if (bad)
        return bn_fail(c->err, BN_ERR_FORMAT, "%s: tensor \"%.*s\" has an impossible size (%llu x %llu x %llu x %llu).",
                       c->path, shown(info->name), info->name.bytes, (unsigned long long)dim[0],
                       (unsigned long long)dim[1], (unsigned long long)dim[2], (unsigned long long)dim[3]);
    info->cols = (int64_t)dim[0], info->rows = (int64_t)rows;
    return BN_OK;
}

static enum bn_status read_info(struct cursor *c, struct bn_gguf_info *info)
{
    enum bn_status status = read_string(c, &info->name, "the tensor table");
    if (status) return status;
    if (info->name.n == 0 || info->name.n > NAME_LIMIT || memchr(info->name.bytes, 0, info->name.n))
        return bn_fail(c->err, BN_ERR_FORMAT,
                       "%s: a tensor's name of %zu bytes is empty, too long or holds a zero byte.", c->path,
                       info->name.n);
    if ((status = read_dims(c, info))) return status;
    if ((status = read_u32(c, &info->type, "the tensor table"))) return status;
    return read_u64(c, &info->offset, "the tensor table");
}

struct header {
    uint32_t magic, version;
    uint64_t n_tensors, n_values;
};

static enum bn_status read_header(struct cursor *c, struct header *h)
{
    enum bn_status status = read_u32(c, &h->magic, "the header");
    if (!status) status = read_u32(c, &h->version, "the header");
    if (!status) status = read_u64(c, &h->n_tensors, "the header");
    if (!status) status = read_u64(c, &h->n_values, "the header");
    if (status) return status;
    if (h->version == 0x02000000 || h->version == 0x03000000)
        return bn_fail(c->err, BN_ERR_UNSUPPORTED, "%s: is a big-endian GGUF file; convert it to little-endian first.",
                       c->path);
    if (h->version != 2 && h->version != 3)
        return bn_fail(c->err, BN_ERR_UNSUPPORTED, "%s: has GGUF version %u; versions 2 and 3 can be read.", c->path,
                       h->version);
    /* The shortest entries are 13 and 33 bytes: counts beyond that cannot be honest, and tables stay in
     * proportion to the file. */
    if (h->n_values > left(c) / 13 || h->n_tensors > left(c) / 33)
        return bn_fail(c->err, BN_ERR_FORMAT,
                       "%s: announces %llu keys and %llu tensors, more than its %zu bytes can hold.", c->path,
                       (unsigned long long)h->n_values, (unsigned long long)h->n_tensors, left(c));
    return BN_OK;
}

static int compare_keys(const void *a, const void *b)
{
    const struct bn_string *x = a, *y = b;
    size_t n = x->n < y->n ? x->n : y->n;
    int order = memcmp(x->bytes, y->bytes, n);
    return order ? order : x->n < y->n ? -1 : x->n > y->n;
}

/* Refuses names that come twice. `strings` is scratch and gets sorted. */
static enum bn_status check_unique(struct bn_string *strings, size_t n, const char *what, const struct cursor *c)
{
    qsort(strings, n, sizeof *strings, compare_keys);
    for (size_t i = 1; i < n; i++)
        if (compare_keys(&strings[i - 1], &strings[i]) == 0)
            return bn_fail(c->err, BN_ERR_FORMAT, "%s: the %s \"%.*s\" comes twice; the file is damaged.", c->path,
                           what, shown(strings[i]), strings[i].bytes);
    return BN_OK;
}

static enum bn_status check_names(const struct bn_gguf *g, const struct cursor *c)
{
    size_t n = g->n_values > g->n_infos ? g->n_values : g->n_infos;
    struct bn_string *names = malloc((n + 1) * sizeof *names);
    if (!names) return bn_fail_memory(c->err, "the tables of a GGUF file", n * sizeof *names);
    for (size_t i = 0; i < g->n_values; i++) names[i] = g->values[i].key;
    enum bn_status status = check_unique(names, g->n_values, "key", c);
    for (size_t i = 0; i < g->n_infos; i++) names[i] = g->infos[i].name;
    if (!status) status = check_unique(names, g->n_infos, "tensor", c);
    free(names);
    return status;
}

static enum bn_status find_data(struct bn_gguf *g, const struct cursor *c)
{
    int64_t alignment = 32;
    const struct bn_gguf_value *v = bn_gguf_find(g, "general.alignment");
    if (v && (!bn_gguf_integer(v, 0, &alignment) || alignment < 8 || alignment % 8 || alignment > 1 << 20))
        return bn_fail(c->err, BN_ERR_FORMAT, "%s: general.alignment must be a multiple of 8 from 8 to 1 MiB.",
                       c->path);
    g->alignment = (uint64_t)alignment;
    uint64_t at = (uint64_t)(c->at - g->map.bytes), start = (at + g->alignment - 1) / g->alignment * g->alignment;
    if (start > g->map.n) start = g->map.n;
    g->data = g->map.bytes + start;
    g->data_bytes = g->map.n - start;
    return BN_OK;
}

enum bn_status bn_gguf_parse(struct bn_gguf *g, struct bn_source *source, const char *path, struct bn_error *err)
{
    struct header h = {0};
    *g = (struct bn_gguf){.path = path};
    enum bn_status status = bn_source_map(source, &g->map, path, err);
    if (status) return status;
    struct cursor c = {g->map.bytes, g->map.bytes + g->map.n, path, err};
    if ((status = read_header(&c, &h))) return status;
    g->values = bn_source_alloc(source, h.n_values, sizeof *g->values, err);
    g->infos = bn_source_alloc(source, h.n_tensors, sizeof *g->infos, err);
    if (!g->values || !g->infos) return BN_ERR_MEMORY;
    for (; g->n_values < h.n_values; g->n_values++)
        if ((status = read_value(&c, &g->values[g->n_values]))) return status;
    for (; g->n_infos < h.n_tensors; g->n_infos++)
        if ((status = read_info(&c, &g->infos[g->n_infos]))) return status;
    if ((status = check_names(g, &c))) return status;
    return find_data(g, &c);
}
