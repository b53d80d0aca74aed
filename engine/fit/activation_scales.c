/* activation_scales.c - reads activation_scales.json, strictly: a file with anything unknown in it was not written for
 * this reader. */
#include "engine/fit/activation_scales.h"
#include "engine/core/json.h"
#include "engine/core/status.h"
#include "engine/files.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 64 << 20 };
#define LEAST_SCALE 1e-30
#define MOST_SCALE  1e30

static const char *const site_leaves[BN_SITES_PER_LAYER] = {"qkv", "o", "gate_up", "down"};

struct bn_site_name bn_site_name(int site)
{
    struct bn_site_name name;
    snprintf(name.text, sizeof name.text, "layers.%d.%s", site / BN_SITES_PER_LAYER,
             site_leaves[site % BN_SITES_PER_LAYER]);
    return name;
}

struct reader {
    struct bn_json json;
    const char *path;
    struct bn_error *err;
    float *scale; /* [n_sites]; 0: not seen */
    int n_sites;
    uint64_t fingerprint; /* of the model at hand */
    bool has_format, has_version, has_model;
};

static enum bn_status fail(const struct reader *r, const char *problem)
{
    return bn_fail(r->err, BN_ERR_FORMAT, "%s cannot be used: %s; calibrate the model again with bitnet-calibrate.",
                   BN_PRINTABLE(r->path), problem);
}

static enum bn_status fail_key(const struct reader *r, struct bn_json_text key, const char *problem)
{
    char text[300], name[128];
    snprintf(name, sizeof name, "%.*s", (int)(key.n < 100 ? key.n : 100), key.bytes);
    snprintf(text, sizeof text, "\"%s\" %s", BN_PRINTABLE(name), problem);
    return fail(r, text);
}

static enum bn_status damaged(const struct reader *r)
{
    char text[128];
    snprintf(text, sizeof text, "its JSON is damaged at byte %zu", bn_json_offset(&r->json));
    return fail(r, text);
}

/* An object whose members nobody needs here, but whose keys must be known. */
static enum bn_status skip_known(struct reader *r, const char *const *known)
{
    struct bn_json_text key;
    for (bn_json_object(&r->json); bn_json_key(&r->json, &key);) {
        const char *const *k = known;
        while (*k && !bn_json_is(key, *k)) k++;
        if (!*k) return fail_key(r, key, "is an unknown key");
        enum bn_json_type type = bn_json_peek(&r->json);
        if (type != BN_JSON_NUMBER && type != BN_JSON_STRING) return fail_key(r, key, "is no number or text");
        bn_json_skip(&r->json);
    }
    return BN_OK;
}

static enum bn_status read_format(struct reader *r)
{
    struct bn_json_text text;
    if (!bn_json_string(&r->json, &text)) return damaged(r);
    if (!bn_json_is(text, BN_ACTIVATION_SCALES_FORMAT)) return fail(r, "it is no file of activation scales");
    r->has_format = true;
    return BN_OK;
}

static enum bn_status read_version(struct reader *r)
{
    int64_t version;
    char text[96];
    if (!bn_json_int(&r->json, &version)) return damaged(r);
    if (version != BN_ACTIVATION_SCALES_VERSION) {
        snprintf(text, sizeof text, "it has version %" PRId64 ", and this build reads version %d", version,
                 BN_ACTIVATION_SCALES_VERSION);
        return fail(r, text);
    }
    r->has_version = true;
    return BN_OK;
}

static enum bn_status read_fingerprint(struct reader *r)
{
    struct bn_json_text text;
    char want[17], problem[160];
    if (!bn_json_string(&r->json, &text)) return damaged(r);
    snprintf(want, sizeof want, "%016" PRIx64, r->fingerprint);
    if (bn_json_is(text, want)) return r->has_model = true, BN_OK;
    snprintf(problem, sizeof problem, "it belongs to another model (fingerprint %.*s; this one has %s)",
             (int)(text.n < 40 ? text.n : 40), text.bytes, want);
    return fail(r, BN_PRINTABLE(problem));
}

static enum bn_status read_model(struct reader *r)
{
    struct bn_json_text key, name;
    enum bn_status status = BN_OK;
    for (bn_json_object(&r->json); status == BN_OK && bn_json_key(&r->json, &key);)
        if (bn_json_is(key, "fingerprint"))
            status = read_fingerprint(r);
        else if (bn_json_is(key, "name"))
            bn_json_string(&r->json, &name);
        else
            status = fail_key(r, key, "is an unknown key");
    return status;
}

