/* encoding.c - the registry of tensor encodings, and the names of ggml types that we only recognise. */
#include "engine/format/encoding.h"
#include "engine/format/little_endian.h"
#include <ctype.h>
#include <math.h>

#define ENCODING(id, name) extern const struct bn_encoding_traits bn_encoding_##name;
#include "engine/format/encodings.list"
#undef ENCODING

static const struct bn_encoding_traits *const registry[] = {
#define ENCODING(id, name) &bn_encoding_##name,
#include "engine/format/encodings.list"
#undef ENCODING
};

const struct bn_encoding_traits *bn_encoding_traits(enum bn_encoding encoding)
{
    return encoding >= 0 && encoding < BN_ENC_COUNT ? registry[encoding] : NULL;
}

static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if ((*a == '-' ? '_' : tolower((unsigned char)*a)) != *b) return false;
    return *a == *b;
}

enum bn_encoding bn_encoding_by_name(const char *name)
{
    for (int i = 0; i < BN_ENC_COUNT; i++)
        if (same_name(name, registry[i]->name)) return (enum bn_encoding)i;
    return BN_ENC_NONE;
}

enum bn_encoding bn_encoding_by_gguf_id(uint32_t id)
{
    for (int i = 0; i < BN_ENC_COUNT; i++)
        if ((uint32_t)registry[i]->gguf_id == id) return (enum bn_encoding)i;
    return BN_ENC_NONE;
}

const char *bn_gguf_type_name(uint32_t id)
{
    static const struct {
        uint32_t id;
        const char *name;
    } known[] = {{0, "F32"},       {1, "F16"},       {2, "Q4_0"},     {3, "Q4_1"},     {6, "Q5_0"},
                 {7, "Q5_1"},      {8, "Q8_0"},      {9, "Q8_1"},     {10, "Q2_K"},    {11, "Q3_K"},
                 {12, "Q4_K"},     {13, "Q5_K"},     {14, "Q6_K"},    {15, "Q8_K"},    {16, "IQ2_XXS"},
                 {17, "IQ2_XS"},   {18, "IQ3_XXS"},  {19, "IQ1_S"},   {20, "IQ4_NL"},  {21, "IQ3_S"},
                 {22, "IQ2_S"},    {23, "IQ4_XS"},   {24, "I8"},      {25, "I16"},     {26, "I32"},
                 {27, "I64"},      {28, "F64"},      {29, "IQ1_M"},   {30, "BF16"},    {31, "Q4_0_4_4"},
                 {32, "Q4_0_4_8"}, {33, "Q4_0_8_8"}, {34, "TQ1_0"},   {35, "TQ2_0"},   {36, "I2_S"},
                 {37, "I8_S"},     {38, "TL1"},      {39, "TL2"},     {40, "NVFP4"},   {41, "Q1_0"},
                 {42, "Q2_0"},     {134, "IQ1_BN"},  {135, "IQ2_BN"}, {136, "Q8_K64"}, {335, "IQ2_BN_R4"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].id == id) return known[i].name;
    return NULL;
}

void bn_encoding_row_to_cpu(enum bn_encoding encoding, uint8_t *out, const uint8_t *row, size_t bytes)
{
    const struct bn_words w = registry[encoding]->words;
    memcpy(out, row, bytes);
    for (size_t at = w.at; BN_CPU_IS_BIG_ENDIAN && w.step && at + w.bytes <= bytes; at += w.step)
        for (size_t i = 0; i < w.bytes; i++) out[at + i] = row[at + w.bytes - 1 - i];
}

void bn_encoding_unpack_cpu_row(float *out, enum bn_encoding encoding, const uint8_t *row, int64_t cols)
{
    const struct bn_encoding_traits *t = registry[encoding];
    uint8_t block[256];
    size_t bytes = t->tensor_bytes(1, t->block);
    if (!BN_CPU_IS_BIG_ENDIAN) t->unpack_row(out, row, 1, cols, 0);
    for (int64_t k = 0; BN_CPU_IS_BIG_ENDIAN && k < cols; k += t->block, row += bytes) {
        bn_encoding_row_to_cpu(encoding, block, row, bytes);
        t->unpack_row(out + k, block, 1, t->block, 0);
    }
}

/* The magnitude is kept apart: of fabsf(x[i]) > fabsf(furthest), clang 19 for RISC-V loses the second fabsf in an
 * unrolled loop. */
float bn_furthest_from_zero(const float *x, int n)
{
    float furthest = 0, magnitude = 0;
    for (int i = 0; i < n; i++)
        if (fabsf(x[i]) > magnitude) magnitude = fabsf(x[i]), furthest = x[i];
    return furthest;
}

size_t bn_block_bytes(int64_t rows, int64_t cols, int block, size_t block_bytes)
{
    uint64_t n;
    if (rows <= 0 || cols <= 0 || cols % block) return 0;
    if (__builtin_mul_overflow((uint64_t)rows, (uint64_t)(cols / block), &n)) return 0;
    if (__builtin_mul_overflow(n, (uint64_t)block_bytes, &n) || n > PTRDIFF_MAX / 2) return 0;
    return (size_t)n;
}
