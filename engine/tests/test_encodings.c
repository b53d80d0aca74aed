/* test_encodings.c - every tensor encoding against the vectors of FORMATS.md 3.9, byte for byte and both
 * ways. TQ and Q vectors come from the reference ggml quantiser; I2_S and IQ*_BN from the rules of their
 * layouts. */
#include "engine/format/half.h"
#include "engine/format/ternary.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 256 };
static float w(int i) { return (float)((7 * i + i * i % 5) % 3 - 1); }
static float x(int i) { return (float)((37 * i + 11) % 101 - 50) / 16; }

static const struct vector {
    enum bn_encoding encoding;
    float (*value)(int);
    float factor;
    int n;
    const char *hex;
} vectors[] = {
    {BN_ENC_TQ1_0, w, 0.5f, 256,
     "17e244a5ccf062ce29697a3b6eb34b17e244a5ccf062ce29697a3b6eb34b17e2663091b1153fbd37a7f4dc93b82778663df4268"
     "f0038"},
    {BN_ENC_TQ2_0, w, 0.5f, 256,
     "60a61869461a51861421850861829860a61869461a51861421850861829860a61421850861829860a61869461a5186142185086"
     "1829860a61869461a5186"
     "14210038"},
    {BN_ENC_I2_S, w, 1, 256,
     "099a246991a4459214485220498226099a246991a4459214485220498226099a14485220498226099a246991a44592144852204"
     "98226099a246991a44592"
     "14480000803f00000000000000000000000000000000000000000000000000000000"},
    {BN_ENC_IQ2_BN, w, 1, 256,
     "0000803f4892a4699a26495214459124098220489a264952144591240982204892a4699a144591240982204892a4699a2649521"
     "40982204892a4699a2649"
     "521445912409"},
    {BN_ENC_IQ1_BN, w, 1, 256,
     "003cce6e44f07a17a529b3e2623b234bcc696e44ce7a17f029b3a54b623be2cc694b44ce6e17f07a0db3a5293be262694bccce6"
     "e4408"},
    {BN_ENC_Q8_0, x, 1, 32, "4d269dfb59b61472d02e8be947a50361be1c7ad73593f14fac0a68c62481df3d9af8"},
    {BN_ENC_Q4_0, x, 1, 32, "4036f258be1379df359bf147ac0268ce248a"},
    {BN_ENC_Q6_K, x, 1, 256,
     "45df28bc069f137cf08ad367f14ade285ed67df57c038b02aa22b931b85fd75e26ac058d037bf179d258d048ce27af2583fc741"
     "d960eb62fd840b961da53"
     "fb74d158bf37be25ad048b047bf37ad159d0c941ea63eb74fb741d951ea72fc841c9bf35ad169b048df26be069d147cf38bd1a9"
     "22c840d85ed77ff57d038"
     "b04aa22b6cb11b6cc61b71c61cb1cb6cb21b6cc6e74d3ad04d37904ae7913ae44d3a904d18b1c66cb11b6c861b71c61cb1c76cb"
     "22453f9248ef9138ef453"
     "8d2452f9248e8d81877c897a8677807f897a867a84877592"},
};

static size_t from_hex(uint8_t *out, const char *hex)
{
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)strtoul((char[]){hex[2 * i], hex[2 * i + 1], 0}, NULL, 16);
    return n;
}

Test(encodings, pack_vectors)
{
    for (size_t v = 0; v < sizeof vectors / sizeof *vectors; v++) {
        const struct bn_encoding_traits *t = bn_encoding_traits(vectors[v].encoding);
        uint8_t want[512], got[512];
        float in[N];
        size_t n = from_hex(want, vectors[v].hex);
        for (int i = 0; i < vectors[v].n; i++) in[i] = vectors[v].factor * vectors[v].value(i);
        cr_assert_eq(t->tensor_bytes(1, vectors[v].n), n, "%s: size", t->name);
        cr_assert_eq(t->pack(got, in, 1, vectors[v].n, NULL), BN_OK);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(got[i], want[i], "%s: byte %zu is %02x, not %02x", t->name, i, got[i], want[i]);
    }
}

Test(encodings, unpack_ternary_vectors)
{
    for (size_t v = 0; v < sizeof vectors / sizeof *vectors; v++) {
        const struct bn_encoding_traits *t = bn_encoding_traits(vectors[v].encoding);
        uint8_t data[512];
        float out[N];
        if (!t->ternary) continue;
        from_hex(data, vectors[v].hex);
        t->unpack_row(out, data, 1, vectors[v].n, 0);
        for (int i = 0; i < N; i++) cr_assert_eq(out[i], vectors[v].factor * w(i), "%s: weight %d", t->name, i);
    }
}

