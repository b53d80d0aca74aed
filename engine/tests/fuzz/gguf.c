/* gguf.c - a model by its path: GGUF, a folder or a llama2.c checkpoint. */
#include "ci/fuzz/fuzz.h"
#include "engine/tests/fuzz/try_model.h"

bool fuzz_path(const char *path, struct bn_error *err) { return try_model(path, NULL, err); }
FUZZ_FILE
