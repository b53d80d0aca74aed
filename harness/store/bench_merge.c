/* bench_merge.c - bitnet-bench merge: copies the runs of other databases into this one. */
#include "engine/cmdline.h"
#include "harness/store/store.h"
#include <jansson.h>
#include <stdio.h>

int bn_bench_merge(int argc, char **argv);

static const char *db_path = "out/bench.db";
static bool json;
static const struct bn_cmd_option options[] = {
    {"db", "FILE", BN_CMD_STRING, &db_path, "the database to add to (default out/bench.db)"},
    {"json", NULL, BN_CMD_FLAG, &json, "print a JSON array, one object a file"},
    {0}};
static const struct bn_cmd cmd = {"bitnet-bench merge", "copy the runs of other databases", "OTHER.db... [--db FILE]",
                                  options,
                                  "A run that already exists is updated to its state in the other file; merging again "
                                  "changes nothing. The other file is not modified."};

int bn_bench_merge(int argc, char **argv)
{
    int n = bn_cmd_parse(&cmd, argc, argv);
    struct bn_store *store;
    struct bn_error err = {0};
    if (!n) bn_cmd_fail(&cmd, 2, "Name the databases to merge.");
    json_t *files = json_array();
    if (bn_store_open(&store, db_path, BN_STORE_WRITE, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    for (int i = 1; i <= n; i++) {
        int64_t runs, points;
        if (bn_store_merge(store, argv[i], &runs, &points, &err)) {
            bn_store_close(store); /* ends its log */
            bn_cmd_fail(&cmd, 1, "%s", err.text);
        }
        json_array_append_new(
            files, json_pack("{ss sI sI}", "file", argv[i], "runs", (json_int_t)runs, "points", (json_int_t)points));
        if (!json)
            printf("%s: %lld runs and %lld measured points added to %s\n", BN_PRINTABLE(argv[i]), (long long)runs,
                   (long long)points, BN_PRINTABLE(db_path));
    }
    bn_store_close(store);
    if (json) json_dumpf(files, stdout, JSON_INDENT(2)), putchar('\n');
    json_decref(files);
    return 0;
}
