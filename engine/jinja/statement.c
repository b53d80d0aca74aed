/* statement.c - parses text, {{ }} and the tags if, for, set, macro, generation, break and continue. */
#include "engine/jinja/parser.h"

typedef const struct bn_jinja_node *node;
static node parse_body(struct bn_jinja_parser *p, const char *const *ends);

static void end_tag(struct bn_jinja_parser *p)
{
    if (p->at++->type != BN_JINJA_BLOCK_END) p->at--, bn_jinja_unexpected(p, "\"%}\"");
}

/* The body up to {% end %}, which is taken. */
static node body_until(struct bn_jinja_parser *p, const char *end)
{
    const char *const ends[] = {end, NULL};
    end_tag(p);
    node body = parse_body(p, ends);
    p->at++;
    return body;
}

static node parse_if(struct bn_jinja_parser *p)
{
    static const char *const ends[] = {"elif", "else", "endif", NULL};
    struct bn_jinja_node *branch = bn_jinja_node(p, BN_JINJA_IF);
    bn_jinja_enter(p->job);
    branch->a = bn_jinja_tuple(p, false);
    end_tag(p);
    branch->list = parse_body(p, ends);
    if (bn_jinja_take_name(p, "elif"))
        branch->orelse = parse_if(p);
    else if (bn_jinja_take_name(p, "else"))
        branch->orelse = body_until(p, "endif");
    else
        p->at++;
    bn_jinja_leave(p->job);
    return branch;
}

/* Where values go: names, name.attribute, with commas between (and parentheses around). */
static node parse_targets(struct bn_jinja_parser *p)
{
    struct bn_jinja_chain chain = {0};
    bool parentheses = bn_jinja_take_operator(p, "(");
    do {
        if (chain.first && p->at->type != BN_JINJA_NAME) break;
        struct bn_jinja_node *target = bn_jinja_node(p, BN_JINJA_VARIABLE);
        target->text = bn_jinja_name(p);
        if (bn_jinja_take_operator(p, ".")) {
            struct bn_jinja_node *attribute = bn_jinja_node(p, BN_JINJA_ATTRIBUTE);
            attribute->a = target, attribute->text = bn_jinja_name(p);
            target = attribute;
        }
        bn_jinja_add(&chain, target);
    } while (bn_jinja_take_operator(p, ","));
    if (parentheses) bn_jinja_expect(p, ")");
    return chain.first;
}

static node parse_for(struct bn_jinja_parser *p)
{
    static const char *const ends[] = {"else", "endfor", NULL};
    struct bn_jinja_node *loop = bn_jinja_node(p, BN_JINJA_FOR);
    loop->b = parse_targets(p);
    if (!bn_jinja_take_name(p, "in")) bn_jinja_unexpected(p, "\"in\"");
    loop->a = bn_jinja_tuple(p, false);
    if (bn_jinja_take_name(p, "if")) loop->c = bn_jinja_expression(p, true);
    if (bn_jinja_at_name(p, "recursive"))
        bn_jinja_fail(p->job, BN_ERR_UNSUPPORTED, "recursive loops are not supported.");
    end_tag(p);
    loop->list = parse_body(p, ends);
    if (bn_jinja_take_name(p, "else"))
        loop->orelse = body_until(p, "endfor");
    else
        p->at++;
    return loop;
}

static node parse_set(struct bn_jinja_parser *p)
{
    struct bn_jinja_node *set = bn_jinja_node(p, BN_JINJA_SET);
    set->b = parse_targets(p);
    if (bn_jinja_take_operator(p, "=")) {
        set->a = bn_jinja_tuple(p, true);
        return set;
    }
    set->kind = BN_JINJA_SET_TEXT;
    set->a = bn_jinja_filters(p, NULL);
    set->list = body_until(p, "endset");
    return set;
}

