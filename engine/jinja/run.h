/* run.h - rendering: expressions (evaluate.c), statements (execute.c), members of values (lookup.c), and the functions,
 * methods, filters and tests of the language. Private to this room. */
#ifndef BN_JINJA_RUN_H
#define BN_JINJA_RUN_H
#include "engine/jinja/node.h"

struct bn_jinja_scope {
    struct bn_jinja_scope *parent;
    struct bn_jv_dict variables;
};
struct bn_jinja_run {
    struct bn_jinja_job *job;
    struct bn_jinja_builder *out;
    struct bn_jinja_scope *scope;
    struct bn_jv block; /* the text of a {% set %} block, for its filters */
    int loops;          /* we are in */
};
struct bn_jinja_macro {
    const struct bn_jinja_node *node;
    struct bn_jinja_scope *scope; /* where it was defined */
};
struct bn_jinja_arguments {
    struct bn_jv_list *positional;
    struct bn_jv_dict *named;
};
enum bn_jinja_after { BN_JINJA_GO_ON, BN_JINJA_AFTER_BREAK, BN_JINJA_AFTER_CONTINUE };

struct bn_jv bn_jinja_evaluate(struct bn_jinja_run *run, const struct bn_jinja_node *node);
enum bn_jinja_after bn_jinja_execute(struct bn_jinja_run *run, const struct bn_jinja_node *first);
struct bn_jv bn_jinja_call_macro(struct bn_jinja_run *run, const struct bn_jinja_macro *macro,
                                 const struct bn_jinja_arguments *arguments);

/* value.name and value[key]: undefined when there is none. */
struct bn_jv bn_jinja_attribute(struct bn_jinja_job *job, const struct bn_jv *value, struct bn_jinja_text name);
struct bn_jv bn_jinja_item(struct bn_jinja_job *job, const struct bn_jv *value, const struct bn_jv *key);
/* value[bounds[0]:bounds[1]:bounds[2]]; undefined or none where a bound is missing. */
struct bn_jv bn_jinja_slice(struct bn_jinja_job *job, const struct bn_jv *value, const struct bn_jv bounds[3]);
/* "role" or "function.name" of a value, as map and selectattr take it. */
struct bn_jv bn_jinja_path(struct bn_jinja_job *job, const struct bn_jv *value, struct bn_jinja_text path);

struct bn_jv bn_jinja_call_builtin(struct bn_jinja_job *job, const struct bn_jinja_builtin *builtin,
                                   const struct bn_jv *self, const struct bn_jinja_arguments *arguments);
struct bn_jv bn_jinja_filter(struct bn_jinja_job *job, struct bn_jinja_text name, const struct bn_jv *value,
                             const struct bn_jinja_arguments *arguments);
bool bn_jinja_test(struct bn_jinja_job *job, struct bn_jinja_text name, const struct bn_jv *value,
                   const struct bn_jv *arguments, size_t n);

/* Tables that end with a name NULL. */
extern const struct bn_jinja_builtin bn_jinja_functions[], bn_jinja_string_methods[], bn_jinja_dict_methods[],
    bn_jinja_loop_methods[], bn_jinja_value_filters[], bn_jinja_list_filters[];
const struct bn_jinja_builtin *bn_jinja_builtin_find(const struct bn_jinja_builtin *table, struct bn_jinja_text name);
struct bn_jv bn_jinja_bind(struct bn_jinja_job *job, const struct bn_jinja_builtin *builtin, const struct bn_jv *self);
#endif
