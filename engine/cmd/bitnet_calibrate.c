/* bitnet_calibrate.c - finds one scale for the activations of each site and writes activation_scales.json. */
#include "engine/cmdline.h"
#include "engine/core/status.h"
#include "engine/fit/activation_scales.h"
#include "engine/fit/calibration.h"
#include "engine/format/fingerprint.h"
#include "engine/model/model.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct {
    const char *model, *dataset, *method, *output_dir;
    int iters, windows, window_tokens, threads; /* iters and percentile: 0 where not given */
    float percentile;
    uint64_t seed;
    bool force;
} o = {.method = "mse", .windows = 128, .window_tokens = 128};
enum { STANDARD_ITERS = 200, SECONDS_BETWEEN_STATES = 1 };
#define STANDARD_PERCENTILE 99.9f

static const struct bn_cmd_option options[] = {
    {"model", "FILE_OR_DIR", BN_CMD_STRING, &o.model, "ternary model"},
    {"dataset", "FILE", BN_CMD_STRING, &o.dataset, "text to calibrate on"},
    {"output_dir", "DIR", BN_CMD_STRING, &o.output_dir, "folder that gets activation_scales.json"},
    {"method", "NAME", BN_CMD_STRING, &o.method, "absmax, percentile, mse or kl (default mse)",
     .values = BN_CMD_WORDS("absmax", "percentile", "mse", "kl")},
    {"iters", "N", BN_CMD_INT, &o.iters, "mse: scales that are tried for each site (default 200)", 1, 100000},
    {"percentile", "P", BN_CMD_FLOAT, &o.percentile, "percentile: of the magnitudes (default 99.9)", 50, 100},
    {"windows", "N", BN_CMD_INT, &o.windows, "windows drawn from the text (default 128)", 1, 1000000},
    {"window_tokens", "N", BN_CMD_INT, &o.window_tokens, "tokens of a window (default 128)", 2, 1000000},
    {"seed", "N", BN_CMD_U64, &o.seed, "which windows (default 0)"},
    {"threads", "N", BN_CMD_INT, &o.threads, "threads; 0: one per physical core; the result is the same", 0, 1024},
    {"force", NULL, BN_CMD_FLAG, &o.force, "replace an existing activation_scales.json, or the state of another run"},
    {0}};
static const struct bn_cmd cmd = {"bitnet-calibrate", "find fixed scales for activations",
                                  "--model FILE_OR_DIR --dataset FILE --output_dir DIR [--method NAME]", options,
                                  "Every program takes the result with --activation_scales FILE. A run that was "
                                  "interrupted goes on where it was\nwhen the same command is given again.\n"};

static _Noreturn void fail(const struct bn_error *err)
{
    bn_cmd_fail(&cmd, err->status == BN_ERR_USAGE ? 2 : 1, "%s", err->text);
}

static bool is_method(const char *name) { return !strcmp(o.method, name); }

static void check_arguments(void)
{
    if (!o.model || !o.dataset || !o.output_dir || !*o.output_dir)
        bn_cmd_fail(&cmd, 2, "--model, --dataset and --output_dir are required; see --help.");
    bn_cmd_needs(&cmd, "iters", is_method("mse"), "--method mse");
    bn_cmd_needs(&cmd, "percentile", is_method("percentile"), "--method percentile");
    if (!o.iters) o.iters = STANDARD_ITERS;
    if (!(o.percentile > 0)) o.percentile = STANDARD_PERCENTILE;
}

/* The text of a path in the output folder. */
struct path {
    char text[4096];
};
static struct path in_folder(const char *name)
{
    struct path path;
    int n = snprintf(path.text, sizeof path.text, "%s/%s", o.output_dir, name);
    if (n >= (int)sizeof path.text) bn_cmd_fail(&cmd, 2, "The name of --output_dir is too long.");
    return path;
}

/* Before the long work: the result can be written, and replaces nothing without --force. */
static void check_result(const char *result)
{
    struct stat st;
    struct bn_output *output;
    struct bn_error err;
    if (mkdir(o.output_dir, 0777) && errno != EEXIST)
        bn_cmd_fail(&cmd, 1, "Could not create %s: %s.", BN_PRINTABLE(o.output_dir), strerror(errno));
    if (!o.force && !lstat(result, &st))
        bn_cmd_fail(&cmd, 2, "%s exists; choose another --output_dir, or add --force to replace it.",
                    BN_PRINTABLE(result));
    if (bn_output_open(&output, result, &err)) fail(&err);
    bn_output_discard(output); /* a killed run leaves nothing of it */
}

static void resume(struct bn_calibration *c, const char *state)
{
    struct bn_error err;
    enum bn_status status = bn_calibration_resume(c, state, &err);
    if (status == BN_OK && c->done)
        fprintf(stderr, "%s: goes on after %d of %d steps\n", cmd.name, c->done, c->n_steps);
    if (status == BN_ERR_FORMAT && !o.force)
        bn_cmd_fail(&cmd, 1, "%.*s; remove it, or add --force to begin anew.", (int)strlen(err.text) - 1, err.text);
    if (status != BN_OK && status != BN_ERR_FORMAT) fail(&err);
}

