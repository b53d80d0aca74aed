/* params.c - reads lengths, sampling, stop strings and what the answer is to hold. */
#include "engine/serve/params.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { MOST_TOKENS = 1 << 24 };

/* ---- numbers ---- */
static bool read_float(const struct fields *f, const char *name, double least, double most, float *value)
{
    double number = (double)*value;
    if (!field_number(f, name, least, most, &number)) return false;
    *value = (float)number;
    return true;
}

static bool read_int(const struct fields *f, const char *name, int least, int most, int *value)
{
    int64_t number = *value;
    if (!field_int(f, name, least, most, &number)) return false;
    *value = (int)number;
    return true;
}

static bool read_seed(struct params *p, const struct fields *f)
{
    int64_t seed = -1;
    if (!field_int(f, "seed", INT64_MIN, INT64_MAX, &seed)) return false;
    p->sampling.seed = (uint64_t)seed;
    if (seed == -1 && getrandom(&p->sampling.seed, sizeof p->sampling.seed, 0) != sizeof p->sampling.seed)
        return problem_set(f->problem, 500, NULL, "seed", "The system gave no random seed; send one.");
    return true;
}

static bool read_sampling(struct params *p, const struct fields *f)
{
    struct bn_sampler_options *s = &p->sampling;
    int window = s->repetition_window;
    bool ok = read_float(f, "temperature", 0, 1000, &s->temperature) && read_float(f, "top_p", 0, 1, &s->top_p) &&
              read_float(f, "min_p", 0, 1, &s->min_p) && read_int(f, "top_k", -1, MOST_TOKENS, &s->top_k) &&
              read_float(f, "repeat_penalty", 0.01, 100, &s->repetition_penalty) &&
              read_float(f, "repetition_penalty", 0.01, 100, &s->repetition_penalty) &&
              read_float(f, "frequency_penalty", -100, 100, &s->frequency_penalty) &&
              read_float(f, "presence_penalty", -100, 100, &s->presence_penalty) &&
              read_int(f, "repeat_last_n", -1, MOST_TOKENS, &window) && read_seed(p, f);
    if (s->top_k < 0) s->top_k = 0;
    s->repetition_window = window < 0 ? MOST_TOKENS : window; /* cut to the context later */
    return ok;
}

/* ---- lists ---- */
static bool add_stop(struct params *p, const json_t *value, const struct fields *f)
{
    const char *text = json_string_value(value);
    if (!text) return field_wrong(f, "stop", "a string or a list of strings");
    if (!*text || strlen(text) != json_string_length(value))
        return problem_set(f->problem, 400, "invalid_value", "stop", "A stop string is empty or holds a NUL.");
    p->stops[p->generate.n_stops++] = text;
    return true;
}

static bool read_stops(struct params *p, const struct fields *f)
{
    const json_t *stop = field(f, "stop");
    size_t n = json_is_array(stop) ? json_array_size(stop) : 1;
    if (!stop) return true;
    if (n > MOST_STOPS)
        return problem_set(f->problem, 400, "invalid_value", "stop", "At most %d stop strings are possible, not %zu.",
                           MOST_STOPS, n);
    p->stops = calloc(n + 1, sizeof *p->stops);
    if (!p->stops) return problem_memory(f->problem);
    p->generate.stops = p->stops;
    if (!json_is_array(stop)) return add_stop(p, stop, f);
    for (size_t i = 0; i < n; i++)
        if (!add_stop(p, json_array_get(stop, i), f)) return false;
    return true;
}

static bool add_bias(struct params *p, double id, const json_t *value, const struct fields *f, int n_vocab)
{
    if (!(id >= 0 && id < n_vocab) || id != floor(id))
        return problem_set(f->problem, 400, "invalid_value", "logit_bias",
                           "\"logit_bias\" names a token that is no id from 0 to %d.", n_vocab - 1);
    if (!json_is_number(value) && !json_is_false(value))
        return field_wrong(f, "logit_bias", "numbers, or false for never");
    float bias = json_is_false(value) ? -INFINITY : (float)json_number_value(value);
    p->bias[p->sampling.n_bias++] = (struct bn_logit_bias){(int32_t)id, bias};
    return true;
}

