/* special.c - a sorted list of the special tokens, narrowed byte by byte at every place where one may begin.
 */
#include "engine/model/special.h"
#include "engine/core/status.h"
#include <stdlib.h>
#include <string.h>

static bool is_special(uint8_t type)
{
    return type == BN_TOKEN_CONTROL || type == BN_TOKEN_USER || type == BN_TOKEN_UNKNOWN;
}

static int by_bytes(const void *a, const void *b, void *index)
{
    size_t na, nb;
    const char *pa = bn_vocab_bytes(index, *(const int32_t *)a, &na);
    const char *pb = bn_vocab_bytes(index, *(const int32_t *)b, &nb);
    int order = memcmp(pa, pb, na < nb ? na : nb);
    return order ? order : (na > nb) - (na < nb);
}

static void collect(struct bn_special *special)
{
    const struct bn_vocab_index *index = special->index;
    for (int32_t id = 0; id < index->n_tokens; id++)
        if (is_special(index->types[id]) && index->start[id + 1] > index->start[id])
            special->ids[special->n_ids++] = id;
    qsort_r(special->ids, (size_t)special->n_ids, sizeof *special->ids, by_bytes, (void *)index);
    for (int i = 0; i < special->n_ids; i++) {
        uint8_t byte = (uint8_t)index->bytes[index->start[special->ids[i]]];
        special->first[byte + 1]++;
        if (index->types[special->ids[i]] == BN_TOKEN_USER) special->user[byte] = special->any_user = true;
    }
    for (int byte = 0; byte < 256; byte++) special->first[byte + 1] += special->first[byte];
}

enum bn_status bn_special_init(struct bn_special *special, const struct bn_vocab_index *index, struct bn_error *err)
{
    size_t n = 0;
    *special = (struct bn_special){.index = index};
    for (int32_t id = 0; id < index->n_tokens; id++) n += is_special(index->types[id]);
    special->ids = malloc((n + 1) * sizeof *special->ids);
    if (!special->ids) return bn_fail_memory(err, "the special tokens", n * sizeof *special->ids);
    collect(special);
    return BN_OK;
}

void bn_special_release(struct bn_special *special)
{
    free(special->ids);
    *special = (struct bn_special){0};
}

/* The longest token at text[at]: ids[low .. high) are those that agree with the first k bytes, in sorted
 * order. */
static struct bn_special_match match_at(const struct bn_special *special, const char *text, size_t n, size_t at,
                                        bool control)
{
    const struct bn_vocab_index *index = special->index;
    struct bn_special_match best = {at, 0, -1};
    uint8_t lead = (uint8_t)text[at];
    int low = special->first[lead], high = special->first[lead + 1];
    for (size_t k = 1; low < high; k++) {
        size_t length;
        bn_vocab_bytes(index, special->ids[low], &length);
        if (length == k) { /* the shortest of those left comes first */
            int32_t id = special->ids[low++];
            if (control || index->types[id] == BN_TOKEN_USER) best = (struct bn_special_match){at, k, id};
            while (low < high && (bn_vocab_bytes(index, special->ids[low], &length), length == k)) low++;
        }
        if (at + k == n) break;
        uint8_t next = (uint8_t)text[at + k];
        while (low < high && (uint8_t)bn_vocab_bytes(index, special->ids[low], &length)[k] < next) low++;
        while (low < high && (uint8_t)bn_vocab_bytes(index, special->ids[high - 1], &length)[k] > next) high--;
    }
    return best;
}

struct bn_special_match bn_special_find(const struct bn_special *special, const char *text, size_t n, size_t from,
                                        bool control)
{
    if (control ? special->n_ids : special->any_user)
        for (size_t at = from; at < n; at++) {
            uint8_t lead = (uint8_t)text[at];
            if (!(control ? special->first[lead + 1] > special->first[lead] : special->user[lead])) continue;
            struct bn_special_match match = match_at(special, text, n, at, control);
            if (match.id >= 0) return match;
        }
    return (struct bn_special_match){n, 0, -1};
}
