/* safetensors.c - the weights of a folder whose config.json is sound. */
#include "ci/fuzz/fuzz.h"
#include "engine/tests/fuzz/try_model.h"

bool fuzz_path(const char *path, struct bn_error *err) { return try_model(path, NULL, err); }
FUZZ_FILE_IN("engine/tests/data/families/2b4t", "model.safetensors", "config.json")
