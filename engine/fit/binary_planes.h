/* binary_planes.h - rows of weights as one or two planes of signs: w ~ s1 b1 + s2 b2 with b1, b2 in {-1, +1}.
 *
 * Sources: residual binarisation (HORQ, arXiv 1708.08687) refined by alternating least squares (ARB-LLM, 2410.03129),
 * weighted by the diagonal of E[x x'] (BiLLM, 2402.04291). With b1 = sign(w) and b2 = sign(w - s1 b1), which is the
 * nearest level for any s1 >= s2 >= 0, a row becomes one threshold on |w|: the 2 x 2 normal equations for the scales
 * give the weighted means of |w| on both sides of it (s1 - s2 and s1 + s2), and reassigning the codes moves the
 * threshold to s1, halfway between. */
#ifndef BN_FIT_BINARY_PLANES_H
#define BN_FIT_BINARY_PLANES_H
#include <stdbool.h>
#include <stdint.h>

#define BN_FIT_FREE (-1.0) /* s2 / s1 is fitted: weighted residual quantisation */

struct bn_fit {
    double
        ratio; /* s2 / s1: BN_FIT_FREE, or fixed: 0 one plane (binary), 1/2 a uniform grid of four levels, 1 ternary */
    double alpha; /* BN_FIT_FREE: s2 starts at alpha times the mean |w - s1 sign(w)| */
    int rounds;   /* most rounds of alternating least squares; 0: the start is the result */
};
#define BN_FIT_DEFAULT                                                                                                 \
    (struct bn_fit) { .ratio = BN_FIT_FREE, .alpha = 0.85, .rounds = 24 }

struct bn_fitted {
    float scale[2];       /* s1 >= s2 >= 0 */
    double error, energy; /* weighted sums of (w - fit)^2 and of w^2 */
    double start;         /* s2 of the start at alpha 1: scale[1] / start is the refined alpha */
};

/* Fits w [n] with the importance of each column (NULL, or all of them 0: equal). codes [n]: 2 * (b1 > 0) + (b2 > 0);
 * of one plane, b1 > 0. The result is the same on every CPU. */
void bn_fit_row(struct bn_fitted *fitted, uint8_t *codes, const struct bn_fit *fit, const float *w,
                const float *importance, int n);
#endif
