/* sentencepiece.c - the pieces of a sentencepiece model (a protobuf), by a reader of just the fields that we
 * need: ModelProto.pieces = 1 {piece = 1, score = 2, type = 3}, trainer_spec = 2 {model_type = 3,
 * treat_whitespace_as_suffix = 24, unk/bos/eos/pad_id = 40..43}, normalizer_spec = 3 {precompiled_charsmap = 2,
 * add_dummy_prefix = 3, remove_extra_whitespaces = 4, escape_whitespaces = 5}. */
#include "engine/format/little_endian.h"
#include "engine/format/owner.h"
#include <stdio.h>
#include <string.h>

struct field {
    uint64_t number, value; /* of a varint, or the bits of a fixed32 */
    struct bn_map bytes;    /* of a length-delimited field */
};

static bool varint(const uint8_t **at, const uint8_t *end, uint64_t *v)
{
    *v = 0;
    for (int shift = 0; shift < 64 && *at < end; shift += 7) {
        uint8_t b = *(*at)++;
        *v |= (uint64_t)(b & 127) << shift;
        if (b < 128) return true;
    }
    return false;
}

/* Next field of a message; false at its end or where it is damaged (then *at is not the end). */
static bool next_field(const uint8_t **at, const uint8_t *end, struct field *f)
{
    const uint8_t *p = *at;
    uint64_t tag, n;
    if (p == end || !varint(&p, end, &tag)) return false;
    *f = (struct field){.number = tag >> 3};
    int wire = tag & 7;
    if (wire == 0) {
        if (!varint(&p, end, &f->value)) return false;
    } else if (wire == 1 || wire == 5) {
        n = wire == 1 ? 8 : 4;
        if ((uint64_t)(end - p) < n) return false;
        f->value = bn_load_uint(p, n);
        p += n;
    } else {
        if (wire != 2 || !varint(&p, end, &n) || (uint64_t)(end - p) < n) return false;
        f->bytes = (struct bn_map){p, (size_t)n};
        p += n;
    }
    *at = p;
    return true;
}

static bool read_piece(struct bn_vocab *v, const struct bn_map *m)
{
    const uint8_t *at = m->bytes, *end = at + m->n;
    struct field f;
    int i = v->n_tokens++;
    v->tokens[i] = (struct bn_string){"", 0};
    v->types[i] = BN_TOKEN_NORMAL;
    while (next_field(&at, end, &f)) {
        if (f.number == 1) v->tokens[i] = (struct bn_string){(const char *)f.bytes.bytes, f.bytes.n};
        if (f.number == 2) memcpy(&v->scores[i], &(uint32_t){(uint32_t)f.value}, 4);
        if (f.number == 3 && f.value >= BN_TOKEN_NORMAL && f.value <= BN_TOKEN_BYTE) v->types[i] = (uint8_t)f.value;
    }
    return at == end && v->tokens[i].bytes;
}

/* Texts are refused: what the file asks for is not done. */
static void refuse_texts(struct bn_source *source, const char *path, const char *what)
{
    char text[300];
    int n = snprintf(text, sizeof text, "%.160s: the %s is not supported; give token ids instead.", path, what);
    source->vocab.problem = bn_source_string(source, text, (size_t)n, NULL);
}

/* Returns the model type: 1 unigram, 2 BPE. */
static uint64_t read_trainer(struct bn_source *source, const struct bn_map *m, const char *path)
{
    struct bn_vocab *v = &source->vocab;
    const uint8_t *at = m->bytes, *end = at + m->n;
    int32_t *const ids[] = {&v->unk, &v->bos, &v->eos, &v->pad};
    struct field f;
    uint64_t type = 1;
    while (next_field(&at, end, &f)) {
        if (f.number == 3) type = f.value;
        if (f.number == 24 && f.value) refuse_texts(source, path, "trainer's treat_whitespace_as_suffix");
        if (f.number >= 40 && f.number <= 43) *ids[f.number - 40] = (int32_t)(uint32_t)f.value;
    }
    return type;
}

/* Tables of replaced characters (nmt_nfkc ...) and spaces that stay spaces are not done: texts are refused. */
static void read_normalizer(struct bn_source *source, const struct bn_map *m, const char *path)
{
    struct bn_vocab *v = &source->vocab;
    bool removes = true, escapes = true; /* sentencepiece's defaults */
    const uint8_t *at = m->bytes, *end = at + m->n;
    struct field f;
    while (next_field(&at, end, &f))
        if (f.number == 2 && f.bytes.n)
            refuse_texts(source, path, "normalizer's precompiled_charsmap");
        else if (f.number == 3)
            v->add_space_prefix = f.value != 0;
        else if (f.number == 4)
            removes = f.value != 0;
        else if (f.number == 5)
            escapes = f.value != 0;
    snprintf(v->normalizer, sizeof v->normalizer, "%s", removes ? "Spaces" : "");
    if (!escapes) refuse_texts(source, path, "normalizer's escape_whitespaces off");
}

static size_t count_pieces(const struct bn_map *map)
{
    const uint8_t *at = map->bytes, *end = at + map->n;
    struct field f;
    size_t n = 0;
    while (next_field(&at, end, &f)) n += f.number == 1;
    return at == end ? n : 0;
}

enum bn_status bn_sentencepiece_vocab(struct bn_source *source, const struct bn_map *map, const char *path,
                                      struct bn_error *err)
{
    struct bn_vocab *v = &source->vocab;
    const uint8_t *at = map->bytes, *end = at + map->n;
    struct field f;
    uint64_t type = 1;
    size_t n = count_pieces(map);
    bool good = n > 0 && n < 1 << 24;
    v->tokens = bn_source_alloc(source, n, sizeof *v->tokens, err);
    v->scores = bn_source_alloc(source, n, sizeof *v->scores, err);
    v->types = bn_source_alloc(source, n, 1, err);
    if (!v->tokens || !v->scores || !v->types) return BN_ERR_MEMORY;
    v->unk = 0, v->bos = 1, v->eos = 2; /* sentencepiece's defaults */
    v->kind = BN_VOCAB_SPM, v->add_bos = v->add_space_prefix = true;
    while (good && next_field(&at, end, &f)) {
        if (f.number == 1) good = read_piece(v, &f.bytes);
        if (f.number == 2 && f.bytes.bytes) type = read_trainer(source, &f.bytes, path);
        if (f.number == 3 && f.bytes.bytes) read_normalizer(source, &f.bytes, path);
    }
    if (!good) return bn_fail(err, BN_ERR_FORMAT, "%s: is no sentencepiece model, or is damaged.", path);
    if (type != 2)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "%s: is a sentencepiece model that is not of type BPE, which this engine does not run.", path);
    return BN_OK;
}
