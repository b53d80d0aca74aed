/* hf_templates.c - the chat templates of a model directory: in tokenizer_config.json, chat_template.json, or files of
 * their own as transformers saves them today (chat_template.jinja, additional_chat_templates/NAME.jinja). */
#include "engine/format/hf.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_named(struct bn_vocab *v, struct bn_named_template t)
{
    v->templates[v->n_templates++] = t;
    if (t.name.n == 7 && !memcmp(t.name.bytes, "default", 7)) v->chat_template = t.text;
}

static void read_list(struct bn_hf *hf, struct bn_json *j)
{
    struct bn_vocab *v = &hf->source->vocab;
    struct bn_json list = *j;
    struct bn_json_text key, text;
    size_t n = 0;
    for (bn_json_array(&list); bn_json_element(&list) && bn_json_skip(&list);) n++;
    v->n_templates = 0;
    v->templates = bn_source_alloc(hf->source, n, sizeof *v->templates, NULL);
    for (bn_json_array(j); v->templates && bn_json_element(j);) {
        struct bn_named_template t = {{"", 0}, {NULL, 0}};
        for (bn_json_object(j); bn_json_key(j, &key) && bn_json_string(j, &text);)
            *(bn_json_is(key, "name") ? &t.name : &t.text) = bn_hf_text(hf, text);
        add_named(v, t);
    }
}

void bn_hf_chat_template(struct bn_hf *hf, struct bn_json *j)
{
    struct bn_json_text text;
    if (bn_json_peek(j) == BN_JSON_NULL)
        bn_json_skip(j);
    else if (bn_json_peek(j) == BN_JSON_ARRAY)
        read_list(hf, j);
    else if (bn_json_string(j, &text))
        hf->source->vocab.chat_template = bn_hf_text(hf, text);
}

static enum bn_status template_json(struct bn_hf *hf, struct bn_error *err)
{
    struct bn_map map;
    struct bn_json j;
    struct bn_json_text key;
    if (bn_hf_map(hf, &map, "chat_template.json", NULL)) return BN_OK;
    bn_json_init(&j, map.bytes, map.n);
    for (bn_json_object(&j); bn_json_key(&j, &key);)
        if (bn_json_is(key, "chat_template"))
            bn_hf_chat_template(hf, &j);
        else
            bn_json_skip(&j);
    return bn_json_end(&j) ? BN_OK : bn_hf_json_error(hf, "chat_template.json", &j, err);
}

/* ---- additional_chat_templates/NAME.jinja ---- */

#define FOLDER "additional_chat_templates"
static const char ending[] = ".jinja";

static int is_template(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name), end = sizeof ending - 1;
    return n > end && !strcmp(entry->d_name + n - end, ending) && entry->d_name[0] != '.';
}

static enum bn_status add_template(struct bn_hf *hf, const char *file, struct bn_error *err)
{
    struct bn_vocab *v = &hf->source->vocab;
    struct bn_map map;
    char path[300];
    size_t n = strlen(file) - (sizeof ending - 1);
    snprintf(path, sizeof path, FOLDER "/%s", file);
    enum bn_status status = bn_hf_map(hf, &map, path, err);
    char *name = status ? NULL : bn_source_string(hf->source, file, n, err);
    if (!name) return status ? status : BN_ERR_MEMORY;
    add_named(v, (struct bn_named_template){{name, n}, {(const char *)map.bytes, map.n}});
    return BN_OK;
}

/* Where the folder has templates, those of tokenizer_config.json do not count, as in transformers. */
static enum bn_status template_folder(struct bn_hf *hf, bool has_default, struct bn_error *err)
{
    struct bn_vocab *v = &hf->source->vocab;
    char path[4096];
    struct dirent **files = NULL;
    enum bn_status status = BN_OK;
    if (snprintf(path, sizeof path, "%s/" FOLDER, hf->path) >= (int)sizeof path) return BN_OK;
    int n = scandir(path, &files, is_template, alphasort);
    if (n < 0 && errno != ENOENT)
        return bn_fail(err, BN_ERR_IO, "%s: its chat templates cannot be read (%s).", path, strerror(errno));
    if (n > BN_TEMPLATES)
        status = bn_fail(err, BN_ERR_FORMAT, "%s: has %d chat templates, more than %d.", path, n, BN_TEMPLATES);
    else if (n > 0) {
        if (!has_default) v->chat_template = (struct bn_string){NULL, 0};
        v->n_templates = 0;
        v->templates = bn_source_alloc(hf->source, (size_t)n, sizeof *v->templates, err);
        status = v->templates ? BN_OK : BN_ERR_MEMORY;
    }
    for (int i = 0; i < n && !status; i++) status = add_template(hf, files[i]->d_name, err);
    for (int i = 0; i < n; i++) free(files[i]);
    free(files);
    return status;
}

enum bn_status bn_hf_template_files(struct bn_hf *hf, struct bn_error *err)
{
    struct bn_vocab *v = &hf->source->vocab;
    struct bn_map map;
    bool has_default = bn_hf_map(hf, &map, "chat_template.jinja", NULL) == BN_OK;
    enum bn_status status = BN_OK;
    if (has_default)
        v->chat_template = (struct bn_string){(const char *)map.bytes, map.n}, v->n_templates = 0;
    else if (!v->chat_template.bytes)
        status = template_json(hf, err);
    return status ? status : template_folder(hf, has_default, err);
}
