/* data_files.c - looks for the forms of a data set. */
#include "suites/eval/data_files.h"
#include "suites/fail.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

void bn_data_files_release(struct bn_data_files *found)
{
    for (size_t i = 0; i < found->n; i++) {
        free(found->paths[i]);
        free(found->stars[i]);
    }
    free(found->paths);
    free(found->stars);
    *found = (struct bn_data_files){0};
}

static bool add(struct bn_data_files *found, char *path, char *star)
{
    char **paths = realloc(found->paths, (found->n + 1) * sizeof *paths);
    if (paths) found->paths = paths;
    char **stars = realloc(found->stars, (found->n + 1) * sizeof *stars);
    if (stars) found->stars = stars;
    if (!paths || !stars || !path || !star) return free(path), free(star), false;
    found->paths[found->n] = path;
    found->stars[found->n++] = star;
    return true;
}

/* ---- a name with `*` ---- */
struct pattern {
    int folder;         /* bytes of "a/b/" */
    const char *prefix; /* behind the folder, up to `*` */
    size_t n_prefix;
    const char *suffix; /* behind `*` */
};

static bool matches(const struct pattern *p, const char *name)
{
    size_t n = strlen(name), m = strlen(p->suffix);
    if (name[0] == '.' && !p->n_prefix) return false; /* hidden, or a folder */
    return n > p->n_prefix + m && !strncmp(name, p->prefix, p->n_prefix) && !strcmp(name + n - m, p->suffix);
}

static enum bn_status match_folder(struct bn_data_files *found, const char *directory, const char *name,
                                   const struct pattern *p, struct bn_error *err)
{
    char folder[PATH_BYTES], *path, *star;
    struct dirent **entries;
    snprintf(folder, sizeof folder, "%s/%.*s", directory, p->folder, name);
    int n = scandir(folder, &entries, NULL, alphasort);
    bool ok = true;
    for (int i = 0; i < n; free(entries[i++])) {
        const char *entry = entries[i]->d_name;
        if (!ok || !matches(p, entry)) continue;
        if (asprintf(&path, "%.*s%s", p->folder, name, entry) < 0) path = NULL;
        star = strndup(entry + p->n_prefix, strlen(entry) - p->n_prefix - strlen(p->suffix));
        ok = add(found, path, star);
    }
    if (n >= 0) free(entries);
    return ok ? BN_OK : bn_suites_fail_memory(err);
}

enum bn_status bn_data_files_match(struct bn_data_files *found, const char *directory, const char *name,
                                   struct bn_error *err)
{
    char full[PATH_BYTES];
    const char *star = strchr(name, '*'), *slash = strrchr(name, '/');
    if (star) {
        const char *prefix = slash ? slash + 1 : name;
        return match_folder(found, directory, name,
                            &(struct pattern){(int)(prefix - name), prefix, (size_t)(star - prefix), star + 1}, err);
    }
    if (snprintf(full, sizeof full, "%s/%s", directory, name) >= (int)sizeof full || access(full, F_OK)) return BN_OK;
    return add(found, strdup(name), strdup("")) ? BN_OK : bn_suites_fail_memory(err);
}

bool bn_data_files_is_name(const char *name)
{
    const char *star = strchr(name, '*');
    return !star || (!strchr(star + 1, '*') && !strchr(star, '/'));
}

/* ---- all forms ---- */
static enum bn_status none_found(const struct bn_task *task, const char *directory, struct bn_error *err)
{
    char all[256] = "";
    size_t used = 0;
    for (uint32_t l = 0; l < task->n_layouts; l++)
        for (uint32_t f = 0; f < task->layouts[l].n_files && used < sizeof all; f++)
            used +=
                (size_t)snprintf(all + used, sizeof all - used, "%s%s", used ? " or " : "", task->layouts[l].files[f]);
    return bn_suites_fail(
        err, BN_ERR_IO,
        "Could not find %s in %.150s; --data_dir names the folder that holds the tasks' data%s%.120s%s%s.", all,
        directory, task->data ? "; get them from " : "", task->data ? task->data : "",
        task->fetch ? ", or with datasets/fetch " : "", task->fetch ? task->fetch : "");
}

enum bn_status bn_data_files_find(struct bn_data_files *found, const struct bn_task *task, const char *directory,
                                  struct bn_error *err)
{
    enum bn_status status = BN_OK;
    const char *kept = NULL;
    *found = (struct bn_data_files){0};
    for (uint32_t l = 0; l < task->n_layouts; l++)
        for (uint32_t f = 0; f < task->layouts[l].n_files && status == BN_OK; f++) {
            const char *name = task->layouts[l].files[f];
            size_t before = found->n;
            status = bn_data_files_match(found, directory, name, err);
            if (found->n == before) continue;
            if (kept)
                status = bn_suites_fail(err, BN_ERR_USAGE, "%.200s has both %s and %s; keep one form of the set.",
                                        directory, kept, name);
            kept = name;
            found->layout = &task->layouts[l];
        }
    if (status == BN_OK && !kept) status = none_found(task, directory, err);
    if (status != BN_OK) bn_data_files_release(found);
    return status;
}
