/* progress.c - what the progress line of a sweep says. */
#include "harness/sweep/progress.h"
#include "engine/bitnet.h"
#include "engine/cmdline.h"
#include "harness/core/clock.h"
#include <stdio.h>
#include <unistd.h>

enum { BAR = 24 };

void bn_progress_begin(struct bn_progress *p, size_t total, size_t done)
{
    *p = (struct bn_progress){.total = total, .done = done, .start = bn_clock_s()};
}

void bn_progress_draw(const struct bn_progress *p)
{
    char bar[BAR + 4] = "", left[32] = "";
    if (!p->total) return;
    if (isatty(2)) {
        bar[0] = '[', bar[BAR + 1] = ']', bar[BAR + 2] = ' ';
        for (int i = 0; i < BAR; i++) bar[i + 1] = (size_t)i * p->total < p->done * BAR ? '#' : '.';
    }
    if (p->done_here) {
        double s = (bn_clock_s() - p->start) / (double)p->done_here * (double)(p->total - p->done);
        snprintf(left, sizeof left, "  %d:%02d left", (int)s / 60, (int)s % 60);
    }
    bn_cmd_progress("%s%zu/%zu%s  %s", bar, p->done, p->total, left, p->what);
}

void bn_progress_show(struct bn_progress *p, const char *what)
{
    bn_printable(p->what, sizeof p->what, what);
    bn_progress_draw(p);
}

void bn_progress_step(struct bn_progress *p) { p->done++, p->done_here++; }
