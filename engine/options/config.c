/* config.c - reads a file of chosen options, strictly: a file with anything unknown in it, of another model or of
 * another machine was not written for this use. */
#include "engine/core/cpu.h"
#include "engine/core/json.h"
#include "engine/files.h"
#include "engine/core/status.h"
#include "engine/options/option.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 20 };

const char *bn_machine_name(char *text, size_t cap)
{
    snprintf(text, cap, "%s, %ld CPUs", bn_cpu_name(), sysconf(_SC_NPROCESSORS_CONF));
    return bn_printable(text, cap, strdupa(text));
}

struct reader {
    struct bn_json json;
    const char *path;
    struct bn_config_file *config;
    struct bn_error *err;
    bool has_format, has_version, has_model, has_machine, has_options;
};

static enum bn_status fail(const struct reader *r, const char *problem, struct bn_json_text text)
{
    char part[128];
    snprintf(part, sizeof part, "%.*s", (int)(text.n < 100 ? text.n : 100), text.n ? text.bytes : "");
    return bn_fail(r->err, BN_ERR_FORMAT, "%s cannot be used: %s%s%s%s; write it again with bitnet-optimize-all.",
                   BN_PRINTABLE(r->path), problem, text.n ? " \"" : "", BN_PRINTABLE(part), text.n ? "\"" : "");
}

static const struct bn_json_text none = {"", 0};

static enum bn_status damaged(const struct reader *r)
{
    char text[96];
    snprintf(text, sizeof text, "its JSON is damaged at byte %zu", bn_json_offset(&r->json));
    return fail(r, text, none);
}

/* A text copied, unescaped. NULL: damaged, or no memory. */
static char *take_text(struct reader *r, struct bn_json_text *raw)
{
    if (!bn_json_string(&r->json, raw)) return NULL;
    char *text = malloc(raw->n + 1);
    if (text) text[bn_json_unescape(text, *raw)] = 0;
    return text;
}

static enum bn_status read_exactly(struct reader *r, const char *want, const char *problem, bool *has)
{
    struct bn_json_text raw;
    char *text = take_text(r, &raw);
    if (!text) return damaged(r);
    *has = !strcmp(text, want);
    free(text);
    return *has ? BN_OK : fail(r, problem, raw);
}

static enum bn_status read_version(struct reader *r)
{
    int64_t version;
    if (!bn_json_int(&r->json, &version)) return damaged(r);
    r->has_version = version == BN_CONFIG_VERSION;
    return r->has_version ? BN_OK : fail(r, "this build reads version 1 of such files, not its", none);
}

static enum bn_status read_machine(struct reader *r)
{
    char here[256], problem[400];
    bn_machine_name(here, sizeof here);
    snprintf(problem, sizeof problem, "this machine is \"%s\", and it is for", here);
    return read_exactly(r, here, problem, &r->has_machine);
}

/* The model is checked when it opens. */
static enum bn_status read_fingerprint(struct reader *r)
{
    struct bn_json_text raw;
    char *text = take_text(r, &raw), *end = NULL;
    if (!text) return damaged(r);
    r->config->fingerprint = strtoull(text, &end, 16);
    r->has_model = strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16 && r->config->fingerprint;
    free(text);
    return r->has_model ? BN_OK : fail(r, "no fingerprint of a model is", raw);
}

static enum bn_status read_option(struct reader *r, struct bn_json_text key)
{
    struct bn_json_text raw;
    struct bn_config_file *c = r->config;
    char *name = malloc(key.n + 1), *value = take_text(r, &raw);
    if (name) name[bn_json_unescape(name, key)] = 0;
    const struct bn_option *option = name ? bn_option_find(name) : NULL;
    free(name);
    enum bn_status status = !value                   ? damaged(r)
                            : !option                ? fail(r, "no option of this build is", key)
                            : c->n == BN_CONFIG_MOST ? fail(r, "it has too many options", none)
                                                     : BN_OK;
    for (size_t i = 0; status == BN_OK && i < c->n; i++)
        if (!strcmp(c->choices[i].name, option->name)) status = fail(r, "it gives an option twice:", key);
    if (status != BN_OK) return free(value), status;
    c->choices[c->n++] = (struct bn_option_choice){option->name, value};
    return BN_OK;
}

static enum bn_status read_options(struct reader *r)
{
    struct bn_json_text key;
    enum bn_status status = BN_OK;
    r->has_options = true;
    for (bn_json_object(&r->json); status == BN_OK && bn_json_key(&r->json, &key);) status = read_option(r, key);
    return status;
}

/* Lines for a reader of the file, which nobody needs here. */
static enum bn_status read_evidence(struct reader *r)
{
    struct bn_json_text text;
    for (bn_json_array(&r->json); bn_json_element(&r->json);)
        if (!bn_json_string(&r->json, &text)) return damaged(r);
    return BN_OK;
}

static enum bn_status read_member(struct reader *r, struct bn_json_text key)
{
    if (bn_json_is(key, "format"))
        return read_exactly(r, BN_CONFIG_FORMAT, "no file of options has the format", &r->has_format);
    if (bn_json_is(key, "version")) return read_version(r);
    if (bn_json_is(key, "machine")) return read_machine(r);
    if (bn_json_is(key, "model")) return read_fingerprint(r);
    if (bn_json_is(key, "options")) return read_options(r);
    if (bn_json_is(key, "evidence")) return read_evidence(r);
    return fail(r, "it has the unknown key", key);
}

/* Values that no option takes, and options that exclude each other. */
static enum bn_status check_choices(const struct reader *r)
{
    struct bn_settings scratch = {.session.n_threads = 1};
    struct bn_error why;
    if (bn_options_apply(&scratch, r->config->choices, r->config->n, &why) == BN_OK) return BN_OK;
    return bn_fail(r->err, BN_ERR_FORMAT, "%s cannot be used: %s", BN_PRINTABLE(r->path), why.text);
}

enum bn_status bn_config_read(struct bn_config_file *config, const char *path, struct bn_error *err)
{
    struct reader r = {.path = path, .config = config, .err = err};
    struct bn_json_text key;
    char *bytes;
    size_t n;
    *config = (struct bn_config_file){0};
    enum bn_status status = bn_input_read(&bytes, &n, path, MOST_BYTES, err);
    if (status != BN_OK) return status;
    bn_json_init(&r.json, bytes, n);
    for (bn_json_object(&r.json); status == BN_OK && bn_json_key(&r.json, &key);) status = read_member(&r, key);
    if (status == BN_OK && !bn_json_end(&r.json)) status = damaged(&r);
    if (status == BN_OK && !(r.has_format && r.has_version && r.has_model && r.has_machine && r.has_options))
        status = fail(&r, "it lacks format, version, model, machine or options", none);
    free(bytes);
    if (status == BN_OK) status = check_choices(&r);
    if (status != BN_OK) bn_config_release(config);
    return status;
}

static bool chosen(const struct bn_option_choice *choices, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (bn_option_find(choices[i].name) == bn_option_find(name)) return true;
    return false;
}

size_t bn_config_join(const struct bn_config_file *config, struct bn_option_choice *choices, size_t n, unsigned tasks)
{
    size_t given = n;
    for (size_t i = 0; i < config->n; i++) {
        const struct bn_option_choice *c = &config->choices[i];
        if (!chosen(choices, given, c->name) && bn_option_acts_on(bn_option_find(c->name), tasks)) choices[n++] = *c;
    }
    return n;
}

void bn_config_release(struct bn_config_file *config)
{
    for (size_t i = 0; i < config->n; i++) free((char *)config->choices[i].value);
    *config = (struct bn_config_file){0};
}
