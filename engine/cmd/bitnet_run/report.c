/* report.c - what bitnet-run prints about a text: one JSON object, or a line with its times. */
#include "engine/cmd/bitnet_run/run.h"
#include "engine/core/cpu.h"
#include "engine/model/utf8.h"
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* Bytes that are not UTF-8 become U+FFFD. */
static void json_string(const char *name, const char *bytes, size_t n)
{
    printf(", \"%s\": \"", name);
    for (size_t i = 0; i < n;) {
        const unsigned char *s = (const unsigned char *)bytes + i;
        size_t length = bn_utf8_length(bytes + i, n - i);
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

static void json_text(const char *name, const char *text) { json_string(name, text, strlen(text)); }

static void json_ids(const char *name, const int32_t *ids, size_t n)
{
    printf("\"%s\": [", name);
    for (size_t i = 0; i < n; i++) printf("%s%d", i ? ", " : "", ids[i]);
    putchar(']');
}

static void json_numbers(const char *name, const char *format, const double *values, size_t n)
{
    printf(", \"%s\": [", name);
    for (size_t i = 0; i < n; i++) {
        if (i) fputs(", ", stdout);
        printf(format, values[i]);
    }
    putchar(']');
}

/* By layer: int8 activations that a given scale cut off, and all of them. */
static void json_clamped(const struct bn_crew *crew, int n_layers)
{
    uint64_t quantized = 0;
    fputs(", \"clamped_activations\": [", stdout);
    for (int i = 0; i < n_layers; i++) {
        struct bn_clamped layer = bn_crew_clamped(crew, i);
        printf("%s%llu", i ? ", " : "", (unsigned long long)layer.clamped);
        quantized += layer.quantized;
    }
    printf("], \"quantized_activations\": %llu", (unsigned long long)quantized);
}

static const char *governor(char *text, size_t cap) { return bn_cpu_governor("/sys/devices/system/cpu", text, cap); }

static void json_warmup(const struct bn_warmup *w)
{
    char text[256];
    if (governor(text, sizeof text))
        json_text("governor", text);
    else
        fputs(", \"governor\": null", stdout);
    if (w->ms > 0)
        printf(", \"warmup\": {\"ms\": %.4f, \"steps\": %d, \"page_faults\": %ld}", w->ms, w->steps, w->page_faults);
    else
        fputs(", \"warmup\": null", stdout);
}

static void json_stream(const struct reader *r)
{
    const struct bn_stream_counts *c = &r->counts;
    if (!c->tokens) return;
    printf(", \"stream\": {\"pieces\": %zu, \"delivered_tokens\": %zu, \"wasted_tokens\": %zu", c->pieces, c->delivered,
           c->tokens - c->delivered);
    printf(", \"blocked_ms\": %.4f, \"tail_ms\": %.4f}", c->blocked_ms, r->tail_ms);
}

/* The linears, and what was made of them at load. */
static void json_weights(const struct bn_model_info *info)
{
    json_text("weight_encoding", info->weight_encoding);
    json_text("file_encoding", info->file_encoding);
    json_text("ternary_weights", info->ternary_weights);
    if (info->wrq)
        printf(", \"wrq\": {\"loss\": %.6g, \"alpha\": %.6g}", info->fit_loss, info->fit_alpha);
    else
        fputs(", \"wrq\": null", stdout);
}

void print_json(const struct record *r, const struct prompt *prompt)
{
    const struct bn_model_info *info = bn_model_info(bn_session_model(r->session));
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    putchar('{');
    json_ids("ids", r->ids, r->n);
    json_string("text", r->reader.text, r->reader.n_bytes);
    fputs(", ", stdout);
    json_ids("prompt_ids", prompt->ids, prompt->n);
    printf(", \"load_ms\": %.4f, \"prefill_ms\": %.4f, \"ttft_ms\": %.4f", r->load_ms, r->prefill_ms, r->ttft_ms);
    json_numbers("token_ms", "%.4f", r->token_ms, r->n);
    if (r->prompt_logprobs) json_numbers("prompt_logprobs", "%.9g", r->prompt_logprobs, prompt->n - 1);
    if (r->hashed)
        printf(", \"logits_hash\": \"%016llx\"", (unsigned long long)bn_session_logits_hash(r->session));
    else
        fputs(", \"logits_hash\": null", stdout);
    printf(", \"threads\": %d, \"screened_rows\": %llu", bn_session_n_threads(r->session),
           (unsigned long long)bn_session_screened_rows(r->session));
    printf(", \"kv_bytes\": %llu, \"kv_evicted\": %d", (unsigned long long)bn_session_kv_bytes(r->session),
           bn_session_n_evicted(r->session));
    printf(", \"passes\": %zu, \"drafted\": %zu, \"accepted\": %zu", r->counts.passes, r->counts.drafted,
           r->counts.accepted);
    json_clamped(bn_session_crew(r->session), info->n_layers);
    json_warmup(bn_session_warmup(r->session));
    json_stream(&r->reader);
    printf(", \"clipped_rows\": %d, \"fused_rows\": %llu", info->n_clipped_rows,
           (unsigned long long)bn_crew_fused_rows(bn_session_crew(r->session)));
    json_weights(info);
    json_text("kernels", info->kernels);
    if (info->ternary_layout) json_text("ternary_layout", info->ternary_layout);
    if (info->blocked) json_text("blocked", info->blocked);
    json_text("model", info->path);
    json_text("ended", bn_end_name(r->end));
    printf(", \"peak_rss_bytes\": %lld}\n", (long long)usage.ru_maxrss * 1024);
}

static void print_warmup(const struct bn_warmup *w)
{
    char text[256];
    const char *name = governor(text, sizeof text);
    fprintf(stderr, "warm-up %.1f ms: %d steps, %ld page faults; CPU frequency governor: %s\n", w->ms, w->steps,
            w->page_faults, name ? name : "not reported by this system");
}

static void print_stream(const struct reader *r)
{
    const struct bn_stream_counts *c = &r->counts;
    fprintf(stderr,
            "streamed %zu tokens in %zu pieces, waited %.1f ms for the reader, %.1f ms from the last token to the last "
            "byte",
            c->delivered, c->pieces, c->blocked_ms, r->tail_ms);
    if (c->delivered < c->tokens)
        fprintf(stderr, "; the reader left, and %zu generated tokens did not reach it", c->tokens - c->delivered);
    fputc('\n', stderr);
}

void print_summary(const struct record *r, const struct prompt *prompt, const struct run_options *o)
{
    double decode_ms = 0;
    for (size_t i = 1; i < r->n; i++) decode_ms += r->token_ms[i];
    putchar('\n');
    fflush(stdout);
    if (o->logits_hash) printf("logits hash %016llx\n", (unsigned long long)bn_session_logits_hash(r->session));
    if (o->quiet) return;
    if (r->reader.counts.tokens) print_stream(&r->reader);
    if (bn_session_warmup(r->session)->ms > 0) print_warmup(bn_session_warmup(r->session));
    fprintf(stderr, "load %.1f ms, prefill %zu tokens in %.1f ms (%.1f tokens/s)", r->load_ms, prompt->n, r->prefill_ms,
            (double)prompt->n / r->prefill_ms * 1e3);
    if (r->n > 1)
        fprintf(stderr, ", decode %zu tokens, %.2f ms each (%.1f tokens/s)", r->n - 1, decode_ms / (double)(r->n - 1),
                (double)(r->n - 1) / decode_ms * 1e3);
    if (r->counts.drafted)
        fprintf(stderr, ", %zu of %zu drafted tokens accepted", r->counts.accepted, r->counts.drafted);
    fprintf(stderr, ", %d threads\n", bn_session_n_threads(r->session));
}
