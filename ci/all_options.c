/* all_options.c - part of every program of `make test OPTIONS=all`: models, sessions and generators are opened with
 * every EXACT option on that the caller has left at its default, so that the whole suite asks whether options, alone
 * correct, are correct together. The linker puts these functions in the place of those that they end in (--wrap).
 * A test that compares an option with its absence sets the environment variable BN_OPTIONS_AS_GIVEN. */
#include "engine/bitnet.h"
#include <stdlib.h>
#include <string.h>

enum bn_status __real_bn_model_open(struct bn_model **model, const char *path, const struct bn_model_options *options,
                                    struct bn_error *err);
enum bn_status __wrap_bn_model_open(struct bn_model **model, const char *path, const struct bn_model_options *options,
                                    struct bn_error *err);
enum bn_status __real_bn_session_open(struct bn_session **session, const struct bn_model *model,
                                      const struct bn_session_options *options, struct bn_error *err);
enum bn_status __wrap_bn_session_open(struct bn_session **session, const struct bn_model *model,
                                      const struct bn_session_options *options, struct bn_error *err);
enum bn_status __real_bn_generator_open(struct bn_generator **generator, struct bn_session *session, const int32_t *ids,
                                        size_t n, const struct bn_generator_options *options, struct bn_error *err);
enum bn_status __wrap_bn_generator_open(struct bn_generator **generator, struct bn_session *session, const int32_t *ids,
                                        size_t n, const struct bn_generator_options *options, struct bn_error *err);

/* What a sweep would try last of those that leave the output as it is, on this machine; NULL: nothing, or it is on. */
static const char *exact_value(const struct bn_option *o)
{
    const char *last = NULL;
    for (const char *const *v = o->values + 1; *v; v++)
        if (bn_option_exact(o, *v) && (!o->here || o->here(*v))) last = *v;
    return o->takes_file || bn_option_whole(o) || !strcmp(o->values[0], "on") ? NULL : last;
}

/* The bytes that an option writes are equal in settings that were zero and in settings that were not. */
struct written {
    struct bn_settings zeros, ones;
};
static bool writes(const struct written *w, size_t byte)
{
    return ((const unsigned char *)&w->zeros)[byte] == ((const unsigned char *)&w->ones)[byte];
}

static void write_both(struct written *w, const struct bn_option *o, const char *value)
{
    memset(&w->zeros, 0, sizeof w->zeros);
    memset(&w->ones, 0xff, sizeof w->ones);
    if (o->set(&w->zeros, value, NULL) || o->set(&w->ones, value, NULL)) abort();
}

/* Whether the caller left the option at its default. */
static bool is_left(const struct bn_settings *s, const struct bn_option *o)
{
    const unsigned char *is = (const unsigned char *)s;
    struct written off;
    write_both(&off, o, o->values[0]);
    for (size_t i = 0; i < sizeof *s; i++)
        if (writes(&off, i) && is[i] && is[i] != ((const unsigned char *)&off.zeros)[i]) return false;
    return true;
}

/* By an option that is earlier in the registry, or one that the caller has switched on. */
static bool excluded(const struct bn_settings *s, const struct bn_option *const *all, size_t n, size_t i)
{
    for (size_t j = 0; j < n; j++)
        if (bn_option_excludes(all[j], all[i]) && ((j < i && exact_value(all[j])) || !is_left(s, all[j]))) return true;
    return false;
}

static void switch_on(struct bn_settings *s, const struct bn_option *o)
{
    struct written on;
    write_both(&on, o, exact_value(o));
    for (size_t i = 0; i < sizeof *s; i++)
        if (writes(&on, i)) ((unsigned char *)s)[i] = ((const unsigned char *)&on.zeros)[i];
}

static void switch_all_on(struct bn_settings *s)
{
    size_t n;
    const struct bn_option *const *all = bn_options(&n);
    const struct bn_settings asked = *s;
    if (getenv("BN_OPTIONS_AS_GIVEN")) return;
    for (size_t i = 0; i < n; i++)
        if (exact_value(all[i]) && is_left(&asked, all[i]) && !excluded(&asked, all, n, i)) switch_on(s, all[i]);
}

/* Each falls back on what the caller asked for: it may exclude an option, or be wrong by itself. */
enum bn_status __wrap_bn_model_open(struct bn_model **model, const char *path, const struct bn_model_options *options,
                                    struct bn_error *err)
{
    struct bn_settings s = {0};
    if (options) s.model = *options;
    switch_all_on(&s);
    if (__real_bn_model_open(model, path, &s.model, NULL) == BN_OK) return BN_OK;
    return __real_bn_model_open(model, path, options, err);
}

enum bn_status __wrap_bn_session_open(struct bn_session **session, const struct bn_model *model,
                                      const struct bn_session_options *options, struct bn_error *err)
{
    struct bn_settings s = {0};
    if (options) s.session = *options;
    switch_all_on(&s);
    if (__real_bn_session_open(session, model, &s.session, NULL) == BN_OK) return BN_OK;
    return __real_bn_session_open(session, model, options, err);
}

enum bn_status __wrap_bn_generator_open(struct bn_generator **generator, struct bn_session *session, const int32_t *ids,
                                        size_t n, const struct bn_generator_options *options, struct bn_error *err)
{
    struct bn_settings s = {0};
    if (options) s.generator = *options;
    switch_all_on(&s);
    if (__real_bn_generator_open(generator, session, ids, n, &s.generator, NULL) == BN_OK) return BN_OK;
    return __real_bn_generator_open(generator, session, ids, n, options, err);
}
