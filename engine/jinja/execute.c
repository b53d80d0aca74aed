/* execute.c - statements: text goes out, names get values, loops turn. */
#include "engine/jinja/run.h"

static void assign(struct bn_jinja_run *run, const struct bn_jinja_node *target, struct bn_jv value)
{
    struct bn_jinja_job *job = run->job;
    if (target->kind == BN_JINJA_VARIABLE) {
        bn_jv_put(job, &run->scope->variables, target->text, value);
        return;
    }
    struct bn_jv object = bn_jinja_evaluate(run, target->a);
    if (object.type != BN_JV_NAMESPACE)
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "an attribute can be set on a namespace, not on %s.",
                      bn_jv_type_name(&object));
    bn_jv_put(job, object.dict, target->text, value);
}

static void assign_all(struct bn_jinja_run *run, const struct bn_jinja_node *targets, struct bn_jv value)
{
    size_t n = 0, i = 0;
    for (const struct bn_jinja_node *t = targets; t; t = t->next) n++;
    if (n == 1) {
        assign(run, targets, value);
        return;
    }
    const struct bn_jv_list *items = bn_jv_items(run->job, &value);
    if (items->n != n)
        bn_jinja_fail(run->job, BN_ERR_UNSUPPORTED, "%zu values are assigned to %zu names.", items->n, n);
    for (const struct bn_jinja_node *t = targets; t; t = t->next) assign(run, t, items->items[i++]);
}

/* ---- bodies with a scope of their own ---- */

static struct bn_jinja_scope *open_scope(struct bn_jinja_run *run, struct bn_jinja_scope *parent)
{
    struct bn_jinja_scope *scope = bn_jinja_alloc(run->job, 1, sizeof *scope);
    scope->parent = parent;
    return run->scope = scope;
}

/* The text a body writes. */
static struct bn_jv capture(struct bn_jinja_run *run, const struct bn_jinja_node *body)
{
    struct bn_jinja_builder text = {.job = run->job}, *outer = run->out;
    run->out = &text;
    bn_jinja_execute(run, body);
    run->out = outer;
    return bn_jv_string(bn_jinja_built(&text));
}

struct bn_jv bn_jinja_call_macro(struct bn_jinja_run *run, const struct bn_jinja_macro *macro,
                                 const struct bn_jinja_arguments *arguments)
{
    struct bn_jinja_scope *caller = run->scope;
    size_t i = 0, named = 0;
    int loops = run->loops;
    struct bn_jinja_scope *scope = open_scope(run, macro->scope);
    run->loops = 0; /* those of the caller are none of the macro's */
    for (const struct bn_jinja_node *p = macro->node->b; p; p = p->next, i++) {
        const struct bn_jv *given =
            i < arguments->positional->n ? &arguments->positional->items[i] : bn_jv_get(arguments->named, p->text);
        named += i >= arguments->positional->n && given;
        struct bn_jv value = given ? *given : p->a ? bn_jinja_evaluate(run, p->a) : bn_jv_undefined(p->text);
        bn_jv_put(run->job, &scope->variables, p->text, value);
    }
    if (arguments->positional->n > i || named < arguments->named->n)
        bn_jinja_fail(run->job, BN_ERR_UNSUPPORTED, "the macro \"%.*s\" gets arguments that it does not take.",
                      (int)(macro->node->text.n < 60 ? macro->node->text.n : 60), macro->node->text.bytes);
    struct bn_jv text = capture(run, macro->node->list);
    run->scope = caller, run->loops = loops;
    return text;
}

static void define_macro(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jinja_macro *macro = bn_jinja_alloc(run->job, 1, sizeof *macro);
    *macro = (struct bn_jinja_macro){node, run->scope};
    bn_jv_put(run->job, &run->scope->variables, node->text, (struct bn_jv){.type = BN_JV_MACRO, .macro = macro});
}

static void set_text(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jinja_scope *outer = run->scope;
    open_scope(run, outer);
    run->block = capture(run, node->list);
    run->scope = outer;
    assign_all(run, node->b, node->a ? bn_jinja_evaluate(run, node->a) : run->block);
}

