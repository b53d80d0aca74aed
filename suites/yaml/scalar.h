/* scalar.h - one value of a YAML file, read to its last character. */
#ifndef SUITES_YAML_SCALAR_H
#define SUITES_YAML_SCALAR_H
#include "suites/yaml.h"

/* Stores the value at `at`; false: `why` says in one sentence what `name` must be. A text is a copy of its own, NULL
 * when memory is short. */
bool bn_scalar_read(const char *text, const struct bn_yaml_field *field, const char *name, void *at, char *why,
                    size_t cap);
#endif
