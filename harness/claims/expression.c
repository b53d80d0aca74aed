/* expression.c - reads an expression and computes it, units included, in one walk over its text. */
#include "harness/claims/amount.h"
#include "harness/core/error.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DEPTH = 64, MOST_ARGUMENTS = 16, MOST_POWER = 8 };
struct walk {
    const char *at, *text;
    bn_amount_lookup *lookup;
    void *self;
    int depth;
    struct bn_error *err;
};

static enum bn_status sum(struct walk *w, struct bn_amount *out);

static enum bn_status __attribute__((format(printf, 2, 3))) fault(struct walk *w, const char *format, ...)
{
    char what[320];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return bn_harness_fail(w->err, BN_ERR_FORMAT, "In \"%.120s\": %s", w->text, what);
}

static char next(struct walk *w)
{
    while (isspace((unsigned char)*w->at)) w->at++;
    return *w->at;
}

static bool take(struct walk *w, char c)
{
    if (next(w) != c) return false;
    w->at++;
    return true;
}

/* What is not finite stays so through everything that follows: 1 / (1 / 0) is not 0, and max does not pass it over. */
static double known(double x) { return isfinite(x) ? x : (double)NAN; }

/* ---- units of results ---- */
static enum bn_status same(struct walk *w, const char *what, const struct bn_amount *a, const struct bn_amount *b)
{
    char one[96], other[96];
    if (bn_amount_same_unit(a, b)) return BN_OK;
    return fault(w, "%s needs equal units, not %s and %s.", what, bn_amount_unit_text(a, one, sizeof one),
                 bn_amount_unit_text(b, other, sizeof other));
}

static enum bn_status join(struct walk *w, struct bn_amount *a, const struct bn_amount *b, int sign)
{
    a->value = known(sign > 0 ? a->value * b->value : a->value / b->value);
    for (int i = 0; i < BN_BASE_UNITS; i++) {
        int power = a->power[i] + sign * b->power[i];
        if (power > MOST_POWER || power < -MOST_POWER) return fault(w, "A unit has a power beyond %d.", MOST_POWER);
        a->power[i] = (signed char)power;
    }
    return BN_OK;
}

/* ---- what stands alone ---- */
static enum bn_status number(struct walk *w, struct bn_amount *out)
{
    char *end, unit[64];
    if (w->at[0] == '0' && (w->at[1] == 'x' || w->at[1] == 'X')) return fault(w, "Write decimal numbers.");
    *out = (struct bn_amount){.value = strtod(w->at, &end)};
    if (!isfinite(out->value)) return fault(w, "A number is too large.");
    w->at = end;
    if (*w->at != '[') return BN_OK;
    size_t n = strcspn(++w->at, "]");
    if (!w->at[n] || n == 0 || n >= sizeof unit) return fault(w, "A unit is written as in 3[GB/s].");
    memcpy(unit, w->at, n), unit[n] = 0;
    w->at += n + 1;
    struct bn_amount one;
    struct bn_error local = {0};
    if (bn_amount_unit(&one, unit, &local)) return fault(w, "%s", local.text);
    return join(w, out, &one, 1);
}

static enum bn_status arguments(struct walk *w, struct bn_amount *a, int *n)
{
    enum bn_status status = BN_OK;
    for (*n = 0; !status && *n < MOST_ARGUMENTS;) {
        status = sum(w, &a[(*n)++]);
        if (!status && take(w, ')')) return BN_OK;
        if (!status && !take(w, ',')) return fault(w, "A closing parenthesis is missing.");
    }
    return status ? status : fault(w, "More than %d arguments.", MOST_ARGUMENTS);
}

static enum bn_status extreme(struct walk *w, struct bn_amount *out, const struct bn_amount *a, int n, bool most)
{
    enum bn_status status = BN_OK;
    *out = a[0];
    for (int i = 1; !status && i < n; i++) {
        status = same(w, most ? "max" : "min", out, &a[i]);
        if (!isnan(out->value) && (isnan(a[i].value) || (most ? a[i].value > out->value : a[i].value < out->value)))
            out->value = a[i].value;
    }
    return status;
}

static enum bn_status plain(struct walk *w, struct bn_amount *out, const struct bn_amount *a, double f(double))
{
    static const struct bn_amount one = {.value = 1};
    *out = (struct bn_amount){.value = known(f(a->value))};
    return same(w, "A function", a, &one);
}

