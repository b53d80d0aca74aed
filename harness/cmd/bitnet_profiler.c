/* bitnet_profiler.c - where the time of a model goes: by phase, layer and operation, beside sampled call stacks,
 * counters and the limits of the machine; as a table, JSON, folded stacks, a flame graph, or a file for speedscope or
 * Perfetto. */
#include "engine/cmdline.h"
#include "harness/cmd/bitnet_profiler/profiler.h"
#include "harness/cmd/bitnet_profiler/symbols.h"
#include "harness/machine/cpus.h"
#include "harness/profile/flags.h"
#include <stdlib.h>
#include <string.h>

static struct {
    const char *model, *tokenizer, *prompt, *prompt_file, *format, *output, *source, *sample_by, *title;
    int prompt_tokens, max_new_tokens, threads, n_ctx, hz;
    bool ignore_eos, counters, roofline, icicle, json;
    float bandwidth;
} o = {.max_new_tokens = 32, .hz = 997, .counters = true, .roofline = true, .source = "spans", .sample_by = "auto"};

#define FORMAT(name, needs, shows_samples) bool profiler_write_##name(const struct profiler_view *view, FILE *out);
#include "harness/cmd/bitnet_profiler/formats.list"
#undef FORMAT
const struct profiler_format profiler_formats[] = {
#define FORMAT(name, needs, shows_samples) {#name, needs, shows_samples, profiler_write_##name},
#include "harness/cmd/bitnet_profiler/formats.list"
#undef FORMAT
    {0}};
static const char *const format_names[] = {
#define FORMAT(name, needs, shows_samples) #name,
#include "harness/cmd/bitnet_profiler/formats.list"
#undef FORMAT
    NULL};
static const char *const methods[] = {
    [BN_STACKS_AUTO] = "auto", [BN_STACKS_PERF] = "perf", [BN_STACKS_SIGNAL] = "signal", NULL};
static const struct bn_cmd_option options[] = {
    {"model", "FILE_OR_DIR", BN_CMD_STRING, &o.model, "GGUF file, safetensors directory or llama2.c checkpoint", 0, 0},
    {"tokenizer", "FILE", BN_CMD_STRING, &o.tokenizer, "vocabulary of a llama2.c checkpoint (tok512.bin)", 0, 0},
    {"prompt", "TEXT", BN_CMD_STRING, &o.prompt, "text to continue; \"\" means the beginning-of-sequence token alone",
     0, 0},
    {"prompt_file", "FILE", BN_CMD_STRING, &o.prompt_file, "read the prompt from a file; - for standard input", 0, 0},
    {"prompt_tokens", "N", BN_CMD_INT, &o.prompt_tokens, "a synthetic prompt of N tokens", 1, 1 << 24},
    {"max_new_tokens", "N", BN_CMD_INT, &o.max_new_tokens, "tokens to generate, greedily (default 32)", 1, 1 << 20},
    {"ignore_eos", NULL, BN_CMD_FLAG, &o.ignore_eos, "continue after an end-of-generation token", 0, 0},
    {"threads", "N", BN_CMD_INT, &o.threads, "threads; 0: one per physical core", 0, 1024},
    {"n_ctx", "N", BN_CMD_INT, &o.n_ctx, "context length; 0: what the prompt and the new tokens need", 0, 1 << 24},
    {"output_format", "NAME", BN_CMD_STRING, &o.format,
     "table (default), json, folded, flamegraph, speedscope or perfetto (the JSON trace-event format)",
     .values = format_names},
    {"output", "FILE", BN_CMD_STRING, &o.output, "write there instead of standard output", 0, 0},
    {"source", "NAME", BN_CMD_STRING, &o.source,
     "of folded, flamegraph and speedscope: spans (default) or samples (call stacks)",
     .values = BN_CMD_WORDS("spans", "samples")},
    {"sample_hz", "N", BN_CMD_INT, &o.hz, "call stacks a second and thread (default 997); 0: none", 0, 10000},
    {"sample_by", "NAME", BN_CMD_STRING, &o.sample_by,
     "auto (default), perf (the kernel's CPU clock) or signal (a timer)", .values = methods},
    {"counters", NULL, BN_CMD_FLAG, &o.counters,
     "table and json: count events in further runs of the same work (default True)", 0, 0},
    {"roofline", NULL, BN_CMD_FLAG, &o.roofline,
     "measure this machine's bandwidth and int8 peak first, 2 s (default True)", 0, 0},
    {"bandwidth", "GB_PER_S", BN_CMD_FLOAT, &o.bandwidth,
     "compare with this bandwidth instead of the measured one (an article: 45)", 0.001, 1e6},
    {"icicle", NULL, BN_CMD_FLAG, &o.icicle, "flamegraph: the root on top", 0, 0},
    {"title", "TEXT", BN_CMD_STRING, &o.title, "of the output (default: the model and its work)", 0, 0},
    {"json", NULL, BN_CMD_FLAG, &o.json, "the same as --output_format json", 0, 0},
    {0}};
