/* q8_0_tmpl.h - a block of Q8_0 for matmul_block32_tmpl.h.
 * Needs the vector128.h of the instruction set. */
struct block {
    uint16_t d;
    int8_t q[32];
};
BN_INLINE VECTOR load_block(const struct block *w, const int half) { return load(w->q + 16 * half); }
