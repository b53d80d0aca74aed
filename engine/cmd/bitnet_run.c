/* bitnet_run.c - generates text: streams it as it is produced, or prints one JSON object with ids, text and every
 * token's time. */
#include "engine/cmd/bitnet_run/run.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct run_options o = {.max_new_tokens = -1,
                               .prompt_tokens = -1,
                               .context_sinks = 4,
                               .sampling = {.top_p = 1, .repetition_penalty = 1, .repetition_window = 64, .seed = 1}};

static const struct bn_cmd_option options[] = {
    {"model", "FILE_OR_DIR", BN_CMD_STRING, &o.model, "GGUF file, safetensors directory or llama2.c checkpoint", 0, 0},
    {"tokenizer", "FILE", BN_CMD_STRING, &o.tokenizer, "vocabulary of a llama2.c checkpoint (tok512.bin)", 0, 0},
    {"prompt", "TEXT", BN_CMD_STRING, &o.prompt, "text to continue; \"\" means the beginning-of-sequence token alone",
     0, 0},
    {"prompt_file", "FILE", BN_CMD_STRING, &o.prompt_file, "read the prompt from a file; - for standard input", 0, 0},
    {"prompt_tokens", "N", BN_CMD_INT, &o.prompt_tokens, "a synthetic prompt of N tokens, for timing", 1, 1 << 24},
    {"prompt_ids", "A,B,...", BN_CMD_STRING, &o.prompt_ids, "the prompt as token ids, used as given (no BOS is added)",
     0, 0},
    {"prompt_logprobs", NULL, BN_CMD_FLAG, &o.prompt_logprobs,
     "with --json: ln p of every prompt token given those before it", 0, 0},
    {"chat", NULL, BN_CMD_FLAG, &o.chat, "use the prompt as the user's turn in the model's chat template", 0, 0},
    {"chat_template", "NAME|FILE", BN_CMD_STRING, &o.chat_template,
     "with --chat: another of the model's templates, a built-in form (llama-3, chatml, ...) or a Jinja file", 0, 0},
    {"system", "TEXT", BN_CMD_STRING, &o.system, "system message of the chat", 0, 0},
    {"special", NULL, BN_CMD_FLAG, &o.special,
     "recognise special tokens such as <|eot_id|> in the prompt (never with --chat)", 0, 0},
    {"max_new_tokens", "N", BN_CMD_INT, &o.max_new_tokens,
     "maximum number of tokens to generate (default 128, or what the context holds)", 0, 1 << 24},
    {"threads", "N", BN_CMD_INT, &o.threads, "threads; 0: one per physical core", 0, 1024},
    {"temperature", "T", BN_CMD_FLOAT, &o.sampling.temperature, "0 (default): greedy", 0, 1000},
    {"top_k", "K", BN_CMD_INT, &o.sampling.top_k, "sample among the K likeliest; 0: all", 0, 1 << 24},
    {"top_p", "P", BN_CMD_FLOAT, &o.sampling.top_p, "sample among the likeliest that add up to P; 1: all", 0, 1},
    {"min_p", "P", BN_CMD_FLOAT, &o.sampling.min_p, "drop tokens below P times the likeliest; 0: none", 0, 1},
    {"repetition_penalty", "R", BN_CMD_FLOAT, &o.sampling.repetition_penalty,
     "divide the logits of recent tokens; 1: off", 0.01, 100},
    {"repetition_window", "N", BN_CMD_INT, &o.sampling.repetition_window,
     "number of recent tokens that the penalty considers (default 64); 0: none", 0, 1 << 20},
    {"seed", "N", BN_CMD_U64, &o.sampling.seed, "same seed, same text, on every machine (default 1)", 0, 0},
    {"stop", "TEXT", BN_CMD_LIST, &o.stop, "stop before this text appears; may be repeated", 0, 0},
    {"ignore_eos", NULL, BN_CMD_FLAG, &o.ignore_eos, "continue after an end-of-generation token", 0, 0},
    {"n_ctx", "N", BN_CMD_INT, &o.n_ctx, "context length; 0: what the model was trained for", 0, 1 << 24},
    {"context_shift", NULL, BN_CMD_FLAG, &o.context_shift,
     "when the context is full, drop its older half (default: stop with an error)", 0, 0},
    {"context_sinks", "N", BN_CMD_INT, &o.context_sinks, "number of initial tokens that a shift keeps (default 4)", 0,
     1 << 20},
    {"float_activations", NULL, BN_CMD_FLAG, &o.float_activations,
     "ternary linears without int8 activations (as F32 files elsewhere): slow, for comparison", 0, 0},
    {"i2s_layout", "NAME", BN_CMD_STRING, &o.i2s_layout, "canonical (default), or arm64x16 for I2_S files made on ARM",
     .values = BN_CMD_WORDS("canonical", "arm64x16")},
    {"pretokenizer", "NAME", BN_CMD_STRING, &o.pretokenizer,
     "override; \"default\" splits as bitnet.cpp does if the file names none", 0, 0},
    {"logits_hash", NULL, BN_CMD_FLAG, &o.logits_hash,
     "print the hash of all logits: equal on every CPU, thread count and kernel", 0, 0},
    {"json", NULL, BN_CMD_FLAG, &o.json, "print one JSON object instead of text", 0, 0},
    {"quiet", NULL, BN_CMD_FLAG, &o.quiet, "print no timing line on stderr", 0, 0},
    {0}};
const struct bn_cmd run_cmd = {"bitnet-run",
                               "generate text with a BitNet or llama model on the CPU",
                               "--model FILE_OR_DIR --prompt TEXT [options]",
                               options,
                               "The environment variable BITNET_KERNEL_BACKEND sets the default of --kernel_backend; "
                               "BITNET_AMX_ENABLED=0 disables the AMX kernels.\n",
                               "0 ok, 1 failed, 2 usage, 130 interrupted (143 by SIGTERM)"};