/* ---- loops ---- */

static const struct bn_jv_list *filter_items(struct bn_jinja_run *run, const struct bn_jinja_node *node,
                                             const struct bn_jv_list *items)
{
    struct bn_jv_list *kept = bn_jv_list_new(run->job);
    for (size_t i = 0; i < items->n; i++) {
        assign_all(run, node->b, items->items[i]);
        struct bn_jv keep = bn_jinja_evaluate(run, node->c);
        if (bn_jv_truth(run->job, &keep)) bn_jv_append(run->job, kept, items->items[i]);
    }
    return kept;
}

static enum bn_jinja_after loop(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jv over = bn_jinja_evaluate(run, node->a);
    struct bn_jinja_scope *outer = run->scope, *scope = open_scope(run, outer);
    const struct bn_jv_list *items = bn_jv_items(run->job, &over);
    if (node->c) items = filter_items(run, node, items);
    struct bn_jv_loop *state = bn_jinja_alloc(run->job, 1, sizeof *state);
    *state = (struct bn_jv_loop){.items = items};
    run->loops++;
    for (; state->at < items->n; state->at++) {
        bn_jinja_step(run->job, 1);
        scope->variables.n = 0; /* nothing stays from one turn to the next */
        bn_jv_put(run->job, &scope->variables, BN_JINJA_TEXT("loop"),
                  (struct bn_jv){.type = BN_JV_LOOP, .loop = state});
        assign_all(run, node->b, items->items[state->at]);
        if (bn_jinja_execute(run, node->list) == BN_JINJA_AFTER_BREAK) break;
    }
    run->loops--;
    run->scope = outer;
    return items->n == 0 ? bn_jinja_execute(run, node->orelse) : BN_JINJA_GO_ON;
}

/* ---- one after the other ---- */

static enum bn_jinja_after branch(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jv condition = bn_jinja_evaluate(run, node->a);
    return bn_jinja_execute(run, bn_jv_truth(run->job, &condition) ? node->list : node->orelse);
}

static enum bn_jinja_after group(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jinja_scope *outer = run->scope;
    open_scope(run, outer);
    enum bn_jinja_after after = bn_jinja_execute(run, node->list);
    run->scope = outer;
    return after;
}

static enum bn_jinja_after execute(struct bn_jinja_run *run, const struct bn_jinja_node *node)
{
    struct bn_jv value;
    switch (node->kind) {
    case BN_JINJA_TEXT:
        return bn_jinja_put(run->out, node->text), BN_JINJA_GO_ON;
    case BN_JINJA_OUTPUT:
        value = bn_jinja_evaluate(run, node->a);
        return bn_jv_write(run->out, &value), BN_JINJA_GO_ON;
    case BN_JINJA_IF:
        return branch(run, node);
    case BN_JINJA_FOR:
        return loop(run, node);
    case BN_JINJA_SET:
        return assign_all(run, node->b, bn_jinja_evaluate(run, node->a)), BN_JINJA_GO_ON;
    case BN_JINJA_SET_TEXT:
        return set_text(run, node), BN_JINJA_GO_ON;
    case BN_JINJA_MACRO:
        return define_macro(run, node), BN_JINJA_GO_ON;
    case BN_JINJA_GROUP:
        return group(run, node);
    default: /* break or continue */
        if (!run->loops) bn_jinja_fail(run->job, BN_ERR_FORMAT, "break or continue is outside a loop.");
        return node->kind == BN_JINJA_BREAK ? BN_JINJA_AFTER_BREAK : BN_JINJA_AFTER_CONTINUE;
    }
}

enum bn_jinja_after bn_jinja_execute(struct bn_jinja_run *run, const struct bn_jinja_node *first)
{
    enum bn_jinja_after after = BN_JINJA_GO_ON;
    bn_jinja_enter(run->job);
    for (const struct bn_jinja_node *node = first; node && after == BN_JINJA_GO_ON; node = node->next) {
        bn_jinja_step(run->job, 1);
        run->job->line = node->line;
        after = execute(run, node);
    }
    bn_jinja_leave(run->job);
    return after;
}
