/* complete.h - is a model whole? One check for every format and every program.
 *
 * A model has exactly the tensors that its configuration and architecture call for, in the shapes they call for. What
 * is missing, belongs to a layer past the last, or is unknown is refused by name: running with or without it would
 * give numbers of another model. complete.c lists the few tensors that may be there and are not read, each with the
 * reason. Scales and norms are finite numbers (finite.h). */
#ifndef BN_FORMAT_COMPLETE_H
#define BN_FORMAT_COMPLETE_H
#include "engine/format/source.h"

/* Checks the tensors against a configuration that passed bn_config_check. BN_ERR_FORMAT, or BN_ERR_UNSUPPORTED for
 * unknown tensors. */
enum bn_status bn_complete_check(const struct bn_source *source, const char *path, struct bn_error *err);
#endif
