/* methods.c - the methods of strings and mappings. */
#include "engine/jinja/run.h"

static size_t most(struct bn_jinja_job *job, const struct bn_jv *count)
{
    int64_t n = bn_jv_given(count) ? bn_jv_want_int(job, count, "a count") : -1;
    return n < 0 ? SIZE_MAX : (size_t)n;
}

static struct bn_jv strip(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *set, bool left,
                          bool right)
{
    struct bn_jinja_text characters = {0};
    bool all = !bn_jv_given(set) || set->type == BN_JV_NONE;
    if (!all) characters = bn_jv_want_string(job, set, "what is stripped");
    return bn_jv_string(bn_jinja_strip(self->string, all ? NULL : &characters, left, right));
}

static struct bn_jv strip_both(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    return strip(job, self, a, true, true);
}
static struct bn_jv strip_left(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    return strip(job, self, a, true, false);
}
static struct bn_jv strip_right(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    return strip(job, self, a, false, true);
}

static void add_part(struct bn_jinja_job *job, struct bn_jv_list *list, struct bn_jinja_text t, size_t from, size_t to)
{
    bn_jv_append(job, list, bn_jv_string(bn_jinja_part(t, from, to)));
}

/* At runs of white space, which never begin or end a part. */
static struct bn_jv split_at_space(struct bn_jinja_job *job, struct bn_jinja_text t, size_t limit)
{
    struct bn_jv_list *list = bn_jv_list_new(job);
    t = bn_jinja_strip(t, NULL, true, limit == SIZE_MAX);
    while (t.n) {
        size_t at = 0;
        if (list->n == limit)
            at = t.n;
        else
            while (at < t.n && !bn_jinja_is_space(t, at)) at += bn_jinja_character(t, at);
        add_part(job, list, t, 0, at);
        t = bn_jinja_strip(bn_jinja_part(t, at, t.n), NULL, true, false);
    }
    return bn_jv_of_list(list);
}

static struct bn_jv split(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    struct bn_jinja_text t = self->string;
    if (!bn_jv_given(&a[0]) || a[0].type == BN_JV_NONE) return split_at_space(job, t, most(job, &a[1]));
    struct bn_jinja_text at = bn_jv_want_string(job, &a[0], "a separator");
    struct bn_jv_list *list = bn_jv_list_new(job);
    size_t from = 0, found;
    if (!at.n) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "a separator is empty.");
    for (size_t limit = most(job, &a[1]); limit && (found = bn_jinja_find(t, at, from)) != SIZE_MAX; limit--) {
        add_part(job, list, t, from, found);
        from = found + at.n;
    }
    add_part(job, list, t, from, t.n);
    return bn_jv_of_list(list);
}

static size_t find_last(struct bn_jinja_text t, struct bn_jinja_text what)
{
    for (size_t at = t.n >= what.n ? t.n - what.n + 1 : 0; at-- > 0;)
        if (!memcmp(t.bytes + at, what.bytes, what.n)) return at;
    return SIZE_MAX;
}

static struct bn_jv split_from_right(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    struct bn_jinja_text t = self->string, at = bn_jv_want_string(job, &a[0], "a separator");
    struct bn_jv_list *backwards = bn_jv_list_new(job), *list = bn_jv_list_new(job);
    size_t end = t.n, found;
    if (!at.n) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "a separator is empty.");
    for (size_t limit = most(job, &a[1]); limit; limit--) {
        if ((found = find_last(bn_jinja_part(t, 0, end), at)) == SIZE_MAX) break;
        add_part(job, backwards, t, found + at.n, end);
        end = found;
    }
    add_part(job, list, t, 0, end);
    while (backwards->n) bn_jv_append(job, list, backwards->items[--backwards->n]);
    return bn_jv_of_list(list);
}

static bool has_at_end(struct bn_jinja_text t, struct bn_jinja_text part, bool begin)
{
    return part.n <= t.n &&
           bn_jinja_same(begin ? bn_jinja_part(t, 0, part.n) : bn_jinja_part(t, t.n - part.n, t.n), part);
}

/* One text, or any of several. */
static struct bn_jv has_end(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *part, bool begin)
{
    if (part->type != BN_JV_LIST)
        return bn_jv_bool(has_at_end(self->string, bn_jv_want_string(job, part, "a beginning or end"), begin));
    for (size_t i = 0; i < part->list->n; i++)
        if (has_at_end(self->string, bn_jv_want_string(job, &part->list->items[i], "a beginning or end"), begin))
            return bn_jv_bool(true);
    return bn_jv_bool(false);
}

