/* report_forms.c - the gate's result for other programs and people: Markdown, JUnit XML, GitHub annotations.
 */
#include "harness/core/markdown.h"
#include "harness/gate/report.h"
#include <inttypes.h>

static const char *exact_text(const struct bn_exact_result *exact)
{
    return !exact->measured        ? "not measured"
           : exact->output_changed ? "output changed"
           : exact->more_work      ? "more work"
                                   : "identical";
}

static void put_xml(void *out, const char *text)
{
    for (; *text; text++) switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text, out);
        }
}

static void put_xml_line(void *out, const char *line)
{
    put_xml(out, line);
    fputc('\n', out);
}

/* What was found, as a list, and what the failed worker said. */
static void put_found(const struct bn_gate_report *report, FILE *out)
{
    for (int i = 0; i < report->found.n && i < BN_FOUND_MOST; i++) {
        const struct bn_found *f = &report->found.at[i];
        fprintf(out, "- **%s%s", bn_found_name(f->kind), f->workload[0] ? ": " : "");
        bn_markdown_put(out, f->workload);
        fprintf(out, "**%s: ", f->allowed ? " (allowed)" : "");
        bn_markdown_put(out, f->text);
        fputc('\n', out);
    }
    if (report->found.n) fputc('\n', out);
    if (!report->fate.last_words[0]) return;
    fputs("<pre>\n", out);
    bn_gate_last_words(report, put_xml_line, out);
    fputs("</pre>\n\n", out);
}

static void put_row(FILE *out, const char *tier, const char *name, const char *sign, const char *text)
{
    fprintf(out, "| %s | ", tier);
    bn_markdown_put(out, name);
    fprintf(out, " | %s", sign);
    bn_markdown_put(out, text);
    fputs(" |\n", out);
}

static void put_beside(void *out, const struct bn_gate_line *line)
{
    put_row(out, line->tier, line->name, line->outcome == BN_OUTCOME_FAILED ? "❌ " : "", line->text);
}

static void put_instructions(const struct bn_gate_report *report, FILE *out)
{
    const struct bn_instructions_result *counted = &report->instructions;
    char tier[64], text[640];
    snprintf(text, sizeof text, "not counted: %s", bn_gate_no_instructions(report));
    if (!counted->source) return put_row(out, "instructions", "", "", text);
    snprintf(tier, sizeof tier, "instructions (%s)", counted->source);
    for (int w = 0; w < report->n_workloads; w++) {
        snprintf(text, sizeof text, "%+.3f %%", 100 * (counted->head[w] / counted->base[w] - 1));
        put_row(out, tier, report->workloads[w].name, "", text);
    }
}

/* All but the time. */
static void put_tiers(const struct bn_gate_report *report, FILE *out)
{
    char name[256], text[640];
    if (report->foreign) {
        bn_gate_greedy_text(report, text, sizeof text);
        put_row(out, "text", "greedy", "", text);
        return;
    }
    const struct bn_exact_result *exact = &report->exact;
    snprintf(text, sizeof text, "%s, %d of %d figures differ", exact_text(exact), exact->n_rows, exact->n_compared);
    put_row(out, "exact", "output and declared work", "", text);
    for (int i = 0; i < exact->n_rows; i++) {
        const struct bn_exact_row *row = &exact->rows[i];
        snprintf(name, sizeof name, "%s, %s %s", row->workload, row->op, row->what);
        snprintf(text, sizeof text, "%" PRIu64 " → %" PRIu64, row->base, row->head);
        put_row(out, "exact", name, "", text);
    }
    put_instructions(report, out);
    bn_gate_beside(report, put_beside, out);
}

static void put_builds(const struct bn_gate_report *report, FILE *out)
{
    static const char *const told[] = {"kernels", "compiler"};
    const char *said[2];
    char text[640];
    for (int i = 0; i < 2; i++) {
        if (!bn_gate_builds_differ(report, told[i], said)) continue;
        snprintf(text, sizeof text, "%s → %s", BN_PRINTABLE(said[0]), BN_PRINTABLE(said[1]));
        put_row(out, "builds", told[i], "", text);
    }
}

