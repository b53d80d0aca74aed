/* span.h - a stretch of a text: bytes begin to end - 1. */
#ifndef BN_MODEL_SPAN_H
#define BN_MODEL_SPAN_H
#include <stddef.h>

struct bn_span {
    size_t begin, end;
};
#endif
