/* progress.h - one line on stderr that shows how far a sweep is and how long it will take; nothing when stderr is no
 * terminal. */
#ifndef BN_SWEEP_PROGRESS_H
#define BN_SWEEP_PROGRESS_H
#include <stdbool.h>
#include <stddef.h>

struct bn_progress {
    bool terminal;
    size_t total, done, done_here; /* done_here: since this process began, what the speed is taken from */
    double start;
};
void bn_progress_begin(struct bn_progress *progress, size_t total, size_t done);
void bn_progress_show(const struct bn_progress *progress, const char *what);
void bn_progress_step(struct bn_progress *progress);
void bn_progress_clear(const struct bn_progress *progress); /* before other lines are printed */
#endif
