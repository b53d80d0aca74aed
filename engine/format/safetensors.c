/* safetensors.c - the tensors of a Hugging Face model directory, in one safetensors file or in shards
 * (FORMATS.md 1.3). */
#include "engine/format/hf.h"
#include "engine/format/little_endian.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER_LIMIT = 100 << 20, DIM_LIMIT = 8 };

static enum bn_status damaged(const char *file, const char *tensor, const char *what, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_FORMAT, "%s: tensor \"%.80s\" %s; the file is damaged or was not copied completely.",
                   file, tensor, what);
}

static enum bn_st_dtype dtype_of(struct bn_json_text t, size_t *bytes)
{
    static const struct {
        const char *name;
        enum bn_st_dtype dtype;
        size_t bytes;
    } dtypes[] = {{"F32", BN_ST_F32, 4}, {"F16", BN_ST_F16, 2}, {"BF16", BN_ST_BF16, 2}, {"U8", BN_ST_U8, 1}};
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
        if (bn_json_is(t, dtypes[i].name)) return *bytes = dtypes[i].bytes, dtypes[i].dtype;
    return *bytes = 0, BN_ST_OTHER;
}

/* What the header says of one tensor. */
struct described {
    struct bn_json_text dtype;
    int64_t dims[DIM_LIMIT], offsets[2];
    int n_dims, n_offsets;
};

static void read_ints(struct bn_json *j, int64_t *out, int cap, int *n)
{
    for (bn_json_array(j); bn_json_element(j);) {
        if (*n == cap) {
            bn_json_skip(j);
            *n = cap + 1;
            break;
        }
        if (!bn_json_int(j, &out[*n])) return;
        ++*n;
    }
}

static bool read_description(struct bn_json *j, struct described *d)
{
    struct bn_json_text key;
    *d = (struct described){0};
    for (bn_json_object(j); bn_json_key(j, &key);)
        if (bn_json_is(key, "dtype"))
            bn_json_string(j, &d->dtype);
        else if (bn_json_is(key, "shape"))
            read_ints(j, d->dims, DIM_LIMIT, &d->n_dims);
        else if (bn_json_is(key, "data_offsets"))
            read_ints(j, d->offsets, 2, &d->n_offsets);
        else
            bn_json_skip(j);
    return !j->error && d->n_dims <= DIM_LIMIT && d->n_offsets == 2;
}

static enum bn_status place(struct bn_st_entry *e, const struct described *d, const uint8_t *data, size_t n,
                            const char *file, struct bn_error *err)
{
    size_t element;
    uint64_t rows = 1, count;
    e->dtype = dtype_of(d->dtype, &element);
    if (d->offsets[0] < 0 || d->offsets[1] < d->offsets[0] || (uint64_t)d->offsets[1] > n)
        return damaged(file, e->name, "leaves the file", err);
    for (int i = 0; i < d->n_dims; i++)
        if (d->dims[i] < 0 || d->dims[i] >> 40) return damaged(file, e->name, "has an impossible shape", err);
    for (int i = 0; i + 1 < d->n_dims; i++)
        if (__builtin_mul_overflow(rows, (uint64_t)d->dims[i], &rows) || rows >> 40)
            return damaged(file, e->name, "has an impossible shape", err);
    e->rows = (int64_t)rows, e->cols = d->n_dims ? d->dims[d->n_dims - 1] : 1;
    e->data = data + d->offsets[0];
    e->bytes = (size_t)(d->offsets[1] - d->offsets[0]);
    if (__builtin_mul_overflow(rows, (uint64_t)e->cols, &count) ||
        __builtin_mul_overflow(count, element ? element : 1, &count))
        return damaged(file, e->name, "has an impossible shape", err);
    return e->dtype == BN_ST_OTHER || count == e->bytes
               ? BN_OK
               : damaged(file, e->name, "takes another number of bytes than its shape", err);
}

static struct bn_st_entry *new_entry(struct bn_hf *hf, struct bn_error *err)
{
    size_t n = hf->n_entries;
    if ((n & (n - 1)) == 0) { /* room doubles at each power of two */
        struct bn_st_entry *grown = bn_source_alloc(hf->source, n ? 2 * n : 1, sizeof *grown, err);
        if (!grown) return NULL;
        if (n) memcpy(grown, hf->entries, n * sizeof *grown);
        hf->entries = grown;
    }
    return &hf->entries[hf->n_entries++];
}

static enum bn_status read_file(struct bn_hf *hf, const char *file, struct bn_error *err)
{
    struct bn_map map;
    struct bn_json j;
    struct bn_json_text key;
    struct described d;
    uint64_t header = 0;
    enum bn_status status = bn_hf_map(hf, &map, file, err);
    if (status) return status;
    if (map.n >= 8) header = bn_load_u64(map.bytes);
    if (map.n < 8 || header > map.n - 8 || header > HEADER_LIMIT)
        return bn_fail(err, BN_ERR_FORMAT, "%s/%s: is no safetensors file or was not copied completely.", hf->path,
                       file);
    bn_json_init(&j, map.bytes + 8, header);
    for (bn_json_object(&j); bn_json_key(&j, &key);) {
        if (bn_json_is(key, "__metadata__")) {
            bn_json_skip(&j);
            continue;
        }
        struct bn_st_entry *e = new_entry(hf, err);
        if (!e || !(e->name = bn_hf_string(hf, key, err))) return BN_ERR_MEMORY;
        if (!read_description(&j, &d)) break;
        if ((status = place(e, &d, map.bytes + 8 + header, map.n - 8 - header, file, err))) return status;
    }
    return bn_json_end(&j) ? BN_OK : bn_hf_json_error(hf, file, &j, err);
}