static void put_foot(const struct bn_gate_report *report, FILE *out)
{
    fprintf(
        out,
        "\n<sub>Positive is slower. Bounds are wrong at most 5 times in 100 each, at every look. Tolerance %.1f %%. "
        "%d pairs of fresh processes, %d repeated after a disturbance. Model ",
        bn_gate_percent(report->rule.tolerance), report->n_pairs, report->n_disturbed);
    bn_markdown_put(out, report->model);
    fprintf(out, ", %d thread%s, %.0f s. Repeat: ", report->threads, report->threads == 1 ? "" : "s", report->seconds);
    bn_markdown_put_code(out, report->repeat);
    fputs("</sub>\n", out);
}

void bn_gate_write_markdown(const struct bn_gate_report *report, FILE *out)
{
    static const char *const signs[] = {"✅", "❌", "⚠️", "❔", "💥", "🚀"};
    char text[256];
    fprintf(out, "### %s Performance gate: %s\n\n", signs[report->verdict], bn_gate_verdict_name(report->verdict));
    bn_markdown_put(out, report->reason);
    fputs("\n\n", out);
    put_found(report, out);
    fprintf(out, "| tier | what | result |\n| --- | --- | --- |\n");
    put_tiers(report, out);
    for (int w = 0; w < report->n_workloads; w++) {
        bn_gate_time_text(report, w, text, sizeof text);
        put_row(out, "time", report->workloads[w].name, "", text);
    }
    if (report->blame.found) {
        bn_gate_blame_text(&report->blame, text, sizeof text);
        put_row(out, "operation", report->workloads[report->blame.workload].name, "", text);
    }
    put_builds(report, out);
    if (report->allowed) fprintf(out, "\nAllowed: "), bn_markdown_put(out, report->allowed), fputs(".\n", out);
    put_foot(report, out);
}

static void open_case(const char *class, const char *name, double seconds, FILE *out)
{
    fprintf(out, "  <testcase classname=\"gate.%s\" name=\"", class);
    put_xml(out, name);
    fprintf(out, "\" time=\"%.3f\">", seconds);
}

static void put_case(const char *class, const char *name, double seconds, enum bn_gate_outcome outcome,
                     const char *text, FILE *out)
{
    open_case(class, name, seconds, out);
    if (outcome != BN_OUTCOME_PASSED) {
        fprintf(out, "<%s message=\"", outcome == BN_OUTCOME_FAILED ? "failure" : "skipped");
        put_xml(out, text);
        fprintf(out, "\"/>");
    }
    fprintf(out, "</testcase>\n");
}

static bool failed(const struct bn_gate_report *report) { return report->verdict == BN_GATE_FAILED; }

/* Both builds answered everything that they were asked, or the first that did not. */
static void put_run(const struct bn_gate_report *report, FILE *out)
{
    open_case("run", "both builds answer", report->seconds, out);
    if (failed(report)) {
        fprintf(out, "<failure type=\"");
        put_xml(out, bn_found_name(bn_found_gravest(&report->found)->kind));
        fprintf(out, "\" message=\"");
        put_xml(out, report->reason);
        fprintf(out, "\">");
        bn_gate_last_words(report, put_xml_line, out);
        put_xml(out, report->repeat);
        fprintf(out, "</failure>");
    }
    fprintf(out, "</testcase>\n");
}

static enum bn_gate_outcome time_outcome(const struct bn_gate_report *report, int w)
{
    if (report->paired.regressed[w]) return BN_OUTCOME_FAILED;
    if (!report->paired.first[w].n) return BN_OUTCOME_SKIPPED;
    return report->paired.verdict == BN_GATE_PASS ? BN_OUTCOME_PASSED
                                                  : BN_OUTCOME_SKIPPED; /* inconclusive does not pass */
}

struct tally { /* of cases */
    int n, failures, skipped;
};

