/* engines.c - finds the measuring programs and fingerprints their builds. */
#include "harness/worker/engines.h"
#include "harness/worker/child.h"
#include "harness/worker/find.h"
#include "harness/machine/fields.h"
#include "harness/core/error.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void split_words(struct bn_engine *e, const char *text)
{
    size_t n = 0;
    while (*(text += strspn(text, " ")) && n < BN_ENGINE_WORDS) {
        size_t k = strcspn(text, " ");
        e->words[n++] = strndup(text, k);
        text += k;
    }
}

enum bn_status bn_engine_read(struct bn_engine *e, const char *option, const char *text, struct bn_error *err)
{
    const char *equals = strchr(text, '=');
    *e = (struct bn_engine){0};
    if (!equals || equals == text || !equals[1])
        return bn_harness_fail(err, BN_ERR_USAGE,
                               "--%s takes NAME=PATH, e.g. llama-bench=../llama.cpp/build/bin/llama-bench, not \"%s\".",
                               option, text);
    e->name = strndup(text, (size_t)(equals - text));
    split_words(e, equals + 1);
    if (!e->words[0] || access(e->words[0], X_OK))
        return bn_harness_fail(err, BN_ERR_USAGE, "The engine %s is not a program that can be run: %s.", e->name,
                               equals + 1);
    return BN_OK;
}

void bn_engine_release(struct bn_engine *e)
{
    free(e->name);
    for (char **w = e->words; *w; w++) free(*w);
    *e = (struct bn_engine){0};
}

static enum bn_status add_named(struct bn_engines *engines, const char *text, struct bn_error *err)
{
    if (engines->n == BN_ENGINES_MAX)
        return bn_harness_fail(err, BN_ERR_USAGE, "More than %d engines.", BN_ENGINES_MAX);
    return bn_engine_read(&engines->at[engines->n++], "engine", text, err);
}

enum bn_status bn_engines_init(struct bn_engines *engines, const char *worker, const char *const *named, size_t n_named,
                               struct bn_error *err)
{
    *engines = (struct bn_engines){.n = 1};
    engines->at[0].name = strdup("bitnet");
    char path[4096];
    enum bn_status status = bn_program_find("bitnet-worker", worker, path, sizeof path, err);
    if (!status) engines->at[0].words[0] = strdup(path);
    for (size_t i = 0; !status && i < n_named; i++) status = add_named(engines, named[i], err);
    return status;
}

void bn_engines_release(struct bn_engines *engines)
{
    for (size_t i = 0; i < engines->n; i++) bn_engine_release(&engines->at[i]);
    engines->n = 0;
}

struct bn_engine *bn_engines_find(struct bn_engines *engines, const char *name)
{
    for (size_t i = 0; i < engines->n; i++)
        if (!strcmp(engines->at[i].name, name)) return &engines->at[i];
    return NULL;
}

/* `worker --describe` prints one JSON object of texts. Without an answer the build would be misidentified, so
 * that is an error. */
static enum bn_status describe(struct bn_engine *e, json_t **texts, struct bn_error *err)
{
    char *argv[] = {e->words[0], "--describe", NULL};
    struct bn_child_spec spec = {.process = {.argv = argv, .watch = &e->watch}, .time_limit_s = 20};
    struct bn_child_result r;
    enum bn_status status = bn_child_run(&spec, &r, err);
    if (status) return status;
    *texts = json_loads(r.process.output ? r.process.output : "", 0, NULL);
    if (r.interrupted || !*texts)
        status = bn_harness_fail(err, BN_ERR_IO,
                                 r.interrupted ? "Interrupted before the run began." : "%s --describe gave no answer.",
                                 e->words[0]);
    bn_child_release(&r);
    return status;
}

enum bn_status bn_build_fingerprint(struct bn_store *store, const char *name, const struct bn_watch *program,
                                    char *const *arguments, const json_t *texts, int64_t *id, struct bn_error *err)
{
    char label[256];
    struct bn_fields fields = {.n = 0};
    const char *key;
    json_t *value;
    bn_fields_add(&fields, true, "engine", name, NULL);
    bn_fields_add(&fields, true, "binary_hash", program->hash, NULL);
    bn_fields_number(&fields, true, "binary_bytes", program->n_bytes);
    for (; *arguments; arguments++) bn_fields_add(&fields, true, "argument", *arguments, NULL);
    json_object_foreach((json_t *)texts, key, value)
    {
        if (json_is_string(value)) bn_fields_add(&fields, true, key, json_string_value(value), NULL);
    }
    const char *version = bn_fields_find(&fields, "version"), *commit = bn_fields_find(&fields, "commit");
    snprintf(label, sizeof label, "%s %s %s", name, version ? version : "", commit ? commit : program->hash);
    enum bn_status status = bn_store_fingerprint(store, "build", label, NULL, fields.at, fields.n, id, err);
    bn_fields_release(&fields);
    return status;
}

static enum bn_status fingerprint(struct bn_engine *e, bool ours, struct bn_store *store, struct bn_error *err)
{
    json_t *texts = NULL;
    enum bn_status status = bn_watch_begin(&e->watch, e->words[0], err);
    if (!status && ours) status = describe(e, &texts, err);
    if (!status) status = bn_build_fingerprint(store, e->name, &e->watch, e->words + 1, texts, &e->build_id, err);
    json_decref(texts);
    return status;
}

enum bn_status bn_engines_fingerprint(struct bn_engines *engines, struct bn_store *store, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < engines->n; i++) status = fingerprint(&engines->at[i], i == 0, store, err);
    return status;
}