void need(enum bn_status status, const struct bn_error *err)
{
    if (status != BN_OK) bn_cmd_fail(&run_cmd, status == BN_ERR_USAGE ? 2 : 1, "%s", err->text);
}

void *must(void *memory)
{
    if (!memory) bn_cmd_fail(&run_cmd, 1, "Out of memory.");
    return memory;
}

static void check_options(void)
{
    if (!o.model) bn_cmd_fail(&run_cmd, 2, "--model is missing; see bitnet-run --help.");
    if (!!o.prompt + !!o.prompt_file + !!o.prompt_ids + (o.prompt_tokens > 0) != 1)
        bn_cmd_fail(&run_cmd, 2, "Give exactly one of --prompt, --prompt_file, --prompt_ids and --prompt_tokens.");
    bn_cmd_needs(&run_cmd, "system", o.chat, "--chat");
    bn_cmd_needs(&run_cmd, "chat_template", o.chat, "--chat");
    bn_cmd_needs(&run_cmd, "special", !o.chat && (o.prompt || o.prompt_file), "a prompt of plain text");
    bn_cmd_needs(&run_cmd, "prompt_logprobs", o.json, "--json");
    bn_cmd_needs(&run_cmd, "context_sinks", o.context_shift, "--context_shift");
    bn_cmd_needs(&run_cmd, "repetition_window", o.sampling.repetition_penalty != 1, "--repetition_penalty");
    if (o.chat && !o.prompt && !o.prompt_file)
        bn_cmd_fail(&run_cmd, 2, "--chat needs text; use --prompt or --prompt_file.");
}

static void open_session(struct record *r, struct bn_model **model, const struct bn_settings *settings)
{
    struct bn_error err;
    double start = now_ms();
    need(bn_model_open(model, o.model, &settings->model, &err), &err);
    need(bn_session_open(&r->session, *model, &settings->session, &err), &err);
    r->load_ms = now_ms() - start - bn_session_warmup(r->session)->ms;
    need(bn_cmd_options_act(bn_model_info(*model), &err), &err);
    if (!o.quiet) bn_cmd_options_say(run_cmd.name, &settings->model, bn_model_info(*model));
    int trained = bn_model_info(*model)->n_ctx_train;
    if (o.n_ctx > trained)
        fprintf(stderr,
                "bitnet-run: The model was trained for %d tokens; with --n_ctx %d, text beyond that may be poor.\n",
                trained, o.n_ctx);
}

static int fit_context(const struct bn_session *session, size_t n_prompt)
{
    int room = bn_session_n_ctx(session) - (int)n_prompt;
    if (room < 0)
        bn_cmd_fail(&run_cmd, 1,
                    "The prompt has %zu tokens but the context holds only %d; shorten it or raise --n_ctx.", n_prompt,
                    bn_session_n_ctx(session));
    if (o.max_new_tokens < 0) return room + 1 < 128 && !o.context_shift ? room + 1 : 128;
    if (o.max_new_tokens > room + 1 && !o.context_shift)
        bn_cmd_fail(&run_cmd, 1,
                    "%zu prompt tokens and %d new ones do not fit the context of %d; raise --n_ctx, or let it drop "
                    "with --context_shift.",
                    n_prompt, o.max_new_tokens, bn_session_n_ctx(session));
    return o.max_new_tokens;
}

static struct bn_settings read_settings(void)
{
    struct bn_error err;
    struct bn_settings s = {.model = {.tokenizer_path = o.tokenizer,
                                      .i2s_layout = o.i2s_layout,
                                      .pretokenizer = o.pretokenizer,
                                      .chat_template = o.chat_template,
                                      .float_activations = o.float_activations},
                            .session = {.n_ctx = o.n_ctx, .n_threads = o.threads},
                            .generator = {.sampling = &o.sampling,
                                          .stops = o.stop.values,
                                          .n_stops = (size_t)o.stop.n,
                                          .ignore_eos = o.ignore_eos,
                                          .context_shift = o.context_shift,
                                          .context_sinks = o.context_sinks}};
    need(bn_cmd_options_apply(&s, BN_TASK_SESSION | BN_TASK_GENERATE | BN_TASK_STREAM, &err), &err);
    return s;
}

int main(int argc, char **argv)
{
    struct bn_error err;
    struct bn_model *model;
    struct prompt prompt;
    struct record record = {0};
    struct bn_cmd all = run_cmd;
    all.options = bn_cmd_options_join(options);
    if (bn_cmd_parse(&all, argc, argv))
        bn_cmd_fail(&run_cmd, 2, "Unexpected argument \"%s\"; pass the text to continue with --prompt.", argv[1]);
    check_options();
    struct bn_settings settings = read_settings();
    reader_open(&record.reader, &settings.generator.stream, o.json);
    open_session(&record, &model, &settings);
    prompt_make(&prompt, model, &o);
    settings.generator.max_new_tokens = fit_context(record.session, prompt.n);
    record.hashed = o.logits_hash || (o.json && !settings.generator.head_screening); /* a hash needs all logits */
    bn_session_hash_reset(record.session, record.hashed);
    record_make(&record, &prompt, &o, &settings.generator);
    need(bn_model_check(model, &err), &err);
    if (o.json)
        print_json(&record, &prompt);
    else
        print_summary(&record, &prompt, &o);
    int code = bn_cmd_finish(run_cmd.name, record.signal ? 128 + record.signal : 0);
    bn_session_close(record.session);
    record_release(&record);
    prompt_release(&prompt);
    free(o.stop.values);
    bn_model_close(model);
    return code;
}
