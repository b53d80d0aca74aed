/* gguf.c - opens a GGUF model, in one file or split into NAME-00001-of-0000N.gguf. */
#include "engine/format/gguf.h"
#include <stdio.h>
#include <string.h>

/* "dir/name-00001-of-00003.gguf" with part 2 -> "dir/name-00002-of-00003.gguf"; false when the name has
 * another form. */
static bool part_path(char *out, size_t cap, const char *path, int part, int count)
{
    char tail[40];
    size_t n = strlen(path);
    int tail_n = snprintf(tail, sizeof tail, "-%05d-of-%05d.gguf", 1, count);
    if (n < (size_t)tail_n || n >= cap || strcmp(path + n - tail_n, tail)) return false;
    snprintf(out, cap, "%.*s-%05d-of-%05d.gguf", (int)(n - (size_t)tail_n), path, part, count);
    return true;
}

static enum bn_status read_split(const struct bn_gguf *first, int *count, struct bn_error *err)
{
    int number = 0;
    *count = 1;
    enum bn_status status = bn_gguf_get_int(first, "split.count", count, err);
    if (!status) status = bn_gguf_get_int(first, "split.no", &number, err);
    if (status) return status;
    if (*count <= 0) *count = 1;
    if (*count > 9999) return bn_fail(err, BN_ERR_FORMAT, "%s: claims to be split into %d files.", first->path, *count);
    if (number)
        return bn_fail(err, BN_ERR_USAGE,
                       "%s: is part %d of %d of a split model; open the first part (-00001-of-%05d.gguf).", first->path,
                       number + 1, *count, *count);
    return BN_OK;
}

static enum bn_status parse_parts(struct bn_gguf *parts, int count, struct bn_source *s, struct bn_error *err)
{
    char path[4096];
    for (int i = 1; i < count; i++) {
        if (!part_path(path, sizeof path, parts[0].path, i + 1, count))
            return bn_fail(err, BN_ERR_FORMAT,
                           "%s: is split into %d files but is not named NAME-00001-of-%05d.gguf, so the "
                           "others cannot be found.",
                           parts[0].path, count, count);
        char *copy = bn_source_string(s, path, strlen(path), err);
        if (!copy) return BN_ERR_MEMORY;
        enum bn_status status = bn_gguf_parse(&parts[i], s, copy, err);
        if (status) return status;
    }
    return BN_OK;
}

static enum bn_status check_total(const struct bn_source *s, const struct bn_gguf *first, struct bn_error *err)
{
    int total = (int)s->n_tensors;
    enum bn_status status = bn_gguf_get_int(first, "split.tensors.count", &total, err);
    if (status) return status;
    if ((size_t)total != s->n_tensors)
        return bn_fail(err, BN_ERR_FORMAT,
                       "%s: its parts hold %zu tensors where %d are announced; a part belongs to another model.",
                       first->path, s->n_tensors, total);
    for (size_t i = 0; i < s->n_tensors; i++)
        if (bn_source_tensor(s, s->tensors[i].name) != &s->tensors[i])
            return bn_fail(err, BN_ERR_FORMAT, "%s: tensor \"%s\" is in two of its parts.", first->path,
                           s->tensors[i].name);
    return BN_OK;
}

static enum bn_status read_tensors(struct bn_source *s, const struct bn_gguf *parts, int count,
                                   const struct bn_model_options *options, struct bn_error *err)
{
    size_t total = 0;
    const char *layout = options->i2s_layout;
    bool arm = layout && strcmp(layout, "arm64x16") == 0;
    if (layout && !arm && strcmp(layout, "canonical"))
        return bn_fail(err, BN_ERR_USAGE, "Unknown I2_S layout \"%s\"; choose canonical or arm64x16.", layout);
    for (int i = 0; i < count; i++) total += parts[i].n_infos;
    if (total == 0) return bn_fail(err, BN_ERR_FORMAT, "%s: holds a vocabulary but no weights.", parts[0].path);
    if (!(s->tensors = bn_source_alloc(s, total, sizeof *s->tensors, err))) return BN_ERR_MEMORY;
    for (int i = 0; i < count; i++) {
        enum bn_status status = bn_gguf_tensors(s, &parts[i], arm, err);
        if (status) return status;
    }
    return count > 1 ? check_total(s, &parts[0], err) : BN_OK;
}

enum bn_status bn_gguf_open(struct bn_source *s, const char *path, const struct bn_model_options *options,
                            struct bn_error *err)
{
    struct bn_gguf first, *parts = &first;
    int count;
    enum bn_status status = bn_gguf_parse(&first, s, path, err);
    if (!status) status = read_split(&first, &count, err);
    if (!status) status = bn_gguf_config(&s->config, &first, err);
    if (!status) status = bn_gguf_vocab(s, &first, err);
    if (status || options->vocab_only) return status;
    if (count > 1) {
        if (!(parts = bn_source_alloc(s, (size_t)count, sizeof *parts, err))) return BN_ERR_MEMORY;
        parts[0] = first;
        if ((status = parse_parts(parts, count, s, err))) return status;
    }
    return read_tensors(s, parts, count, options, err);
}
