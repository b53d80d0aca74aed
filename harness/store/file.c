/* file.c - opens and closes the file of a database. */
#include "harness/store/file.h"
#include "harness/core/error.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

static void make_folders(const char *path)
{
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", path);
    for (char *p = folder + 1; (p = strchr(p, '/')); p++) {
        *p = 0;
        mkdir(folder, 0777);
        *p = '/';
    }
}

/* Bytes of FILE-wal; 0: none. */
static int64_t log_bytes(const char *path)
{
    struct stat s;
    char log[4096];
    snprintf(log, sizeof log, "%s-wal", path);
    return stat(log, &s) ? 0 : (int64_t)s.st_size;
}

static enum bn_status look(const char *path, enum bn_store_mode mode, struct bn_error *err)
{
    struct stat s;
    bool reads = mode == BN_STORE_READ, there = path[0] && !stat(path, &s);
    if (!path[0]) return bn_harness_fail(err, BN_ERR_USAGE, "Name a database file; \"\" is no file name.");
    if (!strcmp(path, ":memory:"))
        return bn_harness_fail(err, BN_ERR_USAGE, "Name a database file; :memory: would be lost at the end.");
    if (strlen(path) > 4000) return bn_harness_fail(err, BN_ERR_USAGE, "The name of the database is too long.");
    if (there && S_ISDIR(s.st_mode))
        return bn_harness_fail(err, BN_ERR_IO, "%s is a directory; name the database file in it.", path);
    if (there && !S_ISREG(s.st_mode))
        return bn_harness_fail(err, BN_ERR_IO, "%s is not a regular file, so it cannot hold a database.", path);
    if ((!there || !s.st_size) && log_bytes(path) > 0)
        return bn_harness_fail(
            err, BN_ERR_IO,
            "%s is %s, but its log %s-wal holds results; restore the database beside the log, or move "
            "the log away.",
            path, there ? "empty" : "missing", path);
    if (!there && reads && errno == ENOENT)
        return bn_harness_fail(err, BN_ERR_IO,
                               "Nothing is measured yet in %s: there is no such database; measure into it, e.g. with "
                               "bitnet-bench options --plan harness/plans/options.yaml, or name another with --db.",
                               path);
    if (!there && reads)
        return bn_harness_fail(err, BN_ERR_IO, "Cannot open the database %s: %s.", path, strerror(errno));
    if (reads && !s.st_size)
        return bn_harness_fail(err, BN_ERR_FORMAT, "%s is empty: it has no results yet, or lost them.", path);
    return BN_OK;
}

/* "file:PATH?immutable=1", where what a URI gives a meaning to is written as %XX. Freed by the caller. */
static char *immutable_uri(const char *path)
{
    static const char specials[] = "%?#", *const escapes[] = {"%25", "%3f", "%23"};
    char *uri = malloc(3 * strlen(path) + sizeof "file:?immutable=1"), *to = uri ? stpcpy(uri, "file:") : NULL;
    for (; uri && *path; path++) {
        const char *special = strchr(specials, *path);
        to = special ? stpcpy(to, escapes[special - specials]) : mempcpy(to, path, 1);
    }
    if (uri) stpcpy(to, "?immutable=1");
    return uri;
}

static bool can_read(sqlite3 *db)
{
    return sqlite3_exec(db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL) == SQLITE_OK;
}

