/* evaluate.c - the value of an expression. */
#include "engine/jinja/run.h"
#include <math.h>

static int shown(struct bn_jinja_text t) { return t.n < 60 ? (int)t.n : 60; }

static struct bn_jv find_variable(const struct bn_jinja_run *run, struct bn_jinja_text name)
{
    for (const struct bn_jinja_scope *scope = run->scope; scope; scope = scope->parent) {
        const struct bn_jv *value = bn_jv_get(&scope->variables, name);
        if (value) return *value;
    }
    const struct bn_jinja_builtin *function = bn_jinja_builtin_find(bn_jinja_functions, name);
    return function ? bn_jinja_bind(run->job, function, &(struct bn_jv){0}) : bn_jv_undefined(name);
}

static struct bn_jv make_list(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jv_list *list = bn_jv_list_new(run->job);
    for (const struct bn_jinja_node *m = node->list; m; m = m->next)
        bn_jv_append(run->job, list, bn_jinja_evaluate(run, m->a));
    return bn_jv_of_list(list);
}

static struct bn_jv make_dict(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jv_dict *dict = bn_jv_dict_new(run->job);
    for (const struct bn_jinja_node *m = node->list; m; m = m->next) {
        struct bn_jv key = bn_jinja_evaluate(run, m->a);
        bn_jv_put(run->job, dict, bn_jv_want_string(run->job, &key, "a key of a mapping"),
                  bn_jinja_evaluate(run, m->b));
    }
    return bn_jv_of_dict(dict);
}

static struct bn_jinja_arguments evaluate_arguments(struct bn_jinja_run *run, const struct bn_jinja_node *first)
{
    struct bn_jinja_arguments arguments = {bn_jv_list_new(run->job), bn_jv_dict_new(run->job)};
    for (const struct bn_jinja_node *m = first; m; m = m->next)
        if (m->text.n)
            bn_jv_put(run->job, arguments.named, m->text, bn_jinja_evaluate(run, m->a));
        else
            bn_jv_append(run->job, arguments.positional, bn_jinja_evaluate(run, m->a));
    return arguments;
}

static struct bn_jv call(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jv callee = bn_jinja_evaluate(run, node->a);
    struct bn_jinja_arguments arguments = evaluate_arguments(run, node->list);
    run->job->line = node->line;
    if (callee.type == BN_JV_MACRO) return bn_jinja_call_macro(run, callee.macro, &arguments);
    if (callee.type == BN_JV_BUILTIN)
        return bn_jinja_call_builtin(run->job, callee.bound->builtin, &callee.bound->self, &arguments);
    if (callee.type == BN_JV_UNDEFINED)
        bn_jinja_fail(run->job, BN_ERR_UNSUPPORTED, "the function \"%.*s\" is not known.", shown(callee.string),
                      callee.string.bytes);
    bn_jinja_fail(run->job, BN_ERR_UNSUPPORTED, "it calls %s.", bn_jv_type_name(&callee));
}

/* ---- arithmetic ---- */

static _Noreturn void wrong_operands(struct bn_jinja_job *job, struct bn_jinja_text op, const struct bn_jv *a,
                                     const struct bn_jv *b)
{
    const struct bn_jv *undefined = a->type == BN_JV_UNDEFINED ? a : b->type == BN_JV_UNDEFINED ? b : NULL;
    if (undefined)
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "\"%.*s\" is undefined.", shown(undefined->string),
                      undefined->string.bytes);
    bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "the operator %.*s does not take %s and %s.", (int)op.n, op.bytes,
                  bn_jv_type_name(a), bn_jv_type_name(b));
}

static struct bn_jv real(double number) { return (struct bn_jv){.type = BN_JV_FLOAT, .number = number}; }

static int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b && (a < 0) != (b < 0)); }

static bool power(int64_t base, int64_t exponent, int64_t *result)
{
    for (*result = 1; exponent > 0; exponent--)
        if (__builtin_mul_overflow(*result, base, result)) return false;
    return true;
}

