/* yaml.c - walks the document that libyaml parsed, along the table of fields. */
#include "suites/yaml.h"
#include "suites/fail.h"
#include "suites/yaml/scalar.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct reader {
    yaml_document_t document;
    const char *path;
    struct bn_error *err;
};

static enum bn_status fault_at(struct reader *r, yaml_mark_t mark, const char *what)
{
    return bn_suites_fail(r->err, BN_ERR_FORMAT, "%.200s, line %zu, column %zu: %s", r->path, mark.line + 1,
                          mark.column + 1, what);
}

static enum bn_status __attribute__((format(printf, 3, 4)))
fault(struct reader *r, const yaml_node_t *node, const char *format, ...)
{
    char what[384];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return fault_at(r, node->start_mark, what);
}

static enum bn_status no_memory(struct reader *r)
{
    return bn_suites_fail(r->err, BN_ERR_MEMORY, "Could not allocate memory to read %s.", r->path);
}

static yaml_node_t *node_of(struct reader *r, int id) { return yaml_document_get_node(&r->document, id); }
static bool is_text(const struct bn_yaml_field *f) { return f->kind == BN_YAML_TEXT || f->kind == BN_YAML_PROSE; }
static bool is_scalar_list(const struct bn_yaml_field *list) { return !list->items[0].name; }

/* ---- scalars ---- */
static enum bn_status read_scalar(struct reader *r, const yaml_node_t *node, const struct bn_yaml_field *f,
                                  const char *name, void *at)
{
    char why[256];
    if (node->type != YAML_SCALAR_NODE) return fault(r, node, "%s must be a single value.", name);
    const char *text = (const char *)node->data.scalar.value;
    if (strlen(text) != node->data.scalar.length) return fault(r, node, "%s holds a NUL character.", name);
    if (!bn_scalar_read(text, f, name, at, why, sizeof why)) return fault(r, node, "%s", why);
    return is_text(f) && !*(char **)at ? no_memory(r) : BN_OK;
}

static bool same_scalar(const struct bn_yaml_field *f, const void *a, const void *b)
{
    if (is_text(f)) return !strcmp(*(char *const *)a, *(char *const *)b);
    return *(const uint32_t *)a == *(const uint32_t *)b;
}

/* ---- lists ---- */
static enum bn_status read_mapping(struct reader *r, const yaml_node_t *node, const struct bn_yaml_field *fields,
                                   const char *name, char *into);

/* Entry i of the array differs from those before it: as a scalar, or in each field that is unique. */
static enum bn_status check_unique(struct reader *r, const yaml_node_t *node, const struct bn_yaml_field *list,
                                   const char *array, uint32_t i)
{
    const struct bn_yaml_field *f = list->items;
    const char *entry = array + i * list->size;
    for (uint32_t j = 0; j < i && is_scalar_list(list); j++)
        if (same_scalar(f, entry, array + j * list->size))
            return fault(r, node, "\"%s\" is in %s twice.", (const char *)node->data.scalar.value, list->name);
    for (; f->name; f++)
        for (uint32_t j = 0; j < i && f->unique; j++) {
            const char *own = *(char *const *)(entry + f->offset),
                       *other = *(char *const *)(array + j * list->size + f->offset);
            if (own && other && !strcmp(own, other))
                return fault(r, node, "Two entries of %s have the %s \"%s\".", list->name, f->name, own);
        }
    return BN_OK;
}

static enum bn_status read_list(struct reader *r, const yaml_node_t *node, const struct bn_yaml_field *f, char *into)
{
    if (node->type != YAML_SEQUENCE_NODE) return fault(r, node, "%s must be a list, such as [a, b].", f->name);
    size_t n = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (n < 1 || n > f->max) return fault(r, node, "%s must have 1 to %u entries, not %zu.", f->name, f->max, n);
    char *array = calloc(n, f->size);
    if (!array) return no_memory(r);
    *(char **)(into + f->offset) = array;
    enum bn_status status = BN_OK;
    for (uint32_t i = 0; !status && i < n; i++) {
        const yaml_node_t *item = node_of(r, node->data.sequence.items.start[i]);
        *(uint32_t *)(into + f->count) = i + 1;
        status = is_scalar_list(f) ? read_scalar(r, item, f->items, f->name, array + i * f->size)
                                   : read_mapping(r, item, f->items, f->name, array + i * f->size);
        if (!status) status = check_unique(r, item, f, array, i);
    }
    return status;
}