/* Readers make no file beside the database where they need none and may make none. */
static int open_reader(struct bn_store *store, const char *name)
{
    int code = sqlite3_open_v2(name, &store->db, SQLITE_OPEN_READONLY, NULL);
    sqlite3_busy_timeout(store->db, 60000);
    if (code || can_read(store->db)) return code;
    int why = sqlite3_errcode(store->db);
    char *uri = immutable_uri(store->path);
    if ((why != SQLITE_CANTOPEN && why != SQLITE_READONLY) || log_bytes(store->path) > 0 || !uri)
        return free(uri), code;
    sqlite3_close(store->db);
    code = sqlite3_open_v2(uri, &store->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
    free(uri);
    return code;
}

/* Byte 18 of the file is 2 while it has a log. A reader of a copy leaves an empty log beside it. */
static void note_missing_log(struct bn_store *store)
{
    int mode = 0;
    FILE *f = fopen(store->path, "rb");
    if (f && !fseek(f, 18, SEEK_SET)) mode = fgetc(f);
    if (f) fclose(f);
    if (mode == 2 && !log_bytes(store->path))
        snprintf(
            store->note, sizeof store->note,
            "%.150s was in use when it was copied, and its log %.150s-wal is missing: the last results may be missing "
            "too.",
            BN_PRINTABLE(store->path), BN_PRINTABLE(store->path));
}

enum bn_status bn_file_open(struct bn_store *store, enum bn_store_mode mode, struct bn_error *err)
{
    enum bn_status status = look(store->path, mode, err);
    if (status) return status;
    if (mode == BN_STORE_READ) note_missing_log(store); /* SQLite makes an empty one */
    char *name = NULL;
    if (asprintf(&name, "%s%s", !strncmp(store->path, "file:", 5) ? "./" : "", store->path) < 0)
        return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory opening %s.", store->path);
    store->writes = mode == BN_STORE_WRITE;
    if (store->writes) make_folders(name);
    int code = store->writes ? sqlite3_open_v2(name, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL)
                             : open_reader(store, name);
    free(name);
    if (code)
        return bn_harness_fail(err, BN_ERR_IO, "Cannot open the database %s: %s.", store->path,
                               sqlite3_errmsg(store->db));
    if (store->writes && sqlite3_db_readonly(store->db, "main") == 1)
        return bn_harness_fail(err, BN_ERR_IO, "The database %s cannot be written: %s.", store->path,
                               access(store->path, W_OK) ? strerror(errno) : "it is read-only");
    sqlite3_busy_timeout(store->db, 60000);
    bn_sql_guard(store->db);
    return BN_OK;
}

/* A log in memory that processes share works on one computer only (https://sqlite.org/wal.html): on file systems that
 * several mount, or may, a journal beside the file takes its place. Numbers without a name: Lustre, GPFS, BeeGFS. */
static bool is_shared(const char *path)
{
    static const uint32_t kinds[] = {NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC,  CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC,
                                     CEPH_SUPER_MAGIC, AFS_SUPER_MAGIC,  CODA_SUPER_MAGIC, OCFS2_SUPER_MAGIC,
                                     V9FS_MAGIC,       FUSE_SUPER_MAGIC, 0x0bd00bd0,       0x47504653,
                                     0x19830326};
    struct statfs fs;
    if (statfs(path, &fs)) return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if ((uint32_t)fs.f_type == kinds[i]) return true;
    return false;
}

/* SQLite does not wait here as it does elsewhere when another process makes the same database at the same moment. */
enum bn_status bn_file_log(struct bn_store *store, struct bn_error *err)
{
    static const char log[] =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8192",
                      journal[] = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL";
    const char *sql = is_shared(store->path) ? journal : log;
    for (int tries = 0;; tries++) {
        enum bn_status status = bn_sql_script(store, sql, err);
        if (!status || (sqlite3_errcode(store->db) & 0xff) != SQLITE_BUSY || tries == 3000) return status;
        nanosleep(&(struct timespec){0, 20000000}, NULL);
    }
}

void bn_file_checkpoint(struct bn_store *store)
{
    sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

/* Another program that has it open keeps the log alive, and ends it when it closes. */
void bn_file_close(struct bn_store *store)
{
    if (store->db && store->writes) {
        sqlite3_busy_timeout(store->db, 0);
        sqlite3_exec(store->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    }
    sqlite3_close(store->db);
    store->db = NULL;
}

enum bn_status bn_store_in_place(struct bn_store *store, struct bn_error *err)
{
    int moved = 0;
    sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (!moved) return BN_OK;
    return bn_harness_fail(
        err, BN_ERR_IO,
        "The database %s was moved or removed while it was written to; move it back and run the same "
        "command again to go on.",
        store->path);
}