static struct bn_jv starts_with(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    return has_end(job, self, a, true);
}
static struct bn_jv ends_with(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    return has_end(job, self, a, false);
}

static struct bn_jv upper(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    (void)a;
    return bn_jv_string(bn_jinja_recase(job, self->string, BN_JINJA_UPPER));
}
static struct bn_jv lower(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    (void)a;
    return bn_jv_string(bn_jinja_recase(job, self->string, BN_JINJA_LOWER));
}
static struct bn_jv capitalize(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    (void)a;
    return bn_jv_string(bn_jinja_recase(job, self->string, BN_JINJA_CAPITAL));
}
static struct bn_jv title(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    (void)a;
    return bn_jv_string(bn_jinja_recase(job, self->string, BN_JINJA_TITLE));
}

static struct bn_jv replace(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    return bn_jv_string(bn_jinja_replace(job, self->string, bn_jv_want_string(job, &a[0], "what is replaced"),
                                         bn_jv_want_string(job, &a[1], "a replacement"), most(job, &a[2])));
}

static struct bn_jv find(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    size_t at = bn_jinja_find(self->string, bn_jv_want_string(job, &a[0], "what is looked for"), 0);
    return bn_jv_int(at == SIZE_MAX ? -1 : (int64_t)bn_jinja_characters(bn_jinja_part(self->string, 0, at)));
}

static struct bn_jv count(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    struct bn_jinja_text what = bn_jv_want_string(job, &a[0], "what is counted");
    int64_t n = 0;
    if (!what.n) return bn_jv_int((int64_t)bn_jinja_characters(self->string) + 1);
    for (size_t at = 0; (at = bn_jinja_find(self->string, what, at)) != SIZE_MAX; at += what.n) n++;
    return bn_jv_int(n);
}

static struct bn_jv join(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    struct bn_jinja_builder b = {.job = job};
    const struct bn_jv_list *items = bn_jv_items(job, &a[0]);
    for (size_t i = 0; i < items->n; i++) {
        if (i) bn_jinja_put(&b, self->string);
        bn_jinja_put(&b, bn_jv_want_string(job, &items->items[i], "what is joined"));
    }
    return bn_jv_string(bn_jinja_built(&b));
}

const struct bn_jinja_builtin bn_jinja_string_methods[] = {{"strip", "chars", strip_both},
                                                           {"lstrip", "chars", strip_left},
                                                           {"rstrip", "chars", strip_right},
                                                           {"split", "sep maxsplit", split},
                                                           {"rsplit", "sep maxsplit", split_from_right},
                                                           {"startswith", "prefix", starts_with},
                                                           {"endswith", "suffix", ends_with},
                                                           {"upper", "", upper},
                                                           {"lower", "", lower},
                                                           {"capitalize", "", capitalize},
                                                           {"title", "", title},
                                                           {"replace", "old new count", replace},
                                                           {"find", "sub", find},
                                                           {"count", "sub", count},
                                                           {"join", "iterable", join},
                                                           {0}};

/* ---- mappings ---- */

static struct bn_jv items(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    struct bn_jv_list *list = bn_jv_list_new(job);
    (void)a;
    for (size_t i = 0; i < self->dict->n; i++) {
        struct bn_jv_list *pair = bn_jv_list_new(job);
        bn_jv_append(job, pair, bn_jv_string(self->dict->pairs[i].key));
        bn_jv_append(job, pair, self->dict->pairs[i].value);
        bn_jv_append(job, list, bn_jv_of_list(pair));
    }
    return bn_jv_of_list(list);
}

static struct bn_jv keys(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    (void)a;
    return bn_jv_of_list(bn_jv_items(job, self));
}

static struct bn_jv values(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    struct bn_jv_list *list = bn_jv_list_new(job);
    (void)a;
    for (size_t i = 0; i < self->dict->n; i++) bn_jv_append(job, list, self->dict->pairs[i].value);
    return bn_jv_of_list(list);
}

static struct bn_jv get(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    const struct bn_jv *found = bn_jv_get(self->dict, bn_jv_want_string(job, &a[0], "a key"));
    return found ? *found : bn_jv_given(&a[1]) ? a[1] : (struct bn_jv){.type = BN_JV_NONE};
}

const struct bn_jinja_builtin bn_jinja_dict_methods[] = {
    {"items", "", items}, {"keys", "", keys}, {"values", "", values}, {"get", "key default", get}, {0}};
