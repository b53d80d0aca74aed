/* expression.c - parses expressions with Jinja's precedence: if, or, and, not, comparisons, + -, ~, * / // %, **,
 * unary minus, then . [] () and filters. */
#include "engine/jinja/parser.h"

typedef const struct bn_jinja_node *node;
static node parse_unary(struct bn_jinja_parser *p, bool filters);

static struct bn_jinja_node *with(struct bn_jinja_parser *p, enum bn_jinja_kind kind, node a, node b)
{
    struct bn_jinja_node *n = bn_jinja_node(p, kind);
    n->a = a, n->b = b;
    return n;
}

static struct bn_jinja_node *member(struct bn_jinja_parser *p, node a, node b)
{
    return with(p, BN_JINJA_ARGUMENT, a, b);
}

/* ---- values ---- */

static node parse_list(struct bn_jinja_parser *p, const char *close)
{
    struct bn_jinja_node *list = bn_jinja_node(p, BN_JINJA_LIST);
    struct bn_jinja_chain chain = {0};
    while (!bn_jinja_take_operator(p, close)) {
        if (chain.first) bn_jinja_expect(p, ",");
        if (bn_jinja_take_operator(p, close)) break;
        bn_jinja_add(&chain, member(p, bn_jinja_expression(p, true), NULL));
    }
    list->list = chain.first;
    return list;
}

static node parse_dict(struct bn_jinja_parser *p)
{
    struct bn_jinja_node *dict = bn_jinja_node(p, BN_JINJA_DICT);
    struct bn_jinja_chain chain = {0};
    while (!bn_jinja_take_operator(p, "}")) {
        if (chain.first) bn_jinja_expect(p, ",");
        if (bn_jinja_take_operator(p, "}")) break;
        node key = bn_jinja_expression(p, true);
        bn_jinja_expect(p, ":");
        bn_jinja_add(&chain, member(p, key, bn_jinja_expression(p, true)));
    }
    dict->list = chain.first;
    return dict;
}

static node parse_parentheses(struct bn_jinja_parser *p)
{
    if (bn_jinja_take_operator(p, ")")) return bn_jinja_node(p, BN_JINJA_LIST);
    node inside = bn_jinja_tuple(p, true);
    bn_jinja_expect(p, ")");
    return inside;
}

static node parse_constant(struct bn_jinja_parser *p)
{
    struct bn_jinja_node *n = bn_jinja_node(p, BN_JINJA_VALUE);
    n->value = p->at++->value;
    while (n->value.type == BN_JV_STRING && p->at->type == BN_JINJA_CONSTANT && p->at->value.type == BN_JV_STRING) {
        struct bn_jinja_builder b = {.job = p->job}; /* "a" "b" is one string */
        bn_jinja_put(&b, n->value.string);
        bn_jinja_put(&b, p->at++->value.string);
        n->value = bn_jv_string(bn_jinja_built(&b));
    }
    return n;
}

static node parse_name(struct bn_jinja_parser *p)
{
    static const struct {
        const char *name;
        struct bn_jv value;
    } constants[] = {{"true", {.type = BN_JV_BOOL, .boolean = true}},
                     {"True", {.type = BN_JV_BOOL, .boolean = true}},
                     {"false", {.type = BN_JV_BOOL}},
                     {"False", {.type = BN_JV_BOOL}},
                     {"none", {.type = BN_JV_NONE}},
                     {"None", {.type = BN_JV_NONE}}};
    struct bn_jinja_node *n = bn_jinja_node(p, BN_JINJA_VARIABLE);
    n->text = bn_jinja_name(p);
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (bn_jinja_is(n->text, constants[i].name)) n->kind = BN_JINJA_VALUE, n->value = constants[i].value;
    return n;
}

static node parse_primary(struct bn_jinja_parser *p)
{
    if (p->at->type == BN_JINJA_CONSTANT) return parse_constant(p);
    if (p->at->type == BN_JINJA_NAME) return parse_name(p);
    if (bn_jinja_take_operator(p, "(")) return parse_parentheses(p);
    if (bn_jinja_take_operator(p, "[")) return parse_list(p, "]");
    if (bn_jinja_take_operator(p, "{")) return parse_dict(p);
    bn_jinja_unexpected(p, "an expression");
}

/* ---- what follows a value ---- */

