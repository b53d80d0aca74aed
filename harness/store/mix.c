/* mix.c - bn_mix: FNV-1a over the values of a row, folded to 32 bits so that a sum over billions of rows stays exact.
 */
#include "harness/store/mix.h"
#include "harness/core/fnv.h"
#include <string.h>

static uint64_t add_bytes(uint64_t h, const unsigned char *bytes, int n)
{
    for (int i = 0; i < n; i++) h = bn_fnv_add(h, bytes[i]);
    return h;
}

static uint64_t add_value(uint64_t h, sqlite3_value *value)
{
    int type = sqlite3_value_type(value);
    double real = sqlite3_value_double(value);
    uint64_t word = (uint64_t)sqlite3_value_int64(value);
    h = bn_fnv_add(h, (uint64_t)type);
    if (type == SQLITE_NULL) return h;
    if (type == SQLITE_FLOAT) memcpy(&word, &real, sizeof word);
    if (type == SQLITE_FLOAT || type == SQLITE_INTEGER) return bn_fnv_add(bn_fnv_add(h, word >> 32), (uint32_t)word);
    const unsigned char *bytes = sqlite3_value_blob(value);
    return add_bytes(h, bytes, sqlite3_value_bytes(value));
}

static void mix(sqlite3_context *context, int n, sqlite3_value **values)
{
    uint64_t h = BN_FNV_BASIS;
    for (int i = 0; i < n; i++) h = add_value(h, values[i]);
    sqlite3_result_int64(context, (int64_t)((h ^ h >> 32) & 0xffffffff));
}

int bn_mix_define(sqlite3 *db)
{
    return sqlite3_create_function_v2(db, "bn_mix", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                                      mix, NULL, NULL, NULL);
}
