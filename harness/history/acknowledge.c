/* acknowledge.c - which changes a commit stands for, and that they are known. */
#include "harness/history/history.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "run:N" or the first characters of a commit. */
static bool names(const char *word, const struct bn_history_run *run)
{
    if (!strncmp(word, "run:", 4)) return strtoll(word + 4, NULL, 10) == run->run_id;
    return !strncmp(word, run->commit, strlen(word));
}

/* The last run of those at which the change may begin (a drift: that it goes through) that the word names. */
static const struct bn_history_run *named_run(const struct bn_history_track *track, const struct bn_history_change *c,
                                              const char *word)
{
    for (size_t i = c->high + 1; i-- > c->low;)
        if (names(word, &track->runs[i])) return &track->runs[i];
    return NULL;
}

static enum bn_status check(const char *word, struct bn_error *err)
{
    char *end;
    if (!strncmp(word, "run:", 4))
        return strtoll(word + 4, &end, 10) > 0 && !*end
                   ? BN_OK
                   : bn_harness_fail(err, BN_ERR_USAGE, "Name a run as run:12, not \"%s\".", word);
    return strlen(word) >= 4
               ? BN_OK
               : bn_harness_fail(err, BN_ERR_USAGE, "\"%s\" is too short for a commit; give at least four characters.",
                                 word);
}

/* Stores each change that the word names; *commit is that of the first one, and must be that of all. */
static enum bn_status store_track(const struct bn_history_track *track, struct bn_store *store, const char *word,
                                  const char *why, const char **commit, size_t *n, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (int i = 0; !status && i < track->n_changes; i++) {
        const struct bn_history_change *c = &track->changes[i];
        const struct bn_history_run *run = bn_history_counts(c) ? named_run(track, c, word) : NULL;
        if (!run) continue;
        if (*commit && strcmp(*commit, run->commit))
            return bn_harness_fail(err, BN_ERR_USAGE, "\"%s\" may be %.12s or %.12s; give more characters.", word,
                                   BN_PRINTABLE(*commit), BN_PRINTABLE(run->commit));
        *commit = run->commit;
        const struct bn_acknowledgement known = {run->run_id, track->config_id, track->phase, why, c->ratio};
        status = bn_store_acknowledge(store, &known, err);
        ++*n;
    }
    return status;
}

enum bn_status bn_history_acknowledge(const struct bn_history *history, struct bn_store *store, const char *word,
                                      const char *why, size_t *n, struct bn_error *err)
{
    const char *commit = NULL;
    *n = 0;
    enum bn_status status = check(word, err);
    if (!status) status = bn_store_begin(store, err);
    if (status) return status;
    for (size_t t = 0; !status && t < history->n_tracks; t++)
        status = store_track(&history->tracks[t], store, word, why, &commit, n, err);
    if (!status) status = bn_store_commit(store, err);
    if (status) bn_store_rollback(store), *n = 0;
    return status;
}
