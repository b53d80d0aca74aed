/* bench_answers.c - bitnet-bench answers: did a model, a build or an option change what is answered? */
#include "engine/cmdline.h"
#include "harness/answers/answers.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

int bn_bench_answers(int argc, char **argv);

static float margin_points;
static bool json, common;
static const struct bn_cmd_option options[] = {
    {"margin", "POINTS", BN_CMD_FLOAT, &margin_points,
     "test equivalence: a difference of fewer percentage points counts as none (0.8: the article's)", .min = 0.001,
     .max = 100},
    {"common", NULL, BN_CMD_FLAG, &common, "compare the items that both files have, and leave out the others"},
    {"json", NULL, BN_CMD_FLAG, &json, "print one JSON object"},
    {0}};
static const struct bn_cmd cmd = {
    "bitnet-bench answers",
    "answers of two runs to the same questions, item by item",
    "BASE HEAD [options]",
    options,
    "BASE and HEAD are files of items: bitnet-eval --items, or lm-eval --log_samples (samples_TASK_DATE.jsonl).\n"
    "Tests: McNemar's exact test on items that are right in one file alone, adjusted over the tasks (Holm); the sign "
    "test\n"
    "on how the log-likelihood of the right choice moved; with --margin two one-sided tests of equivalence at 5 %.\n",
    "0 nothing is worse, 1 failed, 2 usage, 4 a task is worse, 5 --margin: neither worse nor equivalent"};

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *task_json(const struct bn_answers_task *t)
{
    return json_pack("{s:s, s:I, s:f, s:f, s:I, s:I, s:I, s:f, s:o, s:o, s:f, s:f, s:o, s:o, s:o, s:f, s:f, s:b, s:s}",
                     "task", BN_PRINTABLE(t->name), "n", (json_int_t)t->n, "base", t->right[0], "head", t->right[1],
                     "lost", (json_int_t)t->lost, "won", (json_int_t)t->won, "changed", (json_int_t)t->n_changed,
                     "difference", t->right[1] - t->right[0], "low", number(t->difference.low), "high",
                     number(t->difference.high), "mcnemar_p", t->p, "holm_p", t->p_holm, "shift_nats", number(t->shift),
                     "shift_low", number(t->shift_range.low), "shift_high", number(t->shift_range.high), "sign_p",
                     t->p_shift, "detectable", t->detectable, "equivalent", t->equivalent, "verdict",
                     bn_answers_verdict(t));
}

static void print_json(const struct bn_answers_result *r, const struct bn_answers *files)
{
    json_t *tasks = json_array();
    for (int i = 0; i < r->n_tasks; i++)
        if (json_array_append_new(tasks, task_json(&r->tasks[i])))
            bn_cmd_fail(&cmd, 1, "Could not write the result of task %s as JSON.", BN_PRINTABLE(r->tasks[i].name));
    json_t *out = json_pack("{s:s, s:s, s:s, s:I, s:I, s:o, s:o}", "format", "bitnet-answers-1", "base",
                            BN_PRINTABLE(files[0].path), "head", BN_PRINTABLE(files[1].path), "only_base",
                            (json_int_t)r->only_base, "only_head", (json_int_t)r->only_head, "margin",
                            margin_points ? json_real(margin_points / 100) : json_null(), "tasks", tasks);
    if (!out || json_dumpf(out, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12)) || putchar('\n') == EOF)
        bn_cmd_fail(&cmd, 1, "Could not write the result.");
    json_decref(out);
}

static void print_table(const struct bn_answers_result *r)
{
    printf("%-20s %6s %7s %7s %5s %5s  %-23s %9s  %-26s %10s  %s\n", "task", "n", "base %", "head %", "lost", "won",
           "difference, points", "p (Holm)", "right choice, nats", "detectable", "verdict");
    for (int i = 0; i < r->n_tasks; i++) {
        const struct bn_answers_task *t = &r->tasks[i];
        char difference[64], shift[64];
        snprintf(difference, sizeof difference, "%+.2f [%+.2f, %+.2f]", 100 * (t->right[1] - t->right[0]),
                 100 * t->difference.low, 100 * t->difference.high);
        snprintf(shift, sizeof shift, "%+.4f [%+.4f, %+.4f]", t->shift, t->shift_range.low, t->shift_range.high);
        if (!t->n_ll) snprintf(shift, sizeof shift, "none"); /* generated answers */
        printf("%-20s %6zu %7.2f %7.2f %5zu %5zu  %-23s %9.3g  %-26s %10.2f  %s\n", BN_PRINTABLE(t->name), t->n,
               100 * t->right[0], 100 * t->right[1], t->lost, t->won, difference, t->p_holm, shift, 100 * t->detectable,
               bn_answers_verdict(t));
    }
}

static int exit_code(const struct bn_answers_result *r)
{
    int code = 0;
    for (int i = 0; i < r->n_tasks; i++) {
        const char *verdict = bn_answers_verdict(&r->tasks[i]);
        if (!strcmp(verdict, "worse")) return 4;
        if (margin_points && !strcmp(verdict, "unclear")) code = 5;
    }
    return code;
}

int bn_bench_answers(int argc, char **argv)
{
    struct bn_answers files[2];
    static struct bn_answers_result result;
    struct bn_error err = {0};
    if (bn_cmd_parse(&cmd, argc, argv) != 2) bn_cmd_fail(&cmd, 2, "Name two files of items: the base and the head.");
    for (int i = 0; i < 2; i++)
        if (bn_answers_read(&files[i], argv[1 + i], &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    if (bn_answers_compare(&result, &files[0], &files[1], margin_points / 100, &err))
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    if (!common && (result.only_base || result.only_head))
        bn_cmd_fail(&cmd, 2, "%zu items are in BASE alone and %zu in HEAD alone; add --common to compare the others.",
                    result.only_base, result.only_head);
    if (files[0].n_left_out + files[1].n_left_out)
        fprintf(stderr,
                "bitnet-bench answers: %zu items that are neither right nor wrong (texts, several true answers) are "
                "left out.\n",
                files[0].n_left_out + files[1].n_left_out);
    if (json)
        print_json(&result, files);
    else
        print_table(&result);
    for (int i = 0; i < 2; i++) bn_answers_release(&files[i]);
    return exit_code(&result);
}
