/* example.c - the core of the public API in one small program: open, tokenize, generate greedily, print text as it
 * comes. Compiled and run by the tests. */
#include "engine/bitnet.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(enum bn_status status, const struct bn_error *err)
{
    if (status == BN_OK) return;
    fprintf(stderr, "example: %s\n", err->text);
    exit(1);
}

int main(int argc, char **argv)
{
    struct bn_error err;
    struct bn_model *model;
    struct bn_session *session;
    struct bn_generator *generator;
    struct bn_generated step;
    if (argc != 3) {
        fprintf(stderr, "usage: example MODEL TEXT\n");
        return 2;
    }
    check(bn_model_open(&model, argv[1], NULL, &err), &err);
    check(bn_session_open(&session, model, NULL, &err), &err);

    size_t n, most = strlen(argv[2]) + 8; /* a token has at least one byte, apart from BOS and a leading space */
    int32_t *ids = malloc(most * sizeof *ids);
    if (!ids) return 1;
    check(bn_tokenize(model, argv[2], strlen(argv[2]), BN_TOKENIZE_BOS, ids, most, &n, &err), &err);

    const struct bn_generator_options options = {.max_new_tokens = 24};
    check(bn_generator_open(&generator, session, ids, n, &options, &err), &err);
    do {
        check(bn_generator_next(generator, &step, &err), &err);
        fwrite(step.text.bytes, 1, step.text.n, stdout);
    } while (!step.end);
    putchar('\n');
    bn_generator_close(generator);
    bn_session_close(session);
    bn_model_close(model);
    free(ids);
    return fflush(stdout) ? 1 : 0;
}
