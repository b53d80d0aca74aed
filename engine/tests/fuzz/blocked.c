/* blocked.c - NAME.blocked of a small ternary model: what is taken can be read to the end. */
#include "ci/fuzz/fuzz.h"
#include "engine/format/blocked.h"
#include "engine/format/ternary.h"
#include <stdlib.h>
#include <string.h>

static const char model[] = "engine/tests/data/families/2b4t";
static volatile uint64_t sum;

static bool read_tensors(const struct bn_blocked *b, const struct bn_source *source, struct bn_error *err)
{
    for (size_t i = 0; i < source->n_tensors; i++) {
        const struct bn_tensor *t = &source->tensors[i];
        if (!bn_encoding_traits(t->encoding)->ternary) continue;
        size_t bytes = (size_t)t->rows * bn_ternary_row_bytes(t->cols);
        const uint8_t *data;
        if (bn_blocked_find(&data, b, t, bytes, err)) return false;
        for (size_t k = 0; data && k < bytes + 64; k++) sum += data[k];
    }
    return true;
}

bool fuzz_path(const char *path, struct bn_error *err)
{
    struct bn_source source;
    struct bn_blocked b;
    if (bn_source_open(&source, model, NULL, err)) {
        if (err->status != BN_ERR_MEMORY) abort();
        return false;
    }
    bool taken = !bn_blocked_read(&b, &source, path, model, err) && read_tensors(&b, &source, err) &&
                 !bn_blocked_verify(&b, err);
    bn_source_close(&source);
    return taken;
}
FUZZ_FILE
