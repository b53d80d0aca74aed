/* example.c - the whole public API in one small program: continue a text greedily. Compiled and run by the tests. */
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
    if (argc != 3) {
        fprintf(stderr, "usage: example MODEL TEXT\n");
        return 2;
    }
    check(bn_model_open(&model, argv[1], NULL, &err), &err);
    check(bn_session_open(&session, model, NULL, &err), &err);

    int32_t ids[4096];
    size_t n;
    check(bn_tokenize(model, argv[2], strlen(argv[2]), BN_TOKENIZE_BOS, ids, 4096, &n, &err), &err);
    check(bn_prefill(session, ids, n < 4096 ? n : 4096, &err), &err);

    struct bn_text_stream stream;
    bn_text_stream_init(&stream, model, false);
    for (int i = 0; i < 24; i++) {
        const float *logits = bn_logits(session);
        int32_t best = 0;
        for (int32_t id = 1; id < bn_model_info(model)->n_vocab; id++)
            if (logits[id] > logits[best]) best = id;
        if (bn_token_is_end(model, best)) break;
        char text[256];
        fwrite(text, 1, bn_text_stream_put(&stream, best, text, sizeof text), stdout);
        check(bn_decode(session, best, &err), &err);
    }
    putchar('\n');
    bn_session_close(session);
    bn_model_close(model);
    return 0;
}
