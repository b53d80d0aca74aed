/* template.h - renders Jinja 2 over data, as task files use it: the variables of a template are the members of a JSON
 * object. The language is that of chat templates (engine/jinja/jinja.h) with the settings of lm-evaluation-harness: a
 * variable or member that does not exist can be tested (is defined, default) and is an error otherwise
 * (StrictUndefined); no white space is taken away around blocks or at the end. */
#ifndef BITNET_TEMPLATE_H
#define BITNET_TEMPLATE_H
#include "engine/bitnet.h"

/* Renders `source` into *text [*n] with a terminator; the caller frees it. json [n_json]: one JSON object; of an object
 * that has a member twice the last counts. BN_ERR_FORMAT, BN_ERR_UNSUPPORTED: the template or the object has an error;
 * the sentence begins with `The WHAT cannot be rendered (line N): `. */
enum bn_status bn_template_render(char **text, size_t *n, const char *source, const char *what, const char *json,
                                  size_t n_json, struct bn_error *err);
#endif
