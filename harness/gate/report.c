/* report.c - the gate's result on a terminal and as JSON. */
#include "harness/gate/report.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

double bn_gate_percent(double log_ratio) { return 100 * expm1(log_ratio); }

void bn_gate_time_text(const struct bn_gate_report *report, int workload, char *text, size_t cap)
{
    const struct bn_paired_result *paired = &report->paired;
    bool rerun =
        paired->again[workload].n > 0; /* the rerun is the unbiased figure: it was not selected by its own value */
    const struct bn_gate_finding *f = rerun ? &paired->confirmed[workload] : &paired->findings[workload];
    if (!paired->first[workload].n)
        snprintf(text, cap, "not measured");
    else if (!isfinite(f->low) || !isfinite(f->high))
        snprintf(text, cap, "%+.2f %% (too few pairs for bounds)", bn_gate_percent(f->median));
    else
        snprintf(text, cap, "%+.2f %% (%+.2f to %+.2f)%s", bn_gate_percent(f->median), bn_gate_percent(f->low),
                 bn_gate_percent(f->high),
                 paired->regressed[workload]  ? ", slower"
                 : paired->improved[workload] ? ", faster"
                 : f->ruled_out               ? ""
                                              : ", open");
}

void bn_gate_greedy_text(const struct bn_gate_report *report, char *text, size_t cap)
{
    const struct bn_foreign_texts *t = &report->texts;
    if (!t->compared)
        snprintf(text, cap, "not compared: %s", t->reason[0] ? t->reason : "the builds did not get so far.");
    else if (t->silent)
        snprintf(text, cap, "CHANGED: hash %s -> no text", t->hash[0]);
    else if (t->changed)
        snprintf(text, cap, "CHANGED: hash %s -> %s", t->hash[0], t->hash[1]);
    else
        snprintf(text, cap, "identical, hash %s", t->hash[0]);
}

const char *bn_gate_no_instructions(const struct bn_gate_report *report)
{
    return report->instructions.reason[0] ? report->instructions.reason : "an earlier tier settled the verdict";
}

void bn_gate_settle(struct bn_gate_report *report)
{
    const struct bn_found *gravest = bn_found_gravest(&report->found);
    if (!gravest) return;
    report->verdict = bn_found_verdict(gravest->kind);
    snprintf(report->reason, sizeof report->reason, "%s%s%s%s", gravest->workload, gravest->workload[0] ? ": " : "",
             gravest->text, report->found.n > 1 ? " There is more." : "");
}

void bn_gate_last_words(const struct bn_gate_report *report, void (*put)(void *self, const char *line), void *self)
{
    const char *words = report->fate.last_words;
    char line[512], shown[1024];
    for (size_t at = 0; words[at]; at += words[at] == '\n') {
        size_t n = strcspn(words + at, "\n"), kept = n < sizeof line ? n : sizeof line - 1;
        memcpy(line, words + at, kept);
        line[kept] = 0;
        put(self, bn_printable(shown, sizeof shown, line));
        at += n;
    }
}

static void put_line(void *out, const char *line) { fprintf(out, "%-13s %s\n", "stderr", line); }

static void write_found(const struct bn_gate_report *report, FILE *out)
{
    for (int i = 0; i < report->found.n && i < BN_FOUND_MOST; i++) {
        const struct bn_found *f = &report->found.at[i];
        fprintf(out, "%-13s %s%s%s%s: %s\n", f->allowed ? "allowed" : "found", bn_found_name(f->kind),
                f->workload[0] ? " (" : "", f->workload, f->workload[0] ? ")" : "", f->text);
    }
    if (report->found.n > BN_FOUND_MOST) fprintf(out, "%-13s %d more\n", "found", report->found.n - BN_FOUND_MOST);
    bn_gate_last_words(report, put_line, out);
}

const char *bn_gate_builds_differ(const struct bn_gate_report *report, const char *what, const char *said[2])
{
    for (int side = 0; side < 2; side++) {
        const char *text = json_string_value(json_object_get(report->hello[side], what));
        said[side] = text ? text : "not said";
    }
    return strcmp(said[0], said[1]) ? what : NULL;
}

