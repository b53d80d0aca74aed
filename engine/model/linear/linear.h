/* linear.h - a matrix of the model in the layout that its kernels read, and the forms that a linear can have.
 *
 * A form is one file and one line in forms.list: it takes tensors at load, prepares a row of activations for its
 * kernels and multiplies. The pass knows no form by name. */
#ifndef BN_MODEL_LINEAR_LINEAR_H
#define BN_MODEL_LINEAR_LINEAR_H
#include "engine/format/source.h"
#include "engine/kernels/kernels.h"

struct bn_binder;

/* What one step of int8 activation codes is worth, where it is not a token's own largest magnitude / 127. */
struct bn_input_scale {
    float fixed;  /* > 0: the same for every token */
    float factor; /* > 0, with fixed 0: times the token's own */
};

struct bn_linear {
    const struct bn_linear_form *form;
    enum bn_encoding encoding; /* of a row at `data`, as far as the form reads it in a file's encoding */
    int rows, cols;
    const uint8_t *data; /* [rows][row_bytes], in the file's map or in memory of the weights */
    size_t row_bytes;
    size_t bytes;             /* of data, in forms with a layout */
    const float *w_scale;     /* ternary: one, or one per row; NULL otherwise */
    int w_scale_step;         /* 0 or 1, as in struct bn_ternary_args */
    const float *plane_scale; /* wrq: [rows][2]; NULL otherwise */
    const float *norm_in;     /* [cols] weight of an RMSNorm on this projection's input alone, or NULL */
    struct bn_input_scale
        input_scale; /* ternary: zeros, or what replaces a scale per token (bn_weights_scale_inputs) */
};

/* What linears multiply: n rows of activations, in the shape that each form prepares. */
struct bn_linear_input {
    float *values;      /* [n][value_stride] floats */
    int8_t *codes;      /* [n][code_stride] of quantize_a256 or quantize_b256 */
    int32_t *sum;       /* [n] of quantize_a256 */
    float *scale;       /* [n] of quantize_a256 */
    float *block_scale; /* [n][block_stride] of quantize_b256 */
    size_t value_stride, code_stride, block_stride;
    void *scratch;               /* [BN_KERNEL_SCRATCH] of the calling thread */
    struct bn_input_scale given; /* of the linear at hand */
    int *clamped;                /* set by prepare with a given scale: how many activations of the row it cut off */
};

struct bn_linear_form {
    const char *name;
    const char *layout; /* ternary forms: the value of ternary_layout that asks for this one; NULL for the others */
    bool has_codes;     /* its input is int8 codes, in which NaN vanishes */
    bool token_codes;   /* they are b1.58's, with one scale per token (bn_linear_prepare_ternary makes them) */
    int row_grain;      /* threads take rows in multiples of this */
    int token_grain;    /* > 0: a thread takes fewer tokens before fewer rows, as long as it keeps this many */
    /* Takes the tensor into lin->data, lin->row_bytes and sets lin->form, or leaves lin->form NULL for the next form of
     * the list. rows, cols, encoding and w_scale are filled in. Shapes are checked. Fails without memory. */
    enum bn_status (*bind)(struct bn_binder *binder, struct bn_linear *lin, const struct bn_tensor *tensor);
    /* Row t of the input from x [cols]; x may be that row of `values`. Linears of the same prepare share an input.
     * False: the codes are meaningless, because the row is zero or not finite. */
    bool (*prepare)(const struct bn_kernels *k, const struct bn_linear_input *in, int t, const float *x, int cols);
    /* y[t][r] for rows r0 <= r < r1 and tokens first <= t < first + n of the input; y points to token `first`. */
    void (*multiply)(const struct bn_kernels *k, const struct bn_linear *lin, const struct bn_linear_input *in,
                     int first, int n, float *y, size_t y_stride, int r0, int r1);
    /* Row r without w_scale as floats [cols], exactly. NULL: never bound for the double precision pass. */
    void (*unpack)(float *row, const struct bn_linear *lin, int r);
};

#define LINEAR_FORM(name) extern const struct bn_linear_form bn_linear_##name;
#include "engine/model/linear/forms.list"
#undef LINEAR_FORM

/* Whether some form has this ternary layout ("i2", "lut3"). */
bool bn_linear_has_layout(const char *layout);
/* Gives the tensor to the first form that takes it. */
enum bn_status bn_linear_bind(struct bn_binder *binder, struct bn_linear *lin, const struct bn_tensor *tensor);
/* prepare and multiply of ternary forms: quantize_a256, and the arguments of their kernels. */
bool bn_linear_prepare_ternary(const struct bn_kernels *k, const struct bn_linear_input *in, int t, const float *x,
                               int cols);
/* Whether codes with this scale mean something: above the least that quantize_a256 gives. */
static inline bool bn_linear_tells(float scale) { return scale > 1e-5f / 127.0f; }
/* Whether activations become int8 codes with one scale per token (b1.58), which also makes the logits ternary models'.
 */
static inline bool bn_linear_is_ternary(const struct bn_linear *lin) { return lin->form->token_codes; }
struct bn_ternary_args bn_linear_ternary_args(const struct bn_linear *lin, const struct bn_linear_input *in, int first,
                                              int n, float *y, size_t y_stride);
#endif