static struct bn_jv integers(struct bn_jinja_job *job, struct bn_jinja_text op, int64_t a, int64_t b)
{
    int64_t result = 0;
    bool fits = true, divides = bn_jinja_is(op, "/") || bn_jinja_is(op, "//") || bn_jinja_is(op, "%");
    if (divides && b == 0) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it divides by zero.");
    if (bn_jinja_is(op, "/")) return real((double)a / (double)b);
    if (bn_jinja_is(op, "**") && b < 0) return real(pow((double)a, (double)b));
    if (bn_jinja_is(op, "+"))
        fits = !__builtin_add_overflow(a, b, &result);
    else if (bn_jinja_is(op, "-"))
        fits = !__builtin_sub_overflow(a, b, &result);
    else if (bn_jinja_is(op, "*"))
        fits = !__builtin_mul_overflow(a, b, &result);
    else if (bn_jinja_is(op, "**"))
        fits = b < 4096 && power(a, b, &result);
    else if (b == -1) /* INT64_MIN / -1 */
        fits = bn_jinja_is(op, "%") || !__builtin_sub_overflow(0, a, &result);
    else
        result = bn_jinja_is(op, "//") ? floor_divide(a, b) : a - floor_divide(a, b) * b;
    if (!fits) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "a result has more than 64 bits.");
    return bn_jv_int(result);
}

static struct bn_jv reals(struct bn_jinja_job *job, struct bn_jinja_text op, double a, double b)
{
    if (bn_jinja_is(op, "+")) return real(a + b);
    if (bn_jinja_is(op, "-")) return real(a - b);
    if (bn_jinja_is(op, "*")) return real(a * b);
    if (bn_jinja_is(op, "**")) return real(pow(a, b));
    if (b == 0) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it divides by zero.");
    if (bn_jinja_is(op, "/")) return real(a / b);
    if (bn_jinja_is(op, "//")) return real(floor(a / b));
    return real(a - floor(a / b) * b);
}

static struct bn_jv concatenate(struct bn_jinja_job *job, const struct bn_jv *a, const struct bn_jv *b)
{
    struct bn_jinja_builder text = {.job = job};
    bn_jv_write(&text, a);
    bn_jv_write(&text, b);
    return bn_jv_string(bn_jinja_built(&text));
}

static struct bn_jv join_lists(struct bn_jinja_job *job, const struct bn_jv_list *a, const struct bn_jv_list *b)
{
    struct bn_jv_list *list = bn_jv_list_new(job);
    for (size_t i = 0; i < a->n; i++) bn_jv_append(job, list, a->items[i]);
    for (size_t i = 0; i < b->n; i++) bn_jv_append(job, list, b->items[i]);
    return bn_jv_of_list(list);
}

static struct bn_jv repeat(struct bn_jinja_job *job, struct bn_jinja_text text, int64_t times)
{
    struct bn_jinja_builder b = {.job = job};
    for (; times > 0 && text.n; times--) bn_jinja_put(&b, text);
    return bn_jv_string(bn_jinja_built(&b));
}

static struct bn_jv binary(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jinja_job *job = run->job;
    struct bn_jv a = bn_jinja_evaluate(run, node->a), b = bn_jinja_evaluate(run, node->b);
    bool add = bn_jinja_is(node->text, "+"), times = bn_jinja_is(node->text, "*");
    job->line = node->line;
    if (bn_jinja_is(node->text, "~")) return concatenate(job, &a, &b);
    if (bn_jv_is_number(&a) && bn_jv_is_number(&b))
        return a.type == BN_JV_FLOAT || b.type == BN_JV_FLOAT
                   ? reals(job, node->text, bn_jv_number(&a), bn_jv_number(&b))
                   : integers(job, node->text, bn_jv_want_int(job, &a, ""), bn_jv_want_int(job, &b, ""));
    if (add && a.type == BN_JV_STRING && b.type == BN_JV_STRING) return concatenate(job, &a, &b);
    if (add && a.type == BN_JV_LIST && b.type == BN_JV_LIST) return join_lists(job, a.list, b.list);
    if (times && a.type == BN_JV_STRING && b.type == BN_JV_INT) return repeat(job, a.string, b.integer);
    if (times && a.type == BN_JV_INT && b.type == BN_JV_STRING) return repeat(job, b.string, a.integer);
    wrong_operands(job, node->text, &a, &b);
}

static struct bn_jv negate(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jv v = bn_jinja_evaluate(run, node->a);
    if (!bn_jv_is_number(&v)) wrong_operands(run->job, BN_JINJA_TEXT("-"), &v, &v);
    if (v.type == BN_JV_FLOAT) return real(-v.number);
    return integers(run->job, BN_JINJA_TEXT("-"), 0, bn_jv_want_int(run->job, &v, ""));
}

/* ---- logic ---- */

