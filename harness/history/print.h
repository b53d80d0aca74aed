/* print.h - a history as text and as JSON. */
#ifndef BN_HISTORY_PRINT_H
#define BN_HISTORY_PRINT_H
#include "harness/history/history.h"

void bn_history_print(const struct bn_history *history, bool reference); /* reference: one was asked for */
void bn_history_print_json(const struct bn_history *history);
/* "abc123", or "run:12" where the build has no commit: what --ack takes. */
const char *bn_history_commit(const struct bn_history_run *run, char text[32]);
#endif
