/* report_beside.c - what was looked at beside the time of the workloads, as lines for every form and as JSON. */
#include "harness/gate/report.h"
#include <math.h>
#include <stdio.h>

typedef void each_line(void *self, const struct bn_gate_line *line);

static enum bn_gate_outcome outcome(bool failed) { return failed ? BN_OUTCOME_FAILED : BN_OUTCOME_PASSED; }

static void skip(const char *tier, const char *name, const char *reason, each_line *each, void *self)
{
    struct bn_gate_line line = {tier, name, "", BN_OUTCOME_SKIPPED, 0};
    snprintf(line.text, sizeof line.text, "not measured%s%s", reason[0] ? ": " : "", reason);
    each(self, &line);
}

static void say_checks(const struct bn_checks_result *c, each_line *each, void *self)
{
    struct bn_gate_line line = {.tier = "checks"};
    if (!c->n_compared) skip("checks", "other work", c->reason, each, self);
    for (int i = 0; i < c->n_kernels; i++) {
        line.name = c->kernels[i].op, line.outcome = outcome(c->kernels[i].weaker);
        snprintf(line.text, sizeof line.text, "kernel %s -> %s", c->kernels[i].variant[0], c->kernels[i].variant[1]);
        each(self, &line);
    }
    for (int i = 0; i < c->n_counts; i++) {
        const struct bn_check_count *k = &c->counts[i];
        line.name = k->name, line.outcome = outcome(k->more);
        snprintf(line.text, sizeof line.text, "%.0f -> %.0f instructions (%+.3f %%, tolerance %.1f %%, %s)",
                 k->count[0], k->count[1], 100 * (k->count[1] / k->count[0] - 1), 100 * k->most, c->source);
        each(self, &line);
    }
}

static void say_accuracy(const struct bn_accuracy_result *a, each_line *each, void *self)
{
    if (!a->n_tasks) skip("accuracy", "questions and text", a->reason, each, self);
    for (int i = 0; i < a->n_tasks; i++) {
        struct bn_gate_line line = {"accuracy", a->tasks[i].name, "", outcome(a->tasks[i].worse),
                                    a->seconds / a->n_tasks};
        bn_accuracy_text(&a->tasks[i], line.text, sizeof line.text);
        each(self, &line);
    }
}

static void say_resources(const struct bn_resources_result *r, each_line *each, void *self)
{
    static const char *const kept[] = {"leak, heap", "leak, mapped memory"};
    const double *const bytes[] = {r->heap_per_token, r->mapped_per_token};
    if (!r->measured) return skip("resources", "memory and load", r->reason, each, self);
    for (int i = 0; i < BN_RESOURCES; i++) {
        struct bn_gate_line line = {"resources", bn_resource[i].name, "", outcome(r->grown[i]),
                                    r->seconds / BN_RESOURCES};
        bn_resource_text(r, i, line.text, sizeof line.text);
        each(self, &line);
    }
    for (int i = 0; i < 2; i++) {
        struct bn_gate_line line = {"resources", kept[i], "", outcome(bn_resources_leaks(r, i)), 0};
        snprintf(line.text, sizeof line.text, "%.1f -> %.1f bytes a token over %d tokens", bytes[i][0], bytes[i][1],
                 r->n_tokens);
        each(self, &line);
    }
}

static void say_tails(const struct bn_gate_report *report, each_line *each, void *self)
{
    char name[80];
    for (int i = 0; i < report->n_workloads * BN_TAILS && report->n_tails; i++) {
        const struct bn_tail_finding *f = &report->tails[i / BN_TAILS][i % BN_TAILS];
        const struct bn_tail *tail = &bn_tail[i % BN_TAILS];
        struct bn_gate_line line = {"tails", name, "", outcome(f->slower), 0};
        snprintf(name, sizeof name, "%s, %s", report->workloads[i / BN_TAILS].name, tail->name);
        snprintf(line.text, sizeof line.text, "%+.1f %% (%d pairs, tolerance %.0f %%)", bn_gate_percent(f->median),
                 report->n_tails, 100 * tail->tolerance);
        each(self, &line);
    }
}

void bn_gate_beside(const struct bn_gate_report *report, each_line *each, void *self)
{
    say_checks(&report->checks, each, self);
    say_accuracy(&report->accuracy, each, self);
    say_resources(&report->resources, each, self);
    say_tails(report, each, self);
}

