/* journal.c - finished items in a file, one JSON object a line. */
#include "suites/eval/journal.h"
#include "suites/fail.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct bn_journal {
    int fd;
    char *path;
    json_t *items; /* key: what was scored */
};

static enum bn_status system_fault(const struct bn_journal *j, const char *what, struct bn_error *err)
{
    return bn_suites_fail(err, BN_ERR_IO, "%s %.300s failed: %s.", what, j->path, strerror(errno));
}

/* ---- keys ---- */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text;; p++) { /* with its terminator */
        hash = (hash ^ *p) * 0x100000001b3u;
        if (!*p) return hash;
    }
}

/* Task, version and id, and a hash of the question and of how it is scored: an item of a set or task file that has
 * changed is another one. */
static void key_of(char *key, size_t cap, const struct bn_task *task, const struct bn_item *item)
{
    uint64_t hash = hash_text(0xcbf29ce484222325u, item->context);
    for (int c = 0; c < item->n_choices; c++) hash = hash_text(hash, item->choices[c]);
    for (uint32_t i = 0; i < task->n_until; i++) hash = hash_text(hash, task->until[i]);
    char rules[64];
    snprintf(rules, sizeof rules, "score %d, max_tokens %" PRIu32, (int)task->score, task->max_tokens);
    hash = hash_text(hash, rules);
    snprintf(key, cap, "%s %s %016" PRIx64 " %s", task->name, task->version, hash, item->id);
}

/* ---- one item ---- */
static json_t *ids_json(const struct bn_eval_item *r)
{
    json_t *all = json_array();
    for (int c = 0; c < r->n_choices; c++) {
        json_t *ids = json_array();
        for (size_t i = 0; i < r->n_ids[c]; i++) json_array_append_new(ids, json_integer(r->ids[c][i]));
        json_array_append_new(all, ids);
    }
    return all;
}

static json_t *to_json(const char *key, const struct bn_eval_item *r)
{
    json_t *ll = json_array(), *tokens = json_array();
    for (int c = 0; c < r->n_choices; c++) {
        json_array_append_new(ll, json_real(r->ll[c]));
        json_array_append_new(tokens, json_integer(r->tokens[c]));
    }
    json_t *o = json_pack("{s:s, s:o, s:o, s:i, s:f, s:b}", "key", key, "ll", ll, "tokens", tokens, "cut", r->cut,
                          "squares", r->squares, "greedy", r->greedy);
    if (o && r->text) json_object_set_new(o, "text", json_string(r->text));
    if (o && r->ids) json_object_set_new(o, "ids", ids_json(r));
    return o;
}

static bool ids_of(struct bn_eval_item *r, const json_t *all)
{
    if (!all) return true;
    r->ids = calloc((size_t)r->n_choices, sizeof *r->ids);
    r->n_ids = calloc((size_t)r->n_choices, sizeof *r->n_ids);
    bool ok = r->ids && r->n_ids && json_array_size(all) == (size_t)r->n_choices;
    for (int c = 0; ok && c < r->n_choices; c++) {
        const json_t *ids = json_array_get(all, (size_t)c);
        r->n_ids[c] = json_array_size(ids);
        r->ids[c] = calloc(r->n_ids[c] + 1, sizeof **r->ids);
        ok = r->ids[c] != NULL;
        for (size_t i = 0; ok && i < r->n_ids[c]; i++)
            r->ids[c][i] = (int32_t)json_integer_value(json_array_get(ids, i));
    }
    return ok;
}

bool bn_journal_find(const struct bn_journal *j, const struct bn_task *task, const struct bn_item *item,
                     struct bn_eval_item *r)
{
    char key[512];
    if (!j) return false;
    key_of(key, sizeof key, task, item);
    const json_t *o = json_object_get(j->items, key), *ll = json_object_get(o, "ll");
    const json_t *tokens = json_object_get(o, "tokens"), *text = json_object_get(o, "text");
    size_t n = (size_t)r->n_choices;
    if (!o || json_array_size(ll) != n || json_array_size(tokens) != n) return false;
    if ((task->score == BN_SCORE_EXACT) != json_is_string(text)) return false;
    for (size_t c = 0; c < n; c++) {
        r->ll[c] = json_number_value(json_array_get(ll, c));
        r->tokens[c] = (int)json_integer_value(json_array_get(tokens, c));
    }
    r->cut = (int)json_integer_value(json_object_get(o, "cut"));
    r->squares = json_number_value(json_object_get(o, "squares"));
    r->greedy = json_is_true(json_object_get(o, "greedy"));
    r->text = text ? strdup(json_string_value(text)) : NULL;
    return (!text || r->text) && ids_of(r, json_object_get(o, "ids"));
}

