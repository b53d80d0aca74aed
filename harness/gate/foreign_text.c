/* foreign_text.c - greedy text of two builds, compared by the hash of its bytes. */
#include "harness/gate/foreign_text.h"
#include "harness/core/error.h"
#include "harness/core/fnv.h"
#include "harness/gate/foreign.h"
#include "harness/worker/child.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_S = 600 };

/* The program that prints text beside llama-bench; false: there is none. */
static bool find(const struct bn_engine *engine, char *path, size_t cap)
{
    static const char *const names[] = {"llama-completion", "llama-cli"};
    const char *own = engine->words[0], *slash = strrchr(own, '/');
    for (size_t i = 0; slash && i < sizeof names / sizeof *names; i++)
        if (snprintf(path, cap, "%.*s/%s", (int)(slash - own), own, names[i]) < (int)cap && !access(path, X_OK))
            return true;
    return false;
}

/* Some versions know no -no-cnv, others wait for a conversation without it. */
static enum bn_status ask(struct bn_foreign *f, char *path, bool plain, struct bn_child_result *r, struct bn_error *err)
{
    char threads[16];
    snprintf(threads, sizeof threads, "%d", f->threads);
    char *argv[] = {path, "-m",    (char *)f->model,         "-p", "Once upon a time", "-n", "24", "--temp", "0",
                    "-t", threads, plain ? NULL : "-no-cnv", NULL};
    const struct bn_child_spec spec = {.process = {.argv = argv}, .time_limit_s = LIMIT_S, .input = ""};
    return bn_child_run(&spec, r, err);
}

/* The hash of what `path` prints; "": it fails, or prints nothing. */
static enum bn_status hash_of(struct bn_foreign *f, char *path, char hash[BN_FOREIGN_HASH], struct bn_error *err)
{
    hash[0] = 0;
    for (int plain = 0; plain < 2 && !hash[0]; plain++) {
        struct bn_child_result r;
        enum bn_status status = ask(f, path, plain, &r, err);
        if (status) return status;
        uint64_t sum = BN_FNV_BASIS;
        for (size_t i = 0; i < r.process.n_output; i++) sum = bn_fnv_add(sum, (unsigned char)r.process.output[i]);
        if (r.interrupted) status = bn_harness_fail(err, BN_ERR_IO, "Interrupted.");
        if (!r.exit_code && !r.signal && !r.timed_out && !r.interrupted && r.process.n_output)
            snprintf(hash, BN_FOREIGN_HASH, "%016" PRIx64, sum);
        bn_child_release(&r);
        if (status) return status;
    }
    return BN_OK;
}

/* A text that base does not write twice says nothing about head. */
static enum bn_status judge(struct bn_foreign_texts *texts, struct bn_foreign *f, char *base, struct bn_error *err)
{
    char again[BN_FOREIGN_HASH];
    texts->silent = !texts->hash[1][0];
    texts->changed = strcmp(texts->hash[0], texts->hash[1]) != 0;
    texts->compared = true;
    if (!texts->changed) return BN_OK;
    enum bn_status status = hash_of(f, base, again, err);
    if (status || !strcmp(again, texts->hash[0])) return status;
    texts->compared = texts->changed = texts->silent = false;
    snprintf(texts->reason, sizeof texts->reason, "%.400s does not write the same text twice.", base);
    return BN_OK;
}

enum bn_status bn_foreign_texts(struct bn_foreign_texts *texts, struct bn_foreign *f, struct bn_error *err)
{
    char path[2][4096];
    *texts = (struct bn_foreign_texts){.compared = false};
    for (int side = 0; side < 2; side++)
        if (!find(&f->engine[side], path[side], sizeof path[side])) {
            snprintf(texts->reason, sizeof texts->reason, "There is no llama-completion or llama-cli beside %.400s.",
                     f->engine[side].words[0]);
            return BN_OK;
        }
    enum bn_status status = hash_of(f, path[0], texts->hash[0], err);
    if (!status && !texts->hash[0][0]) snprintf(texts->reason, sizeof texts->reason, "%.400s wrote no text.", path[0]);
    if (status || texts->reason[0]) return status;
    status = hash_of(f, path[1], texts->hash[1], err);
    return status ? status : judge(texts, f, path[0], err);
}
