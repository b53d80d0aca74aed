/* model.h - inside of struct bn_model: an opened source, its tokenizer, bound weights and chosen kernels. */
#ifndef BN_MODEL_MODEL_H
#define BN_MODEL_MODEL_H
#include "engine/format/blocked.h"
#include "engine/kernels/kernels.h"
#include "engine/model/chat/chat.h"
#include "engine/model/screen.h"
#include "engine/model/weights.h"

struct bn_tokenizer;

struct bn_model {
    struct bn_source source;
    struct bn_refit refit;
    struct bn_blocked blocked; /* what is beside the model; bytes NULL: nothing */
    struct bn_weights weights;
    struct bn_screen screen; /* with head_screening */
    struct bn_kernels kernels;
    struct bn_tokenizer *tokenizer; /* NULL: the file has no vocabulary */
    struct bn_chat chat;
    bool reference64;       /* --kernel_backend reference64: the double precision pass */
    bool fused_norm;        /* norm and quantisation in one pass */
    int fuse_subwords;      /* rows of the crews' tables (first_qkv.h) */
    char kernels_named[80]; /* for bn_model_info */
    struct bn_model_info info;
};
#endif
