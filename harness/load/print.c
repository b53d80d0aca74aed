/* print.c - tables and sentences for people, one object for programs. */
#include "harness/load/print.h"
#include <math.h>
#include <stdio.h>

/* Milliseconds in eight columns; "-": too few values. */
static void put_ms(double ns)
{
    if (isnan(ns))
        printf(" %9s", "-");
    else
        printf(" %9.*f", ns < 1e8 ? 2 : 0, ns / 1e6);
}

static void put_row(const char *name, const char *who, const struct bn_load_figures *f)
{
    if (!f->n) return;
    printf("%-10s %-9s %8zu", name, who, f->n);
    put_ms(f->mean), put_ms(f->p50), put_ms(f->p90), put_ms(f->p99), put_ms(f->max);
    putchar('\n');
}

static void put_times(const struct bn_load_summary *s)
{
    printf("%-10s %-9s %8s %9s %9s %9s %9s %9s\n", "ms", "clients", "n", "mean", "p50", "p90", "p99", "max");
    for (int m = 0; m < BN_LOAD_VANISHING; m++) {
        const char *who = bn_load_manner_name(m);
        put_row("TTFT", who, &s->ttft[m]), put_row("ITL", who, &s->itl[m]);
        put_row("TPOT", who, &s->tpot[m]), put_row("end to end", who, &s->e2e[m]);
    }
    put_row("sent late", "all", &s->late);
}

static void put_outcomes(const struct bn_load_summary *s)
{
    for (int m = 0; m < BN_LOAD_MANNERS; m++) {
        size_t n = 0;
        for (int o = 0; o < BN_LOAD_OUTCOMES; o++) n += s->counts[m][o];
        if (!n) continue;
        printf("%s clients: %zu requests", bn_load_manner_name(m), n);
        for (int o = 0; o < BN_LOAD_OUTCOMES; o++)
            if (s->counts[m][o]) printf(", %zu %s", s->counts[m][o], bn_load_outcome_name(o));
        putchar('\n');
    }
    for (size_t i = 0; i < s->n_reasons; i++)
        printf("  %zu %s: %s\n", s->reasons[i].n, bn_load_outcome_name(s->reasons[i].outcome),
               BN_PRINTABLE(s->reasons[i].text));
}

static size_t n_steady(const struct bn_load_summary *s)
{
    size_t n = 0;
    for (int o = 0; o < BN_LOAD_OUTCOMES; o++) n += s->counts[BN_LOAD_STEADY][o];
    return n;
}

static void put_goodput(const struct bn_load_report *r)
{
    const struct bn_load_slo *o = r->slo;
    const struct bn_load_summary *s = r->summary;
    if (!(o->ttft_ms > 0 || o->itl_ms > 0 || o->tpot_ms > 0)) return;
    printf("goodput: %.2f requests/s, %zu of %zu of steady clients within", (double)s->n_good / s->seconds, s->n_good,
           n_steady(s));
    if (o->ttft_ms > 0) printf(" TTFT %g ms", o->ttft_ms);
    if (o->itl_ms > 0) printf(" ITL %g ms (every gap)", o->itl_ms);
    if (o->tpot_ms > 0) printf(" TPOT %g ms", o->tpot_ms);
    putchar('\n');
}

void bn_load_print(const struct bn_load_report *r)
{
    const struct bn_load_summary *s = r->summary;
    printf("%s  %s\n%s\n", r->workload, BN_PRINTABLE(r->server), r->options);
    printf("%.1f tokens/s, %.2f requests/s complete; %zu requests in %.1f s", (double)s->tokens / s->seconds,
           (double)s->ended / s->seconds, s->n, s->seconds);
    printf("%s, after %u of warm-up%s\n", r->n_runs > 1 ? " of all rounds" : "", r->plan->n_warmup,
           r->n_runs > 1 ? " each" : "");
    put_times(s);
    put_outcomes(s);
    put_goodput(r);
    printf("wasted: %lld tokens were received by requests that did not complete", (long long)s->wasted);
    if (!isnan(s->never_received)) printf(", %.0f were generated and never received", s->never_received);
    printf("; %.2f MB received; the load generator used %.0f %% of a CPU\n", 1e-6 * (double)s->bytes,
           100 * s->cpu_share);
    if (r->verdict)
        printf("texts: %zu compared with the same request alone, %zu differ%s%s\n", r->verdict->n,
               r->verdict->n_different, r->verdict->first[0] ? ": " : "", r->verdict->first);
    printf("run %lld: %s\n", (long long)r->run_id, r->verdict_word);
}

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }
static json_t *ms(double ns) { return number(ns / 1e6); }

