/* data_files.h - which published form of a task's data is there. */
#ifndef SUITES_EVAL_DATA_FILES_H
#define SUITES_EVAL_DATA_FILES_H
#include "suites/eval/task.h"

struct bn_data_files {
    const struct bn_task_layout *layout;
    char **paths; /* [n] under the data folder, in order of their names */
    char **stars; /* [n] what `*` stands for in each; "" where the name has none */
    size_t n;
};
/* The files of the one form that exists in `directory`. BN_ERR_IO: none does (the sentence names them all and where to
 * get them); BN_ERR_USAGE: two do. The caller releases. */
enum bn_status bn_data_files_find(struct bn_data_files *found, const struct bn_task *task, const char *directory,
                                  struct bn_error *err);
/* The files of one name, which may have a `*`; *n is 0 when there is none. */
enum bn_status bn_data_files_match(struct bn_data_files *found, const char *directory, const char *name,
                                   struct bn_error *err);
/* One `*` at most, and in the last part. */
bool bn_data_files_is_name(const char *name);
void bn_data_files_release(struct bn_data_files *found);
#endif