static bool compare(struct bn_jinja_run *run, const struct bn_jinja_node *part, const struct bn_jv *a,
                    const struct bn_jv *b)
{
    struct bn_jinja_job *job = run->job;
    job->line = part->line;
    if (bn_jinja_is(part->text, "in")) return bn_jv_contains(job, b, a) != part->negated;
    if (bn_jinja_is(part->text, "==")) return bn_jv_equal(job, a, b);
    if (bn_jinja_is(part->text, "!=")) return !bn_jv_equal(job, a, b);
    int order = bn_jv_compare(job, a, b);
    bool equal = part->text.n == 2 && order == 0;
    return equal || (part->text.bytes[0] == '<' ? order < 0 : order > 0);
}

static struct bn_jv comparison(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jv left = bn_jinja_evaluate(run, node->a);
    for (const struct bn_jinja_node *part = node->list; part; part = part->next) {
        struct bn_jv right = bn_jinja_evaluate(run, part->a);
        if (!compare(run, part, &left, &right)) return bn_jv_bool(false);
        left = right;
    }
    return bn_jv_bool(true);
}

static struct bn_jv test(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jv value = bn_jinja_evaluate(run, node->a);
    struct bn_jinja_arguments arguments = evaluate_arguments(run, node->list);
    run->job->line = node->line;
    return bn_jv_bool(bn_jinja_test(run->job, node->text, &value, arguments.positional->items,
                                    arguments.positional->n) != node->negated);
}

static struct bn_jv filter(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jv value = node->a ? bn_jinja_evaluate(run, node->a) : run->block;
    struct bn_jinja_arguments arguments = evaluate_arguments(run, node->list);
    run->job->line = node->line;
    return bn_jinja_filter(run->job, node->text, &value, &arguments);
}

static struct bn_jv item(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jv value = bn_jinja_evaluate(run, node->a);
    const struct bn_jinja_node *const parts[] = {node->b, node->c, node->d};
    struct bn_jv bounds[3] = {0};
    for (int i = 0; i < 3; i++)
        if (parts[i]) bounds[i] = bn_jinja_evaluate(run, parts[i]);
    run->job->line = node->line;
    if (node->kind == BN_JINJA_SLICE) return bn_jinja_slice(run->job, &value, bounds);
    return bn_jinja_item(run->job, &value, &bounds[0]);
}

static struct bn_jv by_kind(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jv v;
    switch (node->kind) {
    case BN_JINJA_VALUE:
        return node->value;
    case BN_JINJA_VARIABLE:
        return find_variable(run, node->text);
    case BN_JINJA_LIST:
        return make_list(run, node);
    case BN_JINJA_DICT:
        return make_dict(run, node);
    case BN_JINJA_ATTRIBUTE:
        return v = bn_jinja_evaluate(run, node->a), bn_jinja_attribute(run->job, &v, node->text);
    case BN_JINJA_ITEM:
    case BN_JINJA_SLICE:
        return item(run, node);
    case BN_JINJA_CALL:
        return call(run, node);
    case BN_JINJA_FILTER:
        return filter(run, node);
    case BN_JINJA_TEST:
        return test(run, node);
    case BN_JINJA_NOT:
        return v = bn_jinja_evaluate(run, node->a), bn_jv_bool(!bn_jv_truth(run->job, &v));
    case BN_JINJA_MINUS:
        return negate(run, node);
    case BN_JINJA_AND:
        return v = bn_jinja_evaluate(run, node->a), bn_jv_truth(run->job, &v) ? bn_jinja_evaluate(run, node->b) : v;
    case BN_JINJA_OR:
        return v = bn_jinja_evaluate(run, node->a), bn_jv_truth(run->job, &v) ? v : bn_jinja_evaluate(run, node->b);
    case BN_JINJA_BINARY:
        return binary(run, node);
    case BN_JINJA_COMPARE:
        return comparison(run, node);
    default: /* BN_JINJA_CONDITION */
        v = bn_jinja_evaluate(run, node->b);
        if (bn_jv_truth(run->job, &v)) return bn_jinja_evaluate(run, node->a);
        return node->c ? bn_jinja_evaluate(run, node->c) : bn_jv_undefined(BN_JINJA_TEXT("a condition without else"));
    }
}

struct bn_jv bn_jinja_evaluate(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    bn_jinja_step(run->job, 1);
    bn_jinja_enter(run->job);
    run->job->line = node->line;
    struct bn_jv value = by_kind(run, node);
    bn_jinja_leave(run->job);
    return value;
}
