/* option_text.c - options of a config, "name=value name=value" in order of their names, compared one by one. */
#include "harness/compare/compare.h"
#include <stdlib.h>
#include <string.h>

/* One option of the text and the step to the next; false at the end. */
static bool next(const char **p, const char **name, size_t *name_n, const char **value, size_t *value_n)
{
    *p += strspn(*p, " ");
    size_t n = strcspn(*p, " "), equals = strcspn(*p, "= ");
    *name = *p, *name_n = equals;
    *value = *p + equals + (equals < n), *value_n = n - equals - (equals < n);
    *p += n;
    return n > 0;
}

static const char *find(const char *text, const char *name, size_t name_n, size_t *n)
{
    const char *p = text, *key, *value;
    size_t key_n;
    while (next(&p, &key, &key_n, &value, n))
        if (key_n == name_n && !memcmp(key, name, name_n)) return value;
    return NULL;
}

const char *bn_compare_option(const struct bn_compare_config *c, const char *name, size_t *n)
{
    return find(c->options, name, strlen(name), n);
}

/* Every option of a is in b with the same value. */
static bool within(const struct bn_compare_config *a, const struct bn_compare_config *b, const char *except,
                   bool common)
{
    const char *p = a->options, *name, *value;
    size_t name_n, value_n, other_n;
    while (next(&p, &name, &name_n, &value, &value_n)) {
        if (name_n == strlen(except) && !memcmp(name, except, name_n)) continue;
        const char *other = find(b->options, name, name_n, &other_n);
        if (other ? other_n != value_n || memcmp(other, value, value_n) : !common) return false;
    }
    return true;
}

bool bn_compare_options_agree(const struct bn_compare_config *a, const struct bn_compare_config *b, const char *except,
                              bool common)
{
    return within(a, b, except, common) && (common || within(b, a, except, common));
}

static enum bn_status differ(struct bn_comparison *c, const char *name, size_t name_n, const char *base, size_t base_n,
                             const char *head, size_t head_n, struct bn_error *err)
{
    char *n = strndup(name, name_n), *b = base ? strndup(base, base_n) : strdup("absent"),
         *h = head ? strndup(head, head_n) : strdup("absent");
    enum bn_status status = bn_compare_differ(c, "option", n ? n : "", b ? b : "", h ? h : "", err);
    free(n), free(b), free(h);
    return status;
}

enum bn_status bn_compare_options_differ(struct bn_comparison *c, const struct bn_compare_config *base,
                                         const struct bn_compare_config *head, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    const char *name, *value, *other, *p = base->options;
    size_t name_n, value_n, other_n = 0;
    while (!status && next(&p, &name, &name_n, &value, &value_n)) {
        other = find(head->options, name, name_n, &other_n);
        if (!other || other_n != value_n || memcmp(other, value, value_n))
            status = differ(c, name, name_n, value, value_n, other, other_n, err);
    }
    for (p = head->options; !status && next(&p, &name, &name_n, &value, &value_n);)
        if (!find(base->options, name, name_n, &other_n))
            status = differ(c, name, name_n, NULL, 0, value, value_n, err);
    return status;
}
