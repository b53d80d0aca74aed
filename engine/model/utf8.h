/* utf8.h - where UTF-8 characters begin and end in text that may hold any bytes. */
#ifndef BN_MODEL_UTF8_H
#define BN_MODEL_UTF8_H
#include <stddef.h>

/* Length (1..4) of the valid character that begins at text[0]; 0 when it is invalid or cut off. Surrogates,
 * overlong forms and code points above U+10FFFF are invalid. n >= 1. */
size_t bn_utf8_length(const char *text, size_t n);
/* Length of the longest valid prefix of text. */
size_t bn_utf8_valid(const char *text, size_t n);
/* How many bytes (0..3) at the end of text are the beginning of a character that may still be completed. */
size_t bn_utf8_unfinished(const char *text, size_t n);
/* Decodes the valid character at text and returns its length; 0 as in bn_utf8_length. */
size_t bn_utf8_decode(const char *text, size_t n, unsigned *code_point);
#endif
