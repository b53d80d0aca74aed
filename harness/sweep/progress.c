/* progress.c - draws the progress line. */
#include "harness/sweep/progress.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void bn_progress_begin(struct bn_progress *p, size_t total, size_t done)
{
    *p = (struct bn_progress){.terminal = isatty(2), .total = total, .done = done, .start = now()};
}

void bn_progress_show(const struct bn_progress *p, const char *what)
{
    enum { WIDTH = 24 };
    if (!p->terminal || !p->total) return;
    char bar[WIDTH + 1];
    for (int i = 0; i < WIDTH; i++) bar[i] = (size_t)i * p->total < p->done * WIDTH ? '#' : '.';
    bar[WIDTH] = 0;
    fprintf(stderr, "\r[%s] %zu/%zu", bar, p->done, p->total);
    if (p->done_here) {
        double left = (now() - p->start) / (double)p->done_here * (double)(p->total - p->done);
        fprintf(stderr, "  %d:%02d left", (int)left / 60, (int)left % 60);
    }
    fprintf(stderr, "  %.50s\033[K", what);
}

void bn_progress_step(struct bn_progress *p) { p->done++, p->done_here++; }

void bn_progress_clear(const struct bn_progress *p)
{
    if (p->terminal) fprintf(stderr, "\r\033[K");
}
