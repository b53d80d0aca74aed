/* load.h - a load test: what the clients do, what each request is, and what its client saw. Times are those of
 * bn_clock_ns. */
#ifndef BN_LOAD_H
#define BN_LOAD_H
#include "engine/bitnet.h"
#include "harness/load/lengths.h"

struct bn_load_plan {
    int concurrency; /* closed loop: clients, each with one request at a time; 0: open loop */
    double rate;     /* open loop: requests a second, times between them exponential */
    struct bn_lengths prompt, output;
    double slow, vanish; /* shares of the requests */
    int slow_bytes_per_s;
    uint32_t n_warmup, n_requests; /* the first n_warmup are not counted; n_requests 0: until duration_s has passed */
    double duration_s;             /* of sending counted requests; 0: until n_requests were sent */
    double timeout_s;              /* of one request, from connecting to its end */
    uint64_t seed;
    double temperature;
    bool ignore_eos;
    const char *api_key; /* NULL: none */
};

enum bn_load_manner { BN_LOAD_STEADY, BN_LOAD_SLOW, BN_LOAD_VANISHING, BN_LOAD_MANNERS };
const char *bn_load_manner_name(enum bn_load_manner manner);

enum bn_load_outcome {
    BN_LOAD_OPEN,     /* not over */
    BN_LOAD_COMPLETE, /* all of the stream, up to [DONE] */
    BN_LOAD_REFUSED,  /* an answer with another status than 200 */
    BN_LOAD_FAILED,   /* an error inside the stream */
    BN_LOAD_RESET,    /* no connection, or one that ended before the answer did */
    BN_LOAD_BROKEN,   /* not HTTP, not an event stream, or not the events of a completion */
    BN_LOAD_TIMEOUT,  /* not over in time */
    BN_LOAD_VANISHED, /* the client left, as planned */
    BN_LOAD_OUTCOMES
};
const char *bn_load_outcome_name(enum bn_load_outcome outcome);

struct bn_load_request {
    uint32_t index; /* in the order of the run; warm-up first */
    enum bn_load_manner manner;
    int prompt_words, max_tokens;
    int vanish_after; /* tokens after which a vanishing client leaves */
    uint64_t seed;    /* of its prompt, and of its sampling */
    int64_t gap_ns;   /* open loop: from the intended time of the request before */
};

struct bn_load_event { /* an event that brought tokens */
    int64_t at_ns;
    int n_tokens;
};
struct bn_load_result {
    struct bn_load_request request;
    enum bn_load_outcome outcome;
    int status;        /* of HTTP; 0: none came */
    char reason[200];  /* one sentence unless complete or vanished */
    int64_t start_ns;  /* when it was meant to be sent: what all times of the request count from */
    int64_t opened_ns; /* when its connection was begun: later than start_ns if the generator was late */
    int64_t end_ns;
    struct bn_load_event *events;
    size_t n_events;
    int64_t prompt_tokens, tokens; /* prompt_tokens 0: the server did not say */
    int64_t bytes;                 /* received, with HTTP's own */
    char *text;
    size_t n_text;
    double retry_after_s; /* of a refusal; 0: none */
};
enum bn_status bn_load_result_new(struct bn_load_result **result, const struct bn_load_request *request,
                                  struct bn_error *err);
void bn_load_result_free(struct bn_load_result *result);
/* Tokens that were received and of no use to anybody: those of a request that did not complete. */
int64_t bn_load_wasted(const struct bn_load_result *result);
#endif
