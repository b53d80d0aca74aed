/* built_in.c - the claims of claims.list, whose files are built into the program, and choosing among them. */
#include "engine/files.h"
#include "harness/claims/claims.h"
#include "harness/core/error.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 20 };
#define CLAIM(id) BN_EMBED(bn_claim_text_##id, "harness/claims/" #id ".yaml");
#include "harness/claims/claims.list"
#undef CLAIM
static const struct {
    const char *id, *path, *text;
} texts[] = {
#define CLAIM(id) {#id, "harness/claims/" #id ".yaml", bn_claim_text_##id},
#include "harness/claims/claims.list"
#undef CLAIM
};
enum { CLAIMS = sizeof texts / sizeof *texts };

/* A claim of the list has the id that names its file. */
static enum bn_status open_built_in(struct bn_claim_list *list, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < CLAIMS; i++) {
        status = bn_claim_parse(&list->at[i], texts[i].text, strlen(texts[i].text), texts[i].path, err);
        if (status) break;
        list->n = i + 1;
        if (strcmp(list->at[i]->id, texts[i].id))
            status = bn_harness_fail(err, BN_ERR_FORMAT, "%s: Its id is \"%s\"; it must be the name of the file.",
                                     texts[i].path, list->at[i]->id);
    }
    return status;
}

static enum bn_status open_file(struct bn_claim_list *list, const char *file, struct bn_error *err)
{
    char *text;
    size_t n;
    enum bn_status status = bn_input_read(&text, &n, file, MOST_BYTES, err);
    if (status) return status;
    status = bn_claim_parse(&list->at[0], text, n, file, err);
    free(text);
    if (!status) list->n = 1;
    return status;
}

bool bn_claims_built_in(const char *id)
{
    bool found = false;
    for (size_t i = 0; i < CLAIMS; i++) found |= !strcmp(texts[i].id, id);
    return found;
}

/* Siblings are claims of the list. */
static enum bn_status check_siblings(const struct bn_claim_list *list, struct bn_error *err)
{
    for (size_t i = 0; i < list->n; i++)
        for (uint32_t k = 0; k < list->at[i]->n_siblings; k++) {
            if (!bn_claims_built_in(list->at[i]->siblings[k]))
                return bn_harness_fail(err, BN_ERR_FORMAT,
                                       "The claim %s names a sibling \"%s\" that is not in claims.list.",
                                       list->at[i]->id, list->at[i]->siblings[k]);
        }
    return BN_OK;
}

enum bn_status bn_claims_open(struct bn_claim_list *list, const char *file, struct bn_error *err)
{
    *list = (struct bn_claim_list){calloc(CLAIMS, sizeof *list->at), 0};
    enum bn_status status = list->at ? BN_OK : bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate the claims.");
    if (!status) status = file ? open_file(list, file, err) : open_built_in(list, err);
    if (!status) status = check_siblings(list, err);
    if (status) bn_claims_close(list);
    return status;
}

void bn_claims_close(struct bn_claim_list *list)
{
    for (size_t i = 0; i < list->n; i++) bn_claim_close(list->at[i]);
    free(list->at);
    *list = (struct bn_claim_list){0};
}

/* ---- choosing ---- */
static bool is_word(const char *word, size_t n, const char *text)
{
    return strlen(text) == n && !strncmp(word, text, n);
}

/* Marks those named; "X07" or "X" (all whose ids begin with it, followed by a digit). */
static bool mark(const struct bn_claim_list *list, bool *keep, const char *word, size_t n, bool table)
{
    bool found = false;
    for (size_t i = 0; i < list->n; i++) {
        const char *id = list->at[i]->id, *own = list->at[i]->table;
        bool is = table ? own && is_word(word, n, own)
                        : is_word(word, n, id) || (n == 1 && *word == *id && id[1] >= '0' && id[1] <= '9');
        found |= is, keep[i] |= is;
    }
    return found;
}

static enum bn_status mark_all(const struct bn_claim_list *list, bool *keep, const char *ids, struct bn_error *err)
{
    for (const char *word = ids; *word;) {
        size_t n = strcspn(word, ",");
        if (!mark(list, keep, word, n, false))
            return bn_harness_fail(err, BN_ERR_USAGE, "There is no claim \"%.*s\"; bitnet-bench claims lists all.",
                                   (int)n, word);
        word += n + (word[n] == ',');
    }
    return BN_OK;
}

static void drop_others(struct bn_claim_list *list, const bool *keep)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        if (keep[i])
            list->at[n++] = list->at[i];
        else
            bn_claim_close(list->at[i]);
    list->n = n;
}

enum bn_status bn_claims_keep(struct bn_claim_list *list, const char *ids, const char *table, struct bn_error *err)
{
    bool keep[CLAIMS] = {false};
    if (ids && !*ids) return bn_harness_fail(err, BN_ERR_USAGE, "--only needs ids, such as I07,S41.");
    if (ids) {
        enum bn_status status = mark_all(list, keep, ids, err);
        if (status) return status;
    }
    if (table && !mark(list, keep, table, strlen(table), true))
        return bn_harness_fail(err, BN_ERR_USAGE, "There is no table \"%s\"; bitnet-bench claims --tables lists them.",
                               table);
    if (ids || table) drop_others(list, keep);
    return BN_OK;
}
