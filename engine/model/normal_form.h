/* normal_form.h - whether text is in Unicode's normal form C. */
#ifndef BN_MODEL_NORMAL_FORM_H
#define BN_MODEL_NORMAL_FORM_H
#include <stdbool.h>
#include <stddef.h>

/* True only for text that certainly is: no combining mark, no character that the form replaces or may compose. Bytes
 * that are no UTF-8 do not matter. */
bool bn_is_nfc(const char *text, size_t n);
#endif
