/* bitnet_run.c - generate text: streams it as it comes, or prints one JSON object with ids, text and every token's
 * time. */
#include "engine/bitnet.h"
#include "engine/cmdline.h"
#include "engine/files.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { PROMPT_LIMIT = 64 << 20 };

static struct {
    const char *model, *tokenizer, *prompt, *prompt_file, *prompt_ids, *system, *kernel_backend, *i2s_layout,
        *pretokenizer, *chat_template;
    int threads, prompt_tokens, max_new_tokens, n_ctx, context_sinks;
    bool json, ignore_eos, chat, special, logits_hash, context_shift, quiet, float_activations, prompt_logprobs;
    struct bn_sampler_options sampling;
    struct bn_cmd_list stop;
} o = {.max_new_tokens = -1,
       .prompt_tokens = -1,
       .context_sinks = 4,
       .sampling = {.top_p = 1, .repetition_penalty = 1, .seed = 1}};

static const struct bn_cmd_option options[] = {
    {"model", "FILE_OR_DIR", BN_CMD_STRING, &o.model, "GGUF file, safetensors directory or llama2.c checkpoint", 0, 0},
    {"tokenizer", "FILE", BN_CMD_STRING, &o.tokenizer, "vocabulary of a llama2.c checkpoint (tok512.bin)", 0, 0},
    {"prompt", "TEXT", BN_CMD_STRING, &o.prompt, "text to continue; \"\" is the beginning-of-sequence token alone", 0,
     0},
    {"prompt_file", "FILE", BN_CMD_STRING, &o.prompt_file, "read the prompt from a file; - is standard input", 0, 0},
    {"prompt_tokens", "N", BN_CMD_INT, &o.prompt_tokens, "a made-up prompt of N tokens, for timing", 1, 1 << 24},
    {"prompt_ids", "A,B,...", BN_CMD_STRING, &o.prompt_ids,
     "the prompt as token ids, taken as they are (no BOS is added)", 0, 0},
    {"prompt_logprobs", NULL, BN_CMD_FLAG, &o.prompt_logprobs,
     "with --json: ln p of every prompt token given those before it", 0, 0},
    {"chat", NULL, BN_CMD_FLAG, &o.chat, "put the prompt into the model's chat template as the user's turn", 0, 0},
    {"chat_template", "NAME|FILE", BN_CMD_STRING, &o.chat_template,
     "with --chat: another of the model's templates, a built-in form (llama-3, chatml, ...) or a Jinja file", 0, 0},
    {"system", "TEXT", BN_CMD_STRING, &o.system, "system message of the chat", 0, 0},
    {"special", NULL, BN_CMD_FLAG, &o.special,
     "special tokens such as <|eot_id|> in the prompt are tokens (in a --chat never)", 0, 0},
    {"max_new_tokens", "N", BN_CMD_INT, &o.max_new_tokens,
     "most tokens to generate (default 128, or what the context holds)", 0, 1 << 24},
    {"threads", "N", BN_CMD_INT, &o.threads, "threads; 0: one per physical core", 0, 1024},
    {"temperature", "T", BN_CMD_FLOAT, &o.sampling.temperature, "0 (default): greedy", 0, 1000},
    {"top_k", "K", BN_CMD_INT, &o.sampling.top_k, "sample among the K likeliest; 0: all", 0, 1 << 24},
    {"top_p", "P", BN_CMD_FLOAT, &o.sampling.top_p, "sample among the likeliest that add up to P; 1: all", 0, 1},
    {"min_p", "P", BN_CMD_FLOAT, &o.sampling.min_p, "drop tokens below P times the likeliest; 0: none", 0, 1},
    {"repetition_penalty", "R", BN_CMD_FLOAT, &o.sampling.repetition_penalty,
     "divide the logits of recent tokens; 1: off", 0.01, 100},
    {"repetition_window", "N", BN_CMD_INT, &o.sampling.repetition_window,
     "recent tokens that the penalty looks at (default 64)", 0, 1 << 20},
    {"seed", "N", BN_CMD_U64, &o.sampling.seed, "same seed, same text, on every machine (default 1)", 0, 0},
    {"stop", "TEXT", BN_CMD_LIST, &o.stop, "end before this text appears; may be given several times", 0, 0},
    {"ignore_eos", NULL, BN_CMD_FLAG, &o.ignore_eos, "go on after an end-of-generation token", 0, 0},
    {"n_ctx", "N", BN_CMD_INT, &o.n_ctx, "context length; 0: what the model was trained for", 0, 1 << 24},
    {"context_shift", NULL, BN_CMD_FLAG, &o.context_shift,
     "when the context is full, forget its older half (default: stop with an error)", 0, 0},
    {"context_sinks", "N", BN_CMD_INT, &o.context_sinks, "tokens at the beginning that a shift keeps (default 4)", 0,
     1 << 20},
    {"kernel_backend", "NAME", BN_CMD_STRING, &o.kernel_backend, "auto, ref, avx2, avx512vnni, ... or reference64", 0,
     0},
    {"float_activations", NULL, BN_CMD_FLAG, &o.float_activations,
     "ternary linears without int8 activations (as F32 files elsewhere): slow, for comparison", 0, 0},
    {"i2s_layout", "NAME", BN_CMD_STRING, &o.i2s_layout, "canonical (default), or arm64x16 for I2_S files made on ARM",
     0, 0},
    {"pretokenizer", "NAME", BN_CMD_STRING, &o.pretokenizer,
     "override; \"default\" splits as bitnet.cpp does when the file is silent", 0, 0},
    {"logits_hash", NULL, BN_CMD_FLAG, &o.logits_hash,
     "print the hash of all logits: equal on every CPU, thread count and kernel", 0, 0},
    {"json", NULL, BN_CMD_FLAG, &o.json, "print one JSON object instead of text", 0, 0},
    {"quiet", NULL, BN_CMD_FLAG, &o.quiet, "no timing line on stderr", 0, 0},
    {0}};
