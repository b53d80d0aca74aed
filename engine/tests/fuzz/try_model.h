/* try_model.h - everything that the programs do with a model, briefly. */
#ifndef BN_TESTS_TRY_MODEL_H
#define BN_TESTS_TRY_MODEL_H
#include "engine/bitnet.h"

/* Opens, tokenizes, prefills, decodes; then converts to GGUF with other encodings. True when run and conversion both
 * take the model as it is. Aborts when one takes a model that the other finds incomplete. */
bool try_model(const char *path, const char *tokenizer, struct bn_error *err);
/* The vocabulary alone: tokenizes texts and takes the tokens apart again. */
bool try_vocabulary(const char *path, const char *tokenizer, struct bn_error *err);
#endif
