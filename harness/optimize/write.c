/* write.c - the choice as a file for --config (engine/options.h). */
#include "engine/files.h"
#include "harness/core/error.h"
#include "harness/optimize/optimize.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum bn_status bn_optimize_write(const struct bn_optimize *o, const char *path, struct bn_error *err)
{
    char machine[256], model[20];
    struct bn_output *out;
    json_t *options = json_object(), *evidence = json_array();
    for (size_t i = 0; i < o->n; i++) {
        if (o->at[i].chosen) json_object_set_new(options, o->at[i].option->name, json_string(o->at[i].value));
        if (o->at[i].evidence[0]) json_array_append_new(evidence, json_string(o->at[i].evidence));
    }
    json_array_append_new(evidence, json_string(o->verdict));
    snprintf(model, sizeof model, "%016llx", (unsigned long long)o->fingerprint);
    json_t *root =
        json_pack("{ss si ss ss so so}", "format", BN_CONFIG_FORMAT, "version", BN_CONFIG_VERSION, "machine",
                  bn_machine_name(machine, sizeof machine), "model", model, "options", options, "evidence", evidence);
    char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    json_decref(root);
    if (!text) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate the text of %s.", path);
    enum bn_status status = bn_output_open(&out, path, err);
    if (!status) {
        fprintf(bn_output_stream(out), "%s\n", text);
        status = bn_output_commit(out, err);
    }
    free(text);
    return status;
}
