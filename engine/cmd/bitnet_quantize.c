/* bitnet_quantize.c - writes a model as GGUF in the requested encodings. */
#include "engine/cmdline.h"
#include "engine/files.h"
#include "engine/fit/importance.h"
#include "engine/format/gguf_save.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    const char *model, *output, *type, *head, *tokenizer, *i2s_layout, *calibrate_text, *levels;
    float wrq_alpha_init;
    int wrq_rounds, calibrate_windows, threads;
    uint64_t seed;
    bool verify, force, planes; /* the linears become planes of signs */
} o = {.levels = "free", .wrq_alpha_init = 0.85f, .wrq_rounds = 24};
static int n_notes;

static const struct bn_cmd_option options[] = {
    {"model", "FILE_OR_DIR", BN_CMD_STRING, &o.model, "model to read: GGUF, safetensors directory, llama2.c .bin"},
    {"output", "FILE", BN_CMD_STRING, &o.output, "GGUF file to write (all or nothing)"},
    {"type", "NAME", BN_CMD_STRING, &o.type,
     "encoding of the linears: i2_s (or ternary) tq1_0 tq2_0 iq1_bn iq2_bn binary wrq f16 bf16 f32 q8_0 q6_k q4_0; "
     "default: as they "
     "are",
     .values = BN_CMD_WORDS("i2_s", "ternary", "tq1_0", "tq2_0", "iq1_bn", "iq2_bn", "binary", "wrq", "f16", "bf16",
                            "f32", "q8_0", "q6_k", "q4_0"),
     .open = true},
    {"head", "NAME", BN_CMD_STRING, &o.head,
     "encoding of the embedding and head: f16 q8_0 q6_k q4_0 bf16 f32; default: as they are",
     .values = BN_CMD_WORDS("f16", "q8_0", "q6_k", "q4_0", "bf16", "f32"), .open = true},
    {"wrq_alpha_init", "X", BN_CMD_FLOAT, &o.wrq_alpha_init,
     "wrq: the second plane starts at X times the mean residual", .min = 0, .max = 2},
    {"wrq_rounds", "N", BN_CMD_INT, &o.wrq_rounds, "wrq, binary: most rounds of alternating least squares; 0: none",
     .min = 0, .max = 1000},
    {"levels", "NAME", BN_CMD_STRING, &o.levels,
     "wrq: its four levels, to compare with: free, uniform (equally spaced) or ternary (two of them 0); default: free",
     .values = BN_CMD_WORDS("free", "uniform", "ternary")},
    {"calibrate_text", "FILE", BN_CMD_STRING, &o.calibrate_text,
     "wrq, binary: weight the fit by the mean square of each input over this text; -: standard input"},
    {"calibrate_windows", "N", BN_CMD_INT, &o.calibrate_windows, "windows of 128 tokens of it to use; default: 128",
     .min = 1, .max = 1 << 20},
    {"seed", "N", BN_CMD_U64, &o.seed, "chooses the windows"},
    {"threads", "N", BN_CMD_INT, &o.threads, "threads for calibration; 0: one per physical core", .min = 0,
     .max = 1024},
    {"tokenizer", "FILE", BN_CMD_STRING, &o.tokenizer, "tokenizer .bin of a llama2.c checkpoint"},
    {"i2s_layout", "NAME", BN_CMD_STRING, &o.i2s_layout,
     "arm64x16 for I2_S files that were quantised on ARM; default: canonical",
     .values = BN_CMD_WORDS("canonical", "arm64x16")},
    {"verify", NULL, BN_CMD_FLAG, &o.verify, "read the file back and compare it with the source"},
    {"force", NULL, BN_CMD_FLAG, &o.force, "replace an existing output file"},
    {0}};
static const struct bn_cmd cmd = {"bitnet-quantize", "write a model as GGUF",
                                  "--model FILE_OR_DIR --output FILE [--type NAME] [--head NAME] [--verify]", options,
                                  "Ternary weights keep their exact codes and, but for tq1_0, tq2_0 and iq1_bn, which "
                                  "store them as f16, their scales;\nmaster weights become ternary by BitNet's absmean "
                                  "rule, and one (binary) or two (wrq) planes of signs\nwith scales for each row by "
                                  "least squares. Only this engine reads binary and wrq.\n"};

