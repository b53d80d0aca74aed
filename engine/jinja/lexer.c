/* lexer.c - finds the brackets of a template, treats the white space around them, and cuts what is inside. */
#include "engine/jinja/lexer.h"
#include "engine/jinja/literal.h"

struct lexer {
    struct bn_jinja_job *job;
    const char *s;
    size_t n, at;
    int line;
    bool line_start; /* the text that comes begins a line */
    struct bn_jinja_token *tokens;
    size_t n_tokens, cap;
};

static void add(struct lexer *x, struct bn_jinja_token token)
{
    if (x->n_tokens == x->cap) {
        x->cap = x->cap ? 2 * x->cap : 64;
        struct bn_jinja_token *more = bn_jinja_alloc(x->job, x->cap, sizeof *more);
        if (x->n_tokens) memcpy(more, x->tokens, x->n_tokens * sizeof *more);
        x->tokens = more;
    }
    token.line = x->line;
    x->tokens[x->n_tokens++] = token;
}

static struct bn_jinja_text part(const struct lexer *x, size_t from, size_t to)
{
    return (struct bn_jinja_text){x->s + from, NULL, to - from};
}

/* Moves to `to`, counting lines. */
static void go(struct lexer *x, size_t to)
{
    for (; x->at < to; x->at++) x->line += x->s[x->at] == '\n';
    x->job->line = x->line;
}

static bool starts(const struct lexer *x, size_t at, const char *text)
{
    size_t n = strlen(text);
    return x->n - at >= n && !memcmp(x->s + at, text, n);
}

static size_t skip_space(const struct lexer *x, size_t at)
{
    struct bn_jinja_text all = part(x, 0, x->n);
    while (at < x->n && bn_jinja_is_space(all, at)) at += bn_jinja_character(all, at);
    return at;
}

/* Lines end in \n alone, and one at the very end does not count. */
static void normalise(struct lexer *x, const char *source, size_t n)
{
    char *s = bn_jinja_alloc(x->job, n + 1, 1);
    for (size_t i = 0; i < n; i++)
        if (source[i] != '\r')
            s[x->n++] = source[i];
        else if (i + 1 == n || source[i + 1] != '\n')
            s[x->n++] = '\n';
    if (x->job->settings == BN_JINJA_CHAT && x->n && s[x->n - 1] == '\n') x->n--;
    x->s = s;
}

/* Where the next bracket opens: "{{", "{%" or "{#"; the end of the template when there is none. */
static size_t next_bracket(const struct lexer *x)
{
    for (size_t at = x->at; at + 1 < x->n; at++) {
        const char *brace = memchr(x->s + at, '{', x->n - 1 - at);
        if (!brace) break;
        at = (size_t)(brace - x->s);
        if (strchr("{%#", x->s[at + 1]) && x->s[at + 1]) return at;
    }
    return x->n;
}

/* The text before a bracket at `open`, without the white space that the bracket takes away. */
static void add_data(struct lexer *x, size_t open)
{
    struct bn_jinja_text text = part(x, x->at, open);
    char sign = open + 2 < x->n ? x->s[open + 2] : 0;
    if (open < x->n && sign == '-')
        text = bn_jinja_strip(text, NULL, false, true);
    else if (x->job->settings == BN_JINJA_CHAT && open < x->n && x->s[open + 1] != '{' && sign != '+') {
        size_t blank = text.n;
        while (blank && text.bytes[blank - 1] != '\n' && bn_jinja_is_space(text, blank - 1)) blank--;
        if (blank ? text.bytes[blank - 1] == '\n' : x->line_start) text.n = blank;
    }
    if (text.n) add(x, (struct bn_jinja_token){.type = BN_JINJA_DATA, .text = text});
    go(x, open);
}