static enum bn_status root(struct walk *w, struct bn_amount *out, const struct bn_amount *a)
{
    out->value = sqrt(a->value);
    for (int i = 0; i < BN_BASE_UNITS; i++) {
        if (a->power[i] % 2) return fault(w, "sqrt needs units in even powers.");
        out->power[i] = (signed char)(a->power[i] / 2);
    }
    return BN_OK;
}

static enum bn_status call(struct walk *w, const char *name, size_t n, struct bn_amount *out)
{
    struct bn_amount a[MOST_ARGUMENTS];
    int count = 0;
    enum bn_status status = arguments(w, a, &count);
    if (status) return status;
#define IS(word) (n == sizeof word - 1 && !memcmp(name, word, n))
    if (IS("min") || IS("max")) return extreme(w, out, a, count, IS("max"));
    if (count != 1) return fault(w, "%.*s takes one argument.", (int)n, name);
    if (IS("sqrt")) return root(w, out, a);
    if (IS("ln")) return plain(w, out, a, log);
    if (IS("exp")) return plain(w, out, a, exp);
    if (IS("abs")) return *out = a[0], out->value = fabs(out->value), BN_OK;
#undef IS
    return fault(w, "Unknown function \"%.*s\"; choose sqrt, ln, exp, abs, min or max.", (int)n, name);
}

static enum bn_status name(struct walk *w, struct bn_amount *out)
{
    const char *begin = w->at;
    while (islower((unsigned char)*w->at) || isdigit((unsigned char)*w->at) || *w->at == '_') w->at++;
    size_t n = (size_t)(w->at - begin);
    if (take(w, '(')) return call(w, begin, n, out);
    if (w->lookup && w->lookup(w->self, begin, n, out)) return BN_OK;
    return fault(w, "Unknown name \"%.*s\".", (int)n, begin);
}

static enum bn_status one(struct walk *w, struct bn_amount *out)
{
    char c = next(w);
    if (isdigit((unsigned char)c) || c == '.') return number(w, out);
    if (islower((unsigned char)c)) return name(w, out);
    if (!take(w, '(')) return c ? fault(w, "\"%c\" is not expected here.", c) : fault(w, "It ends too early.");
    enum bn_status status = sum(w, out);
    return status || take(w, ')') ? status : fault(w, "A closing parenthesis is missing.");
}

/* ---- operators, the strongest first ---- */
static enum bn_status power(struct walk *w, struct bn_amount *out)
{
    if (take(w, '-')) {
        enum bn_status status = ++w->depth > MOST_DEPTH ? fault(w, "It is nested too deeply.") : power(w, out);
        w->depth--, out->value = -out->value;
        return status;
    }
    enum bn_status status = one(w, out);
    if (status || !take(w, '^')) return status;
    char *end;
    long n = isdigit((unsigned char)next(w)) ? strtol(w->at, &end, 10) : 0;
    if (n < 1 || n > MOST_POWER) return fault(w, "A power is a whole number from 1 to %d.", MOST_POWER);
    w->at = end;
    const struct bn_amount base = *out;
    while (!status && --n) status = join(w, out, &base, 1);
    return status;
}

static enum bn_status product(struct walk *w, struct bn_amount *out)
{
    enum bn_status status = power(w, out);
    while (!status && (next(w) == '*' || *w->at == '/')) {
        struct bn_amount right;
        int sign = *w->at++ == '*' ? 1 : -1;
        status = power(w, &right);
        if (!status) status = join(w, out, &right, sign);
    }
    return status;
}

static enum bn_status sum(struct walk *w, struct bn_amount *out)
{
    if (++w->depth > MOST_DEPTH) return fault(w, "It is nested too deeply.");
    enum bn_status status = product(w, out);
    while (!status && (next(w) == '+' || *w->at == '-')) {
        struct bn_amount right;
        int sign = *w->at++ == '+' ? 1 : -1;
        status = product(w, &right);
        if (!status) status = same(w, sign > 0 ? "+" : "-", out, &right);
        out->value = known(out->value + sign * right.value);
    }
    w->depth--;
    return status;
}

enum bn_status bn_amount_read(struct bn_amount *out, const char *text, bn_amount_lookup *lookup, void *self,
                              struct bn_error *err)
{
    struct walk w = {.at = text, .text = text, .lookup = lookup, .self = self, .err = err};
    *out = (struct bn_amount){0};
    enum bn_status status = sum(&w, out);
    return status || !next(&w) ? status : fault(&w, "\"%.20s\" is left over at the end.", w.at);
}