static void show_progress(void *self, const char *tensor, uint64_t done, uint64_t total)
{
    (void)self;
    int percent = total ? (int)(100 * done / total) : 0;
    bn_cmd_progress("[%-30.*s] %3d %%  %s", percent * 30 / 100, "##############################", percent, tensor);
}

/* Prints the first as an example; report() prints how many there were. */
static void show_note(void *self, const char *sentence)
{
    (void)self;
    if (n_notes++ == 0) fprintf(stderr, "bitnet-quantize: %s\n", sentence);
}

static enum bn_encoding encoding_of(const char *name)
{
    if (!name) return BN_ENC_NONE;
    enum bn_encoding e = strcmp(name, "ternary") ? bn_encoding_by_name(name) : BN_ENC_I2_S;
    if (e == BN_ENC_NONE || !bn_encoding_traits(e)->pack)
        bn_cmd_fail(&cmd, 2, "The encoding \"%s\" cannot be written; see --help for those that can.", name);
    return e;
}

/* Replacing a file takes --force; bn_output_open rejects what can never be an output. */
static void check_paths(void)
{
    struct stat out, standard;
    if (!o.model || !o.output) bn_cmd_fail(&cmd, 2, "--model and --output are required; see --help.");
    if (o.force || stat(o.output, &out) || !S_ISREG(out.st_mode)) return;
    if (fstat(STDOUT_FILENO, &standard) || standard.st_dev != out.st_dev || standard.st_ino != out.st_ino)
        bn_cmd_fail(&cmd, 2, "%s exists; choose another --output, or add --force to replace it.", o.output);
}

static _Noreturn void fail(const struct bn_error *err)
{
    bn_cmd_fail(&cmd, err->status == BN_ERR_USAGE ? 2 : 1, "%s", err->text);
}

static void show_windows(void *self, int done, int windows)
{
    (void)self;
    bn_cmd_progress("calibration: window %d of %d", done, windows);
}

/* Runs the calibration text through the model. */
static struct bn_importance *calibrate(const struct bn_model_options *read)
{
    struct bn_model *model;
    struct bn_importance *importance;
    struct bn_error err;
    char *text;
    size_t n;
    const struct bn_calibration_options how = {
        .n_windows = o.calibrate_windows, .n_threads = o.threads, .seed = o.seed};
    if (bn_input_read(&text, &n, o.calibrate_text, (size_t)1 << 30, &err) ||
        bn_model_open(&model, o.model, read, &err) ||
        bn_importance_open(&importance, model, text, n, &how, (struct bn_importance_progress){NULL, show_windows},
                           &err))
        bn_cmd_fail(&cmd, 1, "%s", err.text);
    bn_cmd_progress(NULL);
    free(text);
    bn_model_close(model);
    return importance;
}

static const float *importance_of(const void *importance, const char *tensor)
{
    return bn_importance_of(importance, tensor);
}

/* How the linears are fitted, from the command line. */
static void choose_fit(struct bn_save_options *save)
{
    static const struct {
        const char *name;
        double ratio;
    } levels[] = {{"free", BN_FIT_FREE}, {"uniform", 0.5}, {"ternary", 1}};
    o.planes = save->linear == BN_ENC_BINARY || save->linear == BN_ENC_WRQ;
    save->fit = (struct bn_fit){BN_FIT_FREE, (double)o.wrq_alpha_init, o.wrq_rounds};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (!strcmp(o.levels, levels[i].name)) save->fit.ratio = levels[i].ratio;
    if (save->linear == BN_ENC_BINARY) save->fit.ratio = 0;
    bool wrq = save->linear == BN_ENC_WRQ;
    bn_cmd_needs(&cmd, "wrq_alpha_init", wrq, "--type wrq");
    bn_cmd_needs(&cmd, "levels", wrq, "--type wrq");
    bn_cmd_needs(&cmd, "wrq_rounds", o.planes, "--type wrq or --type binary");
    bn_cmd_needs(&cmd, "calibrate_text", o.planes, "--type wrq or --type binary");
    bn_cmd_needs(&cmd, "calibrate_windows", o.calibrate_text, "--calibrate_text");
    bn_cmd_needs(&cmd, "seed", o.calibrate_text, "--calibrate_text");
}

