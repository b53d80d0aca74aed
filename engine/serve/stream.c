/* stream.c - answers as server-sent events: what a text has gained since the last event of it, as often as the client
 * reads. A slow client gets fewer and longer events. */
#include "engine/serve/answer.h"
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16 << 10 };

static bool add_event(struct request *r, json_t *event)
{
    char *text = event ? json_dumps(event, JSON_COMPACT) : NULL;
    json_decref(event);
    bool ok = text && buffer_add(&r->out, "data: ", 6) && buffer_add(&r->out, text, strlen(text)) &&
              buffer_add(&r->out, "\n\n", 2);
    free(text);
    return ok;
}

static bool add_part(struct choice *c)
{
    struct request *r = c->request;
    struct part part = part_next(c);
    json_t *event = r->dialect == DIALECT_LLAMA
                        ? answer_llama(c, &part)
                        : answer_event(r, json_pack("[o]", answer_part(c, &part)), r->params.continuous_usage);
    c->text_sent = part.text_end, c->scores_sent = part.scores_end, c->ids_sent = c->n_ids;
    c->begun = true, c->ended = part.last;
    return add_event(r, event);
}

static bool add_end(struct request *r)
{
    r->finished = true;
    if (r->problem.status) return add_event(r, problem_json(&r->problem));
    if (r->params.include_usage && !add_event(r, answer_event(r, json_array(), true))) return false;
    return r->dialect == DIALECT_LLAMA || buffer_add(&r->out, "data: [DONE]\n\n", 14);
}

/* With the mutex held: formats what is new. */
static bool fill(struct request *r)
{
    bool all = true, ok = true, failed = r->problem.status;
    r->out.n = r->out_sent = 0;
    for (int i = 0; ok && !failed && i < r->n_choices; i++) {
        struct choice *c = &r->choices[i];
        if (choice_has_news(c)) ok = add_part(c);
        all = all && c->ended;
    }
    if (ok && (all || failed) && !r->finished) ok = add_end(r);
    pthread_cond_signal(&r->server->wake); /* a text that rested for this reader may go on */
    return ok;
}

static ssize_t read_stream(void *cls, uint64_t position, char *out, size_t most)
{
    struct request *r = cls;
    ssize_t n = 0;
    (void)position;
    pthread_mutex_lock(&r->server->mutex);
    if (r->gone || (r->out_sent == r->out.n && !r->finished && !fill(r))) {
        n = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (r->out_sent < r->out.n) {
        n = (ssize_t)(r->out.n - r->out_sent < most ? r->out.n - r->out_sent : most);
        memcpy(out, r->out.bytes + r->out_sent, (size_t)n);
        r->out_sent += (size_t)n;
    } else if (r->finished) {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        r->suspended = true;
        MHD_suspend_connection(r->connection);
    }
    pthread_mutex_unlock(&r->server->mutex);
    return n;
}

struct MHD_Response *stream_response(struct request *r)
{
    struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, r, NULL);
    if (!response) return NULL;
    MHD_add_response_header(response, "Content-Type", "text/event-stream; charset=utf-8");
    MHD_add_response_header(response, "Cache-Control", "no-cache");
    return response;
}