/* ---- mappings ---- */
static enum bn_status unknown_field(struct reader *r, const yaml_node_t *key, const struct bn_yaml_field *fields)
{
    char names[256] = "";
    size_t used = 0;
    for (const struct bn_yaml_field *f = fields; f->name && used < sizeof names; f++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
                                 f == fields ? ""
                                 : f[1].name ? ", "
                                             : " or ",
                                 f->name);
    return fault(r, key, "Unknown field \"%.40s\"; choose %s.", (const char *)key->data.scalar.value, names);
}

static enum bn_status read_pair(struct reader *r, const yaml_node_pair_t *pair, const struct bn_yaml_field *fields,
                                char *into, uint64_t *seen)
{
    const yaml_node_t *key = node_of(r, pair->key), *value = node_of(r, pair->value);
    const struct bn_yaml_field *f = fields;
    if (key->type != YAML_SCALAR_NODE) return fault(r, key, "The name of a field must be a word.");
    while (f->name && strcmp(f->name, (const char *)key->data.scalar.value)) f++;
    if (!f->name) return unknown_field(r, key, fields);
    if (*seen >> (f - fields) & 1) return fault(r, key, "\"%s\" is given twice.", f->name);
    *seen |= UINT64_C(1) << (f - fields);
    return f->kind == BN_YAML_LIST ? read_list(r, value, f, into) : read_scalar(r, value, f, f->name, into + f->offset);
}

static enum bn_status read_mapping(struct reader *r, const yaml_node_t *node, const struct bn_yaml_field *fields,
                                   const char *name, char *into)
{
    uint64_t seen = 0;
    enum bn_status status = BN_OK;
    if (node->type != YAML_MAPPING_NODE) return fault(r, node, "%s must be made of fields, \"name: value\".", name);
    for (const yaml_node_pair_t *p = node->data.mapping.pairs.start; !status && p < node->data.mapping.pairs.top; p++)
        status = read_pair(r, p, fields, into, &seen);
    for (const struct bn_yaml_field *f = fields; !status && f->name; f++)
        if (f->required && !(seen >> (f - fields) & 1)) return fault(r, node, "The field \"%s\" is missing.", f->name);
    return status;
}

/* ---- the document ---- */
static enum bn_status parser_fault(struct reader *r, const yaml_parser_t *parser)
{
    char what[256];
    if (parser->error == YAML_MEMORY_ERROR) return no_memory(r);
    snprintf(what, sizeof what, "This is not YAML: %s.", parser->problem ? parser->problem : "unknown error");
    return fault_at(r, parser->problem_mark, what);
}

static enum bn_status no_second_document(struct reader *r, yaml_parser_t *parser)
{
    yaml_document_t second;
    if (!yaml_parser_load(parser, &second)) return parser_fault(r, parser);
    bool there = yaml_document_get_root_node(&second) != NULL;
    yaml_mark_t mark = second.start_mark;
    yaml_document_delete(&second);
    return there ? fault_at(r, mark, "A second document begins here; write one document a file.") : BN_OK;
}

static enum bn_status read_document(struct reader *r, yaml_parser_t *parser, const struct bn_yaml_field *fields,
                                    void *into)
{
    if (!yaml_parser_load(parser, &r->document)) return parser_fault(r, parser);
    const yaml_node_t *root = yaml_document_get_root_node(&r->document);
    enum bn_status status = root ? read_mapping(r, root, fields, "The file", into)
                                 : bn_suites_fail(r->err, BN_ERR_FORMAT, "%s is empty.", r->path);
    yaml_document_delete(&r->document);
    return status ? status : no_second_document(r, parser);
}

enum bn_status bn_yaml_read(const char *text, size_t n_bytes, const char *path, const struct bn_yaml_field *fields,
                            void *into, struct bn_error *err)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct bn_error local;
    struct reader r = {.path = path, .err = err ? err : &local};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) return no_memory(&r);
    if (n_bytes >= 3 && !memcmp(text, mark, 3)) text += 3, n_bytes -= 3;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, n_bytes);
    enum bn_status status = read_document(&r, &parser, fields, into);
    yaml_parser_delete(&parser);
    return status;
}

static void release_list(const struct bn_yaml_field *f, char *from)
{
    char *array = *(char **)(from + f->offset);
    for (uint32_t i = 0; array && i < *(uint32_t *)(from + f->count); i++)
        bn_yaml_release(f->items, array + i * f->size);
    free(array);
    *(char **)(from + f->offset) = NULL;
}

void bn_yaml_release(const struct bn_yaml_field *fields, void *from)
{
    const struct bn_yaml_field *f = fields;
    do {
        char **text = (char **)((char *)from + f->offset);
        if (f->kind == BN_YAML_LIST) release_list(f, from);
        if (is_text(f)) free(*text), *text = NULL;
    } while (f->name && (++f)->name);
}
