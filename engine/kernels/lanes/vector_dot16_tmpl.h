/* vector_dot16_tmpl.h - products of bytes 0..3 and signed bytes for vector.h where there is no instruction for them: in
 * 16-bit lanes, which gain at most 2 * 3 * 127 = 762 each time. */

#define V16_DOTS 40 /* 30,480 */
static inline v4i v16_dot(v4i sum, v16b code, v16b x)
{
    v8s first = (v8s)code & 0xff, second = (v8s)((v8u)code >> 8); /* not negative */
    return (v4i)((v8s)sum + first * v8_first(x) + second * v8_second(x));
}
static inline v4i v16_flush(v4i total, v4i sum) { return v4_pairs(total, (v8s)sum, v8_set(1)); }
