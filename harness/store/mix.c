/* mix.c - bn_mix: FNV-1a over the values of a row, folded to 32 bits so that a sum over billions of rows stays exact.
 */
#include "harness/store/mix.h"
#include "harness/core/fnv.h"
#include <string.h>

static uint64_t add_bytes(uint64_t h, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++) h = bn_fnv_add(h, at[i]);
    return h;
}

static uint64_t add_text(uint64_t h, const char *text)
{
    return add_bytes(bn_fnv_add(h, SQLITE_TEXT), text, strlen(text));
}

static uint64_t add_word(uint64_t h, int type, uint64_t word)
{
    return bn_fnv_add(bn_fnv_add(bn_fnv_add(h, (uint64_t)type), word >> 32), (uint32_t)word);
}

static uint64_t add_value(uint64_t h, sqlite3_value *value)
{
    int type = sqlite3_value_type(value);
    double real = sqlite3_value_double(value);
    uint64_t word = (uint64_t)sqlite3_value_int64(value);
    if (type == SQLITE_FLOAT) memcpy(&word, &real, sizeof word);
    if (type == SQLITE_FLOAT || type == SQLITE_INTEGER) return add_word(h, type, word);
    h = bn_fnv_add(h, (uint64_t)type);
    if (type == SQLITE_NULL) return h;
    const void *bytes = sqlite3_value_blob(value);
    return add_bytes(h, bytes, (size_t)sqlite3_value_bytes(value));
}

static uint32_t folded(uint64_t h) { return (uint32_t)(h ^ h >> 32); }

static void mix(sqlite3_context *context, int n, sqlite3_value **values)
{
    uint64_t h = BN_FNV_BASIS;
    for (int i = 0; i < n; i++) h = add_value(h, values[i]);
    sqlite3_result_int64(context, folded(h));
}

static void mixed(sqlite3_context *context, int n, sqlite3_value **values)
{
    const struct bn_mix_sum *known = sqlite3_user_data(context);
    if (n == 1 && known && known->point_id && known->point_id == sqlite3_value_int64(values[0]))
        sqlite3_result_int64(context, known->sum);
}

uint32_t bn_mix_sample(const char *phase, int64_t rep, int64_t idx, int64_t ns, int64_t n_tokens)
{
    const int64_t numbers[] = {rep, idx, ns, n_tokens};
    uint64_t h = add_text(BN_FNV_BASIS, phase);
    for (int i = 0; i < 4; i++) h = add_word(h, SQLITE_INTEGER, (uint64_t)numbers[i]);
    return folded(h);
}

int bn_mix_define(sqlite3 *db, struct bn_mix_sum *known)
{
    int code = sqlite3_create_function_v2(db, "bn_mix", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                                          mix, NULL, NULL, NULL);
    return code ? code
                : sqlite3_create_function_v2(db, "bn_mixed", 1, SQLITE_UTF8 | SQLITE_INNOCUOUS, known, mixed, NULL,
                                             NULL, NULL);
}
