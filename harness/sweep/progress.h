/* progress.h - how far a sweep is and how long it will take, on the progress line of the program (bn_cmd_progress). */
#ifndef BN_SWEEP_PROGRESS_H
#define BN_SWEEP_PROGRESS_H
#include <stddef.h>

struct bn_progress {
    size_t total, done, done_here; /* done_here: since this process began, what the speed is taken from */
    double start;
    char what[256];
};
void bn_progress_begin(struct bn_progress *progress, size_t total, size_t done);
void bn_progress_show(struct bn_progress *progress, const char *what);
void bn_progress_draw(const struct bn_progress *progress); /* again, while the same point runs */
void bn_progress_step(struct bn_progress *progress);
#endif
