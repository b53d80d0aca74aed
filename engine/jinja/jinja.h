/* jinja.h - renders a template: the part of Jinja 2 that published chat templates use, with loop controls, generation
 * blocks, tojson without escapes, raise_exception and strftime_now as transformers has them; values cannot be changed.
 * What is not supported is an error with its line, never left out. Memory and work are bounded by the size of template
 * and input. Source: the Jinja 2 documentation; tests compare with python3-jinja2.
 *
 * Characters of the values that were marked (engine/jinja/text.h) are marked in the result. */
#ifndef BN_JINJA_JINJA_H
#define BN_JINJA_JINJA_H
#include "engine/jinja/value.h"

/* Puts the template's variables into `globals`. */
typedef void bn_jinja_globals(void *self, struct bn_jinja_job *job, struct bn_jv_dict *globals);
/* What was rendered; free with bn_jinja_release. */
struct bn_jinja_result {
    char *bytes;    /* [n], with a terminator */
    uint8_t *marks; /* [n], 1: from a marked value */
    size_t n;
};

struct bn_jinja_source {
    const char *bytes; /* [n] */
    size_t n;
    const char *what; /* what messages call it: "chat template" */
    enum bn_jinja_settings settings;
};
/* input_bytes: size of the texts that `fill` puts in. BN_ERR_FORMAT: the template has an error; BN_ERR_UNSUPPORTED: it
 * uses what is not supported, or refuses its input itself (raise_exception). */
enum bn_status bn_jinja_render(struct bn_jinja_result *result, const struct bn_jinja_source *source, size_t input_bytes,
                               bn_jinja_globals *fill, void *self, struct bn_error *err);
void bn_jinja_release(struct bn_jinja_result *result);
#endif