/* After a closing bracket that ends at `at`: what white space it takes along. */
static void close_bracket(struct lexer *x, size_t at, char sign, bool variable)
{
    if (sign == '-')
        at = skip_space(x, at);
    else if (x->job->settings == BN_JINJA_CHAT && !variable && sign != '+' && at < x->n && x->s[at] == '\n')
        at++;
    go(x, at);
    x->line_start = x->s[at - 1] == '\n';
}

static void skip_comment(struct lexer *x)
{
    size_t from = x->at + 2 + (x->at + 2 < x->n && strchr("-+", x->s[x->at + 2]) && x->s[x->at + 2]);
    const char *end = from <= x->n ? memmem(x->s + from, x->n - from, "#}", 2) : NULL;
    if (!end) bn_jinja_fail(x->job, BN_ERR_FORMAT, "a comment does not end.");
    size_t at = (size_t)(end - x->s);
    close_bracket(x, at + 2, at > from ? x->s[at - 1] : 0, false);
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c & 0x80;
}

static size_t operator_length(const struct lexer *x)
{
    static const char *const two[] = {"//", "**", "==", "!=", ">=", "<="};
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        if (starts(x, x->at, two[i])) return 2;
    return strchr("+-/*%~[](){}<>=.:|,;", x->s[x->at]) && x->s[x->at] ? 1 : 0;
}

static void add_inside(struct lexer *x, int *depth)
{
    struct bn_jinja_token token = {.type = BN_JINJA_CONSTANT};
    size_t n = bn_jinja_literal(x->job, part(x, x->at, x->n), &token.value);
    if (!n && is_word(x->s[x->at])) {
        token.type = BN_JINJA_NAME;
        for (n = 1; x->at + n < x->n && is_word(x->s[x->at + n]);) n++;
    } else if (!n) {
        token.type = BN_JINJA_OPERATOR;
        if (!(n = operator_length(x)))
            bn_jinja_fail(x->job, BN_ERR_FORMAT, "unexpected character \"%.*s\".",
                          (int)bn_jinja_character(part(x, x->at, x->n), 0), x->s + x->at);
        *depth += strchr("([{", x->s[x->at]) ? 1 : strchr(")]}", x->s[x->at]) ? -1 : 0;
    }
    token.text = part(x, x->at, x->at + n);
    add(x, token);
    go(x, x->at + n);
}

/* Everything up to the bracket that closes the one at x->at. */
static void add_bracket(struct lexer *x)
{
    bool variable = x->s[x->at + 1] == '{';
    const char *close = variable ? "}}" : "%}";
    int depth = 0;
    add(x, (struct bn_jinja_token){.type = variable ? BN_JINJA_PRINT : BN_JINJA_BLOCK});
    go(x, x->at + 2 + (x->at + 2 < x->n && (x->s[x->at + 2] == '-' || x->s[x->at + 2] == '+')));
    for (;;) {
        go(x, skip_space(x, x->at));
        if (x->at == x->n) bn_jinja_fail(x->job, BN_ERR_FORMAT, "a bracket \"%s\" is missing.", close);
        char sign = x->s[x->at] == '-' || (x->s[x->at] == '+' && !variable) ? x->s[x->at] : 0;
        if (depth <= 0 && starts(x, x->at + (sign != 0), close)) {
            add(x, (struct bn_jinja_token){.type = variable ? BN_JINJA_PRINT_END : BN_JINJA_BLOCK_END});
            close_bracket(x, x->at + (sign != 0) + 2, sign, variable);
            return;
        }
        add_inside(x, &depth);
    }
}

struct bn_jinja_token *bn_jinja_lex(struct bn_jinja_job *job, const char *source, size_t n)
{
    struct lexer x = {.job = job, .line = 1, .line_start = true};
    normalise(&x, source, n);
    while (x.at < x.n) {
        add_data(&x, next_bracket(&x));
        if (x.at == x.n) break;
        if (x.s[x.at + 1] == '#')
            skip_comment(&x);
        else
            add_bracket(&x);
    }
    add(&x, (struct bn_jinja_token){.type = BN_JINJA_END});
    return x.tokens;
}
