/* parser.c - what both halves of the parser use. */
#include "engine/jinja/parser.h"

struct bn_jinja_node *bn_jinja_node(struct bn_jinja_parser *p, enum bn_jinja_kind kind)
{
    struct bn_jinja_node *node = bn_jinja_alloc(p->job, 1, sizeof *node);
    node->kind = kind, node->line = p->at->line;
    return node;
}

void bn_jinja_add(struct bn_jinja_chain *chain, struct bn_jinja_node *node)
{
    if (chain->last)
        chain->last->next = node;
    else
        chain->first = node;
    chain->last = node;
}

static bool at(const struct bn_jinja_parser *p, enum bn_jinja_token_type type, const char *text)
{
    return p->at->type == type && bn_jinja_is(p->at->text, text);
}

bool bn_jinja_at_operator(const struct bn_jinja_parser *p, const char *text) { return at(p, BN_JINJA_OPERATOR, text); }
bool bn_jinja_at_name(const struct bn_jinja_parser *p, const char *text) { return at(p, BN_JINJA_NAME, text); }

bool bn_jinja_take_operator(struct bn_jinja_parser *p, const char *text)
{
    return bn_jinja_at_operator(p, text) && p->at++;
}

bool bn_jinja_take_name(struct bn_jinja_parser *p, const char *text) { return bn_jinja_at_name(p, text) && p->at++; }

_Noreturn void bn_jinja_unexpected(struct bn_jinja_parser *p, const char *expected)
{
    static const char *const ends[] = {
        [BN_JINJA_PRINT] = "{{",     [BN_JINJA_PRINT_END] = "}}", [BN_JINJA_BLOCK] = "{%",
        [BN_JINJA_BLOCK_END] = "%}", [BN_JINJA_DATA] = "text",    [BN_JINJA_END] = "the end of the template",
        [BN_JINJA_OPERATOR] = NULL};
    struct bn_jinja_text t = p->at->text;
    const char *end = p->at->type <= BN_JINJA_END ? ends[p->at->type] : NULL;
    p->job->line = p->at->line;
    bn_jinja_fail(p->job, BN_ERR_FORMAT, "%s is expected before \"%.*s\".", expected,
                  end ? (int)strlen(end) : (int)(t.n < 40 ? t.n : 40), end ? end : t.bytes);
}

void bn_jinja_expect(struct bn_jinja_parser *p, const char *operator_text)
{
    char expected[8] = {'"', operator_text[0], '"'};
    if (!bn_jinja_take_operator(p, operator_text)) bn_jinja_unexpected(p, expected);
}

struct bn_jinja_text bn_jinja_name(struct bn_jinja_parser *p)
{
    if (p->at->type != BN_JINJA_NAME) bn_jinja_unexpected(p, "a name");
    return p->at++->text;
}
