/* latency.c - bitnet-eval --subset latency: how long documents of a workload take to be continued. */
#include "suites/cmd/bitnet_eval/eval.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void print_ms(double ms)
{
    if (isfinite(ms))
        printf(" %10.4g", ms);
    else
        printf(" %10s", "-");
}

static void print_latency(const struct bn_latency *l, const char *workload)
{
    printf(
        "%zu of %zu documents of %s, %zu prompt tokens (%zu cut to the context of %d), %d new tokens each, %d threads, "
        "KV cache %s\n",
        l->n, l->n_documents, workload, l->n_prompt_tokens, l->n_cut, l->n_ctx, l->n_new, l->n_threads, l->kv_type);
    printf("%-6s %8s %10s %10s", "ms", "n", "mean", "±");
    for (int q = 0; q < BN_QUANTILES; q++) printf("        p%02.0f", 100 * bn_latency_quantiles[q]);
    printf(" %10s\n", "most");
    for (int i = 0; i < BN_TIMES; i++) {
        const struct bn_latency_times *t = &l->times[i];
        printf("%-6s %8zu", bn_time_names[i], t->n);
        print_ms(t->mean);
        print_ms(t->error);
        for (int q = 0; q < BN_QUANTILES; q++) print_ms(t->quantile[q]);
        print_ms(t->most);
        putchar('\n');
    }
    for (int q = 0; q < BN_QUANTILES; q++)
        if (!isfinite(l->times[BN_TIME_TTFT].quantile[q]))
            printf("p%.0f needs %zu values: fewer say nothing certain of so rare a time\n",
                   100 * bn_latency_quantiles[q], bn_latency_least(bn_latency_quantiles[q]));
}

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *metrics_json(const struct bn_latency *l)
{
    json_t *all = json_object();
    for (int i = 0; i < BN_TIMES; i++) {
        const struct bn_latency_times *t = &l->times[i];
        char name[32];
        snprintf(name, sizeof name, "%s_ms", bn_time_names[i]);
        json_object_set_new(
            all, name,
            json_pack("{s:o, s:o, s:I}", "value", number(t->mean), "stderr", number(t->error), "n", (json_int_t)t->n));
        for (int q = 0; q < BN_QUANTILES; q++) {
            snprintf(name, sizeof name, "%s_ms,p%.0f", bn_time_names[i], 100 * bn_latency_quantiles[q]);
            if (isfinite(t->quantile[q]))
                json_object_set_new(
                    all, name, json_pack("{s:f, s:n, s:I}", "value", t->quantile[q], "stderr", "n", (json_int_t)t->n));
        }
    }
    return all;
}

static json_t *latency_json(const struct bn_latency *l, const char *workload, const struct bn_model_info *info)
{
    json_t *settings = json_pack("{s:s, s:i}", "workload", BN_PRINTABLE(workload), "max_new_tokens", l->n_new);
    bn_eval_add_choice(settings, &o.eval, l->n);
    json_t *result = json_pack("{s:s, s:s, s:s, s:i, s:o, s:I, s:I, s:I, s:f, s:o}", "task", "latency", "version", "1",
                               "kv_type", l->kv_type, "n_ctx", l->n_ctx, "settings", settings, "n", (json_int_t)l->n,
                               "prompt_tokens", (json_int_t)l->n_prompt_tokens, "cut", (json_int_t)l->n_cut, "seconds",
                               l->seconds, "metrics", metrics_json(l));
    json_t *out = bn_eval_summary_json(NULL, 0, info, l->n_threads);
    json_array_append_new(json_object_get(out, "results"), result);
    return out;
}

int latency(void)
{
    struct bn_error err = {0};
    struct bn_latency times;
    struct chosen chosen = {0};
    char *directory;
    if (!o.workload)
        bn_cmd_fail(&cmd, 2, "--subset latency needs --workload: openwebtext, a task of texts, or a file.");
    if (bn_workload_open(&chosen.task, &chosen.own, &directory, o.workload, &err) != BN_OK)
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    if (directory) o.eval.data_dir = directory;
    read_seed();
    read_samples(&chosen, 1);
    o.eval.n_samples = chosen.n_samples;
    if (bn_task_check_data(chosen.task, &o.eval, &err) != BN_OK)
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : err.status == BN_ERR_IO ? 77 : 1, "%s", err.text);
    struct bn_model *model = open_model();
    o.eval.progress = show_progress;
    if (bn_latency_run(&times, model, chosen.task, &o.eval, o.n_new, &err) != BN_OK ||
        bn_model_check(model, &err) != BN_OK)
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    bn_cmd_progress(NULL);
    if (o.json)
        put_json(stdout, latency_json(&times, o.workload, bn_model_info(model)), "the result");
    else
        print_latency(&times, BN_PRINTABLE(o.workload));
    bn_model_close(model);
    bn_task_free(chosen.own);
    free(directory);
    return 0;
}
