/* workload.c - documents that a user names: a set of tasks.list or a file. */
#include "suites/eval/latency.h"
#include "suites/eval/read.h"
#include "suites/fail.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char separator[] = "<|endoftext|>";

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcmp(text + n - m, end);
}

/* "jsonl", "documents" or "text": what is in the file. */
static enum bn_status form_of(const char **form, const char *path, struct bn_error *err)
{
    char *text;
    size_t n;
    *form = "jsonl";
    if (ends_with(path, ".jsonl")) return BN_OK;
    enum bn_status status = bn_text_read(&text, &n, path, err);
    if (status != BN_OK) return status;
    *form = strstr(text, separator) ? "documents" : "text";
    free(text);
    return BN_OK;
}

/* A task whose only file is `name`. */
static enum bn_status make_task(struct bn_task **task, const char *name, const char *form, struct bn_error *err)
{
    char *text;
    bool documents = !strcmp(form, "documents");
    if (asprintf(&text,
                 "task: workload\nversion: \"1\"\npurpose: documents of a file\nscore: story\ntext: \"{{text}}\"\n"
                 "layouts:\n  - files: [name]\n    format: %s\n%s%s\n",
                 form, documents ? "    separator: " : "", documents ? "\"<|endoftext|>\"" : "") < 0)
        return bn_suites_fail_memory(err);
    enum bn_status status = bn_task_parse(task, text, strlen(text), "--workload", err);
    free(text);
    if (status != BN_OK) return status;
    char **file = &(*task)->layouts[0].files[0];
    free(*file);
    *file = strdup(name);
    return *file ? BN_OK : bn_suites_fail_memory(err);
}

static enum bn_status open_file(struct bn_task **own, char **directory, const char *path, struct bn_error *err)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *form;
    if (strchr(name, '*'))
        return bn_suites_fail(err, BN_ERR_USAGE, "The name of a file of documents has no *; rename %.200s.", path);
    enum bn_status status = form_of(&form, path, err);
    if (status != BN_OK) return status;
    *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    if (!*directory) return bn_suites_fail_memory(err);
    return make_task(own, name, form, err);
}

enum bn_status bn_workload_open(const struct bn_task **task, struct bn_task **own, char **directory, const char *name,
                                struct bn_error *err)
{
    *own = NULL, *directory = NULL;
    bool file = !bn_task_find(name) && !ends_with(name, ".yaml") && (strchr(name, '/') || !access(name, F_OK));
    enum bn_status status = file ? open_file(own, directory, name, err) : bn_task_open(task, own, name, err);
    if (file) *task = *own;
    if (status != BN_OK) return status;
    if (bn_score_is_of_texts((*task)->score) && strcmp((*task)->layouts[0].files[0], BN_TEXT_FILE)) return BN_OK;
    return bn_suites_fail(
        err, BN_ERR_USAGE,
        "Task %s has no documents; a workload is a task of texts (openwebtext, wikitext, tinystories) "
        "or a file.",
        (*task)->name);
}