/* ---- JSON ---- */
static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *checks_json(const struct bn_checks_result *c)
{
    json_t *counts = json_array(), *kernels = json_array();
    for (int i = 0; i < c->n_counts; i++)
        json_array_append_new(counts, json_pack("{s:s, s:f, s:f, s:f, s:b}", "check", c->counts[i].name, "base",
                                                c->counts[i].count[0], "head", c->counts[i].count[1], "tolerance",
                                                c->counts[i].most, "more", c->counts[i].more));
    for (int i = 0; i < c->n_kernels; i++)
        json_array_append_new(kernels, json_pack("{s:s, s:s, s:s, s:b}", "op", c->kernels[i].op, "base",
                                                 c->kernels[i].variant[0], "head", c->kernels[i].variant[1], "weaker",
                                                 c->kernels[i].weaker));
    return json_pack("{s:i, s:s?, s:s, s:f, s:o, s:o}", "compared", c->n_compared, "source", c->source, "reason",
                     c->reason, "seconds", c->seconds, "instructions", counts, "kernels", kernels);
}

static json_t *accuracy_json(const struct bn_accuracy_result *a)
{
    json_t *tasks = json_array();
    for (int i = 0; i < a->n_tasks; i++) {
        const struct bn_accuracy_task *t = &a->tasks[i];
        json_array_append_new(tasks, json_pack("{s:s, s:i, s:i, s:i, s:i, s:o, s:o, s:o, s:b}", "task", t->name,
                                               "items", t->n, "changed", t->n_changed, "only_base_right", t->only_base,
                                               "only_head_right", t->only_head, "base", number(t->value[0]), "head",
                                               number(t->value[1]), "p_holm", number(t->p_holm), "worse", t->worse));
    }
    return json_pack("{s:o, s:s, s:f}", "tasks", tasks, "reason", a->reason, "seconds", a->seconds);
}

static json_t *values_json(const struct bn_resource_series *first, const struct bn_resource_series *second, int side)
{
    json_t *values = json_array();
    for (int i = 0; i < first->n; i++) json_array_append_new(values, json_real(first->value[side][i]));
    for (int i = 0; i < second->n; i++) json_array_append_new(values, json_real(second->value[side][i]));
    return values;
}

static json_t *resources_json(const struct bn_resources_result *r)
{
    json_t *list = json_array();
    for (int i = 0; i < BN_RESOURCES; i++) {
        const struct bn_resource_finding *f = r->again ? &r->confirmed[i] : &r->findings[i];
        json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:f, s:o, s:b, s:o, s:o}", "quantity",
                                              bn_resource[i].name, "base", number(f->median[0]), "head",
                                              number(f->median[1]), "percent", number(100 * expm1(f->ratio)),
                                              "low_percent", number(100 * expm1(f->low)), "high_percent",
                                              number(100 * expm1(f->high)), "tolerance_percent",
                                              100 * bn_resource[i].tolerance, "p_holm", number(f->p_holm), "grown",
                                              r->grown[i], "base_values", values_json(&r->first[i], &r->second[i], 0),
                                              "head_values", values_json(&r->first[i], &r->second[i], 1)));
    }
    return json_pack("{s:b, s:s, s:f, s:o, s:i, s:[oo], s:[oo]}", "measured", r->measured, "reason", r->reason,
                     "seconds", r->seconds, "quantities", list, "leak_tokens", r->n_tokens, "heap_bytes_per_token",
                     number(r->heap_per_token[0]), number(r->heap_per_token[1]), "mapped_bytes_per_token",
                     number(r->mapped_per_token[0]), number(r->mapped_per_token[1]));
}

static json_t *tails_json(const struct bn_gate_report *report)
{
    json_t *list = json_array();
    for (int i = 0; i < report->n_workloads * BN_TAILS && report->n_tails; i++) {
        const struct bn_tail_finding *f = &report->tails[i / BN_TAILS][i % BN_TAILS];
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:i, s:o, s:o, s:b}", "workload", report->workloads[i / BN_TAILS].name,
                            "statistic", bn_tail[i % BN_TAILS].name, "pairs", report->n_tails, "median_percent",
                            number(bn_gate_percent(f->median)), "p_holm", number(f->p_holm), "slower", f->slower));
    }
    return list;
}

void bn_gate_beside_json(const struct bn_gate_report *report, json_t *root)
{
    json_object_set_new(root, "checks", checks_json(&report->checks));
    json_object_set_new(root, "accuracy", accuracy_json(&report->accuracy));
    json_object_set_new(root, "resources", resources_json(&report->resources));
    json_object_set_new(root, "tails", tails_json(report));
}