static void collect(struct bn_calibration *c, const struct bn_model *model, const char *state)
{
    struct bn_error err;
    struct timespec now, saved;
    clock_gettime(CLOCK_MONOTONIC, &saved);
    while (c->done < c->n_steps) {
        int n = c->n_steps / 2;
        bn_cmd_progress("%s: window %d of %d", c->done < n ? "range" : "histogram", c->done % n + 1, n);
        if (bn_calibration_step(c, &err)) fail(&err);
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec - saved.tv_sec < SECONDS_BETWEEN_STATES) continue;
        if (bn_model_check(model, &err) || bn_calibration_save(c, state, &err)) fail(&err);
        saved = now;
    }
    bn_cmd_progress(NULL);
}

static double limit_of(const struct bn_histogram *h)
{
    if (is_method("percentile")) return bn_histogram_percentile(h, (double)o.percentile);
    if (is_method("mse")) return bn_histogram_mse(h, o.iters);
    return is_method("kl") ? bn_histogram_kl(h) : h->most;
}

static void print_site(FILE *f, int i, const struct bn_site_seen *site)
{
    const struct bn_histogram *h = &site->histogram;
    double scale = limit_of(h) / BN_CODE_MOST;
    fprintf(f, "%s\n  \"%s\": {\"scale\": %.9g, \"min\": %.9g, \"max\": %.9g, ", i ? "," : "", bn_site_name(i).text,
            scale, site->min, site->max);
    fprintf(f, "\"p99\": %.9g, \"p99.9\": %.9g, \"p99.99\": %.9g, \"clipped_share\": %.9g}",
            bn_histogram_percentile(h, 99), bn_histogram_percentile(h, 99.9), bn_histogram_percentile(h, 99.99),
            bn_histogram_above(h, (BN_CODE_MOST + 0.5) * scale));
}

static void print_scales(FILE *f, const struct bn_model *model, const struct bn_calibration *c)
{
    fprintf(f, "{\"format\": \"%s\", \"version\": %d,\n \"model\": {\"fingerprint\": \"%016llx\"},\n",
            BN_ACTIVATION_SCALES_FORMAT, BN_ACTIVATION_SCALES_VERSION,
            (unsigned long long)bn_source_fingerprint(&model->source));
    fprintf(f, " \"method\": \"%s\"", o.method);
    if (is_method("mse")) fprintf(f, ", \"iters\": %d", o.iters);
    if (is_method("percentile")) fprintf(f, ", \"percentile\": %.7g", (double)o.percentile);
    fprintf(f, ",\n \"text\": {\"seed\": %llu, \"windows\": %d, \"window_tokens\": %d},\n \"sites\": {",
            (unsigned long long)o.seed, o.windows, o.window_tokens);
    for (int i = 0; i < c->n_sites; i++) print_site(f, i, &c->sites[i]);
    fprintf(f, "\n }}\n");
}

static void calibrate(struct bn_model *model, const char *bytes, size_t n, const struct bn_session_options *session)
{
    struct bn_calibration *c;
    struct bn_output *output;
    struct bn_error err;
    struct path result = in_folder("activation_scales.json"), state = in_folder("activation_scales.state");
    const struct bn_calibration_options cut = {o.windows, o.window_tokens, o.threads, o.seed, *session};
    if (bn_calibration_open(&c, model, bytes, n, &cut, &err)) fail(&err);
    check_result(result.text);
    resume(c, state.text);
    collect(c, model, state.text);
    if (bn_model_check(model, &err) || bn_output_open(&output, result.text, &err)) fail(&err);
    print_scales(bn_output_stream(output), model, c);
    if (bn_output_commit(output, &err)) fail(&err);
    unlink(state.text);
    printf("%s: %d sites by %s from %d windows of %d tokens\n", BN_PRINTABLE(result.text), c->n_sites, o.method,
           o.windows, o.window_tokens);
    bn_calibration_close(c);
}

int main(int argc, char **argv)
{
    struct bn_model *model;
    struct bn_error err;
    char *bytes;
    size_t n;
    struct bn_settings settings = {.session.n_threads = 0};
    struct bn_cmd all = cmd;
    all.options = bn_cmd_options_join(options);
    if (bn_cmd_parse(&all, argc, argv)) bn_cmd_fail(&cmd, 2, "Unexpected argument \"%s\"; see --help.", argv[1]);
    check_arguments();
    if (bn_cmd_options_apply(&settings, BN_TASK_SESSION, &err) || bn_cmd_options_exact(&err)) fail(&err);
    if (bn_model_open(&model, o.model, &settings.model, &err) || bn_cmd_options_act(bn_model_info(model), &err) ||
        bn_input_read(&bytes, &n, o.dataset, (size_t)1 << 30, &err))
        fail(&err);
    bn_cmd_options_say(cmd.name, &settings.model, bn_model_info(model));
    calibrate(model, bytes, n, &settings.session);
    bn_model_close(model);
    free(bytes);
    return bn_cmd_finish(cmd.name, 0);
}
