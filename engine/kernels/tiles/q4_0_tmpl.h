/* q4_0_tmpl.h - a block of Q4_0 for matmul_block32_tmpl.h.
 * Needs the vector128.h of the instruction set. */
struct block {
    uint16_t d;
    uint8_t q[16]; /* low nibbles: elements 0..15, high nibbles: 16..31 */
};
BN_INLINE VECTOR load_block(const struct block *w, const int half)
{
    return minus(bits(load(w->q), half ? 4 : 0, 15), 8);
}
