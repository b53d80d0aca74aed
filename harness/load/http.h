/* http.h - one answer of HTTP/1.x as it arrives in pieces of any size. Strict: what RFC 9112 does not allow is an error
 * that says what was seen. */
#ifndef BN_LOAD_HTTP_H
#define BN_LOAD_HTTP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BN_HTTP_LINE = 8192, BN_HTTP_HEAD_MOST = 65536 };
struct bn_http {
    /* body: bytes of the body as they come, once status and type are known; false ends the reading */
    bool (*body)(void *self, const char *bytes, size_t n);
    void *self;
    int status; /* 0: not there yet */
    char type[64];
    double retry_after_s;
    bool over;         /* all of the answer has come */
    char problem[200]; /* what was wrong; "" */
    /* ---- inside ---- */
    enum {
        BN_HTTP_STATUS,
        BN_HTTP_HEADER,
        BN_HTTP_LENGTH,
        BN_HTTP_UNTIL_CLOSE,
        BN_HTTP_CHUNK_SIZE,
        BN_HTTP_CHUNK,
        BN_HTTP_CHUNK_END,
        BN_HTTP_TRAILER
    } state;
    uint64_t remaining; /* of the body or the chunk */
    bool chunked, sized;
    size_t n_head, n_line;
    char line[BN_HTTP_LINE];
};
void bn_http_init(struct bn_http *http, bool (*body)(void *self, const char *bytes, size_t n), void *self);
/* False: it is no HTTP (problem says why), or body said so (problem is ""). Bytes after the end are an error. */
bool bn_http_feed(struct bn_http *http, const char *bytes, size_t n);
/* The connection was closed: whether the answer is complete. */
bool bn_http_closed(struct bn_http *http);
/* What was seen, for a sentence: printable, in quotation marks, cut after some characters. */
void bn_http_quote(char *to, size_t cap, const char *bytes, size_t n);
#endif