static const struct bn_cmd cmd = {"bitnet-run", "generate text with a BitNet or llama model on the CPU",
                                  "--model FILE_OR_DIR --prompt TEXT [options]", options,
                                  "exit codes: 0 ok, 1 failed, 2 usage. The environment variable BITNET_KERNEL_BACKEND "
                                  "stands in for --kernel_backend; BITNET_AMX_ENABLED=0 "
                                  "keeps the AMX kernels away."};

static const char *env_backend(void)
{
    const char *name = getenv("BITNET_KERNEL_BACKEND");
    return name && *name ? name : NULL;
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void need(enum bn_status status, const struct bn_error *err)
{
    if (status != BN_OK) bn_cmd_fail(&cmd, status == BN_ERR_USAGE ? 2 : 1, "%s", err->text);
}

static void *must(void *memory)
{
    if (!memory) bn_cmd_fail(&cmd, 1, "Out of memory.");
    return memory;
}

/* ---- prompt ---- */
struct text {
    char *bytes;
    size_t n, cap;
};

static void append(struct text *t, const char *bytes, size_t n)
{
    if (t->n + n + 1 > t->cap) {
        t->cap = (t->n + n + 1) * 2;
        t->bytes = must(realloc(t->bytes, t->cap));
    }
    memcpy(t->bytes + t->n, bytes, n);
    t->bytes[t->n += n] = 0;
}

static void read_file(struct text *t, const char *path)
{
    struct bn_error err;
    need(bn_input_read(&t->bytes, &t->n, path, PROMPT_LIMIT, &err), &err);
    t->cap = t->n + 1;
}

struct ids {
    int32_t *id;
    size_t n;
};

/* A prompt whose content does not matter: BOS, then ids spread over the vocabulary. */
static struct ids synthetic_prompt(const struct bn_model *model, int n)
{
    struct ids ids = {must(malloc((size_t)n * sizeof(int32_t))), (size_t)n};
    int vocab = bn_model_info(model)->n_vocab, bos = bn_token_bos(model);
    for (int i = 0; i < n; i++) ids.id[i] = (int32_t)((unsigned)(i + 1) * 2654435761u % (unsigned)vocab);
    if (bos >= 0) ids.id[0] = bos;
    return ids;
}

static struct ids tokenize(const struct bn_model *model, const struct text *text, int flags)
{
    struct bn_error err;
    struct ids ids = {0};
    need(bn_tokenize(model, text->bytes, text->n, flags, NULL, 0, &ids.n, &err), &err);
    ids.id = must(malloc((ids.n + 1) * sizeof(int32_t)));
    need(bn_tokenize(model, text->bytes, text->n, flags, ids.id, ids.n, &ids.n, &err), &err);
    return ids;
}

static struct ids given_ids(const struct bn_model *model)
{
    struct ids ids = {must(malloc((strlen(o.prompt_ids) / 2 + 1) * sizeof(int32_t))), 0};
    for (const char *at = o.prompt_ids;; at++) {
        char *end;
        long id = strtol(at, &end, 10);
        if (end == at || (*end && *end != ',') || id < 0 || id >= bn_model_info(model)->n_vocab)
            bn_cmd_fail(&cmd, 2, "--prompt_ids takes ids of 0 to %d with commas between, not \"%s\".",
                        bn_model_info(model)->n_vocab - 1, at);
        ids.id[ids.n++] = (int32_t)id;
        if (!*end) return ids;
        at = end;
    }
}

/* The user's turn, after the system's where there is one; special tokens in either are text. */
static struct ids chat_prompt(const struct bn_model *model, const struct text *user)
{
    struct bn_error err;
    struct bn_message messages[2] = {{"system", o.system}, {"user", user->bytes, user->n}};
    size_t skip = o.system ? 0 : 1;
    struct ids ids = {0};
    need(bn_chat_tokenize(model, messages + skip, 2 - skip, NULL, 0, &ids.n, &err), &err);
    ids.id = must(malloc((ids.n + 1) * sizeof(int32_t)));
    need(bn_chat_tokenize(model, messages + skip, 2 - skip, ids.id, ids.n, &ids.n, &err), &err);
    return ids;
}

static struct ids make_prompt(const struct bn_model *model, struct text *text)
{
    int flags = BN_TOKENIZE_BOS | (o.special ? BN_TOKENIZE_SPECIAL : 0);
    if (o.prompt_tokens > 0) return synthetic_prompt(model, o.prompt_tokens);
    if (o.prompt_ids) return given_ids(model);
    if (o.prompt_file)
        read_file(text, o.prompt_file);
    else
        append(text, o.prompt, strlen(o.prompt));
    if (!text->bytes) append(text, "", 0);
    if (o.chat) return chat_prompt(model, text);
    struct ids ids = tokenize(model, text, flags);
    if (!ids.n)
        bn_cmd_fail(&cmd, 2, "The prompt is empty and this model has no beginning-of-sequence token; give some text.");
    return ids;
}

/* ---- JSON ---- */

/* Length of a well-formed UTF-8 character at s, 0 when there is none. */
static size_t utf8_length(const unsigned char *s, size_t n)
{
    static const struct {
        unsigned char lead_low, lead_high, second_low, second_high;
        size_t length;
    } forms[] = {{0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                 {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
                 {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        if (s[0] < forms[f].lead_low || s[0] > forms[f].lead_high || n < forms[f].length) continue;
        if (forms[f].length > 1 && (s[1] < forms[f].second_low || s[1] > forms[f].second_high)) return 0;
        for (size_t i = 2; i < forms[f].length; i++)
            if (s[i] < 0x80 || s[i] > 0xbf) return 0;
        return forms[f].length;
    }
    return 0;
}

static void json_string(const char *name, const char *bytes, size_t n)
{
    printf(", \"%s\": \"", name);
    for (size_t i = 0; i < n;) {
        const unsigned char *s = (const unsigned char *)bytes + i;
        size_t length = utf8_length(s, n - i);
        if (!length)
            fputs("\\ufffd", stdout);
        else if (*s == '"' || *s == '\\')
            printf("\\%c", *s);
        else if (*s < 0x20)
            printf("\\u%04x", *s);
        else
            fwrite(s, 1, length, stdout);
        i += length ? length : 1;
    }
    putchar('"');
}

static void json_ids(const char *name, const int32_t *ids, size_t n)
{
    printf("\"%s\": [", name);
    for (size_t i = 0; i < n; i++) printf("%s%d", i ? ", " : "", ids[i]);
    putchar(']');
}

/* ---- generation ---- */
struct output {
    struct text text; /* generated so far */
    size_t shown;     /* bytes of it already printed */
    int32_t *ids;
    double *token_ms;
    size_t n;
    double *prompt_logprobs;          /* [prompt - 1], with --prompt_logprobs */
    size_t passes, drafted, accepted; /* of decoding; the last two with --prompt_lookup */
    double load_ms, prefill_ms, ttft_ms;
    const char *ended; /* "length", "end_of_text", "stop" */
};

/* Position of the first stop string in the text, or SIZE_MAX. */
static size_t find_stop(const struct text *t)
{
    size_t first = SIZE_MAX;
    for (int i = 0; i < o.stop.n; i++) {
        const char *at =
            t->bytes && *o.stop.values[i] ? memmem(t->bytes, t->n, o.stop.values[i], strlen(o.stop.values[i])) : NULL;
        if (at && (size_t)(at - t->bytes) < first) first = (size_t)(at - t->bytes);
    }
    return first;
}

/* Bytes at the end of the text that may still become a stop string. */
static size_t held_back(const struct text *t)
{
    size_t most = 0;
    for (int i = 0; i < o.stop.n; i++)
        for (size_t k = strlen(o.stop.values[i]); k > most; k--)
            if (k <= t->n && !memcmp(t->bytes + t->n - k, o.stop.values[i], k)) most = k;
    return most;
}

static void show(struct output *out, bool all)
{
    size_t end = out->text.n - (all ? 0 : held_back(&out->text));
    if (o.json || end <= out->shown) return;
    fwrite(out->text.bytes + out->shown, 1, end - out->shown, stdout);
    fflush(stdout);
    out->shown = end;
}

static void make_room(struct bn_session *session)
{
    struct bn_error err;
    int used = bn_session_position(session), sinks = o.context_sinks < used / 2 ? o.context_sinks : used / 2;
    if (used < bn_session_n_ctx(session) || !o.context_shift) return;
    need(bn_session_shift(session, sinks, (used - sinks + 1) / 2, &err), &err);
}

/* Takes the token in; false when generation ends here. */
static bool take(const struct bn_model *model, struct output *out, struct bn_text_stream *stream, int32_t id)
{
    char piece[1024];
    out->ids[out->n++] = id;
    if (bn_token_is_end(model, id) && !o.ignore_eos) return out->ended = "end_of_text", false;
    append(&out->text, piece, bn_text_stream_put(stream, id, piece, sizeof piece));
    size_t stop = find_stop(&out->text);
    if (stop != SIZE_MAX) {
        out->text.n = stop;
        out->ended = "stop";
        return false;
    }
    show(out, false);
    return true;
}

struct scorer {
    const struct ids *prompt;
    double *logprobs;
    int n_vocab;
};

static void score(void *self, size_t pos, const float *logits)
{
    const struct scorer *s = self;
    if (pos + 1 == s->prompt->n) return;
    float most = -INFINITY;
    double sum = 0;
    for (int i = 0; i < s->n_vocab; i++) most = fmaxf(most, logits[i]);
    for (int i = 0; i < s->n_vocab; i++) sum += exp((double)logits[i] - (double)most);
    s->logprobs[pos] = (double)logits[s->prompt->id[pos + 1]] - (double)most - log(sum);
}

static void prefill(const struct bn_model *model, struct bn_session *session, const struct ids *prompt,
                    struct output *out)
{
    struct bn_error err;
    if (!o.prompt_logprobs) {
        need(bn_prefill(session, prompt->id, prompt->n, &err), &err);
        return;
    }
    out->prompt_logprobs = must(malloc(prompt->n * sizeof(double)));
    struct scorer scorer = {prompt, out->prompt_logprobs, bn_model_info(model)->n_vocab};
    need(bn_prefill_logits(session, prompt->id, prompt->n, 0, score, &scorer, &err), &err);
}

/* What one run of the loop works on. */
struct run {
    const struct bn_model *model;
    struct bn_session *session;
    struct bn_sampler *sampler;
    struct bn_lookup *lookup; /* NULL: one token a pass */
    int top;                  /* > 0: no more than the best so many logits are wanted */
    struct output *out;
    struct bn_text_stream stream;
    size_t max_new;
    double last_ms;
};

/* A token's time is that since the one before: those of one pass come together, the first of them carries its time. */
static bool put(struct run *r, int32_t id)
{
    struct bn_error err;
    double t = now_ms();
    r->out->token_ms[r->out->n] = t - r->last_ms;
    r->last_ms = t;
    if (r->lookup) need(bn_lookup_add(r->lookup, &id, 1, &err), &err);
    return take(r->model, r->out, &r->stream, id) && r->out->n < r->max_new;
}

/* A guess of what comes next: never so long that more would be computed than is printed, and no end of text, which ends
 * it. */
static size_t draft_of(struct run *r, int32_t *draft)
{
    size_t room = r->max_new - r->out->n - 1, n;
    if (!r->lookup) return 0;
    n = bn_lookup_draft(r->lookup, draft, room < BN_MAX_DRAFT ? room : BN_MAX_DRAFT);
    for (size_t i = 0; i < n && !o.ignore_eos; i++)
        if (bn_token_is_end(r->model, draft[i])) return i;
    return n;
}

/* Appends id to the context and takes in what one pass then gives for certain; false at the end. */
static bool advance(struct run *r, int32_t id)
{
    struct bn_error err;
    int32_t draft[BN_MAX_DRAFT];
    make_room(r->session);
    size_t n = draft_of(r, draft), accepted;
    if (r->top)
        need(bn_decode_top(r->session, id, r->top, &err), &err), accepted = 0;
    else
        need(bn_decode_draft(r->session, id, draft, n, &accepted, &err), &err);
    if (r->lookup) bn_lookup_learn(r->lookup, n, accepted);
    r->out->passes++, r->out->drafted += n, r->out->accepted += accepted;
    for (size_t i = 0; i < accepted; i++) {
        bn_sampler_accept(r->sampler, draft[i]);
        if (!put(r, draft[i])) return false;
    }
    return true;
}

static void generate(const struct bn_model *model, struct bn_session *session, struct bn_sampler *sampler,
                     struct bn_lookup *lookup, int top, const struct ids *prompt, int max_new, struct output *out)
{
    struct bn_error err;
    char piece[16];
    double start = now_ms();
    struct run r = {model, session, sampler, lookup, top, out, .max_new = (size_t)max_new, .last_ms = start};
    out->ids = must(malloc(((size_t)max_new + 1) * sizeof *out->ids));
    out->token_ms = must(malloc(((size_t)max_new + 1) * sizeof *out->token_ms));
    out->ended = "length";
    append(&out->text, "", 0);
    bn_text_stream_init(&r.stream, model, prompt->n == 1);
    for (size_t i = 0; i < prompt->n; i++) bn_sampler_accept(sampler, prompt->id[i]);
    if (lookup) need(bn_lookup_add(lookup, prompt->id, prompt->n, &err), &err);
    prefill(model, session, prompt, out);
    out->prefill_ms = now_ms() - start;
    for (bool more = max_new > 0; more;) {
        int32_t id = bn_sampler_next(sampler, bn_logits(session));
        if (!out->n) out->ttft_ms = now_ms() - start;
        more = put(&r, id) && advance(&r, id);
    }
    append(&out->text, piece, bn_text_stream_end(&r.stream, piece, sizeof piece));
    show(out, true);
}

/* ---- report ---- */
static void print_json(const struct bn_model *model, const struct bn_session *session, bool hashed,
                       const struct ids *prompt, const struct output *out)
{
    const struct bn_model_info *info = bn_model_info(model);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    putchar('{');
    json_ids("ids", out->ids, out->n);
    json_string("text", out->text.bytes, out->text.n);
    fputs(", ", stdout);
    json_ids("prompt_ids", prompt->id, prompt->n);
    printf(", \"load_ms\": %.4f, \"prefill_ms\": %.4f, \"ttft_ms\": %.4f, \"token_ms\": [", out->load_ms,
           out->prefill_ms, out->ttft_ms);
    for (size_t i = 0; i < out->n; i++) printf("%s%.4f", i ? ", " : "", out->token_ms[i]);
    if (out->prompt_logprobs) fputs("], \"prompt_logprobs\": [", stdout);
    for (size_t i = 0; out->prompt_logprobs && i + 1 < prompt->n; i++)
        printf("%s%.9g", i ? ", " : "", out->prompt_logprobs[i]);
    fputs("], \"logits_hash\": ", stdout);
    if (hashed)
        printf("\"%016llx\"", (unsigned long long)bn_session_logits_hash(session));
    else
        fputs("null", stdout);
    printf(", \"threads\": %d, \"screened_rows\": %llu", bn_session_n_threads(session),
           (unsigned long long)bn_session_screened_rows(session));
    printf(", \"passes\": %zu, \"drafted\": %zu, \"accepted\": %zu", out->passes, out->drafted, out->accepted);
    json_string("kernels", info->kernels, strlen(info->kernels));
    if (info->ternary_layout) json_string("ternary_layout", info->ternary_layout, strlen(info->ternary_layout));
    json_string("model", info->path, strlen(info->path));
    json_string("ended", out->ended, strlen(out->ended));
    printf(", \"peak_rss_bytes\": %lld}\n", (long long)usage.ru_maxrss * 1024);
}

static void print_summary(const struct bn_session *session, const struct ids *prompt, const struct output *out)
{
    double decode_ms = 0;
    for (size_t i = 1; i < out->n; i++) decode_ms += out->token_ms[i];
    putchar('\n');
    fflush(stdout);
    if (o.logits_hash) printf("logits hash %016llx\n", (unsigned long long)bn_session_logits_hash(session));
    if (o.quiet) return;
    fprintf(stderr, "load %.1f ms, prefill %zu tokens in %.1f ms (%.1f tokens/s)", out->load_ms, prompt->n,
            out->prefill_ms, (double)prompt->n / out->prefill_ms * 1e3);
    if (out->n > 1)
        fprintf(stderr, ", decode %zu tokens, %.2f ms each (%.1f tokens/s)", out->n - 1,
                decode_ms / (double)(out->n - 1), (double)(out->n - 1) / decode_ms * 1e3);
    if (out->drafted) fprintf(stderr, ", %zu of %zu drafted tokens right", out->accepted, out->drafted);
    fprintf(stderr, ", %d threads\n", bn_session_n_threads(session));
}

/* Drafts are checked against the greedy choice, so nothing else may choose. */
static struct bn_lookup *open_lookup(int most)
{
    struct bn_error err;
    struct bn_lookup *lookup = NULL;
    if (!most) return NULL;
    if (o.sampling.temperature > 0 || o.sampling.repetition_penalty != 1)
        bn_cmd_fail(&cmd, 2, "--prompt_lookup needs %s; drop it, or --temperature and --repetition_penalty.",
                    bn_option_find("prompt_lookup")->needs);
    need(bn_lookup_open(&lookup, most, &err), &err);
    return lookup;
}

/* How many of the best logits the sampler looks at; 0 without --head_screening: all. */
static int top_of(bool screening)
{
    int k = o.sampling.temperature > 0 ? o.sampling.top_k : 1;
    if (!screening) return 0;
    if (k < 1 || k > BN_MAX_TOP || o.sampling.repetition_penalty != 1)
        bn_cmd_fail(&cmd, 2, "--head_screening needs %s.", bn_option_find("head_screening")->needs);
    return k;
}

static int fit_context(const struct bn_session *session, size_t n_prompt)
{
    int room = bn_session_n_ctx(session) - (int)n_prompt;
    if (room < 0)
        bn_cmd_fail(&cmd, 1, "The prompt has %zu tokens and the context holds %d; shorten it or raise --n_ctx.",
                    n_prompt, bn_session_n_ctx(session));
    if (o.max_new_tokens < 0) return room + 1 < 128 && !o.context_shift ? room + 1 : 128;
    if (o.max_new_tokens > room + 1 && !o.context_shift)
        bn_cmd_fail(&cmd, 1,
                    "%zu prompt tokens and %d new ones do not fit the context of %d; raise --n_ctx, or let it forget "
                    "with --context_shift.",
                    n_prompt, o.max_new_tokens, bn_session_n_ctx(session));
    return o.max_new_tokens;
}

int main(int argc, char **argv)
{
    struct bn_error err;
    struct bn_model *model;
    struct bn_session *session;
    struct bn_sampler *sampler;
    struct bn_lookup *lookup;
    struct text prompt_text = {0};
    struct output out = {0};
    struct bn_cmd all = cmd;
    all.options = bn_cmd_options_join(options);
    if (bn_cmd_parse(&all, argc, argv))
        bn_cmd_fail(&cmd, 2, "\"%s\" is no option; the text to continue goes after --prompt.", argv[1]);
    if (!o.model) bn_cmd_fail(&cmd, 2, "--model is missing; bitnet-run --help shows how to call it.");
    if (!!o.prompt + !!o.prompt_file + !!o.prompt_ids + (o.prompt_tokens > 0) != 1)
        bn_cmd_fail(&cmd, 2, "Give one of --prompt, --prompt_file, --prompt_ids and --prompt_tokens.");
    struct bn_settings settings = {.model = {o.tokenizer, o.kernel_backend ? o.kernel_backend : env_backend(),
                                             o.i2s_layout, o.pretokenizer, o.chat_template,
                                             .float_activations = o.float_activations},
                                   .session = {.n_ctx = o.n_ctx, .n_threads = o.threads}};
    need(bn_cmd_options_apply(&settings, &err), &err);
    int top = top_of(settings.model.head_screening);
    lookup = open_lookup(settings.prompt_lookup);
    double start = now_ms();
    need(bn_model_open(&model, o.model, &settings.model, &err), &err);
    need(bn_session_open(&session, model, &settings.session, &err), &err);
    out.load_ms = now_ms() - start;
    need(bn_sampler_open(&sampler, bn_model_info(model)->n_vocab, &o.sampling, &err), &err);
    struct ids prompt = make_prompt(model, &prompt_text);
    int max_new = fit_context(session, prompt.n);
    bn_session_hash_reset(session, o.logits_hash || (o.json && !top)); /* a hash wants all logits */
    if (!o.json && !o.chat && prompt_text.n) {
        fwrite(prompt_text.bytes, 1, prompt_text.n, stdout);
        fflush(stdout);
    }
    generate(model, session, sampler, lookup, top, &prompt, max_new, &out);
    need(bn_model_check(model, &err), &err);
    if (o.json)
        print_json(model, session, o.logits_hash || !top, &prompt, &out);
    else
        print_summary(session, &prompt, &out);
    free(prompt.id), free(prompt_text.bytes), free(out.text.bytes), free(out.ids), free(out.token_ms),
        free(out.prompt_logprobs), free(o.stop.values);
    bn_lookup_close(lookup);
    bn_sampler_close(sampler);
    bn_session_close(session);
    bn_model_close(model);
    return 0;
}