/* The output may be standard output itself, so print nothing there then. */
static void report(FILE *to, const struct bn_source *source, const struct bn_save_plan *plan,
                   const struct bn_save_options *save)
{
    uint64_t bytes = 0;
    const struct bn_fit_loss *loss = save->loss;
    for (size_t i = 0; i < plan->n; i++) bytes += plan->items[i].bytes;
    fprintf(to, "%s: %zu tensors, %.1f MB of weights (the source has %.1f MB), architecture %s\n",
            BN_PRINTABLE(o.output), plan->n, (double)bytes / 1e6, (double)source->file_bytes / 1e6,
            BN_PRINTABLE(source->config.architecture));
    if (loss->energy > 0)
        fprintf(to, "the fit of %s leaves %.2f %% of the energy of the weights", o.type,
                100 * loss->error / loss->energy);
    if (loss->energy > 0 && save->linear == BN_ENC_WRQ)
        fprintf(to, "; alpha %.3g became %.3g", save->fit.alpha, loss->second / loss->start);
    if (loss->energy > 0) fprintf(to, "\n");
    if (n_notes)
        fprintf(to, "%d of them use a different encoding than requested, because their rows do not fit it\n", n_notes);
}

static struct bn_verified verify(const struct bn_save_plan *plan, const struct bn_source *source,
                                 struct bn_output *output)
{
    struct bn_error err;
    struct bn_verified verified;
    if (bn_output_is_through(output))
        bn_cmd_fail(&cmd, 2, "%s cannot be read back; --verify needs a regular file as --output.", o.output);
    if (fflush(bn_output_stream(output))) bn_cmd_fail(&cmd, 1, "Could not write %s: %s.", o.output, strerror(errno));
    if (bn_gguf_verify(plan, source, bn_output_part(output), &verified, &err)) fail(&err);
    return verified;
}

static void report_verified(const struct bn_verified *v)
{
    if (o.planes)
        printf("verified: codes and scales are those that fit the source");
    else if (v->n_rounded)
        printf("verified: ternary codes match the source; %s rounds scales to f16, in %zu tensors by at most "
               "%.3g of the scale (%s)",
               o.type, v->n_rounded, v->scale_change, v->most_rounded);
    else
        printf("verified: ternary codes and scales match the source");
    printf("; the largest error of other weights is %.3g of the largest weight of their tensor\n", v->worst);
}

int main(int argc, char **argv)
{
    if (bn_cmd_parse(&cmd, argc, argv)) bn_cmd_fail(&cmd, 2, "Unexpected argument \"%s\"; see --help.", argv[1]);
    check_paths();
    struct bn_fit_loss loss = {0};
    struct bn_save_options save = {.linear = encoding_of(o.type),
                                   .head = encoding_of(o.head),
                                   .importance = importance_of,
                                   .loss = &loss,
                                   .progress = show_progress,
                                   .note = show_note};
    choose_fit(&save);
    struct bn_model_options read = {.tokenizer_path = o.tokenizer, .i2s_layout = o.i2s_layout};
    struct bn_importance *importance = o.calibrate_text ? calibrate(&read) : NULL;
    save.importance_of = importance;
    struct bn_source source;
    struct bn_save_plan plan;
    struct bn_output *output;
    struct bn_error err;
    struct bn_verified verified = {0};
    if (bn_source_open(&source, o.model, &read, &err) || bn_save_plan_open(&plan, &source, &save, &err) ||
        bn_output_open(&output, o.output, &err))
        fail(&err);
    enum bn_status status = bn_gguf_save(&plan, &source, output, &save, &err);
    bn_cmd_progress(NULL);
    if (status) fail(&err);
    if (o.verify) verified = verify(&plan, &source, output);
    FILE *to = bn_output_is_through(output) ? stderr : stdout;
    if (bn_output_commit(output, &err)) fail(&err);
    report(to, &source, &plan, &save);
    if (o.verify) report_verified(&verified);
    bn_save_plan_close(&plan);
    bn_source_close(&source);
    bn_importance_close(importance);
    return bn_cmd_finish(cmd.name, 0);
}
