/* dmath.h - exp, log, sine and cosine in double from +, -, *, / alone: the same bits on every machine, where libm's
 * differ between versions. Good to about 1e-15; used for tables (rope frequencies), never in a hot loop. */
#ifndef BN_CORE_DMATH_H
#define BN_CORE_DMATH_H
double bn_exp(double x);                            /* |x| < 700 */
double bn_log(double x);                            /* x > 0, finite */
void bn_sincos(double x, double *sin, double *cos); /* |x| < 1e8 */
#endif
