/* test_embedding.c - the limit of embedding norms: e * min(1, C / |e|), computed by hand. */
#include "engine/model/embedding.h"
#include "engine/model/model.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static const float rows[5][2] = {{3, 4}, {0.3f, 0.4f}, {0, 0}, {NAN, 1}, {-8, 6}};
static const struct bn_tensor tensor = {.encoding = BN_ENC_F32, .rows = 5, .cols = 2, .bytes = sizeof rows};

static void expect_row(const struct bn_embedding *e, int id, float a, float b)
{
    float x[2];
    bn_embedding_row(e, x, id);
    cr_expect(fabsf(x[0] - a) < 1e-6f && fabsf(x[1] - b) < 1e-6f, "row %d is %g, %g", id, (double)x[0], (double)x[1]);
}

Test(embedding, long_rows_become_as_long_as_the_limit)
{
    struct bn_embedding e = {.tensor = &tensor, .rows = rows};
    expect_row(&e, 0, 3, 4);
    cr_assert_eq(bn_embedding_clip(&e, 4, 1, NULL), BN_OK);
    expect_row(&e, 0, 0.6f, 0.8f);
    expect_row(&e, 1, 0.3f, 0.4f);
    expect_row(&e, 2, 0, 0);
    expect_row(&e, 4, -0.8f, 0.6f);
    cr_expect_eq(e.n_clipped, 1, "%d rows of the vocabulary, which the last row is not in", e.n_clipped);
    float x[2];
    bn_embedding_row(&e, x, 3);
    cr_expect(isnan(x[0]) && x[1] == 1, "a damaged row stays damaged");
    bn_embedding_release(&e);
}

static float longest_row(const struct bn_model *model)
{
    const struct bn_embedding *e = &model->weights.embedding;
    float most = 0, *x = malloc((size_t)e->tensor->cols * sizeof *x);
    for (int id = 0; id < bn_model_info(model)->n_vocab; id++) {
        double sum = 0;
        bn_embedding_row(e, x, id);
        for (int64_t i = 0; i < e->tensor->cols; i++) sum += (double)x[i] * (double)x[i];
        most = fmaxf(most, (float)sqrt(sum));
    }
    free(x);
    return most;
}

/* The head of the reference model is its embedding's tensor. */
Test(embedding, a_head_of_the_same_tensor_is_left_alone)
{
    struct bn_model *plain, *clipped;
    const char *path = "datasets/reference/b158-i2_s.gguf";
    cr_assert_eq(bn_model_open(&plain, path, NULL, NULL), BN_OK);
    cr_assert_eq(bn_model_open(&clipped, path, &(struct bn_model_options){.clip_embed_norm = 1.5f}, NULL), BN_OK);
    cr_expect_eq(bn_model_info(plain)->n_clipped_rows, 0);
    cr_expect_gt(bn_model_info(clipped)->n_clipped_rows, 0);
    cr_expect_gt(longest_row(plain), 1.6f);
    cr_expect_float_eq(longest_row(clipped), 1.5f, 1e-5f);
    const struct bn_linear *a = &plain->weights.head, *b = &clipped->weights.head;
    cr_expect_arr_eq(a->data, b->data, (size_t)a->rows * a->row_bytes);
    bn_model_close(plain);
    bn_model_close(clipped);
}
