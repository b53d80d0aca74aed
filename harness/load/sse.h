/* sse.h - server-sent events (the HTML standard's text/event-stream) from bytes that arrive in pieces of any size. */
#ifndef BN_LOAD_SSE_H
#define BN_LOAD_SSE_H
#include <stdbool.h>
#include <stddef.h>

enum { BN_SSE_EVENT_MOST = 4 << 20 };
struct bn_sse {
    bool (*event)(void *self, const char *data,
                  size_t n); /* the data of one event, terminated; false ends the reading */
    void *self;
    char problem[200]; /* what was wrong; "" */
    bool no_memory;    /* that was it */
    /* ---- inside ---- */
    char *line, *data;
    size_t n_line, line_cap, n_data, data_cap;
    bool has_data, after_cr;
};
void bn_sse_init(struct bn_sse *sse, bool (*event)(void *self, const char *data, size_t n), void *self);
/* False: a line that no field of the standard begins (problem), or event said so (problem is ""). */
bool bn_sse_feed(struct bn_sse *sse, const char *bytes, size_t n);
void bn_sse_release(struct bn_sse *sse);
#endif