static void write_builds(const struct bn_gate_report *report, FILE *out)
{
    const char *said[2];
    if (!report->hello[0] || !report->hello[1]) return;
    if (bn_gate_builds_differ(report, "kernels", said))
        fprintf(out, "kernels       %s -> %s\n", BN_PRINTABLE(said[0]), BN_PRINTABLE(said[1]));
    else
        fprintf(out, "kernels       %s\n", BN_PRINTABLE(said[0]));
    if (bn_gate_builds_differ(report, "compiler", said))
        fprintf(out, "compiler      differs: %s -> %s\n", BN_PRINTABLE(said[0]), BN_PRINTABLE(said[1]));
}

static void write_exact(const struct bn_exact_result *exact, FILE *out)
{
    if (!exact->measured) {
        fprintf(out, "exact         not measured\n");
        return;
    }
    fprintf(out, "exact         output %s, %d figures of declared work compared, %d differ (%.1f s)\n",
            exact->output_changed ? "CHANGED" : "identical", exact->n_compared, exact->n_rows, exact->seconds);
    for (int i = 0; i < exact->n_outputs; i++)
        if (exact->outputs[i].changed)
            fprintf(out, "              %s, %d thread%s: hash of the logits %s -> %s\n", exact->outputs[i].workload,
                    exact->outputs[i].threads, exact->outputs[i].threads == 1 ? "" : "s", exact->outputs[i].hash[0],
                    exact->outputs[i].hash[1]);
    for (int i = 0; i < exact->n_rows; i++)
        fprintf(out, "              %s: %s %s %" PRIu64 " -> %" PRIu64 "\n", exact->rows[i].workload, exact->rows[i].op,
                exact->rows[i].what, exact->rows[i].base, exact->rows[i].head);
}

static void put_beside(void *out, const struct bn_gate_line *line)
{
    fprintf(out, "%-13s %s: %s%s\n", line->tier, line->name, line->text,
            line->outcome == BN_OUTCOME_FAILED ? ", FOUND" : "");
}

static void write_instructions(const struct bn_gate_report *report, FILE *out)
{
    const struct bn_instructions_result *r = &report->instructions;
    if (!r->source) fprintf(out, "instructions  not counted: %s\n", bn_gate_no_instructions(report));
    for (int w = 0; r->source && w < report->n_workloads; w++)
        fprintf(out, "%-13s %s: %.0f -> %.0f (%+.3f %%, %s)\n", w ? "" : "instructions", report->workloads[w].name,
                r->base[w], r->head[w], 100 * (r->head[w] / r->base[w] - 1), r->source);
}

static void write_blame(const struct bn_gate_report *report, FILE *out)
{
    char text[256];
    bn_gate_blame_text(&report->blame, text, sizeof text);
    if (report->blame.found)
        fprintf(out, "operation     %s: %s\n", report->workloads[report->blame.workload].name, text);
    else if (report->blame.reason[0])
        fprintf(out, "operation     not known: %s\n", report->blame.reason);
}

/* All but the time. */
static void write_tiers(const struct bn_gate_report *report, FILE *out)
{
    char text[640];
    if (report->foreign) {
        bn_gate_greedy_text(report, text, sizeof text);
        fprintf(out, "greedy text   %s\n", text);
        return;
    }
    write_builds(report, out);
    write_exact(&report->exact, out);
    bn_gate_beside(report, put_beside, out);
    write_instructions(report, out);
}

