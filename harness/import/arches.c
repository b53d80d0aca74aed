/* arches.c - reads the results of ci/arches: each CPU is a machine, which says whether it was emulated and by what; its
 * point has the verdict of the checks, the hash of the logits and the instructions of a token. An emulated CPU has no
 * times. */
#include "harness/core/error.h"
#include "harness/import/import.h"
#include <math.h>
#include <string.h>

bn_import_document bn_import_arches;
bn_import_recognise bn_import_arches_is;

bool bn_import_arches_is(const json_t *d) { return json_is_array(json_object_get(d, "arches")); }

static enum bn_status text_of(const json_t *d, const char *key, const char **text, struct bn_error *err)
{
    *text = bn_import_text(d, key);
    return **text ? BN_OK : bn_harness_fail(err, BN_ERR_FORMAT, "A result of ci/arches has no text \"%s\".", key);
}

static enum bn_status machine(struct bn_import *import, const json_t *cpu, int64_t *id, struct bn_error *err)
{
    const char *name, *arch, *emulator = bn_import_text(cpu, "emulator");
    enum bn_status status = text_of(cpu, "name", &name, err);
    if (!status) status = text_of(cpu, "arch", &arch, err);
    if (status) return status;
    const struct bn_field fields[] = {
        {"cpu_model", name, NULL, true},
        {"arch", arch, NULL, true},
        {"emulated", emulator[0] ? emulator : "no", NULL, true},
    };
    return bn_store_fingerprint(import->store, "machine", name, NULL, fields, 3, id, err);
}

static enum bn_status build(struct bn_import *import, const json_t *document, const json_t *cpu, int64_t *id,
                            struct bn_error *err)
{
    const char *commit, *compiler = bn_import_text(cpu, "compiler");
    enum bn_status status = text_of(document, "commit", &commit, err);
    const struct bn_field fields[] = {{"engine", "bitnet", NULL, true},
                                      {"commit", commit, NULL, true},
                                      {"compiler", compiler[0] ? compiler : NULL, "nothing was compiled", true}};
    return status ? status : bn_store_fingerprint(import->store, "build", commit, NULL, fields, 3, id, err);
}

/* Instructions of one token, as counted over `tokens` of them; null with a reason where they were not. */
static enum bn_status counter(const json_t *cpu, const char *phase, struct bn_counter *c, struct bn_error *err)
{
    const json_t *value = json_object_get(json_object_get(cpu, "instructions"), phase);
    *c = (struct bn_counter){.phase = phase, .name = "instructions", .source = "qemu", .thread = -1};
    c->n_tokens = json_integer_value(json_object_get(json_object_get(cpu, "tokens"), phase));
    c->value = bn_import_number(json_object_get(cpu, "instructions"), phase);
    if (json_is_integer(value) && c->value > 0 && c->n_tokens > 0) return BN_OK;
    c->reason = bn_import_text(cpu, "no_count");
    return c->reason[0] ? BN_OK
                        : bn_harness_fail(err, BN_ERR_FORMAT,
                                          "The instructions of %s of %.60s must be a whole number above 0, of a number "
                                          "of tokens, or no_count must say why there are none.",
                                          phase, bn_import_text(cpu, "name"));
}

static enum bn_status verdict_of(const json_t *cpu, struct bn_point_result *r, struct bn_error *err)
{
    static const char *const states[] = {"finished", "failed", "skipped"};
    for (int i = 0; i < 3; i++)
        if (!strcmp(bn_import_text(cpu, "state"), states[i])) r->state = states[i];
    r->hash = bn_import_text(cpu, "logits_hash")[0] ? bn_import_text(cpu, "logits_hash") : NULL;
    r->kernels_used = bn_import_text(cpu, "kernels")[0] ? bn_import_text(cpu, "kernels") : NULL;
    r->reason = bn_import_text(cpu, "reason")[0] ? bn_import_text(cpu, "reason") : NULL;
    if (!r->state || (r->state != states[0] && !r->reason))
        return bn_harness_fail(
            err, BN_ERR_FORMAT,
            "The state of a CPU must be finished, failed or skipped, with a reason unless finished.");
    return BN_OK;
}

static enum bn_status store_cpu(struct bn_import *import, const json_t *document, const json_t *cpu,
                                struct bn_error *err)
{
    int64_t machine_id, build_id, point_id;
    struct bn_counter counters[2];
    struct bn_point_result r = {.seconds = NAN, .counters = counters};
    const char *kernels = bn_import_text(cpu, "asked");
    const struct bn_store_config config = {
        .engine = "bitnet", .workload = "arches", .kernel = kernels[0] ? kernels : "auto", .options = "", .threads = 1};
    enum bn_status status = machine(import, cpu, &machine_id, err);
    if (!status) status = build(import, document, cpu, &build_id, err);
    if (!status) status = verdict_of(cpu, &r, err);
    if (!status && r.state[0] == 'f' && r.state[1] == 'i') {
        status = counter(cpu, "decode", &counters[0], err);
        if (!status) status = counter(cpu, "prefill", &counters[1], err);
        r.n_counters = 2;
    }
    if (!status) status = bn_import_run(import, machine_id, build_id, bn_import_text(document, "when"), true, err);
    if (!status) status = bn_store_point_add(import->store, import->run_id, &config, &point_id, err);
    if (!status) status = bn_store_point_end(import->store, point_id, &r, NULL, err);
    import->n_rows++;
    return status;
}

enum bn_status bn_import_arches(struct bn_import *import, json_t *document, struct bn_error *err)
{
    size_t i;
    json_t *cpu;
    if (!bn_import_arches_is(document))
        return bn_harness_fail(err, BN_ERR_FORMAT, "This is not what ci/arches writes: it has no CPUs.");
    enum bn_status status = BN_OK;
    json_array_foreach(json_object_get(document, "arches"), i, cpu)
    {
        if (!status) status = store_cpu(import, document, cpu, err);
    }
    return status;
}
