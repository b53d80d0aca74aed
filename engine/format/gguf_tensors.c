/* gguf_tensors.c - the tensors of a GGUF file: encodings, exact sizes, and every byte inside the data
 * section. */
#include "engine/format/gguf.h"
#include "engine/format/ternary.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One tensor with the bytes the file leaves for it: up to the next tensor's start, or the end of the file. */
struct placed {
    const struct bn_gguf_info *info;
    uint64_t gap;
    bool last;
};

static int shown(struct bn_string s) { return s.n < 80 ? (int)s.n : 80; }

/* Types 38 and 39 are TL1 and TL2 to bitnet.cpp, IQ4_NL_8_8 and MXFP4 elsewhere: those take more than half a byte a
 * weight (FORMATS.md 3.1). */
static const char *type_name(const struct placed *p)
{
    bool large = p->gap >= (uint64_t)p->info->rows * (uint64_t)p->info->cols / 2;
    if (large && p->info->type == 38) return "IQ4_NL_8_8";
    if (large && p->info->type == 39) return "MXFP4";
    return bn_gguf_type_name(p->info->type);
}

static enum bn_status refuse_type(const struct bn_gguf *g, const struct placed *p, struct bn_error *err)
{
    const struct bn_gguf_info *t = p->info;
    const char *name = type_name(p);
    char number[32];
    snprintf(number, sizeof number, "number %u", t->type);
    const char *advice = name && name[0] == 'T' && name[1] == 'L'
                             ? "its layout depends on the machine it was made for; quantise the model to i2_s instead"
                         : name ? "quantise the model to one that bitnet-quantize --help lists"
                                : "the file is damaged or newer than this engine";
    return bn_fail(err, BN_ERR_UNSUPPORTED, "%s: tensor \"%.*s\" has the type %s, which cannot be read: %s.", g->path,
                   shown(t->name), t->name.bytes, name ? name : number, advice);
}

/* Type 36 is I2_S in bitnet.cpp's files and was IQ4_NL_4_4 elsewhere: only the exact size tells
 * (FORMATS.md 3.1). A third size is common: bitnet.cpp's quantiser on several threads puts each run of 16384
 * weights where a byte per weight would have it and adds 32 bytes for each, so that only the first run of a
 * tensor is there. */
static enum bn_status check_i2s_size(const struct bn_gguf *g, const struct placed *p, uint64_t bytes,
                                     struct bn_error *err)
{
    const struct bn_gguf_info *t = p->info;
    uint64_t padded = (bytes + g->alignment - 1) / g->alignment * g->alignment;
    if (p->gap == padded || (p->last && p->gap >= bytes && p->gap <= padded)) return BN_OK;
    uint64_t weights = (bytes - 32) * 4, runs = (weights + 16383) / 16384;
    if (runs > 1 && p->gap == weights / 4 + runs * 32)
        return bn_fail(err, BN_ERR_FORMAT,
                       "%s: tensor \"%.*s\" has the size that bitnet.cpp's llama-quantize gives I2_S when it runs on "
                       "several threads, and "
                       "then most weights are lost; quantise the model again with one thread or with bitnet-quantize.",
                       g->path, shown(t->name), t->name.bytes);
    return bn_fail(err, BN_ERR_FORMAT,
                   "%s: tensor \"%.*s\" of type 36 takes %llu bytes where I2_S takes %llu; it is damaged or "
                   "of another type with this "
                   "number (IQ4_NL_4_4), so quantise the model to i2_s again.",
                   g->path, shown(t->name), t->name.bytes, (unsigned long long)p->gap, (unsigned long long)bytes);
}

