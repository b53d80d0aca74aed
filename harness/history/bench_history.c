/* bench_history.c - the command `bitnet-bench history`: when did which series change, and since which commit?
 */
#include "engine/cmdline.h"
#include "harness/history/history.h"
#include "harness/history/print.h"
#include "harness/stats/change_point.h"
#include "harness/store/instant.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int bn_bench_history(int argc, char **argv);

static struct request {
    const char *db, *since, *reference, *engine, *ack, *why;
    float least_percent;
    bool json, check;
} request;

static const struct bn_cmd_option options[] = {
    {"db", "FILE", BN_CMD_STRING, &request.db, "results database (default out/bench.db)"},
    {"engine", "NAME", BN_CMD_STRING, &request.engine, "whose history (default bitnet)"},
    {"reference", "NAME", BN_CMD_STRING, &request.reference,
     "engine of the plan that never changes, e.g. an old build: test the ratio to it, so that the machine cancels"},
    {"since", "DATE", BN_CMD_STRING, &request.since, "leave out runs before this day, e.g. 2026-11-01"},
    {"least", "PERCENT", BN_CMD_FLOAT, &request.least_percent, "smallest change to report (default 1)", 0, 100},
    {"check", NULL, BN_CMD_FLAG, &request.check, "exit 3 if a series became slower and nobody has acknowledged it"},
    {"ack", "COMMIT", BN_CMD_STRING, &request.ack,
     "acknowledge every slow-down that may begin at COMMIT (or run:N): --check accepts it from now on"},
    {"why", "TEXT", BN_CMD_STRING, &request.why, "the reason, stored with --ack"},
    {"json", NULL, BN_CMD_FLAG, &request.json, "print one JSON object"},
    {0}};
static const struct bn_cmd cmd = {
    "bitnet-bench history",
    "steps and drift in every series of the database",
    "[--check] [--reference NAME] [options]",
    options,
    "A series is one configuration and phase on one machine; each run adds a value. A change shows once a series has 8 "
    "runs, 4 of\n"
    "them at the new level. A step names the commit that it begins at; a drift (10 runs or more) has no single "
    "commit.\n"
    "--check counts every slow-down, old ones and those that have gone since, until you acknowledge it:\n"
    "    bitnet-bench history --ack 3f2a91c --why \"bounds checks, accepted in review\"\n"
    "An acknowledgement covers the size known at the time; if the change grows by more than --least, it counts "
    "again.\n",
    "0 ok, 1 failed, 2 usage, 3 slower (with --check), 5 nothing in the database, or nothing to acknowledge"};

static void read_history(struct bn_history *history, struct bn_store *store)
{
    struct bn_error err;
    char since[BN_INSTANT_CHARS] = "";
    if (request.since[0] && bn_instant_read(request.since, "--since", since, &err))
        bn_cmd_fail(&cmd, 2, "%s", err.text);
    struct bn_history_query query = {since, request.reference, request.engine, (double)request.least_percent / 100};
    if (bn_history_read(history, store, &query, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
}

/* The slow-downs that count, for whoever named a commit that begins none. */
static void __attribute__((noreturn)) nothing_to_acknowledge(const struct bn_history *history)
{
    char list[512] = "", commit[32];
    size_t n = 0;
    for (size_t t = 0; t < history->n_tracks; t++)
        for (int i = 0; i < history->tracks[t].n_changes; i++) {
            const struct bn_history_change *c = &history->tracks[t].changes[i];
            bn_history_commit(&history->tracks[t].runs[c->to], commit);
            if (!bn_history_counts(c) || strstr(list, commit) || n + 64 > sizeof list) continue;
            n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", n ? ", " : "", BN_PRINTABLE(commit));
        }
    bn_cmd_fail(&cmd, 5, "No unacknowledged slow-down begins at \"%s\". %s%s.", request.ack,
                n ? "Unacknowledged: " : "There is none at all", list);
}

static void acknowledge(const struct bn_history *history, struct bn_store *store)
{
    struct bn_error err;
    size_t n;
    if (bn_history_acknowledge(history, store, request.ack, request.why, &n, &err))
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    if (!n) nothing_to_acknowledge(history);
    fprintf(stderr, "bitnet-bench history: %zu slow-down%s acknowledged in %s\n", n, n == 1 ? "" : "s", request.db);
}

static void parse(int argc, char **argv)
{
    request = (struct request){
        .db = "out/bench.db", .since = "", .engine = "bitnet", .least_percent = (float)(100 * BN_CHANGE_LEAST)};
    if (bn_cmd_parse(&cmd, argc, argv) > 0)
        bn_cmd_fail(&cmd, 2, "\"%s\" is not an option; bitnet-bench history --help lists them.", argv[1]);
    if (request.ack && (!request.why || !request.why[0])) bn_cmd_fail(&cmd, 2, "--ack needs a reason: --why \"TEXT\".");
    bn_cmd_needs(&cmd, "why", request.ack != NULL, "--ack");
}

int bn_bench_history(int argc, char **argv)
{
    struct bn_store *store;
    struct bn_history history;
    struct bn_error err;
    parse(argc, argv);
    bool write = request.ack && !access(request.db, F_OK); /* a new database has nothing to acknowledge */
    if (bn_store_open(&store, request.db, write ? BN_STORE_WRITE : BN_STORE_READ, &err))
        bn_cmd_fail(&cmd, 1, "%s", err.text);
    if (bn_store_note(store)[0]) fprintf(stderr, "bitnet-bench history: warning: %s\n", bn_store_note(store));
    read_history(&history, store);
    if (request.ack && history.n_tracks) {
        acknowledge(&history, store);
        bn_history_release(&history);
        read_history(&history, store);
    }
    bn_store_close(store);
    if (request.json)
        bn_history_print_json(&history);
    else
        bn_history_print(&history, request.reference != NULL);
    bool slower = false;
    for (size_t i = 0; i < history.n_tracks; i++)
        for (int c = 0; c < history.tracks[i].n_changes; c++)
            slower |= bn_history_counts(&history.tracks[i].changes[c]);
    bool empty = history.n_tracks == 0;
    bn_history_release(&history);
    if (empty)
        bn_cmd_fail(&cmd, 5, "%s has no samples of engine \"%s\"%s%s.", request.db, request.engine,
                    request.since[0] ? " since " : "", request.since);
    return request.check && slower ? 3 : 0;
}
