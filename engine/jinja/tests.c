/* tests.c - what may follow "is". */
#include "engine/jinja/run.h"

static bool is_type(const struct bn_jv *v, enum bn_jv_type type) { return v->type == type; }

/* Tests of a value alone. */
static int alone(struct bn_jinja_text name, const struct bn_jv *v)
{
    bool text = is_type(v, BN_JV_STRING), list = is_type(v, BN_JV_LIST), map = is_type(v, BN_JV_DICT);
    bool boolean = is_type(v, BN_JV_BOOL), undefined = is_type(v, BN_JV_UNDEFINED);
    const struct {
        const char *name;
        bool holds;
    } tests[] = {{"defined", !undefined},
                 {"undefined", undefined},
                 {"none", is_type(v, BN_JV_NONE)},
                 {"boolean", boolean},
                 {"true", boolean && v->boolean},
                 {"false", boolean && !v->boolean},
                 {"integer", is_type(v, BN_JV_INT)},
                 {"float", is_type(v, BN_JV_FLOAT)},
                 {"number", bn_jv_is_number(v)},
                 {"string", text},
                 {"mapping", map},
                 {"sequence", text || list || map || undefined},
                 {"iterable", text || list || map || undefined},
                 {"callable", v->type >= BN_JV_MACRO || undefined}};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        if (bn_jinja_is(name, tests[i].name)) return tests[i].holds;
    return -1;
}

static int64_t remainder_of(struct bn_jinja_job *job, const struct bn_jv *v, int64_t divisor)
{
    if (divisor == 0) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it divides by zero.");
    int64_t value = bn_jv_want_int(job, v, "what is divided");
    return divisor == -1 ? 0 : value % divisor;
}

static int compared(struct bn_jinja_job *job, struct bn_jinja_text name, const struct bn_jv *v,
                    const struct bn_jv *other)
{
    static const struct {
        const char *names;
        bool below, equal, above;
    } tests[] = {{" gt greaterthan > ", false, false, true},
                 {" ge >= ", false, true, true},
                 {" lt lessthan < ", true, false, false},
                 {" le <= ", true, true, false}};
    char key[24] = " ";
    if (name.n > 20) return -1;
    memcpy(key + 1, name.bytes, name.n), key[name.n + 1] = ' ';
    if (strstr(" eq equalto == sameas ", key)) return bn_jv_equal(job, v, other);
    if (strstr(" ne != ", key)) return !bn_jv_equal(job, v, other);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        if (strstr(tests[i].names, key)) {
            int order = bn_jv_compare(job, v, other);
            return order < 0 ? tests[i].below : order > 0 ? tests[i].above : tests[i].equal;
        }
    return -1;
}

bool bn_jinja_test(struct bn_jinja_job *job, struct bn_jinja_text name, const struct bn_jv *value,
                   const struct bn_jv *arguments, size_t n)
{
    int holds = n == 0 ? alone(name, value) : n == 1 ? compared(job, name, value, arguments) : -1;
    if (holds >= 0) return holds;
    if (n == 0 && bn_jinja_is(name, "odd")) return remainder_of(job, value, 2) != 0;
    if (n == 0 && bn_jinja_is(name, "even")) return remainder_of(job, value, 2) == 0;
    if (n == 1 && bn_jinja_is(name, "divisibleby"))
        return remainder_of(job, value, bn_jv_want_int(job, arguments, "a divisor")) == 0;
    if (n == 1 && bn_jinja_is(name, "in")) return bn_jv_contains(job, arguments, value);
    bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "the test \"%.*s\" with %zu arguments is not supported.",
                  (int)(name.n < 60 ? name.n : 60), name.bytes, n);
}
