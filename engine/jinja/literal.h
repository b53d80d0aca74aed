/* literal.h - strings and numbers as a template writes them, in Python's notation. */
#ifndef BN_JINJA_LITERAL_H
#define BN_JINJA_LITERAL_H
#include "engine/jinja/value.h"

/* The constant at the beginning of t; returns its bytes, 0 when t begins otherwise. */
size_t bn_jinja_literal(struct bn_jinja_job *job, struct bn_jinja_text t, struct bn_jv *value);
#endif
