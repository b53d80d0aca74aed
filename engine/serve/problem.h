/* problem.h - why a request is refused: HTTP status and what OpenAI's clients read from the body. */
#ifndef BN_SERVE_PROBLEM_H
#define BN_SERVE_PROBLEM_H
#include <jansson.h>
#include <stdbool.h>

struct problem {
    int status; /* 0: none */
    char text[600];
    char param[48];   /* the field that is wrong; "": none */
    const char *code; /* for programs; NULL: none */
};
/* Returns false, so that readers can end with it. */
bool problem_set(struct problem *problem, int status, const char *code, const char *param, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
bool problem_memory(struct problem *problem);
/* {"error": {"message", "type", "param", "code"}} */
json_t *problem_json(const struct problem *problem);
#endif
