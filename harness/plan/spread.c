/* spread.c - one workload for each number of sequences; names that say what is computed. */
#include "harness/plan/spread.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "request", "request seqs=4", "request on stories.txt", "request on stories.txt+512" */
static char *name_of(const struct bn_plan_workload *w, uint32_t n)
{
    char *name = NULL, seqs[24] = "", skip[24] = "";
    const char *slash = w->text ? strrchr(w->text, '/') : NULL, *file = slash ? slash + 1 : w->text ? w->text : "";
    if (n > 1) snprintf(seqs, sizeof seqs, " seqs=%u", n);
    if (w->text && w->skip) snprintf(skip, sizeof skip, "+%u", w->skip);
    return asprintf(&name, "%s%s%s%s%s", w->name, seqs, w->text ? " on " : "", file, skip) < 0 ? NULL : name;
}

/* Appends what `from` abbreviates. */
static enum bn_status spread(struct bn_plan *p, const struct bn_plan_workload *from, struct bn_error *err)
{
    static uint32_t alone[] = {1};
    uint32_t n = from->n_sequences ? from->n_sequences : 1, *numbers = from->n_sequences ? from->sequences : alone;
    for (uint32_t i = 0; i < n; i++) {
        struct bn_plan_workload *w = &p->workloads[p->n_workloads];
        *w = (struct bn_plan_workload){.name = name_of(from, numbers[i]),
                                       .fill = from->fill,
                                       .prefill = from->prefill,
                                       .decode = from->decode,
                                       .text = from->text ? strdup(from->text) : NULL,
                                       .skip = from->skip,
                                       .together = numbers[i]};
        if (!w->name || !w->text != !from->text)
            return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate the workloads of %s.", p->path);
        p->n_workloads++;
    }
    return BN_OK;
}

static enum bn_status check(const struct bn_plan *p, struct bn_error *err)
{
    for (uint32_t i = 0; i < p->n_workloads; i++) {
        const struct bn_plan_workload *w = &p->workloads[i];
        if (w->together > 1 && (!w->fill || !w->decode || w->prefill))
            return bn_harness_fail(err, BN_ERR_FORMAT,
                                   "%s: Workload \"%s\" decodes sequences together; give it fill and decode tokens, "
                                   "and no prefill.",
                                   p->path, w->name);
        for (uint32_t j = 0; j < i; j++)
            if (!strcmp(w->name, p->workloads[j].name))
                return bn_harness_fail(err, BN_ERR_FORMAT, "%s: Two workloads are named \"%s\"; rename one.", p->path,
                                       w->name);
    }
    return BN_OK;
}

enum bn_status bn_plan_spread(struct bn_plan *p, struct bn_error *err)
{
    struct bn_plan_workload *written = p->workloads;
    uint32_t n_written = p->n_workloads, n = 0;
    for (uint32_t i = 0; i < n_written; i++) n += written[i].n_sequences ? written[i].n_sequences : 1;
    struct bn_plan_workload *all = calloc(n, sizeof *all);
    if (!all) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate the workloads of %s.", p->path);
    enum bn_status status = BN_OK;
    p->workloads = all, p->n_workloads = 0;
    for (uint32_t i = 0; i < n_written; i++) {
        if (!status) status = spread(p, &written[i], err);
        free(written[i].name);
        free(written[i].sequences);
        free(written[i].text);
    }
    free(written);
    return status ? status : check(p, err);
}