/* {"id": bias, ...}, or [[id, bias], ...] */
static bool read_bias(struct params *p, const struct fields *f, int n_vocab)
{
    const json_t *given = field(f, "logit_bias");
    size_t n = json_is_array(given) ? json_array_size(given) : json_object_size(given);
    const char *key;
    json_t *value;
    if (!given) return true;
    if (!json_is_object(given) && !json_is_array(given)) return field_wrong(f, "logit_bias", "an object of token ids");
    if (n > MOST_BIAS)
        return problem_set(f->problem, 400, "invalid_value", "logit_bias", "At most %d biases are possible, not %zu.",
                           MOST_BIAS, n);
    p->bias = calloc(n + 1, sizeof *p->bias);
    if (!p->bias) return problem_memory(f->problem);
    p->sampling.bias = p->bias;
    for (size_t i = 0; json_is_array(given) && i < n; i++) {
        const json_t *pair = json_array_get(given, i), *id = json_array_get(pair, 0);
        if (!add_bias(p, json_is_integer(id) ? json_number_value(id) : -1, json_array_get(pair, 1), f, n_vocab))
            return false;
    }
    json_object_foreach((json_t *)(uintptr_t)given, key, value)
    {
        char *end;
        double id = strtod(key, &end);
        if (!add_bias(p, *end || end == key ? -1 : id, value, f, n_vocab)) return false;
    }
    return true;
}

/* ---- what differs between the dialects ---- */
static bool read_length(struct params *p, const struct fields *f, enum dialect dialect)
{
    int *most = &p->generate.max_new_tokens, least = dialect == DIALECT_LLAMA ? -1 : 0;
    if (dialect == DIALECT_LLAMA && !read_int(f, "n_predict", -1, MOST_TOKENS, most)) return false;
    return read_int(f, "max_tokens", least, MOST_TOKENS, most) &&
           read_int(f, "max_completion_tokens", least, MOST_TOKENS, most);
}

static bool read_logprobs(struct params *p, const struct fields *f, enum dialect dialect)
{
    const char *name = dialect == DIALECT_CHAT ? "top_logprobs" : dialect == DIALECT_LLAMA ? "n_probs" : "logprobs";
    p->n_top = -1;
    if (!read_int(f, name, 0, MOST_TOP, &p->n_top)) return false;
    if (dialect == DIALECT_CHAT && !field_bool(f, "logprobs", &p->logprobs)) return false;
    if (dialect == DIALECT_CHAT && p->n_top > 0 && !p->logprobs)
        return problem_set(f->problem, 400, "invalid_value", "top_logprobs",
                           "\"top_logprobs\" needs \"logprobs\": true.");
    if (dialect == DIALECT_COMPLETIONS) p->logprobs = p->n_top >= 0;
    if (dialect == DIALECT_LLAMA) p->logprobs = p->n_top > 0;
    if (p->n_top < 0) p->n_top = 0;
    return true;
}

static bool read_stream(struct params *p, const struct fields *f)
{
    const json_t *options = field(f, "stream_options");
    if (!field_bool(f, "stream", &p->stream)) return false;
    if (options && !json_is_object(options)) return field_wrong(f, "stream_options", "an object");
    struct fields inner = {options, f->problem};
    return field_bool(&inner, "include_usage", &p->include_usage) &&
           field_bool(&inner, "continuous_usage_stats", &p->continuous_usage);
}

static void set_defaults(struct params *p, enum dialect dialect)
{
    *p = (struct params){.n = 1, .add_special = true};
    p->sampling = (struct bn_sampler_options){
        .temperature = 1, .top_p = 1, .repetition_penalty = 1, .repetition_window = MOST_TOKENS};
    p->generate.max_new_tokens = dialect == DIALECT_COMPLETIONS ? 16 : -1;
    if (dialect != DIALECT_LLAMA) return;
    p->sampling.temperature = 0.8f, p->sampling.top_k = 40, p->sampling.top_p = 0.95f, p->sampling.min_p = 0.05f;
    p->sampling.repetition_window = 64;
}

bool params_read(struct params *p, const struct fields *f, enum dialect dialect, const struct bn_model *model)
{
    set_defaults(p, dialect);
    return params_refuse(f) && read_length(p, f, dialect) && read_sampling(p, f) && read_stops(p, f) &&
           read_bias(p, f, bn_model_info(model)->n_vocab) && read_logprobs(p, f, dialect) && read_stream(p, f) &&
           read_int(f, "n", 1, MOST_CHOICES, &p->n) && field_bool(f, "ignore_eos", &p->generate.ignore_eos) &&
           (dialect != DIALECT_COMPLETIONS || field_bool(f, "echo", &p->echo)) &&
           (dialect != DIALECT_COMPLETIONS || field_bool(f, "add_special_tokens", &p->add_special));
}

void params_release(struct params *p)
{
    free(p->stops);
    free(p->bias);
    *p = (struct params){0};
}
