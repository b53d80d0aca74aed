/* matmul_block32_sse41_tmpl.h - body for formats of blocks of 32 weights with one f16 scale (Q8_0, Q4_0) times int8,
 * four blocks at a time.
 *
 * The including file defines:
 * - struct block: as stored, with the f16 scale `d`;
 * - load_block(w, half): 16 of its 32 weights as signed bytes.
 * Gives: matmul. Include lanes.h first. */

/* Sums of |w| * (x with the sign of w): pmaddubsw stays below 2 * 128 * 127 = 32,512. */
BN_INLINE __m128i dot(const struct block *w, const int8_t *x)
{
    __m128i sum = _mm_setzero_si128(), ones = _mm_set1_epi16(1);
    BN_UNROLL for (int half = 0; half < 2; half++)
    {
        __m128i q = load_block(w, half), xv = _mm_loadu_si128((const __m128i *)(x + 16 * half));
        sum = _mm_add_epi32(sum, _mm_madd_epi16(_mm_maddubs_epi16(_mm_abs_epi8(q), _mm_sign_epi8(xv, q)), ones));
    }
    return sum;
}

/* Adds blocks b..b+n-1 (n <= 4) of one row to four lanes; those past n are left unchanged. */
BN_INLINE __m128 add4(__m128 lane, const struct block *w, const int8_t *x, float x_scale, int n)
{
    __m128i s[4], d = _mm_setzero_si128();
    int32_t half[4] = {0};
    BN_UNROLL for (int i = 0; i < 4; i++) s[i] = d;
    BN_UNROLL for (int i = 0; i < 4; i++)
    {
        if (i >= n) break;
        s[i] = dot(w + i, x + 32 * i);
        half[i] = w[i].d;
    }
    d = _mm_loadu_si128((const __m128i *)half);
    __m128 scale = _mm_mul_ps(v4_of_f16(d), _mm_set1_ps(x_scale));
    __m128i sum = _mm_hadd_epi32(_mm_hadd_epi32(s[0], s[1]), _mm_hadd_epi32(s[2], s[3]));
    return v4_keep(v4_fma(_mm_cvtepi32_ps(sum), scale, lane), n, lane, 0);
}

BN_INLINE float row(const struct block *w, const int8_t *x, const float *x_scale, int blocks)
{
    __m128 lane[4];
    BN_UNROLL for (int i = 0; i < 4; i++) lane[i] = _mm_setzero_ps();
    for (int b = 0; b < blocks; b += 16) BN_UNROLL for (int i = 0; i < 4; i++)
        {
            int at = b + 4 * i, n = blocks - at;
            if (n > 0) lane[i] = add4(lane[i], w + at, x + at * 32, x_scale[at / 8], n < 4 ? n : 4);
        }
    return v16_sum((v16){lane[0], lane[1], lane[2], lane[3]});
}

static void matmul(const struct bn_block_args *a, int row_begin, int row_end)
{
    for (int m = row_begin; m < row_end; m++) {
        const struct block *w = (const void *)((const char *)a->w + (size_t)m * a->row_bytes);
        for (int t = 0; t < a->n; t++)
            a->y[(size_t)t * a->y_stride + (size_t)m] =
                row(w, a->x + (size_t)t * a->x_stride, a->x_scale + (size_t)t * a->x_scale_stride, a->cols / 32);
    }
}