Test(encodings, unpack_q6_k_vector)
{
    static const struct {
        int i;
        float y;
    } want[] = {{0, -2.44739771f},   {37, 1.04910994f},  {74, -1.78214693f},  {111, 1.73091316f},
                {148, -1.10113192f}, {185, 2.40404606f}, {222, -0.384647369f}};
    uint8_t data[512];
    float y[N];
    double sum = 0;
    from_hex(data, vectors[7].hex);
    bn_encoding_traits(BN_ENC_Q6_K)->unpack_row(y, data, 1, N, 0);
    for (size_t k = 0; k < sizeof want / sizeof *want; k++) cr_assert_float_eq(y[want[k].i], want[k].y, 1e-8);
    for (int i = 0; i < N; i++) sum += (double)y[i] * (i + 1);
    cr_assert_float_eq(sum, -692.391373, 2e-4); /* the vector was summed in float */
}

Test(encodings, unpack_q4_0_and_q8_0_vectors)
{
    static const float q4[] = {-2.34375f, 0, 2.34375f, -1.953125f, 0.390625f, 2.734375f, -1.171875f, 1.171875f};
    uint8_t data[64];
    float y[32];
    from_hex(data, vectors[6].hex);
    bn_encoding_traits(BN_ENC_Q4_0)->unpack_row(y, data, 1, 32, 0);
    for (int i = 0; i < 8; i++) cr_assert_eq(y[i], q4[i]);
    from_hex(data, vectors[5].hex);
    bn_encoding_traits(BN_ENC_Q8_0)->unpack_row(y, data, 1, 32, 0);
    for (int i = 0; i < 32; i++) cr_assert_float_eq(y[i], x(i), 3.2 / 127 / 2 + 1e-3);
}

Test(encodings, unpack_q1_0_and_q2_0)
{
    uint8_t q1[18] = {0, 0x38, 0x05}, q2[18] = {0, 0x38, 0xe4}; /* scale 0.5; bits 1 0 1 0..., codes 0 1 2 3 */
    float y[128];
    bn_encoding_traits(BN_ENC_Q1_0)->unpack_row(y, q1, 1, 128, 0);
    cr_assert(y[0] == 0.5f && y[1] == -0.5f && y[2] == 0.5f && y[3] == -0.5f && y[127] == -0.5f);
    bn_encoding_traits(BN_ENC_Q2_0)->unpack_row(y, q2, 1, 64, 0);
    cr_assert(y[0] == -0.5f && y[1] == 0 && y[2] == 0.5f && y[3] == 1 && y[4] == -0.5f);
}

Test(encodings, i2_s_is_padded_in_memory)
{
    const struct bn_encoding_traits *t = bn_encoding_traits(BN_ENC_I2_S);
    float in[2 * 200], out[200];
    for (int i = 0; i < 400; i++) in[i] = 3 * w(i);
    cr_assert_eq(t->tensor_bytes(2, 200), 2 * 64 + 32);
    uint8_t data[2 * 64 + 32];
    t->pack(data, in, 2, 200, NULL);
    for (int row = 0; row < 2; row++) {
        t->unpack_row(out, data, 2, 200, row);
        cr_assert_arr_eq(out, in + 200 * row, sizeof out);
    }
}

/* Random codes through every ternary encoding: rows, codes, scales and floats must agree with what went in.
 */
Test(encodings, ternary_views_agree)
{
    enum { ROWS = 5, COLS = 512 };
    int8_t codes[ROWS][COLS], back[COLS];
    uint8_t i2s[ROWS * COLS / 4], row[COLS / 4];
    float scale[ROWS] = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f}, got[ROWS], out[COLS];
    unsigned seed = 7;
    for (int m = 0; m < ROWS; m++) {
        for (int k = 0; k < COLS; k++)
            codes[m][k] = m == 3 ? 0 : (int8_t)((seed = seed * 1664525 + 1013904223) >> 24) % 2;
        bn_ternary_pack_row(i2s + m * COLS / 4, codes[m], COLS);
    }
    for (int e = 0; e < BN_ENC_COUNT; e++) {
        const struct bn_encoding_traits *t = bn_encoding_traits((enum bn_encoding)e);
        if (!t->ternary) continue;
        size_t bytes = t->tensor_bytes(ROWS, COLS);
        void *data = calloc(1, bytes);
        cr_assert_eq(t->pack_ternary(data, i2s, scale, 0, ROWS, COLS, NULL), BN_OK);
        struct bn_tensor tensor = {
            .name = "t", .encoding = (enum bn_encoding)e, .rows = ROWS, .cols = COLS, .data = data, .bytes = bytes};
        cr_assert_eq(bn_ternary_scales(got, &tensor), BN_SCALE_TENSOR, "%s", t->name);
        for (int m = 0; m < ROWS; m++) {
            cr_assert_eq(got[m], 0.5f);
            bn_ternary_row(row, &tensor, m);
            cr_assert_arr_eq(row, i2s + m * COLS / 4, sizeof row, "%s row %d", t->name, m);
            bn_ternary_codes_row(back, &tensor, m);
            cr_assert_arr_eq(back, codes[m], sizeof back, "%s row %d", t->name, m);
            t->unpack_row(out, data, ROWS, COLS, m);
            for (int k = 0; k < COLS; k++)
                cr_assert_eq(out[k], 0.5f * (float)codes[m][k], "%s row %d col %d", t->name, m, k);
        }
        free(data);
    }
}