static const struct bn_cmd cmd = {
    "bitnet-profiler",
    "where the time of a model goes, by phase, layer and operation",
    "--model FILE_OR_DIR --prompt TEXT [options]",
    options,
    "Times are of one run, as a user meets it: --warmup leaves out what the first pass has to fetch.\n"
    "harness/profile/README.md explains every figure and flag.\n",
    "0 ok (flags are advice), 1 failed, 2 usage"};

#define fail(...) bn_cmd_fail(&cmd, __VA_ARGS__)

static void need(enum bn_status status, const struct bn_error *err)
{
    if (status) fail(status == BN_ERR_USAGE ? 2 : 1, "%s", err->text);
}

static const struct profiler_format *find_format(void)
{
    if (o.json && o.format && strcmp(o.format, "json")) fail(2, "Give one of --json and --output_format %s.", o.format);
    const char *name = o.json ? "json" : o.format ? o.format : "table";
    const struct profiler_format *f = profiler_formats;
    while (strcmp(f->name, name)) f++;
    return f;
}

static void check_options(const struct profiler_format *format)
{
    bool samples = !strcmp(o.source, "samples");
    struct bn_error err;
    if (!o.model) fail(2, "--model is missing; see bitnet-profiler --help.");
    if (!!o.prompt + !!o.prompt_file + (o.prompt_tokens > 0) != 1)
        fail(2, "Give exactly one of --prompt, --prompt_file and --prompt_tokens.");
    bn_cmd_needs(&cmd, "source", format->shows_samples, "--output_format folded, flamegraph or speedscope");
    need(bn_cpus_suffice(o.threads, &err), &err);
    if (samples && !o.hz) fail(2, "--source samples needs --sample_hz above 0.");
    bn_cmd_needs(&cmd, "icicle", !strcmp(format->name, "flamegraph"), "--output_format flamegraph");
    bn_cmd_needs(&cmd, "roofline", format->needs & NEEDS_MACHINE, "--output_format table or json");
    bn_cmd_needs(&cmd, "counters", format->needs & NEEDS_COUNTERS, "--output_format table or json");
    bn_cmd_needs(&cmd, "sample_hz", samples || format->needs & NEEDS_SAMPLES,
                 "--source samples, --output_format table or json");
    bn_cmd_needs(&cmd, "sample_by", samples || format->needs & NEEDS_SAMPLES,
                 "--source samples, --output_format table or json");
}

static enum bn_stacks_method find_method(void)
{
    int i = 0;
    while (strcmp(o.sample_by, methods[i])) i++;
    return (enum bn_stacks_method)i;
}

/* BOS, then ids spread over the vocabulary, as bitnet-run --prompt_tokens. */
static int32_t *make_up(const struct bn_model *model, int n)
{
    unsigned vocab = (unsigned)bn_model_info(model)->n_vocab;
    int32_t *ids = malloc((size_t)n * sizeof *ids);
    if (!ids) fail(1, "Out of memory.");
    for (int i = 0; i < n; i++) ids[i] = (int32_t)((unsigned)(i + 1) * 2654435761u % vocab);
    if (bn_token_bos(model) >= 0) ids[0] = bn_token_bos(model);
    return ids;
}

static void read_prompt(struct bn_profile_wanted *wanted, const struct bn_model *model, char **text)
{
    struct bn_error err;
    size_t n;
    if (o.prompt_tokens)
        wanted->ids = make_up(model, o.prompt_tokens), wanted->n_ids = (size_t)o.prompt_tokens;
    else if (o.prompt_file) {
        need(bn_input_read(text, &n, o.prompt_file, 64 << 20, &err), &err);
        if (strlen(*text) != n) fail(1, "%s has a NUL byte; give text.", o.prompt_file);
        wanted->text = *text;
    } else
        wanted->text = o.prompt;
}