static void count_line(void *self, const struct bn_gate_line *line)
{
    struct tally *tally = self;
    tally->n++;
    tally->failures += line->outcome == BN_OUTCOME_FAILED;
    tally->skipped += line->outcome == BN_OUTCOME_SKIPPED;
}

static void put_line_case(void *out, const struct bn_gate_line *line)
{
    put_case(line->tier, line->name, line->seconds, line->outcome, line->text, out);
}

void bn_gate_write_junit(const struct bn_gate_report *report, FILE *out)
{
    const struct bn_exact_result *exact = &report->exact;
    const struct bn_instructions_result *counted = &report->instructions;
    bool bad_exact = exact->output_changed || exact->more_work;
    struct tally beside = {0};
    bn_gate_beside(report, count_line, &beside);
    int failures = beside.failures + failed(report) + (exact->measured && bad_exact) + counted->more,
        skipped = beside.skipped + !exact->measured + !counted->source;
    char text[128];
    for (int w = 0; w < report->n_workloads; w++) {
        failures += time_outcome(report, w) == BN_OUTCOME_FAILED;
        skipped += time_outcome(report, w) == BN_OUTCOME_SKIPPED;
    }
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"bitnet-bench gate\" tests=\"%d\" "
            "failures=\"%d\" "
            "skipped=\"%d\" time=\"%.3f\">\n",
            3 + beside.n + report->n_workloads, failures, skipped, report->seconds);
    put_run(report, out);
    put_case("exact", "output and declared work", exact->seconds,
             !exact->measured ? BN_OUTCOME_SKIPPED
             : bad_exact      ? BN_OUTCOME_FAILED
                              : BN_OUTCOME_PASSED,
             exact_text(exact), out);
    put_case("instructions", "instructions", counted->seconds,
             !counted->source ? BN_OUTCOME_SKIPPED
             : counted->more  ? BN_OUTCOME_FAILED
                              : BN_OUTCOME_PASSED,
             counted->source ? "more than 0.2 % more instructions" : bn_gate_no_instructions(report), out);
    bn_gate_beside(report, put_line_case, out);
    for (int w = 0; w < report->n_workloads; w++) {
        bn_gate_time_text(report, w, text, sizeof text);
        put_case("time", report->workloads[w].name, report->paired.seconds / report->n_workloads,
                 time_outcome(report, w), text, out);
    }
    fprintf(out, "</testsuite>\n");
}

/* Workflow commands end at a line's end, and take % as the start of an escape. */
static void put_escaped(void *out, const char *text)
{
    for (; *text; text++)
        if (*text == '%' || *text == '\n' || *text == '\r')
            fprintf(out, "%%%02X", (unsigned)(unsigned char)*text);
        else
            fputc(*text, out);
}

static void put_escaped_line(void *out, const char *line)
{
    put_escaped(out, "\n");
    put_escaped(out, line);
}

void bn_gate_write_github(const struct bn_gate_report *report, FILE *out)
{
    static const char *const levels[] = {"notice", "error", "error", "warning", "error", "notice"};
    fprintf(out, "::%s title=Performance gate: %s::", levels[report->verdict], bn_gate_verdict_name(report->verdict));
    put_escaped(out, report->reason);
    bn_gate_last_words(report, put_escaped_line, out);
    put_escaped_line(out, "Repeat: ");
    put_escaped(out, report->repeat);
    fputc('\n', out);
    for (int i = 0; i < report->found.n && i < BN_FOUND_MOST; i++) {
        const struct bn_found *f = &report->found.at[i];
        fprintf(out, "::%s title=%s%s%s::", f->allowed ? "notice" : "error", bn_found_name(f->kind),
                f->workload[0] ? ": " : "", f->workload);
        put_escaped(out, f->text);
        fputc('\n', out);
    }
    for (int i = 0; i < report->exact.n_rows && i < 10; i++)
        fprintf(out, "::warning title=Declared work: %s::%s %s %" PRIu64 " -> %" PRIu64 "\n",
                report->exact.rows[i].workload, report->exact.rows[i].op, report->exact.rows[i].what,
                report->exact.rows[i].base, report->exact.rows[i].head);
}
