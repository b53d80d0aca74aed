/* figures.h - what is said about one operation, in either protocol of the worker: the names of its figures in JSON,
 * their only writer and their only reader. */
#ifndef BN_WORKER_FIGURES_H
#define BN_WORKER_FIGURES_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bn_figures {
    uint64_t calls, ns, kernel_calls, weight_bytes, kv_bytes, macs;
};
enum { BN_N_FIGURES = 6 };
extern const struct bn_figure {
    const char *name;
    size_t offset;
    bool exact;  /* the same in every run of the same work */
    bool recent; /* workers built from older commits do not say it */
} bn_figure[BN_N_FIGURES];

static inline uint64_t *bn_figure_of(struct bn_figures *f, int i)
{
    return (uint64_t *)(void *)((char *)f + bn_figure[i].offset);
}
void bn_figures_add(struct bn_figures *sum, struct bn_figures more);
void bn_figures_put(json_t *object, struct bn_figures figures, bool exact_only);
struct bn_figures bn_figures_take(const json_t *object); /* what is missing is 0 */
#endif
