/* normal_form.h - Unicode's normal forms and small letters, as the normalizer of a tokenizer.json asks for them
 * (utf8proc). */
#ifndef BN_MODEL_NORMAL_FORM_H
#define BN_MODEL_NORMAL_FORM_H
#include "engine/bitnet.h"

enum { BN_NORMAL_STEPS = 4 };

struct bn_normalizer {
    int n_steps, steps[BN_NORMAL_STEPS]; /* places in the table of normal_form.c */
    bool lowers, squeezes;               /* small letters, Spaces: change ASCII too */
};

/* `names` with a space between: NFC, NFD, NFKC, NFKD, Lowercase, and Spaces (last, whatever its place: one space
 * for several, none at the ends, as sentencepiece does it); "" for none. BN_ERR_UNSUPPORTED for another name or
 * too many. */
enum bn_status bn_normalizer_init(struct bn_normalizer *normalizer, const char *names, struct bn_error *err);

/* The text after all steps, in memory that the caller frees; *out stays NULL when nothing changes, as in ASCII text.
 * Bytes that are no UTF-8 stay as they are. Time and memory are linear in n. */
enum bn_status bn_normalize(const struct bn_normalizer *normalizer, const char *text, size_t n, char **out,
                            size_t *n_out, struct bn_error *err);
#endif
