/* test_slurm_jobs.c - what Slurm's commands answer, and what they are given. */
#include "harness/slurm/work.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(slurm, lines_of_squeue)
{
    struct bn_slurm_tasks t;
    struct bn_error err = {0};
    cr_assert_eq(bn_slurm_tasks_read(&t,
                                     "4711|1|RUNNING|bitnet-bench-0123456789abcdef-1|None\n"
                                     "4294967295|1000|PENDING|b|Nodes required for job are DOWN, DRAINED or reserved\n"
                                     "4711|2|NODE_FAIL|b|\n",
                                     &err),
                 BN_OK, "%s", err.text);
    cr_assert_eq(t.n, 3);
    cr_expect(t.at[0].job == 4711 && t.at[0].index == 1 && t.at[1].job == 4294967295u && t.at[1].index == 1000);
    cr_expect_str_eq(t.at[0].state, "RUNNING");
    cr_expect_str_eq(t.at[0].name, "bitnet-bench-0123456789abcdef-1");
    cr_expect_str_eq(t.at[1].reason, "Nodes required for job are DOWN, DRAINED or reserved");
    cr_expect_str_eq(t.at[2].state, "NODE_FAIL");
    cr_expect_str_eq(t.at[2].reason, "");
    bn_slurm_tasks_release(&t);
    cr_assert_eq(bn_slurm_tasks_read(&t, "", &err), BN_OK);
    cr_expect_eq(t.n, 0);
    bn_slurm_tasks_release(&t);
}

Test(slurm, other_lines_of_squeue_are_refused)
{
    static const char *const lines[] = {"4711|N/A|RUNNING|b|None\n",     /* no task of an array */
                                        "4711|1-3|PENDING|b|None\n",     /* several tasks in one line */
                                        "4711|1|RUNNING|b\n",            /* a field is missing */
                                        "4711|1|RUNNING|b|None",         /* the line was cut */
                                        "4711|1||b|None\n",              /* no state */
                                        "4711|1|running|b|None\n",       /* another program */
                                        "-1|1|RUNNING|b|None\n",         /* no number */
                                        "4294967296|1|RUNNING|b|None\n", /* a number that is too large */
                                        "4711|1|RUNNING|b|No\tne\n",     /* a control byte */
                                        "slurm_load_jobs error: no answer\n",
                                        "\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct bn_slurm_tasks t;
        struct bn_error err = {0};
        cr_expect_eq(bn_slurm_tasks_read(&t, lines[i], &err), BN_ERR_FORMAT, "%s", lines[i]);
        cr_expect_not_null(strstr(err.text, "no task of a job array"), "%s", err.text);
        cr_expect_null(t.at);
    }
}

Test(slurm, the_answer_of_sbatch)
{
    static const char *const wrong[] = {"", "\n", "Submitted batch job 7\n", "7x\n", " 7\n", "4294967296\n"};
    struct bn_error err;
    uint32_t job = 0;
    cr_expect_eq(bn_slurm_job_read(&job, "4711\n", &err), BN_OK);
    cr_expect_eq(job, 4711);
    cr_expect_eq(bn_slurm_job_read(&job, "4712;cluster\n", &err), BN_OK);
    cr_expect_eq(job, 4712);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect_eq(bn_slurm_job_read(&job, wrong[i], &err), BN_ERR_FORMAT, "\"%s\"", wrong[i]);
}

Test(slurm, only_missing_shards_are_submitted)
{
    struct bn_slurm_shard shards[9] = {{0}};
    const struct bn_slurm_array a = {.shards = shards, .n_shards = 9};
    char *text = bn_slurm_missing(&a);
    cr_expect_str_eq(text, "1-9");
    free(text);
    shards[0].done = shards[2].queued = shards[5].done = shards[8].done = true;
    text = bn_slurm_missing(&a);
    cr_expect_str_eq(text, "2,4-5,7-8");
    free(text);
    for (int i = 0; i < 9; i++) shards[i].done = true;
    text = bn_slurm_missing(&a);
    cr_expect_str_eq(text, "");
    free(text);
}

/* The shell itself says whether a word stays what it is. */
Test(slurm, words_reach_the_shell_unchanged)
{
    static const char *const words[] = {"plain", "it's", "", "a b\t$HOME `id` \"x\" \\ ; * %s", "'", "''", "é\nnext"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char *command = NULL, got[256] = "";
        size_t n;
        FILE *out = open_memstream(&command, &n);
        fputs("printf '%s' ", out);
        bn_shell_put(out, words[i]);
        fclose(out);
        FILE *shell = popen(command, "r");
        got[fread(got, 1, sizeof got - 1, shell)] = 0;
        pclose(shell);
        cr_expect_str_eq(got, words[i]);
        free(command);
    }
}
