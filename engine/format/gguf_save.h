/* gguf_save.h - a whole model as a GGUF file that bitnet.cpp and llama.cpp-family readers load. */
#ifndef BN_FORMAT_GGUF_SAVE_H
#define BN_FORMAT_GGUF_SAVE_H
#include "engine/files.h"
#include "engine/format/convert.h"

struct bn_save_options {
    enum bn_encoding linear; /* of the linears of the layers; BN_ENC_NONE: as they are */
    enum bn_encoding head;   /* of the embedding and the output head; BN_ENC_NONE: as they are (ternary is refused) */
    struct bn_fit fit;       /* of linears in planes of signs (binary, wrq) */
    const float *(*importance)(const void *of, const char *tensor); /* weights of the columns in them, or NULL */
    const void *importance_of;
    struct bn_fit_loss *loss; /* what their fits left over, or NULL */
    void *self;               /* for the two callbacks, each may be NULL */
    void (*progress)(void *self, const char *tensor, uint64_t done_bytes, uint64_t total_bytes);
    void (*note)(void *self, const char *sentence); /* a tensor that got another encoding than asked for, and why */
};

/* What each tensor of the file is made of; names of tensors that exist only in the file are owned here. */
struct bn_save_item {
    struct bn_conversion conversion;
    char name[96];
    size_t bytes;
    bool vector;               /* one dimension in the file */
    const float *inline_value; /* a tensor of this one float instead of a conversion (scales kept apart), or NULL */
};
struct bn_save_plan {
    struct bn_save_item *items;
    size_t n;
};
enum bn_status bn_save_plan_open(struct bn_save_plan *plan, const struct bn_source *source,
                                 const struct bn_save_options *options, struct bn_error *err);
void bn_save_plan_close(struct bn_save_plan *plan);

/* Writes the plan to `output`, which the caller commits. Fails when the source changed meanwhile. */
enum bn_status bn_gguf_save(const struct bn_save_plan *plan, const struct bn_source *source, struct bn_output *output,
                            const struct bn_save_options *options, struct bn_error *err);
/* What reading back found beside equality. */
struct bn_verified {
    double worst;        /* largest error of a float relative to the largest weight of its tensor */
    size_t n_rounded;    /* ternary tensors whose scales were rounded to a half (tq1_0, tq2_0, iq1_bn) */
    double scale_change; /* the largest relative change of a scale, and in which tensor of the plan; NULL: none */
    const char *most_rounded;
};
/* Opens what was written to `path` (the part of an output before its commit) and compares: configuration, vocabulary
 * and ternary codes exactly, scales and floats within what the encoding loses. */
enum bn_status bn_gguf_verify(const struct bn_save_plan *plan, const struct bn_source *source, const char *path,
                              struct bn_verified *verified, struct bn_error *err);
#endif
