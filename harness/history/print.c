/* print.c - a history as text and as JSON. */
#include "harness/history/print.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *bn_history_commit(const struct bn_history_run *run, char text[32])
{
    if (run->commit[0])
        snprintf(text, 32, "%.12s", run->commit);
    else
        snprintf(text, 32, "run:%lld", (long long)run->run_id);
    return text;
}

static double percent(const struct bn_history_change *c) { return 100 * (c->ratio - 1); }

/* Whether a later step or drift of the code undoes at least half of it. */
static bool gone(const struct bn_history_track *track, const struct bn_history_change *c)
{
    double left = log(c->ratio);
    for (const struct bn_history_change *l = c + 1; l < track->changes + track->n_changes; l++)
        if (!l->machine) left += log(l->ratio);
    return left < 0.5 * log(c->ratio);
}

static void print_place(const struct bn_history_track *track, const struct bn_history_change *c)
{
    const struct bn_history_run *runs = track->runs;
    char a[32], b[32];
    if (c->drifts)
        printf("    %.10s..%.10s  %+.1f %%  drift of %+.2f %% a run, %s..%s", BN_PRINTABLE(runs[c->from].when),
               BN_PRINTABLE(runs[c->to].when), percent(c), 100 * expm1(log(c->ratio) / (double)(c->to - c->from)),
               BN_PRINTABLE(bn_history_commit(&runs[c->from], a)), BN_PRINTABLE(bn_history_commit(&runs[c->to], b)));
    else
        printf("    %.10s  %+.1f %%  step at %s, after %s", BN_PRINTABLE(runs[c->from].when), percent(c),
               BN_PRINTABLE(bn_history_commit(&runs[c->from], a)),
               BN_PRINTABLE(bn_history_commit(&runs[c->before], b)));
    if (!c->drifts && c->low != c->high)
        printf(" (95 %%: %s..%s)", BN_PRINTABLE(bn_history_commit(&runs[c->low], a)),
               BN_PRINTABLE(bn_history_commit(&runs[c->high], b)));
}

static void print_change(const struct bn_history_track *track, const struct bn_history_change *c)
{
    print_place(track, c);
    if (c->machine)
        printf(": of the reference, so the machine's\n");
    else if (c->acknowledged)
        printf(": acknowledged: %s\n", BN_PRINTABLE(c->acknowledged->why));
    else if (c->ratio < 1)
        printf(": faster\n");
    else
        printf(": SLOWER%s\n", gone(track, c) ? ", gone since" : "");
}

static void print_track(const struct bn_history_track *track, bool reference)
{
    const struct bn_history_run *last = &track->runs[track->n_runs - 1];
    printf("%s, %s, %s, %s, %s\n    %zu run%s, last %.10s: %.1f us a %s\n", BN_PRINTABLE(track->machine),
           BN_PRINTABLE(track->model), BN_PRINTABLE(track->workload), BN_PRINTABLE(track->series),
           BN_PRINTABLE(track->phase), track->n_runs, track->n_runs == 1 ? "" : "s", BN_PRINTABLE(last->when),
           last->ns / 1000, strcmp(track->phase, "ttft") ? "token" : "request");
    if (track->joined[0])
        printf("    matched by the fields that all runs have; some lack %s\n", BN_PRINTABLE(track->joined));
    if (reference && !track->against_reference) printf("    fewer than 8 runs have the reference: tested without it\n");
    if (track->n_left_out)
        printf("    %zu run%s left out of the test: %s\n", track->n_left_out, track->n_left_out == 1 ? "" : "s",
               track->against_reference ? "without the reference, or more than 1,000 runs ago"
                                        : "more than 1,000 runs ago");
    for (int i = 0; i < track->n_changes; i++) print_change(track, &track->changes[i]);
}

void bn_history_print(const struct bn_history *history, bool reference)
{
    bool alone = false;
    for (size_t i = 0; i < history->n_tracks; i++) {
        const struct bn_history_track *track = &history->tracks[i];
        print_track(track, reference);
        alone |= track->n_changes && !track->against_reference;
    }
    if (alone) puts("Without a reference build a change of the machine looks like one of the code: see --reference.");
}

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *change_json(const struct bn_history_track *track, const struct bn_history_change *c)
{
    const struct bn_history_run *runs = track->runs;
    return json_pack("{ss sI sI ss ss ss sI sI sf sf sb sb so}", "kind", c->drifts ? "drift" : "step", "index",
                     (json_int_t)c->from, "last_index", (json_int_t)c->to, "when", runs[c->from].when, "from_commit",
                     runs[c->drifts ? c->from : c->before].commit, "to_commit", runs[c->to].commit, "low",
                     (json_int_t)c->low, "high", (json_int_t)c->high, "ratio", c->ratio, "p", c->p, "machine",
                     (int)c->machine, "counts", (int)bn_history_counts(c), "acknowledged",
                     c->acknowledged ? json_string(c->acknowledged->why) : json_null());
}

static json_t *track_json(const struct bn_history_track *track)
{
    json_t *runs = json_array(), *changes = json_array();
    for (size_t i = 0; i < track->n_runs; i++)
        json_array_append_new(runs, json_pack("{s:I, s:s, s:s, s:f, s:o}", "run", (json_int_t)track->runs[i].run_id,
                                              "when", track->runs[i].when, "commit", track->runs[i].commit,
                                              "ns_per_token", track->runs[i].ns, "reference_ns_per_token",
                                              number(track->runs[i].reference_ns)));
    for (int i = 0; i < track->n_changes; i++) json_array_append_new(changes, change_json(track, &track->changes[i]));
    return json_pack("{ss ss ss ss ss ss so so sb sI}", "machine", track->machine, "model", track->model, "workload",
                     track->workload, "series", track->series, "phase", track->phase, "joined", track->joined, "runs",
                     runs, "changes", changes, "against_reference", (int)track->against_reference, "left_out",
                     (json_int_t)track->n_left_out);
}

void bn_history_print_json(const struct bn_history *history)
{
    json_t *tracks = json_array();
    for (size_t i = 0; i < history->n_tracks; i++) json_array_append_new(tracks, track_json(&history->tracks[i]));
    json_t *root = json_pack("{s:i, s:o}", "schema", 2, "tracks", tracks);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
    fputc('\n', stdout);
    json_decref(root);
}
