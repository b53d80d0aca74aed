/* little_endian.h - numbers in files, which are little-endian, on CPUs of either byte order: plain loads and stores
 * where the CPU is little-endian too. No alignment is needed. */
#ifndef BN_FORMAT_LITTLE_ENDIAN_H
#define BN_FORMAT_LITTLE_ENDIAN_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { BN_CPU_IS_BIG_ENDIAN = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ };

static inline uint16_t bn_load_u16(const void *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return BN_CPU_IS_BIG_ENDIAN ? __builtin_bswap16(v) : v;
}
static inline uint32_t bn_load_u32(const void *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return BN_CPU_IS_BIG_ENDIAN ? __builtin_bswap32(v) : v;
}
static inline uint64_t bn_load_u64(const void *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return BN_CPU_IS_BIG_ENDIAN ? __builtin_bswap64(v) : v;
}
static inline float bn_load_f32(const void *p)
{
    uint32_t bits = bn_load_u32(p);
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}
static inline double bn_load_f64(const void *p)
{
    uint64_t bits = bn_load_u64(p);
    double f;
    memcpy(&f, &bits, sizeof f);
    return f;
}
/* An unsigned integer of 1 to 8 bytes. */
static inline uint64_t bn_load_uint(const void *p, size_t bytes)
{
    uint64_t v = 0;
    for (size_t i = 0; i < bytes; i++) v |= (uint64_t)((const uint8_t *)p)[i] << 8 * i;
    return v;
}

static inline void bn_store_u16(void *p, uint16_t v)
{
    v = BN_CPU_IS_BIG_ENDIAN ? __builtin_bswap16(v) : v;
    memcpy(p, &v, sizeof v);
}
static inline void bn_store_u32(void *p, uint32_t v)
{
    v = BN_CPU_IS_BIG_ENDIAN ? __builtin_bswap32(v) : v;
    memcpy(p, &v, sizeof v);
}
static inline void bn_store_u64(void *p, uint64_t v)
{
    v = BN_CPU_IS_BIG_ENDIAN ? __builtin_bswap64(v) : v;
    memcpy(p, &v, sizeof v);
}
static inline void bn_store_f32(void *p, float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    bn_store_u32(p, bits);
}
#endif