void bn_gate_write_terminal(const struct bn_gate_report *report, FILE *out)
{
    char text[128];
    write_tiers(report, out);
    for (int w = 0; w < report->n_workloads; w++) {
        const struct bn_gate_finding *f = &report->paired.findings[w];
        bn_gate_time_text(report, w, text, sizeof text);
        fprintf(out, "%-13s %s: %s", w ? "" : "time", report->workloads[w].name, text);
        bool measured = report->paired.first[w].n > 0;
        if (measured)
            fprintf(out, "; %d+%d pairs, p %.2g, Holm %.2g", report->paired.first[w].n, report->paired.again[w].n, f->p,
                    f->p_holm);
        fputc('\n', out);
    }
    for (int w = 0; w < report->n_workloads; w++)
        if (!isnan(report->noise.detectable[w]))
            fprintf(out, "%-13s %s: a slow-down is detected from %.1f %% on (self-test of %s)\n", "",
                    report->workloads[w].name, bn_gate_percent(report->noise.detectable[w]), report->noise.when);
    if (!report->noise.when[0] && !report->foreign)
        fprintf(out, "%-13s what is detected on this machine is not known: run gate --self-test\n", "");
    write_blame(report, out);
    if (report->allowed) fprintf(out, "allowed       %s\n", report->allowed);
    if (report->n_pairs)
        fprintf(out, "canary        spread %.1f %%, %d of %d pairs repeated after a disturbance\n",
                100 * report->canary_spread, report->n_disturbed, report->n_pairs + report->n_disturbed);
    write_found(report, out);
    fprintf(out, "repeat        %s\n", report->repeat);
    fprintf(out, "verdict       %s (exit %d) in %.1f s: %s\n", bn_gate_verdict_name(report->verdict),
            bn_gate_exit_code(report->verdict), report->seconds, report->reason);
}

static json_t *number(double x) /* JSON has no NaN and no infinity */
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *exact_json(const struct bn_exact_result *exact)
{
    json_t *rows = json_array();
    for (int i = 0; i < exact->n_rows; i++)
        json_array_append_new(rows,
                              json_pack("{s:s, s:s, s:s, s:I, s:I}", "workload", exact->rows[i].workload, "op",
                                        exact->rows[i].op, "what", exact->rows[i].what, "base",
                                        (json_int_t)exact->rows[i].base, "head", (json_int_t)exact->rows[i].head));
    json_t *outputs = json_array();
    for (int i = 0; i < exact->n_outputs; i++) {
        const struct bn_exact_output *o = &exact->outputs[i];
        json_t *distance = !o->n_differ ? json_null()
                                        : json_pack("{s:o, s:i, s:i, s:i}", "largest_difference", number(o->largest),
                                                    "first_position", o->first_position, "positions_that_differ",
                                                    o->n_differ, "positions", o->n_positions);
        json_array_append_new(outputs, json_pack("{s:s, s:i, s:b, s:s, s:s, s:o}", "workload", o->workload, "threads",
                                                 o->threads, "changed", o->changed, "base_hash", o->hash[0],
                                                 "head_hash", o->hash[1], "distance", distance));
    }
    return json_pack("{s:b, s:b, s:b, s:i, s:f, s:o, s:o}", "measured", exact->measured, "output_changed",
                     exact->output_changed, "more_work", exact->more_work, "compared", exact->n_compared, "seconds",
                     exact->seconds, "outputs", outputs, "differences", rows);
}

static json_t *instructions_json(const struct bn_gate_report *report)
{
    const struct bn_instructions_result *r = &report->instructions;
    json_t *rows = json_array();
    for (int w = 0; r->source && w < report->n_workloads; w++)
        json_array_append_new(rows, json_pack("{s:s, s:f, s:f}", "workload", report->workloads[w].name, "base",
                                              r->base[w], "head", r->head[w]));
    return json_pack("{s:s?, s:s?, s:b, s:f, s:o}", "source", r->source, "reason",
                     r->source ? NULL : bn_gate_no_instructions(report), "more", r->more, "seconds", r->seconds,
                     "counts", rows);
}

static json_t *series_json(const struct bn_gate_series *series)
{
    json_t *values = json_array();
    for (int i = 0; i < series->n; i++) json_array_append_new(values, json_real(series->d[i]));
    return values;
}

static json_t *finding_json(const struct bn_gate_finding *f, const struct bn_gate_series *series)
{
    static const struct bn_gate_finding none = {NAN, NAN, NAN, NAN, NAN, NAN, false, false, false};
    if (!series->n) f = &none;
    return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o}", "pairs", series->n, "median_percent",
                     number(bn_gate_percent(f->median)), "low_percent", number(bn_gate_percent(f->low)), "high_percent",
                     number(bn_gate_percent(f->high)), "p", number(f->p), "p_holm", number(f->p_holm), "p_faster",
                     number(f->p_faster), "suspect", f->suspect, "ruled_out", f->ruled_out, "log_ratios",
                     series_json(series));
}

