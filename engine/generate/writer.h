/* writer.h - what becomes of the tokens that are chosen for one text: how they are chosen, their text, and where it
 * ends. The generator writes one text with it, bitnet-serve as many as it decodes together. */
#ifndef BN_GENERATE_WRITER_H
#define BN_GENERATE_WRITER_H
#include "engine/generate/tail.h"

struct bn_writer {
    const struct bn_model *model;
    const struct bn_generator_options
        *options; /* the caller's: sampling, stops, max_new_tokens, ignore_eos, ids_only */
    struct bn_sampler *sampler;
    struct bn_text_stream *stream; /* NULL: ids only */
    struct bn_tail tail;
    size_t n_new;
    enum bn_end end; /* the caller may set it for reasons of its own */
};
/* For a text that continues the prompt ids[0 .. n). On failure there is nothing to release. */
enum bn_status bn_writer_init(struct bn_writer *writer, const struct bn_model *model,
                              const struct bn_generator_options *options, const int32_t *ids, size_t n,
                              struct bn_error *err);
void bn_writer_release(struct bn_writer *writer);
/* One more token of the text; sets `end` when it is the last. */
enum bn_status bn_writer_put(struct bn_writer *writer, int32_t id, struct bn_error *err);
/* Text that is ready, valid until the next call; at the end all that is left, in which a stop string may show up. */
enum bn_status bn_writer_take(struct bn_writer *writer, struct bn_text *text, struct bn_error *err);
#endif
