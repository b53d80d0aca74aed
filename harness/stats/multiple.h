/* multiple.h - many tests at once, and paired yes/no outcomes.
 * Holm (1979) holds the chance of any false alarm in the family; Benjamini and Hochberg (1995) the expected
 * share of false ones among those reported. Both as R's p.adjust. McNemar's exact test (1947) compares two
 * systems on the same items. */
#ifndef BN_STATS_MULTIPLE_H
#define BN_STATS_MULTIPLE_H
#include <stddef.h>

/* adjusted[i] belongs to p[i]; reject where adjusted <= alpha. May be the same array. Returns 0, or -1
 * without memory. */
int bn_holm_adjust(const double *p, size_t n, double *adjusted);
int bn_fdr_adjust(const double *p, size_t n, double *adjusted);
/* Two-sided exact p: only_first items were right in the first system alone, only_second in the second alone.
 */
double bn_mcnemar(int only_first, int only_second);
#endif