static json_t *time_json(const struct bn_gate_report *report)
{
    json_t *rows = json_array();
    for (int w = 0; w < report->n_workloads; w++) {
        const struct bn_paired_result *p = &report->paired;
        json_t *again = p->again[w].n ? finding_json(&p->confirmed[w], &p->again[w]) : json_null();
        json_t *detectable = number(bn_gate_percent(report->noise.detectable[w])),
               *place = number(bn_gate_percent(report->noise.place[w]));
        json_array_append_new(rows, json_pack("{s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o}", "workload",
                                              report->workloads[w].name, "unit", "log(head/base)", "regressed",
                                              p->regressed[w], "improved", p->improved[w], "detectable_percent",
                                              detectable, "place_percent", place, "first",
                                              finding_json(&p->findings[w], &p->first[w]), "rerun", again));
    }
    return rows;
}

static void put_json(void *list, const char *line) { json_array_append_new(list, json_string(line)); }

static json_t *found_json(const struct bn_found_list *found)
{
    json_t *list = json_array();
    for (int i = 0; i < found->n && i < BN_FOUND_MOST; i++) {
        const struct bn_found *f = &found->at[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:s?, s:b, s:s}", "name", bn_found_name(f->kind), "workload",
                                        f->workload[0] ? f->workload : NULL, "allowed", f->allowed, "text", f->text));
    }
    return list;
}

static json_t *blame_json(const struct bn_gate_report *report)
{
    const struct bn_gate_blame *b = &report->blame;
    if (!b->found) return b->reason[0] ? json_pack("{s:s}", "reason", b->reason) : json_null();
    return json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:o, s:o}", "workload", report->workloads[b->workload].name,
                     "op", b->op, "base_ns", b->ns[0], "head_ns", b->ns[1], "base_share", b->share[0], "head_share",
                     b->share[1], "part_of_growth", b->grown, "base_instructions", number(b->instructions[0]),
                     "head_instructions", number(b->instructions[1]));
}

json_t *bn_gate_json(const struct bn_gate_report *report)
{
    json_t *root =
        json_pack("{s:i, s:s, s:i, s:s, s:s, s:s, s:s, s:i, s:f, s:f, s:f}", "schema", 1, "verdict",
                  bn_gate_verdict_name(report->verdict), "exit_code", bn_gate_exit_code(report->verdict), "reason",
                  report->reason, "base", report->base, "head", report->head, "model", report->model, "threads",
                  report->threads, "tolerance_percent", bn_gate_percent(report->rule.tolerance), "ignore_percent",
                  bn_gate_percent(report->rule.ignore), "seconds", report->seconds);
    json_object_set_new(root, "found", found_json(&report->found));
    json_t *words = json_array();
    bn_gate_last_words(report, put_json, words);
    json_object_set_new(root, "stderr", words);
    json_object_set_new(root, "seed", json_integer((json_int_t)report->seed));
    json_object_set_new(root, "repeat", json_string(report->repeat));
    json_object_set_new(root, "exact", exact_json(&report->exact));
    if (report->foreign)
        json_object_set_new(root, "greedy_text",
                            json_pack("{s:b, s:b, s:s, s:s, s:s}", "compared", report->texts.compared, "changed",
                                      report->texts.changed, "base", report->texts.hash[0], "head",
                                      report->texts.hash[1], "reason", report->texts.reason));
    bn_gate_beside_json(report, root);
    json_object_set_new(root, "instructions", instructions_json(report));
    json_object_set_new(root, "time", time_json(report));
    json_object_set_new(root, "operation", blame_json(report));
    json_object_set_new(root, "allowed", report->allowed ? json_string(report->allowed) : json_null());
    json_object_set_new(root, "relinked", json_boolean(report->relinked));
    json_object_set_new(root, "canary",
                        json_pack("{s:o, s:i, s:i, s:i}", "spread", number(report->canary_spread), "pairs",
                                  report->n_pairs, "repeated", report->n_disturbed, "blocks", report->n_blocks));
    json_object_set_new(root, "builds", json_pack("[O?, O?]", report->hello[0], report->hello[1]));
    return root;
}
