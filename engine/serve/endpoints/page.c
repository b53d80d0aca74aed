/* page.c - GET /: the page to chat on, one file that loads nothing else. Its script and style carry a number that is
 * drawn for each answer, and the browser runs no others. */
#include "engine/files.h"
#include "engine/serve/endpoint.h"
#include <string.h>
#include <sys/random.h>

BN_EMBED(serve_page_html, "engine/serve/page.html");

static const char policy[] = "default-src 'none'; script-src 'nonce-%s'; style-src 'nonce-%s'; img-src data:; "
                             "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static bool draw(char nonce[33])
{
    uint64_t half[2];
    if (getrandom(half, sizeof half, 0) != sizeof half) return false;
    snprintf(nonce, 33, "%016llx%016llx", (unsigned long long)half[0], (unsigned long long)half[1]);
    return true;
}

/* The page with the number in its places. */
static bool fill(struct buffer *page, const char *nonce)
{
    static const char place[] = "@NONCE@";
    const char *from = serve_page_html, *at;
    for (; (at = strstr(from, place)); from = at + sizeof place - 1)
        if (!buffer_add(page, from, (size_t)(at - from)) || !buffer_add(page, nonce, strlen(nonce))) return false;
    return buffer_add(page, from, strlen(from) + 1);
}

bool endpoint_page(struct request *r)
{
    struct buffer page = {0};
    char nonce[33], header[sizeof policy + 2 * sizeof nonce];
    if (!draw(nonce))
        return problem_set(&r->problem, 500, NULL, NULL, "The system gives no random numbers; try again.");
    if (!fill(&page, nonce)) buffer_release(&page);
    if (!endpoint_text(r, "text/html; charset=utf-8", page.bytes)) return false;
    snprintf(header, sizeof header, policy, nonce, nonce);
    MHD_add_response_header(r->response, "Content-Security-Policy", header);
    MHD_add_response_header(r->response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(r->response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(r->response, "Cache-Control", "no-store");
    return true;
}
