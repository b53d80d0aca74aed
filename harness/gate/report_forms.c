/* report_forms.c - the gate's result for other programs and people: Markdown, JUnit XML, GitHub annotations.
 */
#include "harness/gate/report.h"
#include <inttypes.h>

static const char *exact_text(const struct bn_exact_result *exact)
{
    return !exact->measured        ? "not measured"
           : exact->output_changed ? "output changed"
           : exact->more_work      ? "more work"
                                   : "identical";
}

void bn_gate_write_markdown(const struct bn_gate_report *report, FILE *out)
{
    static const char *const signs[] = {"✅", "❌", "⚠️", "❔"};
    char text[128];
    fprintf(out, "### %s Performance gate: %s\n\n%s\n\n| tier | what | result |\n| --- | --- | --- |\n",
            signs[report->verdict], bn_gate_verdict_name(report->verdict), report->reason);
    fprintf(out, "| exact | output and declared work | %s, %d of %d figures differ |\n", exact_text(&report->exact),
            report->exact.n_rows, report->exact.n_compared);
    for (int i = 0; i < report->exact.n_rows; i++)
        fprintf(out, "| exact | %s, %s %s | %" PRIu64 " → %" PRIu64 " |\n", report->exact.rows[i].workload,
                report->exact.rows[i].op, report->exact.rows[i].what, report->exact.rows[i].base,
                report->exact.rows[i].head);
    for (int w = 0; report->instructions.source && w < report->n_workloads; w++)
        fprintf(out, "| instructions (%s) | %s | %+.3f %% |\n", report->instructions.source, report->workloads[w].name,
                100 * (report->instructions.head[w] / report->instructions.base[w] - 1));
    if (!report->instructions.source)
        fprintf(out, "| instructions | | not counted: %s |\n", bn_gate_no_instructions(report));
    for (int w = 0; w < report->n_workloads; w++) {
        bn_gate_time_text(report, w, text, sizeof text);
        fprintf(out, "| time | %s | %s |\n", report->workloads[w].name, text);
    }
    fprintf(out,
            "\n<sub>Positive is slower. Bounds are wrong at most 5 times in 100 each, at every look. "
            "Tolerance %.1f %%. %d pairs of fresh "
            "processes, %d repeated after a disturbance. Model %s, %d thread%s, %.0f s.</sub>\n",
            bn_gate_percent(report->rule.tolerance), report->n_pairs, report->n_disturbed, report->model,
            report->threads, report->threads == 1 ? "" : "s", report->seconds);
}

static void put_xml(const char *text, FILE *out)
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

enum outcome { PASSED, FAILED, SKIPPED };

static void put_case(const char *class, const char *name, double seconds, enum outcome outcome, const char *text,
                     FILE *out)
{
    fprintf(out, "  <testcase classname=\"gate.%s\" name=\"", class);
    put_xml(name, out);
    fprintf(out, "\" time=\"%.3f\">", seconds);
    if (outcome != PASSED) {
        fprintf(out, "<%s message=\"", outcome == FAILED ? "failure" : "skipped");
        put_xml(text, out);
        fprintf(out, "\"/>");
    }
    fprintf(out, "</testcase>\n");
}

static enum outcome time_outcome(const struct bn_gate_report *report, int w)
{
    if (report->paired.regressed[w]) return FAILED;
    if (!report->paired.first[w].n) return SKIPPED;
    return report->paired.verdict == BN_GATE_PASS ? PASSED : SKIPPED; /* inconclusive does not pass */
}

void bn_gate_write_junit(const struct bn_gate_report *report, FILE *out)
{
    const struct bn_exact_result *exact = &report->exact;
    const struct bn_instructions_result *counted = &report->instructions;
    bool bad_exact = exact->output_changed || exact->more_work;
    int failures = (exact->measured && bad_exact) + counted->more, skipped = !exact->measured + !counted->source;
    char text[128];
    for (int w = 0; w < report->n_workloads; w++) {
        failures += time_outcome(report, w) == FAILED;
        skipped += time_outcome(report, w) == SKIPPED;
    }
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"bitnet-bench gate\" tests=\"%d\" "
            "failures=\"%d\" "
            "skipped=\"%d\" time=\"%.3f\">\n",
            2 + report->n_workloads, failures, skipped, report->seconds);
    put_case("exact", "output and declared work", exact->seconds,
             !exact->measured ? SKIPPED
             : bad_exact      ? FAILED
                              : PASSED,
             exact_text(exact), out);
    put_case("instructions", "instructions", counted->seconds,
             !counted->source ? SKIPPED
             : counted->more  ? FAILED
                              : PASSED,
             counted->source ? "more than 0.2 % more instructions" : bn_gate_no_instructions(report), out);
    for (int w = 0; w < report->n_workloads; w++) {
        bn_gate_time_text(report, w, text, sizeof text);
        put_case("time", report->workloads[w].name, report->paired.seconds / report->n_workloads,
                 time_outcome(report, w), text, out);
    }
    fprintf(out, "</testsuite>\n");
}

/* Workflow commands end at a line's end, and take % as the start of an escape. */
static void put_command(const char *text, FILE *out)
{
    for (; *text; text++)
        if (*text == '%' || *text == '\n' || *text == '\r')
            fprintf(out, "%%%02X", (unsigned)(unsigned char)*text);
        else
            fputc(*text, out);
    fputc('\n', out);
}

void bn_gate_write_github(const struct bn_gate_report *report, FILE *out)
{
    static const char *const levels[] = {"notice", "error", "error", "warning"};
    char text[128];
    fprintf(out, "::%s title=Performance gate: %s::", levels[report->verdict], bn_gate_verdict_name(report->verdict));
    put_command(report->reason, out);
    for (int w = 0; w < report->n_workloads; w++)
        if (report->paired.regressed[w]) {
            bn_gate_time_text(report, w, text, sizeof text);
            fprintf(out, "::error title=Slower: %s::", report->workloads[w].name);
            put_command(text, out);
        }
    for (int i = 0; i < report->exact.n_rows && i < 10; i++)
        fprintf(out, "::warning title=Declared work: %s::%s %s %" PRIu64 " -> %" PRIu64 "\n",
                report->exact.rows[i].workload, report->exact.rows[i].op, report->exact.rows[i].what,
                report->exact.rows[i].base, report->exact.rows[i].head);
}
