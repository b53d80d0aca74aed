/* fingerprint.c - FNV-1a over the tensors of a model. */
#include "engine/format/fingerprint.h"
#include "engine/format/little_endian.h"

static uint64_t add(uint64_t hash, uint64_t word) { return (hash ^ word) * UINT64_C(0x100000001b3); }

static void add_block(uint64_t lane[8], const uint8_t *block)
{
    for (int i = 0; i < 8; i++) lane[i] = add(lane[i], bn_load_u64(block + 8 * i));
}

uint64_t bn_fingerprint_bytes(uint64_t before, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint64_t lane[8], hash = UINT64_C(0xcbf29ce484222325);
    uint8_t last[64] = {0};
    for (int i = 0; i < 8; i++) lane[i] = hash + (uint64_t)i;
    size_t whole = n / 64 * 64;
    for (size_t at = 0; at < whole; at += 64) add_block(lane, p + at);
    if (n > whole) {
        memcpy(last, p + whole, n - whole);
        add_block(lane, last);
    }
    hash = add(add(hash, before), n);
    for (int i = 0; i < 8; i++) hash = add(hash ^ hash >> 32, lane[i]);
    return hash;
}

uint64_t bn_source_fingerprint(const struct bn_source *source)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < source->n_tensors; i++) {
        const struct bn_tensor *t = &source->tensors[i];
        hash = bn_fingerprint_bytes(hash, t->name, strlen(t->name));
        hash = add(add(add(hash, (uint64_t)t->encoding), (uint64_t)t->rows), (uint64_t)t->cols);
        hash = bn_fingerprint_bytes(hash, t->data, t->bytes);
    }
    return hash;
}
