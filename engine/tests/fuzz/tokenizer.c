/* tokenizer.c - the tokenizer.json of a folder that is sound otherwise. */
#include "ci/fuzz/fuzz.h"
#include "engine/tests/fuzz/try_model.h"

bool fuzz_path(const char *path, struct bn_error *err) { return try_vocabulary(path, NULL, err); }
FUZZ_FILE_IN("engine/tests/data/families/2b4t", "tokenizer.json", "config.json", "model.safetensors")
