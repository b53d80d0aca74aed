/* record.c - runs the generator, streams its text, and keeps ids, text and times. SIGINT and SIGTERM end the text after
 * the current pass; a second signal ends the program at once. */
#include "engine/cmd/bitnet_run/run.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static volatile sig_atomic_t caught;

static void catch (int signal) { caught = signal; }

static bool interrupted(void *self)
{
    struct record *r = self;
    return caught || reader_has_left(&r->reader);
}

double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* ---- log-probabilities of the prompt ---- */
struct scorer {
    const struct prompt *prompt;
    double *logprobs;
    int n_vocab;
};

static void score(void *self, size_t pos, const float *logits)
{
    const struct scorer *s = self;
    if (pos + 1 == s->prompt->n) return;
    s->logprobs[pos] = bn_logits_ln(logits, s->prompt->ids[pos + 1], bn_logits_norm(logits, s->n_vocab));
}

static void score_prompt(struct record *r, const struct prompt *prompt)
{
    struct bn_error err;
    r->prompt_logprobs = must(malloc(prompt->n * sizeof(double)));
    struct scorer scorer = {prompt, r->prompt_logprobs, bn_model_info(bn_session_model(r->session))->n_vocab};
    need(bn_prefill_logits(r->session, prompt->ids, prompt->n, 0, score, &scorer, &err), &err);
}

/* ---- generating ---- */
static void keep_ids(struct record *r, const int32_t *ids, size_t n, double ms)
{
    if (r->n + n > r->cap) {
        r->cap = 2 * (r->n + n) + 64;
        r->ids = must(realloc(r->ids, r->cap * sizeof *r->ids));
        r->token_ms = must(realloc(r->token_ms, r->cap * sizeof *r->token_ms));
    }
    for (size_t i = 0; i < n; i++) r->ids[r->n] = ids[i], r->token_ms[r->n++] = i ? 0 : ms;
}

static void generate(struct record *r, struct bn_generator *generator, double start)
{
    struct bn_error err;
    struct bn_generated step = {0};
    double last = start;
    while (!step.end) {
        need(bn_generator_next(generator, &step, &err), &err);
        double now = now_ms();
        if (!r->n && step.n) r->ttft_ms = now - start;
        keep_ids(r, step.ids, step.n, now - last);
        last = now;
        reader_put(&r->reader, step.text, step.n);
    }
    reader_end(&r->reader);
    r->end = step.end;
    r->counts = bn_generator_counts(generator);
}

static void show_prompt(const struct prompt *prompt)
{
    if (!prompt->n_bytes) return;
    if (fwrite(prompt->text, 1, prompt->n_bytes, stdout) != prompt->n_bytes || fflush(stdout))
        exit(bn_cmd_finish(run_cmd.name, 1));
}

void record_make(struct record *r, const struct prompt *prompt, const struct run_options *o,
                 const struct bn_generator_options *options)
{
    struct bn_error err;
    struct bn_generator *generator;
    struct bn_generator_options watched = *options;
    const struct sigaction once = {.sa_handler = catch, .sa_flags = (int)SA_RESETHAND};
    watched.interrupted = interrupted, watched.self = r;
    need(bn_generator_open(&generator, r->session, prompt->ids, prompt->n, &watched, &err), &err);
    sigaction(SIGINT, &once, NULL);
    sigaction(SIGTERM, &once, NULL);
    if (!o->json && !o->chat) show_prompt(prompt);
    double start = now_ms();
    if (o->prompt_logprobs) score_prompt(r, prompt);
    need(bn_generator_compute(generator, NULL, &err), &err);
    r->prefill_ms = now_ms() - start;
    generate(r, generator, start);
    r->signal = r->end == BN_END_INTERRUPTED ? caught : 0;
    bn_generator_close(generator);
}

void record_release(struct record *r)
{
    reader_release(&r->reader);
    free(r->ids), free(r->token_ms), free(r->prompt_logprobs);
}
