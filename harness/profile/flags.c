/* flags.c - asks every flag of flags.list. */
#include "harness/profile/flags.h"
#include "harness/core/error.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAG(name) void bn_flag_##name(struct bn_flags *flags);
#include "harness/profile/flags.list"
#undef FLAG

static const struct {
    const char *name;
    void (*look)(struct bn_flags *flags);
} all[] = {
#define FLAG(name) {#name, bn_flag_##name},
#include "harness/profile/flags.list"
#undef FLAG
};

void bn_flag_raise(struct bn_flags *flags, const char *where, double value, double limit, const char *hint,
                   const char *evidence, ...)
{
    struct bn_profile *p = flags->profile;
    char *text = NULL;
    va_list args;
    va_start(args, evidence);
    bool told = vasprintf(&text, evidence, args) >= 0;
    va_end(args);
    struct bn_profile_flag *room = realloc(p->flags, (p->n_flags + 1) * sizeof *p->flags);
    if (room) p->flags = room;
    struct bn_profile_flag f = {flags->name, strdup(where), told ? text : NULL, strdup(hint), value, limit};
    if (room && f.where && f.evidence && f.hint)
        p->flags[p->n_flags++] = f;
    else
        free(f.where), free(f.evidence), free(f.hint), flags->failed = true;
}

double bn_flag_share(const struct bn_profile *p, int phase, enum bn_op op)
{
    double work = p->n_threads * bn_profile_phase_ns(p, phase);
    for (int i = 0; i < BN_OP_COUNT; i++) work -= (double)bn_profile_sum(p, -1, phase, -2, BN_SLOT_WAIT + i).self_ns;
    return work > 0 ? (double)bn_profile_sum(p, -1, phase, -2, (int)op).self_ns / work : 0;
}

enum bn_status bn_flags_find(struct bn_profile *p, struct bn_error *err)
{
    struct bn_flags flags = {.profile = p};
    for (size_t i = 0; i < p->n_flags; i++) free(p->flags[i].where), free(p->flags[i].evidence), free(p->flags[i].hint);
    p->n_flags = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        flags.name = all[i].name;
        all[i].look(&flags);
    }
    return flags.failed ? bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for the flags.") : BN_OK;
}