/* ---- the file ---- */
static enum bn_status put_line(struct bn_journal *j, json_t *object, struct bn_error *err)
{
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL, *line = NULL;
    json_decref(object);
    int n = text ? asprintf(&line, "%s\n", text) : -1;
    free(text);
    if (n < 0) return bn_suites_fail_memory(err);
    ssize_t written = write(j->fd, line, (size_t)n);
    free(line);
    if (written == n) return BN_OK;
    if (written >= 0) errno = ENOSPC; /* a part of it alone */
    return system_fault(j, "Writing", err);
}

enum bn_status bn_journal_add(struct bn_journal *j, const struct bn_task *task, const struct bn_item *item,
                              const struct bn_eval_item *r, struct bn_error *err)
{
    char key[512];
    if (!j) return BN_OK;
    key_of(key, sizeof key, task, item);
    return put_line(j, to_json(key, r), err);
}

static enum bn_status line_fault(const struct bn_journal *j, size_t number, struct bn_error *err)
{
    return bn_suites_fail(err, BN_ERR_FORMAT, "Line %zu of %.300s is no item of a run; delete the file to begin anew.",
                          number, j->path);
}

static enum bn_status take_line(struct bn_journal *j, const char *line, size_t number, const char *identity,
                                struct bn_error *err)
{
    json_t *o = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    const char *key = json_string_value(json_object_get(o, "key"));
    const char *of = json_string_value(json_object_get(o, "run"));
    enum bn_status status = BN_OK;
    if (number == 1 ? !of : !key)
        status = line_fault(j, number, err);
    else if (number == 1 && strcmp(of, identity) != 0)
        status = bn_suites_fail(err, BN_ERR_USAGE,
                                "%.300s has items of a run with another model, engine or options; repeat that command "
                                "to finish it, or delete the file.",
                                j->path);
    else if (key && json_object_set(j->items, key, o))
        status = bn_suites_fail_memory(err);
    json_decref(o);
    return status;
}

static enum bn_status take_lines(struct bn_journal *j, char *text, const char *identity, size_t *good,
                                 struct bn_error *err)
{
    enum bn_status status = BN_OK;
    size_t number = 1;
    *good = 0;
    for (char *end; status == BN_OK && (end = strchr(text + *good, '\n')); number++) {
        *end = 0;
        status = take_line(j, text + *good, number, identity, err);
        *good = (size_t)(end - text) + 1;
    }
    return status;
}

/* What is there; a last line without its end is cut off. */
static enum bn_status read_items(struct bn_journal *j, const char *identity, struct bn_error *err)
{
    static const char first[] = "{\"run\"";
    struct stat st;
    size_t good = 0;
    if (fstat(j->fd, &st)) return system_fault(j, "Reading", err);
    if (!S_ISREG(st.st_mode)) return bn_suites_fail(err, BN_ERR_USAGE, "%.300s is not a regular file.", j->path);
    char *text = malloc((size_t)st.st_size + 1);
    if (!text) return bn_suites_fail_memory(err);
    if (pread(j->fd, text, (size_t)st.st_size, 0) != st.st_size) return free(text), system_fault(j, "Reading", err);
    text[st.st_size] = 0;
    enum bn_status status = take_lines(j, text, identity, &good, err);
    if (status == BN_OK && !good && strncmp(text, first, strlen(text) < strlen(first) ? strlen(text) : strlen(first)))
        status = bn_suites_fail(err, BN_ERR_USAGE,
                                "%.300s is not a file of unfinished items; move it, or name another file.", j->path);
    free(text);
    if (status == BN_OK && ftruncate(j->fd, (off_t)good)) status = system_fault(j, "Writing", err);
    if (status == BN_OK && !good) status = put_line(j, json_pack("{s:s}", "run", identity), err);
    return status;
}

enum bn_status bn_journal_open(struct bn_journal **journal, const char *path, const char *identity, size_t *n_items,
                               struct bn_error *err)
{
    struct bn_journal *j = calloc(1, sizeof *j);
    *journal = NULL;
    if (!j) return bn_suites_fail_memory(err);
    *j = (struct bn_journal){open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0666), strdup(path),
                             json_object()};
    enum bn_status status = j->path && j->items ? BN_OK : bn_suites_fail_memory(err);
    if (status == BN_OK && j->fd < 0) status = system_fault(j, "Opening", err);
    if (status == BN_OK && flock(j->fd, LOCK_EX | LOCK_NB))
        status = bn_suites_fail(err, BN_ERR_USAGE, "Another command writes %.300s; wait for it, or name another file.",
                                path);
    if (status == BN_OK) status = read_items(j, identity, err);
    if (status != BN_OK) return bn_journal_close(j, false), status;
    *n_items = json_object_size(j->items);
    *journal = j;
    return BN_OK;
}

void bn_journal_close(struct bn_journal *j, bool done)
{
    if (!j) return;
    if (done) unlink(j->path);
    if (j->fd >= 0) close(j->fd);
    json_decref(j->items);
    free(j->path);
    free(j);
}