static json_t *figures_json(const struct bn_load_figures *f)
{
    return json_pack("{sI so so so so so}", "n", (json_int_t)f->n, "mean", ms(f->mean), "p50", ms(f->p50), "p90",
                     ms(f->p90), "p99", ms(f->p99), "max", ms(f->max));
}

static json_t *clients_json(const struct bn_load_summary *s)
{
    json_t *all = json_object();
    for (int m = 0; m < BN_LOAD_MANNERS; m++) {
        json_t *counts = json_object();
        for (int o = BN_LOAD_COMPLETE; o < BN_LOAD_OUTCOMES; o++)
            json_object_set_new(counts, bn_load_outcome_name(o), json_integer((json_int_t)s->counts[m][o]));
        json_object_set_new(all, bn_load_manner_name(m),
                            json_pack("{so so so so so}", "outcomes", counts, "ttft_ms", figures_json(&s->ttft[m]),
                                      "itl_ms", figures_json(&s->itl[m]), "tpot_ms", figures_json(&s->tpot[m]),
                                      "e2e_ms", figures_json(&s->e2e[m])));
    }
    return all;
}

static json_t *reasons_json(const struct bn_load_summary *s)
{
    json_t *all = json_array();
    for (size_t i = 0; i < s->n_reasons; i++)
        json_array_append_new(all, json_pack("{ss sI ss}", "outcome", bn_load_outcome_name(s->reasons[i].outcome), "n",
                                             (json_int_t)s->reasons[i].n, "reason", BN_PRINTABLE(s->reasons[i].text)));
    return all;
}

static json_t *rounds_json(const struct bn_load_report *r)
{
    json_t *all = json_array();
    for (size_t i = 0; i < r->n_runs; i++) {
        double seconds = 1e-9 * (double)(r->runs[i].end_ns - r->runs[i].begin_ns);
        json_array_append_new(all, json_pack("{sf so}", "seconds", seconds, "tokens_per_s",
                                             number((double)bn_load_tokens(&r->runs[i]) / seconds)));
    }
    return all;
}

static json_t *goodput_json(const struct bn_load_report *r)
{
    const struct bn_load_slo *o = r->slo;
    return json_pack("{so so so sI sI so}", "slo_ttft_ms", o->ttft_ms > 0 ? json_real(o->ttft_ms) : json_null(),
                     "slo_itl_ms", o->itl_ms > 0 ? json_real(o->itl_ms) : json_null(), "slo_tpot_ms",
                     o->tpot_ms > 0 ? json_real(o->tpot_ms) : json_null(), "good", (json_int_t)r->summary->n_good,
                     "requests", (json_int_t)n_steady(r->summary), "requests_per_s",
                     number((double)r->summary->n_good / r->summary->seconds));
}

json_t *bn_load_json(const struct bn_load_report *r)
{
    const struct bn_load_summary *s = r->summary;
    json_t *root = json_pack("{si sI ss ss ss ss sI sI sI sf}", "schema", 1, "run", (json_int_t)r->run_id, "verdict",
                             r->verdict_word, "workload", r->workload, "options", r->options, "server",
                             BN_PRINTABLE(r->server), "seed", (json_int_t)r->plan->seed, "requests", (json_int_t)s->n,
                             "tokens", (json_int_t)s->tokens, "seconds", s->seconds);
    json_object_set_new(root, "tokens_per_s", number((double)s->tokens / s->seconds));
    json_object_set_new(root, "requests_per_s", number((double)s->ended / s->seconds));
    json_object_set_new(root, "bytes", json_integer((json_int_t)s->bytes));
    json_object_set_new(root, "wasted_tokens", json_integer((json_int_t)s->wasted));
    json_object_set_new(root, "never_received_tokens", number(s->never_received));
    json_object_set_new(root, "late_ms", figures_json(&s->late));
    json_object_set_new(root, "generator_cpu", number(s->cpu_share));
    json_object_set_new(root, "clients", clients_json(s));
    json_object_set_new(root, "reasons", reasons_json(s));
    json_object_set_new(root, "goodput", goodput_json(r));
    json_object_set_new(root, "rounds", rounds_json(r));
    json_object_set_new(root, "texts",
                        r->verdict ? json_pack("{sI sI ss}", "compared", (json_int_t)r->verdict->n, "different",
                                               (json_int_t)r->verdict->n_different, "first", r->verdict->first)
                                   : json_null());
    return root;
}
