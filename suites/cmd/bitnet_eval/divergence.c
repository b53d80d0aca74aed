/* divergence.c - bitnet-eval divergence: how far a model's predictions are from another's. */
#include "suites/cmd/bitnet_eval/eval.h"
#include <stdio.h>

static void show_windows(void *self, int layers, size_t done, size_t total)
{
    (void)self;
    bn_cmd_progress("%d layers %zu/%zu", layers, done, total);
}

static json_t *divergence_json(const struct bn_divergence *d)
{
    return json_pack("{s:i, s:f, s:f, s:f, s:f, s:f, s:I}", "layers", d->layers, "kl", d->kl, "kl_error", d->kl_error,
                     "same_top", d->same_top, "perplexity", d->perplexity, "reference_perplexity",
                     d->reference_perplexity, "n", (json_int_t)d->n);
}

int diverge(void)
{
    if (!o.model_path || !o.against) bn_cmd_fail(&cmd, 2, "divergence needs --model and --against.");
    bn_model_close(open_model()); /* says what the options do to it */
    struct bn_divergence_options how = {.model_path = o.model_path,
                                        .reference_path = o.against,
                                        .text_file = o.eval.text_file,
                                        .model = o.model,
                                        .session = o.eval.session,
                                        .n_ctx = o.eval.n_ctx,
                                        .limit = o.eval.limit,
                                        .n_threads = o.eval.n_threads,
                                        .progress = show_windows};
    struct bn_divergence d;
    struct bn_error err;
    json_t *rows = json_array();
    for (int layers = 0, all = 1; layers < all; layers++) { /* 0: all of them */
        if (bn_divergence_run(&d, &how, layers, &err) != BN_OK)
            bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
        bn_cmd_progress(NULL);
        if (layers == 0 && o.lens) all = d.layers;
        json_array_append_new(rows, divergence_json(&d));
        if (!o.json)
            printf("after layer %-3d KL %.5f +- %.5f nats, same token %.2f %%, perplexity %.4f (reference %.4f), %zu "
                   "predictions\n",
                   d.layers, d.kl, d.kl_error, 100 * d.same_top, d.perplexity, d.reference_perplexity, d.n);
    }
    if (o.json)
        put_json(stdout, json_pack("{s:o}", "divergence", rows), "the result");
    else
        json_decref(rows);
    return 0;
}
