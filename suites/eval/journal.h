/* journal.h - finished items in a file, so that a run that was killed goes on where it was. One JSON object a line,
 * written whole and in one call: a line without its end is of an item that was not finished. */
#ifndef SUITES_EVAL_JOURNAL_H
#define SUITES_EVAL_JOURNAL_H
#include "suites/eval/task.h"

struct bn_journal;
/* Opens or creates the file. identity: everything that scores depend on; a journal of another one is BN_ERR_USAGE, and
 * so is one that another command writes. *n_items: how many it has. */
enum bn_status bn_journal_open(struct bn_journal **journal, const char *path, const char *identity, size_t *n_items,
                               struct bn_error *err);
/* Fills what was scored of the item, which must be the same question; false: the journal, which may be NULL, does not
 * have it. */
bool bn_journal_find(const struct bn_journal *journal, const struct bn_task *task, const struct bn_item *item,
                     struct bn_eval_item *scored);
/* Writes a finished item. */
enum bn_status bn_journal_add(struct bn_journal *journal, const struct bn_task *task, const struct bn_item *item,
                              const struct bn_eval_item *scored, struct bn_error *err);
/* done: the items have been written elsewhere, and the file is deleted. */
void bn_journal_close(struct bn_journal *journal, bool done);
#endif
