/* utf8.c - UTF-8 by the table of well-formed byte sequences (Unicode 15, table 3-7). */
#include "engine/model/utf8.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static size_t length_by_lead(uint8_t lead)
{
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return 2;
    if ((lead & 0xF0) == 0xE0) return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/* The second byte is the one whose range depends on the lead: no overlong form, no surrogate, nothing above
 * U+10FFFF. */
static bool second_fits(uint8_t lead, uint8_t second)
{
    uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return second >= low && second <= high;
}

/* How many of the first n bytes can begin one character: equals its length when the character is whole. */
static size_t well_formed_bytes(const uint8_t *s, size_t n, size_t length)
{
    if (length < 2 || n < 2) return length ? 1 : 0;
    if (!second_fits(s[0], s[1])) return 1;
    size_t i = 2;
    while (i < length && i < n && (s[i] & 0xC0) == 0x80) i++;
    return i;
}

size_t bn_utf8_length(const char *text, size_t n)
{
    const uint8_t *s = (const uint8_t *)text;
    size_t length = length_by_lead(s[0]);
    return length <= n && well_formed_bytes(s, n, length) == length ? length : 0;
}

size_t bn_utf8_valid(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n) {
        uint64_t eight;
        while (i + 8 <= n && (memcpy(&eight, text + i, 8), !(eight & 0x8080808080808080u))) i += 8;
        if (i == n) break;
        size_t length = bn_utf8_length(text + i, n - i);
        if (!length) break;
        i += length;
    }
    return i;
}

size_t bn_utf8_unfinished(const char *text, size_t n)
{
    const uint8_t *s = (const uint8_t *)text;
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        uint8_t byte = s[n - back];
        if ((byte & 0xC0) == 0x80) continue;
        size_t length = length_by_lead(byte);
        return length > back && well_formed_bytes(s + n - back, back, length) == back ? back : 0;
    }
    return 0;
}

size_t bn_utf8_decode(const char *text, size_t n, unsigned *code_point)
{
    const uint8_t *s = (const uint8_t *)text;
    size_t length = bn_utf8_length(text, n);
    if (!length) return 0;
    unsigned c = length == 1 ? s[0] : s[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) c = c << 6 | (s[i] & 0x3F);
    *code_point = c;
    return length;
}
