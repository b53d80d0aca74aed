/* json.c - everything that a profile knows as one JSON object; what is unknown is null with a reason. */
#include "harness/cmd/bitnet_profiler/profiler.h"
#include "harness/profile/split.h"
#include <jansson.h>
#include <math.h>

bool profiler_write_json(const struct profiler_view *view, FILE *out);

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }
static json_t *integer(uint64_t x) { return json_integer((json_int_t)x); }

static json_t *machine(const struct bn_profile *p)
{
    json_t *m = json_pack("{so so sI}", "read_bytes_per_s", number(p->bandwidth), "int8_macs_per_s", number(p->peak),
                          "last_level_cache_bytes", (json_int_t)p->cache_bytes);
    if (p->bandwidth_from[0]) json_object_set_new(m, "bandwidth_from", json_string(p->bandwidth_from));
    if (p->roofline.read_bytes_per_s > 0)
        json_object_set_new(m, "measured_read_bytes_per_s", json_real(p->roofline.read_bytes_per_s));
    if (p->no_roofline[0]) json_object_set_new(m, "reason", json_string(p->no_roofline));
    return m;
}

static json_t *stages(const struct bn_profile *p)
{
    json_t *all = json_array();
    for (int s = 0; s < BN_STAGE_COUNT; s++)
        if (p->slots[0].stage_ns[s])
            json_array_append_new(all, json_pack("{ss sI}", "stage", bn_stage_name((enum bn_stage)s),
                                                 "outside_passes_ns", (json_int_t)p->slots[0].stage_ns[s]));
    return all;
}

static json_t *phases(const struct bn_profile *p)
{
    json_t *all = json_array();
    for (int phase = 0; phase < BN_PHASES; phase++) {
        double ns = bn_profile_phase_ns(p, phase), wait = 0, between = 0;
        if (!(ns > 0)) continue;
        for (int op = 0; op < BN_OP_COUNT; op++)
            wait += (double)bn_profile_sum(p, -1, phase, -2, BN_SLOT_WAIT + op).self_ns;
        between += (double)bn_profile_sum(p, -1, phase, -2, BN_SLOT_REST).self_ns;
        for (int t = 0; t < p->n_threads; t++) between += (double)p->slots[t].between_layers_ns[phase];
        json_t *o = json_pack("{ss sf sf sf}", "phase", bn_profile_phase_name(phase), "ns", ns, "wait_ns",
                              wait / p->n_threads, "between_operations_ns", between / p->n_threads);
        if (phase != BN_PHASE_VERIFY) json_object_set_new(o, "page_faults", json_integer((json_int_t)p->faults[phase]));
        json_array_append_new(all, o);
    }
    return all;
}

static json_t *parts(enum bn_op op, double ns)
{
    struct bn_split part;
    json_t *all = json_array();
    for (int i = 0; bn_split_part(op, i, &part); i++)
        json_array_append_new(all, json_pack("{ss sf sf sb ss}", "part", part.part, "ns", ns * part.share, "share",
                                             part.share, "declared", 1, "basis", part.why));
    return all;
}

static json_t *op_layers(const struct bn_profile *p, int phase, int op)
{
    json_t *all = json_array();
    for (int l = -1; l < p->info->n_layers; l++) {
        const struct bn_slot s = bn_profile_sum(p, -1, phase, l, op);
        if (!s.calls) continue;
        json_array_append_new(
            all,
            json_pack("{si sf sf so so so}", "layer", l, "ns", (double)s.self_ns / p->n_threads, "wait_ns",
                      (double)bn_profile_sum(p, -1, phase, l, BN_SLOT_WAIT + op).self_ns / p->n_threads, "weight_bytes",
                      integer(s.weight_bytes), "kv_bytes", integer(s.kv_bytes), "macs", integer(s.macs)));
    }
    return all;
}

static json_t *operation(const struct bn_profile *p, int phase, int op)
{
    const struct bn_slot s = bn_profile_sum(p, -1, phase, -2, op);
    const struct bn_reach r = bn_profile_reach(p, phase, (enum bn_op)op);
    double ns = (double)s.self_ns / p->n_threads;
    json_t *threads = json_array(),
           *o = json_pack("{ss ss sI sf sf sf}", "phase", bn_profile_phase_name(phase), "op",
                          bn_op_name((enum bn_op)op), "calls", (json_int_t)bn_profile_sum(p, 0, phase, -2, op).calls,
                          "ns", ns, "share", ns / bn_profile_phase_ns(p, phase), "wait_ns",
                          (double)bn_profile_sum(p, -1, phase, -2, BN_SLOT_WAIT + op).self_ns / p->n_threads);
    for (int t = 0; t < p->n_threads; t++)
        json_array_append_new(threads, json_integer((json_int_t)bn_profile_sum(p, t, phase, -2, op).self_ns));
    json_object_set_new(o, "ns_by_thread", threads);
    json_object_set_new(o, "weight_bytes", integer(s.weight_bytes));
    json_object_set_new(o, "kv_bytes", integer(s.kv_bytes));
    json_object_set_new(o, "macs", integer(s.macs));
    json_object_set_new(o, "kernel_calls", integer(s.kernel_calls));
    json_object_set_new(o, "bytes_per_s", number(r.bytes_per_s));
    json_object_set_new(o, "macs_per_s", number(r.macs_per_s));
    json_object_set_new(o, "bandwidth_share", number(r.memory));
    if (isnan(r.memory)) json_object_set_new(o, "bandwidth_reason", json_string(r.reason));
    json_object_set_new(o, "int8_peak_share", number(r.compute));
    json_object_set_new(o, "roofline_share", number(r.roofline));
    json_object_set_new(o, "bound", r.bound[0] ? json_string(r.bound) : json_null());
    json_object_set_new(o, "parts", parts((enum bn_op)op, ns));
    json_object_set_new(o, "layers", op_layers(p, phase, op));
    return o;
}