/* The context that the work needs, at most what the model was trained for. */
static void fit_context(struct bn_profile_wanted *wanted, const struct bn_model *model)
{
    struct bn_error err;
    size_t n = wanted->n_ids;
    int trained = bn_model_info(model)->n_ctx_train;
    if (wanted->text)
        need(bn_tokenize(model, wanted->text, strlen(wanted->text), BN_TOKENIZE_BOS | BN_TOKENIZE_EOS, NULL, 0, &n,
                         &err),
             &err);
    size_t all = n + (size_t)o.max_new_tokens, most = (size_t)(o.n_ctx ? o.n_ctx : trained);
    if (all > most + 1)
        fail(1, "%zu prompt tokens and %d new ones do not fit the context of %zu; take fewer, or raise --n_ctx.", n,
             o.max_new_tokens, most);
    wanted->settings.session.n_ctx = o.n_ctx ? o.n_ctx : all < most ? (int)all : (int)most;
}

static void write_output(const struct profiler_format *format, const struct profiler_view *view)
{
    struct bn_error err;
    struct bn_output *output = NULL;
    if (o.output) need(bn_output_open(&output, o.output, &err), &err);
    if (!format->write(view, output ? bn_output_stream(output) : stdout)) fail(1, "Out of memory writing the profile.");
    if (output) need(bn_output_commit(output, &err), &err);
}

static void name_stacks(struct bn_profile *p)
{
    struct bn_error err;
    struct bn_symbols *symbols;
    if (!p->stacks.sources) return;
    need(bn_symbols_open(&symbols, &err), &err);
    need(bn_stacks_name(&p->stacks, p, bn_symbols_name, symbols, &err), &err);
    bn_symbols_close(symbols);
}

/* A picture cannot carry them. */
static void say_flags(const struct bn_profile *p)
{
    for (size_t i = 0; i < p->n_flags; i++)
        bn_cmd_note(cmd.name, "%s (%s): %s %s", p->flags[i].name, p->flags[i].where, p->flags[i].evidence,
                    p->flags[i].hint);
}

static struct bn_profile_wanted want(const struct profiler_format *format)
{
    struct bn_error err;
    bool samples = !strcmp(o.source, "samples");
    struct bn_profile_wanted wanted = {
        .settings = {.model = {.tokenizer_path = o.tokenizer},
                     .session = {.n_threads = o.threads},
                     .generator = {.max_new_tokens = o.max_new_tokens, .ignore_eos = o.ignore_eos}},
        .counters = o.counters && format->needs & NEEDS_COUNTERS,
        .roofline = o.roofline && (format->needs & NEEDS_MACHINE),
        .bandwidth_gb_per_s = o.bandwidth,
        .samples_hz = samples || format->needs & NEEDS_SAMPLES ? o.hz : 0,
        .method = find_method()};
    need(bn_cmd_options_apply(&wanted.settings, BN_TASK_SESSION | BN_TASK_GENERATE, &err), &err);
    return wanted;
}

int main(int argc, char **argv)
{
    static struct bn_profile profile;
    struct bn_model *model;
    struct bn_error err;
    struct bn_cmd all = cmd;
    char *text = NULL, title[512];
    all.options = bn_cmd_options_join(options);
    if (bn_cmd_parse(&all, argc, argv))
        fail(2, "Unexpected argument \"%s\"; pass the text to continue with --prompt.", argv[1]);
    const struct profiler_format *format = find_format();
    check_options(format);
    struct bn_profile_wanted wanted = want(format);
    need(bn_model_open(&model, o.model, &wanted.settings.model, &err), &err);
    need(bn_cmd_options_act(bn_model_info(model), &err), &err);
    bn_cmd_options_say(cmd.name, &wanted.settings.model, bn_model_info(model));
    read_prompt(&wanted, model, &text);
    fit_context(&wanted, model);
    need(bn_profile_open(&profile, model, &wanted, &err), &err);
    need(bn_profile_run(&profile, &err), &err);
    name_stacks(&profile);
    need(bn_flags_find(&profile, &err), &err);
    snprintf(title, sizeof title, "%s, %zu + %zu tokens, %d thread%s",
             bn_model_info(model)->name ? bn_model_info(model)->name : o.model, profile.n_prompt, profile.n_new,
             profile.n_threads, profile.n_threads == 1 ? "" : "s");
    write_output(format,
                 &(struct profiler_view){&profile, o.title ? o.title : title, !strcmp(o.source, "samples"), o.icicle});
    if (!(format->needs & NEEDS_MACHINE)) say_flags(&profile);
    bn_profile_close(&profile);
    bn_model_close(model);
    free((void *)(uintptr_t)wanted.ids), free(text);
    return bn_cmd_finish(cmd.name, 0);
}