static node parse_arguments(struct bn_jinja_parser *p)
{
    struct bn_jinja_chain chain = {0};
    while (!bn_jinja_take_operator(p, ")")) {
        if (chain.first) bn_jinja_expect(p, ",");
        if (bn_jinja_take_operator(p, ")")) break;
        struct bn_jinja_text keyword = {"", NULL, 0};
        if (bn_jinja_at_operator(p, "*") || bn_jinja_at_operator(p, "**"))
            bn_jinja_fail(p->job, BN_ERR_UNSUPPORTED, "arguments after * are not supported.");
        if (p->at->type == BN_JINJA_NAME && p->at[1].type == BN_JINJA_OPERATOR && bn_jinja_is(p->at[1].text, "="))
            keyword = p->at->text, p->at += 2;
        struct bn_jinja_node *argument = member(p, bn_jinja_expression(p, true), NULL);
        argument->text = keyword;
        bn_jinja_add(&chain, argument);
    }
    return chain.first;
}

static bool ends_part(const struct bn_jinja_parser *p)
{
    return bn_jinja_at_operator(p, ":") || bn_jinja_at_operator(p, "]");
}

static node parse_subscript(struct bn_jinja_parser *p, node value)
{
    node part[3] = {0};
    int n = 0;
    for (;; n++) {
        if (!ends_part(p)) part[n] = bn_jinja_expression(p, true);
        if (n == 2 || !bn_jinja_take_operator(p, ":")) break;
    }
    struct bn_jinja_node *item = with(p, n ? BN_JINJA_SLICE : BN_JINJA_ITEM, value, part[0]);
    item->c = part[1], item->d = part[2];
    if (!n && !part[0]) bn_jinja_unexpected(p, "an index");
    bn_jinja_expect(p, "]");
    return item;
}

static node parse_dot(struct bn_jinja_parser *p, node value)
{
    if (p->at->type != BN_JINJA_CONSTANT) {
        struct bn_jinja_node *attribute = with(p, BN_JINJA_ATTRIBUTE, value, NULL);
        attribute->text = bn_jinja_name(p);
        return attribute;
    }
    return with(p, BN_JINJA_ITEM, value, parse_constant(p)); /* list.0 */
}

static node parse_postfix(struct bn_jinja_parser *p, node value)
{
    for (;;) {
        bn_jinja_step(p->job, 1);
        if (bn_jinja_take_operator(p, "."))
            value = parse_dot(p, value);
        else if (bn_jinja_take_operator(p, "["))
            value = parse_subscript(p, value);
        else if (bn_jinja_take_operator(p, "(")) {
            struct bn_jinja_node *call = with(p, BN_JINJA_CALL, value, NULL);
            call->list = parse_arguments(p);
            value = call;
        } else
            return value;
    }
}

