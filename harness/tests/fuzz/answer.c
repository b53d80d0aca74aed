/* answer.c - a server's answer to a streamed completion: HTTP, events, and what they say. */
#include "ci/fuzz/fuzz.h"
#include "engine/files.h"
#include "harness/core/error.h"
#include "harness/load/completion.h"
#include "harness/load/http.h"
#include "harness/load/sse.h"
#include <stdlib.h>

static bool on_event(void *self, const char *data, size_t n)
{
    struct bn_completion completion;
    bool ok = bn_completion_read(&completion, data, n);
    bn_completion_release(&completion);
    return (void)self, ok;
}

static bool on_body(void *self, const char *bytes, size_t n) { return bn_sse_feed(self, bytes, n); }

bool fuzz_path(const char *path, struct bn_error *err)
{
    static struct bn_http http;
    struct bn_sse sse;
    char *bytes;
    size_t n;
    if (bn_input_read(&bytes, &n, path, 16 << 20, err)) return false;
    bn_sse_init(&sse, on_event, NULL);
    bn_http_init(&http, on_body, &sse);
    bool ok = bn_http_feed(&http, bytes, n) && bn_http_closed(&http);
    if (!ok)
        bn_harness_fail(err, sse.no_memory ? BN_ERR_MEMORY : BN_ERR_FORMAT, "No answer of a server: %s.",
                        http.problem[0]  ? http.problem
                        : sse.problem[0] ? sse.problem
                                         : "an event is none, or it ends early");
    bn_sse_release(&sse);
    free(bytes);
    return ok;
}
FUZZ_FILE
