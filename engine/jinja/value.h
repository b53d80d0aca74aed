/* value.h - the values of a template: Python's, as far as chat templates use them. Immutable except for namespaces. */
#ifndef BN_JINJA_VALUE_H
#define BN_JINJA_VALUE_H
#include "engine/jinja/text.h"

enum bn_jv_type {
    BN_JV_UNDEFINED,
    BN_JV_NONE,
    BN_JV_BOOL,
    BN_JV_INT,
    BN_JV_FLOAT,
    BN_JV_STRING,
    BN_JV_LIST, /* and tuples */
    BN_JV_DICT,
    BN_JV_NAMESPACE,
    BN_JV_LOOP,
    BN_JV_MACRO,
    BN_JV_BUILTIN
};
struct bn_jv_loop { /* what `loop` is inside a for */
    const struct bn_jv_list *items;
    size_t at;
};
struct bn_jv {
    enum bn_jv_type type;
    union {
        bool boolean;
        int64_t integer;
        double number;
        struct bn_jinja_text string; /* of an undefined value: what is undefined */
        const struct bn_jv_list *list;
        struct bn_jv_dict *dict; /* and namespaces */
        const struct bn_jv_loop *loop;
        const struct bn_jinja_macro *macro;
        const struct bn_jv_bound *bound;
    };
};
struct bn_jv_list {
    size_t n, cap;
    struct bn_jv *items;
};
struct bn_jv_dict { /* in the order of insertion; keys are strings */
    size_t n, cap;
    struct bn_jv_pair {
        struct bn_jinja_text key;
        struct bn_jv value;
    } * pairs;
};
/* A function of the language, a method or a filter: `parameters` are its names with spaces between, * for any. It gets
 * the value it is applied to and one value a parameter, undefined where none was given (*: a list and a dict). */
struct bn_jinja_builtin {
    const char *name, *parameters;
    struct bn_jv (*call)(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *arguments);
};
struct bn_jv_bound {
    const struct bn_jinja_builtin *builtin;
    struct bn_jv self;
};

static inline struct bn_jv bn_jv_bool(bool b) { return (struct bn_jv){.type = BN_JV_BOOL, .boolean = b}; }
static inline struct bn_jv bn_jv_int(int64_t i) { return (struct bn_jv){.type = BN_JV_INT, .integer = i}; }
static inline struct bn_jv bn_jv_string(struct bn_jinja_text t)
{
    return (struct bn_jv){.type = BN_JV_STRING, .string = t};
}
static inline struct bn_jv bn_jv_undefined(struct bn_jinja_text name)
{
    return (struct bn_jv){.type = BN_JV_UNDEFINED, .string = name};
}
static inline struct bn_jv bn_jv_of_list(const struct bn_jv_list *list)
{
    return (struct bn_jv){.type = BN_JV_LIST, .list = list};
}
static inline struct bn_jv bn_jv_of_dict(struct bn_jv_dict *dict)
{
    return (struct bn_jv){.type = BN_JV_DICT, .dict = dict};
}
static inline bool bn_jv_given(const struct bn_jv *v) { return v->type != BN_JV_UNDEFINED; }

struct bn_jv_list *bn_jv_list_new(struct bn_jinja_job *job);
void bn_jv_append(struct bn_jinja_job *job, struct bn_jv_list *list, struct bn_jv value);
struct bn_jv_dict *bn_jv_dict_new(struct bn_jinja_job *job);
void bn_jv_put(struct bn_jinja_job *job, struct bn_jv_dict *dict, struct bn_jinja_text key, struct bn_jv value);
const struct bn_jv *bn_jv_get(const struct bn_jv_dict *dict, struct bn_jinja_text key); /* NULL: not there */

const char *bn_jv_type_name(const struct bn_jv *v);
/* Fails for BN_JINJA_TASK where v is undefined; every use of a value but `is defined` and default goes through it. */
void bn_jv_use(struct bn_jinja_job *job, const struct bn_jv *v);
bool bn_jv_true(const struct bn_jv *v);                            /* an undefined one is false */
bool bn_jv_truth(struct bn_jinja_job *job, const struct bn_jv *v); /* of a value that a template uses */
bool bn_jv_equal(struct bn_jinja_job *job, const struct bn_jv *a, const struct bn_jv *b);
/* Below, equal or above 0; fails for values that have no order. */
int bn_jv_compare(struct bn_jinja_job *job, const struct bn_jv *a, const struct bn_jv *b);
bool bn_jv_contains(struct bn_jinja_job *job, const struct bn_jv *container, const struct bn_jv *item);
int64_t bn_jv_length(struct bn_jinja_job *job, const struct bn_jv *v);
/* What iterating gives: items of a list, keys of a dict, characters of a string; nothing for an undefined value. */
const struct bn_jv_list *bn_jv_items(struct bn_jinja_job *job, const struct bn_jv *v);
double bn_jv_number(const struct bn_jv *v); /* of a bool, int or float */
bool bn_jv_is_number(const struct bn_jv *v);
int64_t bn_jv_want_int(struct bn_jinja_job *job, const struct bn_jv *v, const char *what);
struct bn_jinja_text bn_jv_want_string(struct bn_jinja_job *job, const struct bn_jv *v, const char *what);

/* format.c: as str(), repr() and json.dumps(ensure_ascii=False, indent=...) write it; indent below 0: on one line. */
void bn_jv_write(struct bn_jinja_builder *b, const struct bn_jv *v);
struct bn_jinja_text bn_jv_text(struct bn_jinja_job *job, const struct bn_jv *v);
void bn_jv_write_json(struct bn_jinja_builder *b, const struct bn_jv *v, int indent, int level);
#endif