/* An argument of a test without parentheses: "x is divisibleby 3". */
static bool at_argument(const struct bn_jinja_parser *p)
{
    if (p->at->type == BN_JINJA_CONSTANT || bn_jinja_at_operator(p, "[") || bn_jinja_at_operator(p, "{")) return true;
    static const char *const others[] = {"else", "or", "and", "is", "if", "in", "not"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (bn_jinja_at_name(p, others[i])) return false;
    return p->at->type == BN_JINJA_NAME;
}

static node parse_test(struct bn_jinja_parser *p, node value)
{
    struct bn_jinja_node *test = with(p, BN_JINJA_TEST, value, NULL);
    test->negated = bn_jinja_take_name(p, "not");
    test->text = bn_jinja_name(p);
    if (bn_jinja_take_operator(p, "("))
        test->list = parse_arguments(p);
    else if (at_argument(p))
        test->list = member(p, parse_postfix(p, parse_primary(p)), NULL);
    return test;
}

node bn_jinja_filters(struct bn_jinja_parser *p, node value)
{
    for (;;) {
        bn_jinja_step(p->job, 1);
        if (bn_jinja_take_operator(p, "|")) {
            struct bn_jinja_node *filter = with(p, BN_JINJA_FILTER, value, NULL);
            filter->text = bn_jinja_name(p);
            if (bn_jinja_take_operator(p, "(")) filter->list = parse_arguments(p);
            value = filter;
        } else if (bn_jinja_take_name(p, "is"))
            value = parse_test(p, value);
        else if (value && bn_jinja_at_operator(p, "("))
            value = parse_postfix(p, value);
        else
            return value;
    }
}

/* ---- operators, the strongest first ---- */

static node parse_unary(struct bn_jinja_parser *p, bool filters)
{
    node value;
    bn_jinja_enter(p->job);
    if (bn_jinja_take_operator(p, "-"))
        value = with(p, BN_JINJA_MINUS, parse_unary(p, false), NULL);
    else if (bn_jinja_take_operator(p, "+"))
        value = parse_unary(p, false);
    else
        value = parse_postfix(p, parse_primary(p));
    bn_jinja_leave(p->job);
    return filters ? bn_jinja_filters(p, value) : value;
}

/* The operators of a level, each followed by a space. */
static const char *const levels[] = {"+ - ", "~ ", "* / // % ", "** "};
enum { LEVELS = sizeof levels / sizeof *levels };

static bool at_level(const struct bn_jinja_parser *p, int level)
{
    char key[4] = {0};
    if (p->at->type != BN_JINJA_OPERATOR) return false;
    memcpy(key, p->at->text.bytes, p->at->text.n), key[p->at->text.n] = ' ';
    const char *found = strstr(levels[level], key);
    return found && (found == levels[level] || found[-1] == ' ');
}

static node parse_level(struct bn_jinja_parser *p, int level)
{
    node left = level + 1 < LEVELS ? parse_level(p, level + 1) : parse_unary(p, true);
    while (at_level(p, level)) {
        struct bn_jinja_node *binary = with(p, BN_JINJA_BINARY, left, NULL);
        binary->text = p->at++->text;
        binary->b = level + 1 < LEVELS ? parse_level(p, level + 1) : parse_unary(p, true);
        left = binary;
    }
    return left;
}

/* Takes a comparison's operator; *negated for "not in". */
static bool take_comparison(struct bn_jinja_parser *p, struct bn_jinja_text *text, bool *negated)
{
    static const char *const operators[] = {"==", "!=", "<", ">", "<=", ">="};
    *text = p->at->text, *negated = false;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (bn_jinja_take_operator(p, operators[i])) return true;
    if (bn_jinja_take_name(p, "in")) return true;
    if (!bn_jinja_at_name(p, "not") || p->at[1].type != BN_JINJA_NAME || !bn_jinja_is(p->at[1].text, "in"))
        return false;
    *text = p->at[1].text, *negated = true, p->at += 2;
    return true;
}

static node parse_comparison(struct bn_jinja_parser *p)
{
    node left = parse_level(p, 0);
    struct bn_jinja_chain chain = {0};
    struct bn_jinja_text text;
    bool negated;
    while (take_comparison(p, &text, &negated)) {
        struct bn_jinja_node *part = member(p, parse_level(p, 0), NULL);
        part->text = text, part->negated = negated;
        bn_jinja_add(&chain, part);
    }
    if (!chain.first) return left;
    struct bn_jinja_node *comparison = with(p, BN_JINJA_COMPARE, left, NULL);
    comparison->list = chain.first;
    return comparison;
}

static node parse_not(struct bn_jinja_parser *p)
{
    if (!bn_jinja_take_name(p, "not")) return parse_comparison(p);
    bn_jinja_enter(p->job);
    node value = with(p, BN_JINJA_NOT, parse_not(p), NULL);
    bn_jinja_leave(p->job);
    return value;
}

static node parse_and(struct bn_jinja_parser *p)
{
    node left = parse_not(p);
    while (bn_jinja_take_name(p, "and")) left = with(p, BN_JINJA_AND, left, parse_not(p));
    return left;
}

static node parse_or(struct bn_jinja_parser *p)
{
    node left = parse_and(p);
    while (bn_jinja_take_name(p, "or")) left = with(p, BN_JINJA_OR, left, parse_and(p));
    return left;
}

node bn_jinja_expression(struct bn_jinja_parser *p, bool conditions)
{
    bn_jinja_enter(p->job);
    node value = parse_or(p);
    while (conditions && bn_jinja_take_name(p, "if")) {
        struct bn_jinja_node *condition = with(p, BN_JINJA_CONDITION, value, parse_or(p));
        if (bn_jinja_take_name(p, "else")) condition->c = bn_jinja_expression(p, true);
        value = condition;
    }
    bn_jinja_leave(p->job);
    return value;
}

node bn_jinja_tuple(struct bn_jinja_parser *p, bool conditions)
{
    node first = bn_jinja_expression(p, conditions);
    if (!bn_jinja_at_operator(p, ",")) return first;
    struct bn_jinja_node *list = bn_jinja_node(p, BN_JINJA_LIST);
    struct bn_jinja_chain chain = {0};
    bn_jinja_add(&chain, member(p, first, NULL));
    while (bn_jinja_take_operator(p, ",") && p->at->type != BN_JINJA_BLOCK_END && p->at->type != BN_JINJA_PRINT_END &&
           !bn_jinja_at_operator(p, ")"))
        bn_jinja_add(&chain, member(p, bn_jinja_expression(p, conditions), NULL));
    list->list = chain.first;
    return list;
}
