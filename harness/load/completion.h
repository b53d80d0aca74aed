/* completion.h - what one event of a streamed completion says. */
#ifndef BN_LOAD_COMPLETION_H
#define BN_LOAD_COMPLETION_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bn_completion {
    bool done, failed;             /* [DONE]; an error object, its message in `problem` */
    const char *text;              /* what the text gained: part of `root` */
    size_t n_text;                 /* bytes */
    int64_t prompt_tokens, tokens; /* the server's count up to here; -1: the event has none */
    char problem[200];
    json_t *root;
};
/* False: no JSON, or no event of a completion; problem says what was seen. Release in any case. */
bool bn_completion_read(struct bn_completion *completion, const char *data, size_t n);
void bn_completion_release(struct bn_completion *completion);
/* The message of {"error": {"message": ...}} or {"error": "..."}; NULL: root has no error. */
const char *bn_completion_error(const json_t *root);
#endif