Test(encodings, scales_that_differ_are_seen)
{
    enum { ROWS = 2, COLS = 512 };
    float in[ROWS * COLS], scale[ROWS];
    uint8_t data[4096];
    struct bn_tensor t = {.name = "t", .encoding = BN_ENC_TQ1_0, .rows = ROWS, .cols = COLS, .data = data};
    for (int i = 0; i < ROWS * COLS; i++) in[i] = w(i) * (i < COLS ? 1 : 2);
    bn_encoding_traits(BN_ENC_TQ1_0)->pack(data, in, ROWS, COLS, NULL);
    cr_assert_eq(bn_ternary_scales(scale, &t), BN_SCALE_ROW);
    cr_assert(scale[0] == 1 && scale[1] == 2);
    for (int i = 0; i < ROWS * COLS; i++) in[i] = w(i) * (i % COLS < 256 ? 1 : 2);
    bn_encoding_traits(BN_ENC_TQ1_0)->pack(data, in, ROWS, COLS, NULL);
    cr_assert_eq(bn_ternary_scales(scale, &t), BN_SCALE_BLOCK);
    for (int i = 0; i < ROWS * COLS; i++) in[i] = i % COLS < 256 ? 0 : w(i); /* zero blocks have any scale */
    bn_encoding_traits(BN_ENC_TQ1_0)->pack(data, in, ROWS, COLS, NULL);
    cr_assert_eq(bn_ternary_scales(scale, &t), BN_SCALE_TENSOR);
}

Test(encodings, the_code_three_is_found)
{
    uint8_t row[64];
    memset(row, 0x55, sizeof row);
    cr_assert_not(bn_ternary_row_is_bad(row, 256));
    row[63] = 0x5d;
    cr_assert(bn_ternary_row_is_bad(row, 256));
    cr_assert_not(bn_ternary_row_is_bad(row, 128));
}

Test(encodings, halves_round_trip)
{
    for (unsigned h = 0; h < 65536; h++) {
        float f = bn_f16_to_f32((uint16_t)h);
        if ((h & 0x7c00) == 0x7c00 && h & 0x3ff)
            cr_assert(isnan(f));
        else
            cr_assert_eq(bn_f32_to_f16(f), h);
    }
    cr_assert_eq(bn_f16_to_f32(0x0001), 0x1p-24f);
    cr_assert_eq(bn_f16_to_f32(0x7bff), 65504.0f);
    cr_assert_eq(bn_f32_to_f16(65520.0f), 0x7c00);
    cr_assert_eq(bn_f32_to_f16(0x1p-25f), 0); /* a tie goes to even */
    cr_assert_eq(bn_f32_to_f16(0x1.8p-24f), 2);
    cr_assert_eq(bn_f32_to_f16(1 + 0x1p-11f), 0x3c00);
    cr_assert_eq(bn_f32_to_f16(1 + 0x3p-11f), 0x3c02);
    cr_assert_eq(bn_f32_to_bf16(1 + 0x1p-8f), 0x3f80);
    cr_assert_eq(bn_f32_to_bf16(1 + 0x3p-8f), 0x3f82);
}

Test(encodings, impossible_shapes_have_no_size)
{
    for (int e = 0; e < BN_ENC_COUNT; e++) {
        const struct bn_encoding_traits *t = bn_encoding_traits((enum bn_encoding)e);
        cr_assert_eq(t->tensor_bytes(0, 256), 0);
        cr_assert_eq(t->tensor_bytes(-1, 256), 0);
        cr_assert_eq(t->tensor_bytes(INT64_MAX, 256), 0, "%s", t->name);
        cr_assert_eq(t->tensor_bytes(256, INT64_MAX - 255), 0, "%s", t->name);
        if (t->block > 1 && e != BN_ENC_I2_S) cr_assert_eq(t->tensor_bytes(1, t->block + 1), 0);
    }
    cr_assert_eq(bn_encoding_by_name("TQ1-0"), BN_ENC_TQ1_0);
    cr_assert_eq(bn_encoding_by_name("q9"), BN_ENC_NONE);
}
