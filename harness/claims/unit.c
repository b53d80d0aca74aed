/* unit.c - units by name, and what an amount's unit is called. */
#include "harness/claims/amount.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    double factor;
    signed char power[BN_BASE_UNITS];
} units[] = {
#define UNIT(name, factor, ...) {#name, factor, {__VA_ARGS__}},
#include "harness/claims/units.list"
#undef UNIT
};

static bool find(const char *name, size_t n, struct bn_amount *out)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strlen(units[i].name) != n || strncmp(units[i].name, name, n)) continue;
        out->value = units[i].factor;
        memcpy(out->power, units[i].power, sizeof out->power);
        return true;
    }
    return false;
}

enum bn_status bn_amount_unit(struct bn_amount *out, const char *text, struct bn_error *err)
{
    *out = (struct bn_amount){.value = 1};
    char joint = '*';
    for (const char *p = text ? text : ""; *p;) {
        size_t n = strcspn(p, "*/");
        struct bn_amount one = {.value = 1};
        if (!find(p, n, &one) && !(p == text && n == 1 && *p == '1')) /* "1/s" */
            return bn_harness_fail(err, BN_ERR_FORMAT, "\"%.*s\" is not a unit; harness/claims/units.list has all.",
                                   (int)n, p);
        out->value = joint == '*' ? out->value * one.value : out->value / one.value;
        for (int i = 0; i < BN_BASE_UNITS; i++)
            out->power[i] = (signed char)(out->power[i] + (joint == '*' ? one.power[i] : -one.power[i]));
        p += n;
        if (!*p) break;
        joint = *p++;
        if (!*p) return bn_harness_fail(err, BN_ERR_FORMAT, "The unit \"%s\" ends in %c.", text, joint);
    }
    return BN_OK;
}

bool bn_amount_same_unit(const struct bn_amount *a, const struct bn_amount *b)
{
    return !memcmp(a->power, b->power, sizeof a->power);
}

const char *bn_amount_unit_text(const struct bn_amount *a, char *text, size_t cap)
{
    static const char *const base[BN_BASE_UNITS] = {"s", "B", "token", "MAC", "J", "weight", "cycle"};
    size_t used = 0;
    text[0] = 0;
    for (int sign = 1; sign >= -1; sign -= 2)
        for (int i = 0; i < BN_BASE_UNITS; i++) {
            int power = sign * a->power[i];
            if (power <= 0 || used >= cap) continue;
            used += (size_t)snprintf(text + used, cap - used, "%s%s",
                                     sign > 0 ? used ? "*" : ""
                                     : used   ? "/"
                                              : "1/",
                                     base[i]);
            if (power > 1 && used < cap) used += (size_t)snprintf(text + used, cap - used, "^%d", power);
        }
    if (!text[0]) snprintf(text, cap, "a plain number");
    return text;
}
