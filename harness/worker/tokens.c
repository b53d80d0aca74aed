/* tokens.c - fixed pseudo-random token ids, or those of a text. */
#include "harness/worker/tokens.h"
#include "engine/files.h"
#include "harness/core/error.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 64 << 20 };

void bn_tokens_fill(const struct bn_model *model, int32_t *ids, size_t n)
{
    uint32_t vocab = (uint32_t)bn_model_info(model)->n_vocab;
    for (size_t i = 0; i < n; i++) ids[i] = (int32_t)((uint32_t)i * 2654435761u % vocab);
}

/* All tokens of the text, without BOS. */
static enum bn_status tokenize(const struct bn_model *model, const char *path, int32_t **all, size_t *n,
                               struct bn_error *err)
{
    char *text;
    size_t bytes;
    enum bn_status status = bn_input_read(&text, &bytes, path, MOST_BYTES, err);
    if (status) return status;
    status = bn_tokenize(model, text, bytes, 0, NULL, 0, n, err);
    *all = status ? NULL : malloc((*n + 1) * sizeof **all);
    if (!status && !*all) status = bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for %zu token ids.", *n);
    if (!status) status = bn_tokenize(model, text, bytes, 0, *all, *n, n, err);
    free(text);
    return status;
}

enum bn_status bn_tokens_read(const struct bn_model *model, const char *path, size_t skip, int32_t *ids, size_t n,
                              struct bn_error *err)
{
    int32_t *all = NULL;
    size_t n_all = 0, bos = bn_token_bos(model) >= 0 && n;
    enum bn_status status = tokenize(model, path, &all, &n_all, err);
    if (!status && n_all < skip + n - bos)
        status = bn_harness_fail(err, BN_ERR_USAGE, "%s has %zu tokens; %zu are to be computed from number %zu on.",
                                 BN_PRINTABLE(path), n_all, n - bos, skip);
    if (!status && bos) ids[0] = bn_token_bos(model);
    if (!status) memcpy(ids + bos, all + skip, (n - bos) * sizeof *ids);
    free(all);
    return status;
}