/* File names of the shards, once each, in the order they are met. */
struct shards {
    char **names;
    size_t n, capacity;
};

static enum bn_status add_shard(struct shards *s, struct bn_hf *hf, struct bn_json_text text, struct bn_error *err)
{
    char *name = bn_hf_string(hf, text, err);
    if (!name) return BN_ERR_MEMORY;
    if (!*name || strchr(name, '/'))
        return bn_fail(err, BN_ERR_FORMAT, "%s/model.safetensors.index.json: \"%.80s\" is no file name.", hf->path,
                       name);
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->names[i], name) == 0) return BN_OK;
    if (s->n == s->capacity) return bn_fail(err, BN_ERR_FORMAT, "%s: has more than %zu shards.", hf->path, s->capacity);
    s->names[s->n++] = name;
    return BN_OK;
}

static enum bn_status read_index(struct shards *s, struct bn_hf *hf, const struct bn_map *map, struct bn_error *err)
{
    struct bn_json j;
    struct bn_json_text key, name;
    enum bn_status status = BN_OK;
    bn_json_init(&j, map->bytes, map->n);
    for (bn_json_object(&j); bn_json_key(&j, &key);) {
        if (!bn_json_is(key, "weight_map")) {
            bn_json_skip(&j);
            continue;
        }
        for (bn_json_object(&j); bn_json_key(&j, &key) && bn_json_string(&j, &name);)
            if ((status = add_shard(s, hf, name, err))) return status;
    }
    return bn_json_end(&j) ? BN_OK : bn_hf_json_error(hf, "model.safetensors.index.json", &j, err);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct bn_st_entry *)a)->name, ((const struct bn_st_entry *)b)->name);
}

static enum bn_status read_files(struct bn_hf *hf, struct bn_error *err)
{
    enum { SHARD_LIMIT = 1024 };
    struct bn_map map;
    char *names[SHARD_LIMIT];
    struct shards s = {names, 0, SHARD_LIMIT};
    if (bn_hf_map(hf, &map, "model.safetensors.index.json", NULL)) return read_file(hf, "model.safetensors", err);
    enum bn_status status = read_index(&s, hf, &map, err);
    for (size_t i = 0; i < s.n && !status; i++) status = read_file(hf, s.names[i], err);
    return status;
}

enum bn_status bn_hf_entries(struct bn_hf *hf, struct bn_error *err)
{
    enum bn_status status = read_files(hf, err);
    if (status) return status;
    if (hf->n_entries) qsort(hf->entries, hf->n_entries, sizeof *hf->entries, by_name);
    for (size_t i = 1; i < hf->n_entries; i++)
        if (by_name(&hf->entries[i - 1], &hf->entries[i]) == 0)
            return damaged(hf->path, hf->entries[i].name, "comes twice", err);
    return BN_OK;
}

const struct bn_st_entry *bn_hf_entry(const struct bn_hf *hf, const char *name)
{
    struct bn_st_entry wanted = {.name = (char *)(uintptr_t)name};
    return hf->n_entries ? bsearch(&wanted, hf->entries, hf->n_entries, sizeof wanted, by_name) : NULL;
}

static bool has_file(const struct bn_hf *hf, const char *name)
{
    char path[4096];
    return snprintf(path, sizeof path, "%s/%s", hf->path, name) < (int)sizeof path && !access(path, F_OK);
}

/* A folder with weights that only PyTorch reads: pickled programs, which an engine must not run. */
static enum bn_status refuse_pickles(const struct bn_hf *hf, struct bn_error *err)
{
    static const char *const pickles[] = {"pytorch_model.bin", "pytorch_model.bin.index.json", "consolidated.00.pth"};
    if (has_file(hf, "model.safetensors") || has_file(hf, "model.safetensors.index.json")) return BN_OK;
    for (size_t i = 0; i < sizeof pickles / sizeof *pickles; i++)
        if (has_file(hf, pickles[i]))
            return bn_fail(err, BN_ERR_UNSUPPORTED,
                           "%s: the weights are only there as %s; save them as safetensors (in transformers: "
                           "save_pretrained with safe_serialization=True).",
                           hf->path, pickles[i]);
    return BN_OK;
}

enum bn_status bn_safetensors_open(struct bn_source *source, const char *path, const struct bn_model_options *options,
                                   struct bn_error *err)
{
    struct bn_hf hf = {.path = path, .source = source};
    enum bn_status status = options->vocab_only ? BN_OK : refuse_pickles(&hf, err);
    if (!status) status = bn_hf_config(&hf, err);
    if (!status) status = bn_config_check(&source->config, path, err);
    if (!status) status = bn_hf_vocab(&hf, err);
    if (!status && !options->vocab_only) status = bn_hf_entries(&hf, err);
    if (!status && !options->vocab_only) status = bn_hf_weights(&hf, err);
    return hf.unread.status ? bn_fail(err, hf.unread.status, "%s", hf.unread.text) : status;
}
