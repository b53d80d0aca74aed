/* resume.c - a run with --items that was killed goes on with the same command: what its scores depend on is the first
 * line of the journal. */
#include "suites/cmd/bitnet_eval/eval.h"
#include "suites/eval/journal.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_MOST = 1 << 30 };

/* Words that are files, of settings or scales, are told by what is in them. */
static void put_word(FILE *f, const char *word)
{
    const char *value = !strncmp(word, "--", 2) && strchr(word, '=') ? strchr(word, '=') + 1 : word;
    struct stat st;
    char *bytes;
    size_t n;
    fprintf(f, " %s", BN_PRINTABLE(word));
    if (stat(value, &st) || !S_ISREG(st.st_mode)) return;
    struct bn_error err;
    if (bn_input_read(&bytes, &n, value, FILE_MOST, &err) != BN_OK) bn_cmd_fail(&cmd, 1, "%s", err.text);
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++) hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    free(bytes);
    fprintf(f, "(%016" PRIx64 ")", hash);
}

char *engine_identity(void)
{
    char *text = NULL;
    size_t n_bytes;
    int n;
    const char *const *words = engine_words(&n);
    FILE *f = open_memstream(&text, &n_bytes);
    if (!f) return NULL;
    for (int i = 0; i < n; i++) put_word(f, words[i]);
    if (!fclose(f)) return text;
    free(text);
    return NULL;
}

/* Tasks, items and the number of examples are not in it: an item is known by its whole question. */
static char *identity(const struct bn_model *model)
{
    char *text = NULL, *words = engine_identity();
    size_t n_bytes;
    FILE *f = words ? open_memstream(&text, &n_bytes) : NULL;
    if (!f) {
        free(words);
        return NULL;
    }
    fprintf(f,
            "bitnet-eval %s, model %016" PRIx64
            ", n_ctx %d, rule %s, token_ids %d, chat %d, kernels %s, tokenizer %s %s, options%s",
            bn_commit(), bn_model_fingerprint(model), o.eval.n_ctx, o.eval.rule ? o.eval.rule : "-", o.eval.token_ids,
            o.eval.chat, o.model.kernel_backend ? o.model.kernel_backend : "-",
            o.model.tokenizer_path ? BN_PRINTABLE(o.model.tokenizer_path) : "-",
            o.model.pretokenizer ? BN_PRINTABLE(o.model.pretokenizer) : "-", words);
    free(words);
    if (!fclose(f)) return text;
    free(text);
    return NULL;
}

struct bn_journal *open_journal(const struct bn_model *model)
{
    struct bn_journal *journal;
    struct bn_error err;
    char *path, *run = identity(model);
    size_t n;
    if (!run || asprintf(&path, "%s.unfinished", o.items) < 0)
        bn_cmd_fail(&cmd, 1, "Could not allocate memory for the journal.");
    if (bn_journal_open(&journal, path, run, &n, &err) != BN_OK)
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    if (n) bn_cmd_note(cmd.name, "%zu items are taken from %s.", n, BN_PRINTABLE(path));
    free(path);
    free(run);
    return journal;
}
