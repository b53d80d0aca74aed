/* fields.c - typed values of a request's JSON object. */
#include "engine/serve/fields.h"
#include <math.h>

const json_t *field(const struct fields *f, const char *name)
{
    const json_t *value = json_object_get(f->object, name);
    return json_is_null(value) ? NULL : value;
}

bool field_wrong(const struct fields *f, const char *name, const char *must)
{
    return problem_set(f->problem, 400, "invalid_type", name, "Field \"%s\" must be %s.", name, must);
}

bool field_int(const struct fields *f, const char *name, int64_t least, int64_t most, int64_t *value)
{
    const json_t *given = field(f, name);
    if (!given) return true;
    double number = json_number_value(given);
    if (!json_is_number(given) || number != floor(number) || (json_is_real(given) && fabs(number) > 0x1p53))
        return field_wrong(f, name, "a whole number");
    if (number < (double)least || number > (double)most)
        return problem_set(f->problem, 400, "invalid_value", name, "Field \"%s\" must be %lld to %lld, not %.17g.",
                           name, (long long)least, (long long)most, number);
    *value = json_is_integer(given) ? json_integer_value(given) : (int64_t)number;
    return true;
}

bool field_number(const struct fields *f, const char *name, double least, double most, double *value)
{
    const json_t *given = field(f, name);
    if (!given) return true;
    double number = json_number_value(given);
    if (!json_is_number(given)) return field_wrong(f, name, "a number");
    if (!(number >= least && number <= most))
        return problem_set(f->problem, 400, "invalid_value", name, "Field \"%s\" must be %g to %g, not %g.", name,
                           least, most, number);
    *value = number;
    return true;
}

bool field_bool(const struct fields *f, const char *name, bool *value)
{
    const json_t *given = field(f, name);
    if (!given) return true;
    if (!json_is_boolean(given)) return field_wrong(f, name, "true or false");
    *value = json_is_true(given);
    return true;
}
