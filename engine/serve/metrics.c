/* metrics.c - counters and histograms, and how Prometheus reads them. */
#include "engine/serve/room.h"

static const double seconds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};
static const double texts[] = {1, 2, 4, 8, 16, 32, 64, 128, 256};

void metrics_init(struct metrics *m)
{
    struct histogram time = {.bounds = seconds, .n_bounds = (int)(sizeof seconds / sizeof *seconds)};
    *m = (struct metrics){.ttft = time, .itl = time, .e2e = time};
    m->batch = (struct histogram){.bounds = texts, .n_bounds = (int)(sizeof texts / sizeof *texts)};
}

void histogram_add(struct histogram *h, double value)
{
    int i = 0;
    while (i < h->n_bounds && value > h->bounds[i]) i++;
    h->counts[i]++, h->n++, h->sum += value;
}

static void print_histogram(FILE *out, const char *name, const char *help, const struct histogram *h)
{
    uint64_t below = 0;
    fprintf(out, "# HELP %s %s\n# TYPE %s histogram\n", name, help, name);
    for (int i = 0; i < h->n_bounds; i++) {
        below += h->counts[i];
        fprintf(out, "%s_bucket{le=\"%g\"} %llu\n", name, h->bounds[i], (unsigned long long)below);
    }
    fprintf(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %.9g\n%s_count %llu\n", name, (unsigned long long)h->n, name,
            h->sum, name, (unsigned long long)h->n);
}

static void print_one(FILE *out, const char *name, const char *type, const char *help, uint64_t value)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, type, name, (unsigned long long)value);
}

void metrics_print(const struct bn_server *s, FILE *out)
{
    const struct metrics *m = &s->metrics;
    int waiting = 0;
    for (const struct request *r = s->first; r; r = r->next) waiting += r->n_waiting;
    fputs("# HELP bitnet_requests_total requests answered, by class of status\n# TYPE bitnet_requests_total counter\n",
          out);
    for (int i = 2; i < 6; i++)
        fprintf(out, "bitnet_requests_total{status=\"%dxx\"} %llu\n", i, (unsigned long long)m->answered[i]);
    print_one(out, "bitnet_requests_rejected_total", "counter", "requests refused because the queue was full",
              m->rejected);
    print_one(out, "bitnet_requests_cancelled_total", "counter", "requests whose client left before the end",
              m->cancelled);
    print_one(out, "bitnet_requests_open", "gauge", "requests for text that wait or are at work",
              (uint64_t)s->n_requests);
    print_one(out, "bitnet_texts_waiting", "gauge", "texts that wait for a place in the batch", (uint64_t)waiting);
    print_one(out, "bitnet_texts_active", "gauge", "texts in the batch", (uint64_t)s->n_active);
    print_one(out, "bitnet_prompt_tokens_total", "counter", "tokens of prompts", m->prompt);
    print_one(out, "bitnet_prompt_tokens_cached_total", "counter", "of them, taken from the prefix cache", m->cached);
    print_one(out, "bitnet_generated_tokens_total", "counter", "tokens generated", m->generated);
    print_one(out, "bitnet_steps_total", "counter", "passes of the batch", m->steps);
    print_one(out, "bitnet_kv_reserved_bytes", "gauge", "keys and values that the texts in the batch may come to fill",
              s->kv_active);
    print_one(out, "bitnet_kv_limit_bytes", "gauge", "most for all texts and the prefix cache", s->options.kv_bytes);
    print_histogram(out, "bitnet_ttft_seconds", "from a request to its first token", &m->ttft);
    print_histogram(out, "bitnet_itl_seconds", "from one token of a text to the next", &m->itl);
    print_histogram(out, "bitnet_request_seconds", "from a request to its last token", &m->e2e);
    print_histogram(out, "bitnet_batch_texts", "texts that got a token in a step", &m->batch);
}