static json_t *operations(const struct bn_profile *p)
{
    json_t *all = json_array();
    for (int phase = 0; phase < BN_PHASES; phase++)
        for (int op = 0; op < BN_OP_COUNT; op++)
            if (bn_profile_sum(p, -1, phase, -2, op).calls) json_array_append_new(all, operation(p, phase, op));
    return all;
}

static json_t *counters(const struct bn_profile *p)
{
    json_t *all = json_array();
    for (size_t i = 0; i < p->n_counters; i++) {
        const struct bn_profile_counter *c = &p->counters[i];
        json_t *o =
            json_pack("{ss ss ss ss so sI sb}", "phase", c->phase, "op", c->op, "name", c->name, "source", c->source,
                      "value", number(c->value), "tokens", (json_int_t)c->n_tokens, "scaled", (int)c->scaled);
        if (c->reason) json_object_set_new(o, "reason", json_string(c->reason));
        json_array_append_new(all, o);
    }
    return all;
}

static json_t *samples(const struct bn_profile *p)
{
    const struct bn_stacks *s = &p->stacks;
    if (!s->sources) return json_null();
    json_t *all = json_array();
    for (size_t i = 0; i < s->n_counts; i++)
        json_array_append_new(all,
                              json_pack("{ss sI}", "stack", s->counts[i].stack, "samples", (json_int_t)s->counts[i].n));
    return json_pack("{ss si sI sI si so}", "method", s->said, "hz", s->hz, "samples", (json_int_t)s->n_samples, "lost",
                     (json_int_t)s->n_lost, "threads_not_sampled", s->n_unsampled, "stacks", all);
}

static json_t *flags(const struct bn_profile *p)
{
    json_t *all = json_array();
    for (size_t i = 0; i < p->n_flags; i++) {
        const struct bn_profile_flag *f = &p->flags[i];
        json_array_append_new(all, json_pack("{ss ss sf sf ss ss}", "flag", f->name, "where", f->where, "value",
                                             f->value, "limit", f->limit, "evidence", f->evidence, "hint", f->hint));
    }
    return all;
}

static json_t *kernels(const struct bn_profile *p)
{
    json_t *all = json_object();
    const char *op, *variant;
    for (size_t i = 0; (variant = bn_model_kernel(p->model, i, &op)); i++)
        json_object_set_new(all, op, json_pack("{ss ss?}", "ran", variant, "best", bn_kernel_best(op)));
    return all;
}

bool profiler_write_json(const struct profiler_view *view, FILE *out)
{
    const struct bn_profile *p = view->profile;
    json_t *root = json_pack("{ss si ss ss ss si sI sI sI sf sI sI}", "format", "bitnet-profile", "version", 1, "model",
                             BN_PRINTABLE(p->info->path), "kernels", p->info->kernels, "commit", bn_commit(), "threads",
                             p->n_threads, "prompt_tokens", (json_int_t)p->n_prompt, "new_tokens", (json_int_t)p->n_new,
                             "decode_steps", (json_int_t)p->n_steps, "load_ms", p->load_ms, "wall_ns",
                             (json_int_t)p->wall_ns, "spans_ns", (json_int_t)bn_profile_covered_ns(p, 0));
    if (!root) return false;
    json_object_set_new(root, "clock",
                        json_pack("{ss sf sf ss}", "source", p->ticks.source, "ns_per_tick", p->ticks.ns_per_tick,
                                  "drift", p->drift, "reason", p->ticks.why));
    json_object_set_new(root, "machine", machine(p));
    json_object_set_new(root, "variants", kernels(p));
    json_object_set_new(root, "stages", stages(p));
    json_object_set_new(root, "phases", phases(p));
    json_object_set_new(root, "operations", operations(p));
    json_object_set_new(root, "counters", counters(p));
    json_object_set_new(root, "samples", samples(p));
    json_object_set_new(root, "flags", flags(p));
    bool ok = !json_dumpf(root, out, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    fputc('\n', out);
    json_decref(root);
    return ok || ferror(out);
}
