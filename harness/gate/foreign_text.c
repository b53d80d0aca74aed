/* foreign_text.c - greedy text of two builds, compared by the hash of its bytes. */
#include "harness/gate/foreign_text.h"
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

static enum bn_status hash_of(struct bn_foreign *f, int side, struct bn_foreign_texts *texts, struct bn_error *err)
{
    char path[4096];
    if (!find(&f->engine[side], path, sizeof path)) {
        snprintf(texts->reason, sizeof texts->reason, "There is no llama-completion or llama-cli beside %.400s.",
                 f->engine[side].words[0]);
        return BN_OK;
    }
    enum bn_status status = BN_OK;
    for (int plain = 0; !status && plain < 2 && !texts->hash[side][0]; plain++) {
        struct bn_child_result r;
        status = ask(f, path, plain, &r, err);
        if (status) return status;
        uint64_t hash = BN_FNV_BASIS;
        for (size_t i = 0; i < r.process.n_output; i++) hash = bn_fnv_add(hash, (unsigned char)r.process.output[i]);
        if (!r.exit_code && !r.signal && !r.timed_out && !r.interrupted && r.process.n_output)
            snprintf(texts->hash[side], sizeof texts->hash[side], "%016" PRIx64, hash);
        bn_child_release(&r);
    }
    if (!texts->hash[side][0]) snprintf(texts->reason, sizeof texts->reason, "%.400s wrote no text.", path);
    return status;
}

enum bn_status bn_foreign_texts(struct bn_foreign_texts *texts, struct bn_foreign *f, struct bn_error *err)
{
    *texts = (struct bn_foreign_texts){.compared = false};
    enum bn_status status = hash_of(f, 0, texts, err);
    if (!status && !texts->reason[0]) status = hash_of(f, 1, texts, err);
    texts->compared = !status && !texts->reason[0];
    texts->changed = texts->compared && strcmp(texts->hash[0], texts->hash[1]);
    return status;
}
