/* bench_history.c - the command `bitnet-bench history`: when did which series change, and since which commit?
 */
#include "engine/cmdline.h"
#include "harness/history/history.h"
#include "harness/store/instant.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

int bn_bench_history(int argc, char **argv);

static struct request {
    const char *db, *since, *reference, *engine;
    float least_percent;
    bool json, check;
} request;

static const struct bn_cmd_option options[] = {
    {"since", "DATE", BN_CMD_STRING, &request.since, "runs from this day on, e.g. 2026-11-01 (all)", 0, 0},
    {"db", "FILE", BN_CMD_STRING, &request.db, "results database (out/bench.db)", 0, 0},
    {"engine", "NAME", BN_CMD_STRING, &request.engine, "whose history (bitnet)", 0, 0},
    {"reference", "NAME", BN_CMD_STRING, &request.reference,
     "an engine of the plan that never changes: separates machine effects from code changes", 0, 0},
    {"least", "PERCENT", BN_CMD_FLOAT, &request.least_percent, "smallest change worth reporting (1)", 0, 100},
    {"check", NULL, BN_CMD_FLAG, &request.check,
     "exit 3 when the newest level of a series is slower than the one before", 0, 0},
    {"json", NULL, BN_CMD_FLAG, &request.json, "print one JSON object", 0, 0},
    {0}};
static const struct bn_cmd cmd = {
    "bitnet-bench history", "change points and drift of every series in the database", "[--since DATE] [options]",
    options,
    "A series is (machine, model, workload, options, phase); a run is one value of it. At least 8 runs are "
    "needed to see a change.\nExit codes: 0 ok, 1 failed, 2 usage, 3 slower (--check), 5 nothing in the "
    "database."};

/* Commit range of a change: the last of the old level and the first of the new one. */
static void print_change(const struct bn_history_track *track, const struct bn_history_change *change)
{
    const struct bn_history_run *before = &track->runs[change->index - 1], *after = &track->runs[change->index];
    printf("    %.10s  %+.1f %%  %.12s..%.12s  p %.3f%s\n", BN_PRINTABLE(after->when), 100 * (change->ratio - 1),
           BN_PRINTABLE(before->commit), BN_PRINTABLE(after->commit), change->p,
           change->machine ? "  (the reference moved too: the machine)" : "");
}

static void print_track(const struct bn_history_track *track)
{
    const struct bn_history_run *last = &track->runs[track->n_runs - 1];
    printf("%s, %s, %s, %s, %s\n    %zu run%s, last %.10s: %.1f us a token\n", BN_PRINTABLE(track->machine),
           BN_PRINTABLE(track->model), BN_PRINTABLE(track->workload), BN_PRINTABLE(track->series),
           BN_PRINTABLE(track->phase), track->n_runs, track->n_runs == 1 ? "" : "s", BN_PRINTABLE(last->when),
           last->ns / 1000);
    if (track->joined[0])
        printf("    matched by the fields that all runs have; some lack %s\n", BN_PRINTABLE(track->joined));
    for (int i = 0; i < track->n_changes; i++) print_change(track, &track->changes[i]);
    if (track->drifts)
        printf("    slow drift: %+.1f %% against the reference since the first runs, p %.2g\n",
               100 * (track->drift - 1), track->drift_p);
}

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *track_json(const struct bn_history_track *track)
{
    json_t *runs = json_array(), *changes = json_array();
    for (size_t i = 0; i < track->n_runs; i++)
        json_array_append_new(runs, json_pack("{s:I, s:s, s:s, s:f, s:o}", "run", (json_int_t)track->runs[i].run_id,
                                              "when", track->runs[i].when, "commit", track->runs[i].commit,
                                              "ns_per_token", track->runs[i].ns, "reference_ns_per_token",
                                              number(track->runs[i].reference_ns)));
    for (int i = 0; i < track->n_changes; i++) {
        const struct bn_history_change *c = &track->changes[i];
        json_array_append_new(
            changes, json_pack("{s:I, s:s, s:s, s:s, s:f, s:f, s:b}", "index", (json_int_t)c->index, "when",
                               track->runs[c->index].when, "from_commit", track->runs[c->index - 1].commit, "to_commit",
                               track->runs[c->index].commit, "ratio", c->ratio, "p", c->p, "machine", c->machine));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b}", "machine", track->machine, "model",
                     track->model, "workload", track->workload, "series", track->series, "phase", track->phase,
                     "joined", track->joined, "runs", runs, "changes", changes, "drift_ratio", number(track->drift),
                     "drift_p", number(track->drift_p), "drifts", track->drifts);
}

static void print_json(const struct bn_history *history)
{
    json_t *tracks = json_array();
    for (size_t i = 0; i < history->n_tracks; i++) json_array_append_new(tracks, track_json(&history->tracks[i]));
    json_t *root = json_pack("{s:i, s:o}", "schema", 1, "tracks", tracks);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
    fputc('\n', stdout);
    json_decref(root);
}

static bool is_slower(const struct bn_history_track *track) /* the newest level, by the code and not by the machine */
{
    const struct bn_history_change *last = track->n_changes ? &track->changes[track->n_changes - 1] : NULL;
    return (last && last->ratio > 1 && !last->machine) || (track->drifts && track->drift > 1);
}

int bn_bench_history(int argc, char **argv)
{
    request = (struct request){.db = "out/bench.db", .since = "", .engine = "bitnet", .least_percent = 1};
    if (bn_cmd_parse(&cmd, argc, argv) > 0)
        bn_cmd_fail(&cmd, 2, "\"%s\" is not an option; bitnet-bench history --help lists them.", argv[1]);
    struct bn_store *store;
    struct bn_history history;
    struct bn_error err;
    char since[BN_INSTANT_CHARS] = "";
    if (request.since[0] && bn_instant_read(request.since, "--since", since, &err))
        bn_cmd_fail(&cmd, 2, "%s", err.text);
    struct bn_history_query query = {since, request.reference, request.engine, (double)request.least_percent / 100};
    if (bn_store_open(&store, request.db, BN_STORE_READ, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    if (bn_store_note(store)[0]) fprintf(stderr, "bitnet-bench history: warning: %s\n", bn_store_note(store));
    if (bn_history_read(&history, store, &query, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    bn_store_close(store);
    bool slower = false;
    if (request.json) print_json(&history);
    for (size_t i = 0; i < history.n_tracks; i++) {
        if (!request.json) print_track(&history.tracks[i]);
        slower |= is_slower(&history.tracks[i]);
    }
    bool empty = history.n_tracks == 0;
    bn_history_release(&history);
    if (empty)
        bn_cmd_fail(&cmd, 5, "%s has no samples of engine \"%s\"%s%s.", request.db, request.engine,
                    request.since[0] ? " since " : "", request.since);
    return request.check && slower ? 3 : 0;
}