/* "layers.3.gate_up"; -1: none of this model's. */
static int find_site(const struct reader *r, struct bn_json_text name)
{
    static const char start[] = "layers.";
    int64_t layer = 0;
    size_t i = sizeof start - 1;
    for (; i < name.n && name.bytes[i] >= '0' && name.bytes[i] <= '9' && layer < r->n_sites; i++)
        layer = 10 * layer + (name.bytes[i] - '0');
    for (int64_t site = layer * BN_SITES_PER_LAYER; site < (layer + 1) * BN_SITES_PER_LAYER && site < r->n_sites;
         site++)
        if (bn_json_is(name, bn_site_name((int)site).text)) return (int)site;
    return -1;
}

static enum bn_status read_scale(struct reader *r, int site)
{
    double value;
    char text[128];
    if (!bn_json_number(&r->json, &value)) return damaged(r);
    if (value >= LEAST_SCALE && value <= MOST_SCALE) return r->scale[site] = (float)value, BN_OK;
    snprintf(text, sizeof text, "the scale of %s is %g, and not between %g and %g", bn_site_name(site).text, value,
             LEAST_SCALE, MOST_SCALE);
    return fail(r, text);
}

static enum bn_status read_site(struct reader *r, int site)
{
    struct bn_json_text key;
    static const char *const known[] = {"min", "max", "p99", "p99.9", "p99.99", "clipped_share", NULL};
    enum bn_status status = BN_OK;
    double number;
    for (bn_json_object(&r->json); status == BN_OK && bn_json_key(&r->json, &key);) {
        const char *const *k = known;
        while (*k && !bn_json_is(key, *k)) k++;
        if (bn_json_is(key, "scale"))
            status = read_scale(r, site);
        else if (!*k)
            status = fail_key(r, key, "is an unknown key");
        else if (!bn_json_number(&r->json, &number))
            status = damaged(r);
    }
    return status;
}

static enum bn_status read_sites(struct reader *r)
{
    struct bn_json_text key;
    enum bn_status status = BN_OK;
    for (bn_json_object(&r->json); status == BN_OK && bn_json_key(&r->json, &key);) {
        int site = find_site(r, key);
        if (site < 0) return fail_key(r, key, "is not a site of this model");
        if (r->scale[site] > 0) return fail_key(r, key, "appears twice");
        status = read_site(r, site);
    }
    return status;
}

static enum bn_status read_member(struct reader *r, struct bn_json_text key)
{
    static const char *const text[] = {"fingerprint", "seed", "windows", "window_tokens", NULL};
    struct bn_json_text method;
    double number;
    if (bn_json_is(key, "format")) return read_format(r);
    if (!r->has_format) return fail(r, "it is no file of activation scales");
    if (bn_json_is(key, "version")) return read_version(r);
    if (!r->has_version) return fail(r, "it names no version");
    if (bn_json_is(key, "model")) return read_model(r);
    if (bn_json_is(key, "text")) return skip_known(r, text);
    if (bn_json_is(key, "sites")) return read_sites(r);
    if (bn_json_is(key, "method")) return bn_json_string(&r->json, &method) ? BN_OK : damaged(r);
    if (bn_json_is(key, "iters") || bn_json_is(key, "percentile"))
        return bn_json_number(&r->json, &number) ? BN_OK : damaged(r);
    return fail_key(r, key, "is an unknown key");
}

static enum bn_status check_complete(const struct reader *r)
{
    char text[96];
    if (!r->has_model) return fail(r, "it names no model");
    for (int i = 0; i < r->n_sites; i++)
        if (!(r->scale[i] > 0)) {
            snprintf(text, sizeof text, "it has no scale for %s", bn_site_name(i).text);
            return fail(r, text);
        }
    return BN_OK;
}

enum bn_status bn_activation_scales_read(float *scale, int n_layers, uint64_t fingerprint, const char *path,
                                         struct bn_error *err)
{
    char *bytes;
    size_t n;
    struct reader r = {
        .path = path, .err = err, .scale = scale, .n_sites = n_layers * BN_SITES_PER_LAYER, .fingerprint = fingerprint};
    struct bn_json_text key;
    enum bn_status status = bn_input_read(&bytes, &n, path, MOST_BYTES, err);
    if (status != BN_OK) return status;
    memset(scale, 0, (size_t)r.n_sites * sizeof *scale);
    bn_json_init(&r.json, bytes, n);
    for (bn_json_object(&r.json); status == BN_OK && bn_json_key(&r.json, &key);) status = read_member(&r, key);
    if (status == BN_OK && !bn_json_end(&r.json)) status = damaged(&r);
    if (status == BN_OK) status = check_complete(&r);
    free(bytes);
    return status;
}