static node parse_macro(struct bn_jinja_parser *p)
{
    struct bn_jinja_node *macro = bn_jinja_node(p, BN_JINJA_MACRO);
    struct bn_jinja_chain chain = {0};
    macro->text = bn_jinja_name(p);
    bn_jinja_expect(p, "(");
    while (!bn_jinja_take_operator(p, ")")) {
        if (chain.first) bn_jinja_expect(p, ",");
        struct bn_jinja_node *parameter = bn_jinja_node(p, BN_JINJA_ARGUMENT);
        parameter->text = bn_jinja_name(p);
        if (bn_jinja_take_operator(p, "=")) parameter->a = bn_jinja_expression(p, true);
        bn_jinja_add(&chain, parameter);
    }
    macro->b = chain.first;
    macro->list = body_until(p, "endmacro");
    return macro;
}

static node parse_generation(struct bn_jinja_parser *p)
{
    struct bn_jinja_node *group = bn_jinja_node(p, BN_JINJA_GROUP);
    group->list = body_until(p, "endgeneration");
    return group;
}

static node parse_break(struct bn_jinja_parser *p) { return bn_jinja_node(p, BN_JINJA_BREAK); }
static node parse_continue(struct bn_jinja_parser *p) { return bn_jinja_node(p, BN_JINJA_CONTINUE); }

static const struct {
    const char *name;
    node (*parse)(struct bn_jinja_parser *p);
} tags[] = {{"if", parse_if},
            {"for", parse_for},
            {"set", parse_set},
            {"macro", parse_macro},
            {"generation", parse_generation},
            {"break", parse_break},
            {"continue", parse_continue}};

static struct bn_jinja_node *parse_tag(struct bn_jinja_parser *p)
{
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (bn_jinja_take_name(p, tags[i].name)) {
            node tag = tags[i].parse(p);
            end_tag(p);
            return (struct bn_jinja_node *)(uintptr_t)tag;
        }
    p->job->line = p->at->line;
    if (p->at->type == BN_JINJA_NAME)
        bn_jinja_fail(p->job, BN_ERR_UNSUPPORTED, "the tag \"%.*s\" is not supported here.",
                      (int)(p->at->text.n < 40 ? p->at->text.n : 40), p->at->text.bytes);
    bn_jinja_unexpected(p, "a tag");
}

static struct bn_jinja_node *parse_print(struct bn_jinja_parser *p)
{
    struct bn_jinja_node *output = bn_jinja_node(p, BN_JINJA_OUTPUT);
    output->a = bn_jinja_tuple(p, true);
    if (p->at->type != BN_JINJA_PRINT_END) bn_jinja_unexpected(p, "\"}}\"");
    p->at++;
    return output;
}

/* Statements up to a tag of `ends` (its bracket is taken, its name comes next), or to the end of the template. */
static node parse_body(struct bn_jinja_parser *p, const char *const *ends)
{
    struct bn_jinja_chain chain = {0};
    bn_jinja_enter(p->job);
    for (; p->at->type != BN_JINJA_END;) {
        bn_jinja_step(p->job, 1);
        const struct bn_jinja_token *token = p->at++;
        p->job->line = token->line;
        if (token->type == BN_JINJA_DATA) {
            struct bn_jinja_node *text = bn_jinja_node(p, BN_JINJA_TEXT);
            text->text = token->text;
            bn_jinja_add(&chain, text);
        } else if (token->type == BN_JINJA_PRINT)
            bn_jinja_add(&chain, parse_print(p));
        else {
            for (size_t i = 0; ends[i]; i++)
                if (bn_jinja_at_name(p, ends[i])) return bn_jinja_leave(p->job), chain.first;
            bn_jinja_add(&chain, parse_tag(p));
        }
    }
    if (ends[0]) bn_jinja_fail(p->job, BN_ERR_FORMAT, "\"%s\" is missing.", ends[1] ? ends[1] : ends[0]);
    bn_jinja_leave(p->job);
    return chain.first;
}

node bn_jinja_parse(struct bn_jinja_job *job, const char *source, size_t n)
{
    static const char *const no_end[] = {NULL};
    struct bn_jinja_parser p = {job, bn_jinja_lex(job, source, n)};
    return parse_body(&p, no_end);
}
