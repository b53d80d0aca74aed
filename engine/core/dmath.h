/* dmath.h - exp, log, sine and cosine in double using only +, -, *, /: the same bits on every machine, whereas libm
 * differs between versions. Accurate to about 1e-15; used for tables (rope frequencies), never in a hot loop. */
#ifndef BN_CORE_DMATH_H
#define BN_CORE_DMATH_H
double bn_exp(double x);                            /* |x| < 700 */
double bn_log(double x);                            /* x > 0, finite */
void bn_sincos(double x, double *sin, double *cos); /* |x| < 1e8 */
#endif