static enum bn_status check_place(const struct bn_gguf *g, const struct placed *p, enum bn_encoding encoding,
                                  struct bn_error *err)
{
    const struct bn_gguf_info *t = p->info;
    const struct bn_encoding_traits *e = bn_encoding_traits(encoding);
    if (t->cols % e->block)
        return bn_fail(err, BN_ERR_FORMAT,
                       "%s: tensor \"%.*s\" has rows of %lld weights, no multiple of the %d that %s needs.", g->path,
                       shown(t->name), t->name.bytes, (long long)t->cols, e->block, e->name);
    uint64_t bytes = e->tensor_bytes(t->rows, t->cols);
    if (bytes == 0 || t->offset % g->alignment || bytes > p->gap)
        return bn_fail(err, BN_ERR_FORMAT,
                       "%s: tensor \"%.*s\" (%llu bytes at offset %llu) leaves the file, runs into the next "
                       "tensor or is not aligned; the "
                       "file is damaged or was not copied completely.",
                       g->path, shown(t->name), t->name.bytes, (unsigned long long)bytes,
                       (unsigned long long)t->offset);
    return encoding == BN_ENC_I2_S ? check_i2s_size(g, p, bytes, err) : BN_OK;
}

/* The fork's layout when its quantiser was compiled for NEON: blocks of 64 weights in 16 bytes
 * (FORMATS.md 3.2). */
static const void *canonical_from_arm(struct bn_source *s, const uint8_t *data, size_t bytes, struct bn_error *err)
{
    uint8_t *out = bn_source_alloc(s, bytes, 1, err);
    int8_t codes[128];
    if (!out) return NULL;
    for (size_t at = 0; at + 32 < bytes; at += 32) {
        for (int k = 0; k < 128; k++)
            codes[k] = (int8_t)((data[at + (size_t)(k / 64 * 16 + k % 16)] >> (6 - 2 * (k % 64 / 16)) & 3) - 1);
        bn_ternary_pack_row(out + at, codes, 128);
    }
    memcpy(out + bytes - 32, data + bytes - 32, 32);
    return out;
}

static enum bn_status add(struct bn_source *s, const struct bn_gguf *g, const struct placed *p, bool i2s_arm,
                          struct bn_error *err)
{
    const struct bn_gguf_info *t = p->info;
    char name[256];
    enum bn_encoding encoding = bn_encoding_by_gguf_id(t->type);
    if (encoding == BN_ENC_NONE) return refuse_type(g, p, err);
    enum bn_status status = check_place(g, p, encoding, err);
    if (status) return status;
    const void *data = g->data + t->offset;
    if (encoding == BN_ENC_I2_S && i2s_arm &&
        !(data = canonical_from_arm(s, data, bn_encoding_traits(encoding)->tensor_bytes(t->rows, t->cols), err)))
        return BN_ERR_MEMORY;
    snprintf(name, sizeof name, "%.*s", (int)t->name.n, t->name.bytes);
    return bn_source_add(s, name, encoding, t->rows, t->cols, data, err);
}

static int by_offset(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    return x->info->offset < y->info->offset ? -1 : x->info->offset > y->info->offset;
}

/* Fills the gaps: sorted by offset, each tensor ends where the next begins. */
static void measure_gaps(struct placed *placed, const struct bn_gguf *g)
{
    for (size_t i = 0; i < g->n_infos; i++) placed[i].info = &g->infos[i];
    qsort(placed, g->n_infos, sizeof *placed, by_offset);
    for (size_t i = 0; i < g->n_infos; i++) {
        uint64_t start = placed[i].info->offset, end = i + 1 < g->n_infos ? placed[i + 1].info->offset : g->data_bytes;
        if (end > g->data_bytes) end = g->data_bytes;
        placed[i].last = i + 1 == g->n_infos;
        placed[i].gap = end > start ? end - start : 0;
    }
}

enum bn_status bn_gguf_tensors(struct bn_source *s, const struct bn_gguf *g, bool i2s_arm, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    struct placed *placed = malloc((g->n_infos + 1) * sizeof *placed);
    if (!placed) return bn_fail_memory(err, "the tensor table", g->n_infos * sizeof *placed);
    measure_gaps(placed, g);
    for (size_t i = 0; i < g->n_infos && !status; i++) status = add(s, g, &placed[i], i2s_arm, err);
    free(placed);
    return status;
}
