/* bind.h - for forms of linears: memory of the weights, and tensors laid into it by all threads. What these functions
 * return belongs to binder->weights and lives until bn_weights_close. */
#ifndef BN_MODEL_LINEAR_BIND_H
#define BN_MODEL_LINEAR_BIND_H
#include "engine/core/threads.h"
#include "engine/format/blocked.h"
#include "engine/model/weights.h"

struct bn_binder {
    struct bn_weights *weights;
    const struct bn_source *source;
    const struct bn_kernels *kernels;
    struct bn_threads *threads;
    const struct bn_model_options *options;
    struct bn_refit *refit;
    struct bn_error *err;
    const struct bn_blocked *blocked; /* ready data in options->ternary_layout, or NULL */
};

/* Room for n floats, or for a matrix (in huge pages while they last); NULL with the error set without memory. */
float *bn_bind_floats(struct bn_binder *binder, size_t n, const char *what);
void *bn_bind_matrix(struct bn_binder *binder, size_t bytes, const char *what);
/* [rows][planes] scales of rows of planes of signs; NULL as above. */
float *bn_bind_plane_scales(struct bn_binder *binder, const struct bn_tensor *tensor, int planes);
/* The file's pages of the tensor will not be read again soon. */
void bn_bind_done_with(const struct bn_binder *binder, const struct bn_tensor *tensor);

/* Makes row `row` of the tensor at `out`; buffer [cols] is the thread's own. */
typedef void bn_row_maker(uint8_t *out, const struct bn_tensor *tensor, int64_t row, float *buffer);
/* lin->data from rows of row_bytes made by all threads. */
enum bn_status bn_bind_rows(struct bn_binder *binder, struct bn_linear *lin, const struct bn_tensor *tensor,
                            size_t row_bytes, bn_row_maker *row);
/* lin->data from rows (lin->row_bytes each) that kernels can read as they are: copied into huge pages, or left in the
 * file with weights_in_place. */
enum bn_status bn_bind_stored(struct bn_binder *binder, struct bn_linear *lin, const uint8_t *rows, const char *name);
/* lin->data and lin->bytes from NAME.blocked, copied or left there in the same way; lin->data stays NULL if the tensor
 * is not there. */
enum bn_status bn_bind_blocked(struct bn_binder *binder, struct bn_linear *lin, const struct bn_tensor *tensor,
                               size_t bytes);
/* The rows of the tensor's own encoding, in the byte order of this CPU; and one of them unpacked. */
enum bn_status bn_bind_as_is(struct bn_binder *binder, struct bn_linear *lin, const struct bn_tensor *tensor);
void bn_bind_unpack_as_is(float *row, const struct bn_linear *lin, int r);
#endif
