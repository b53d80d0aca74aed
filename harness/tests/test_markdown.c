/* test_markdown.c - foreign text in Markdown is text: escapes as CommonMark and GitHub's tables define them (expected
 * values by hand from the specifications), and what a pull request's summary makes of evil names. */
#include "harness/core/markdown.h"
#include "harness/gate/report.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *put(void (*write)(FILE *out, const char *text), const char *text)
{
    static char *shown;
    size_t n;
    free(shown);
    FILE *out = open_memstream(&shown, &n);
    write(out, text);
    fclose(out);
    return shown;
}

Test(markdown, nothing_in_a_text_is_markup)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {{"decode 4 after 64", "decode 4 after 64"},
                 {"kv_type=q8_0", "kv_type=q8_0"}, /* no emphasis inside a word */
                 {"_a_ *b* **c**", "\\_a\\_ \\*b\\* \\*\\*c\\*\\*"},
                 {"a|b", "a\\|b"},
                 {"a\nb\n", "a b"},
                 {"`x` ~~y~~", "\\`x\\` \\~\\~y\\~\\~"},
                 {"<img src=x onerror=alert(1)>", "\\<img src=x onerror=alert(1)\\>"},
                 {"[a](http://x) ![b](y)", "\\[a\\](http://x) !\\[b\\](y)"},
                 {"&lt;", "\\&lt;"},
                 {"a\\|b", "a\\\\\\|b"},
                 {"# h", "\\# h"},
                 {"- item", "\\- item"},
                 {"---", "\\---"},
                 {"12. item", "12\\. item"},
                 {"1.5 times", "1.5 times"},
                 {"-", "-"}, /* the cell of a missing figure */
                 {"-0.3 %", "-0.3 %"},
                 {"+0.25 [-0.40, 0.90] %", "+0.25 \\[-0.40, 0.90\\] %"},
                 {"\x1b[31mred", "\\\\x1b\\[31mred"},
                 {"", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_str_eq(put(bn_markdown_put, cases[i].text), cases[i].wanted, "%s: %s", cases[i].text,
                         put(bn_markdown_put, cases[i].text));
}

Test(markdown, a_code_span_holds_backticks)
{
    cr_expect_str_eq(put(bn_markdown_put_code, "a | *b*"), "`a | *b*`");
    cr_expect_str_eq(put(bn_markdown_put_code, "echo `date`"), "`` echo `date` ``");
    cr_expect_str_eq(put(bn_markdown_put_code, "``"), "``` `` ```");
}

/* A table ends nowhere but at its end: every row has three cells, whatever is in them. */
Test(markdown, the_gates_table_keeps_its_shape)
{
    static const char evil[] = "a | b\n| <script> `x` [y](z) |";
    struct bn_gate_workload workloads[1] = {0};
    static struct bn_gate_report report;
    report = (struct bn_gate_report){.model = evil, .n_workloads = 1, .workloads = workloads, .allowed = evil};
    snprintf(workloads[0].name, sizeof workloads[0].name, "%s", "w|x *y*");
    snprintf(report.reason, sizeof report.reason, "# %s", evil);
    snprintf(report.repeat, sizeof report.repeat, "say `%s`", evil);
    bn_found_add(&report.found, BN_FOUND_SLOWER, false, "w|x *y*", "%s", evil);
    snprintf(report.fate.last_words, sizeof report.fate.last_words, "%s", "</pre> # last & words\n- more");
    char *shown;
    size_t n;
    FILE *out = open_memstream(&shown, &n);
    bn_gate_write_markdown(&report, out);
    fclose(out);
    cr_expect(strstr(shown, "\n\\# a \\| b \\| \\<script\\> \\`x\\` \\[y\\](z) \\|\n"), "%s", shown);
    cr_expect(strstr(shown, "<pre>\n&lt;/pre&gt; # last &amp; words\n- more\n</pre>\n"), "%s", shown);
    int rows = 0;
    for (char *line = shown, *end; (end = strchr(line, '\n')); line = end + 1) {
        int bars = 0;
        if (*line != '|') continue;
        for (char *c = line; c < end; c++) bars += *c == '|' && (c == line || c[-1] != '\\');
        cr_expect_eq(bars, 4, "%.*s", (int)(end - line), line);
        rows++;
    }
    cr_expect(rows >= 5, "%d rows", rows);
    free(shown);
}
