// Functions that have no vector form: one value at a time, in double for both element types.
#include "isa.h"
#include <math.h>

// MARK: The gamma family

// ψ(x): upwards by ψ(x) = ψ(x + 1) − 1/x until the asymptotic series is exact (Abramowitz and
// Stegun 6.3.5, 6.3.18), by reflection (6.3.7) below zero.
static double digamma(double x) {
  if (x == 0) return copysign(INFINITY, -x);
  if (x < 0) {
    if (x == floor(x)) return NAN;
    double turn = x - floor(x);
    return digamma(1 - x) - M_PI / tan(M_PI * turn);
  }
  double result = 0;
  for (; x < 12; x += 1) result -= 1 / x;
  if (isinf(x)) return x;
  double w = 1 / (x * x);
  double series =
      w * (1.0 / 12 - w * (1.0 / 120 - w * (1.0 / 252 - w * (1.0 / 240 - w * (1.0 / 132 -
      w * (691.0 / 32760 - w / 12))))));
  return result + log(x) - 0.5 / x - series;
}

// MARK: The error function's family

// Winitzki's closed form, good to three digits, and Halley's iteration on erf, or on erfc where
// 1 − |x| says more than x.
static double erfinv(double x) {
  double size = fabs(x);
  if (!(size < 1)) return size == 1 ? copysign(INFINITY, x) : NAN;
  if (size < 1e-150) return x * 0.88622692545275801365;
  double l = log1p(-x * x), t = 2 / (M_PI * 0.147) + l / 2;
  double y = sqrt(fmax(sqrt(t * t - l / 0.147) - t, 0));
  for (int i = 0; i < 3; i++) {
    double error = size < 0.5 ? erf(y) - size : (1 - size) - erfc(y);
    double step = error / (1.12837916709551257390 * exp(-y * y));
    y -= step / (1 + y * step);
  }
  return copysign(y, x);
}

// MARK: Bits

static double frexp_mantissa(double x) {
  int exponent;
  return frexp(x, &exponent);
}
static double frexp_exponent(double x) {
  int exponent = 0;
  if (isfinite(x)) frexp(x, &exponent);
  return exponent;
}

// MARK: Loops

#define LOOP_OF(NAME, F, T)                                                                       \
  static void NAME##_##T(int64_t n, const void *const *in, const int64_t *s, void *out,           \
                         int64_t os, const double *p) {                                           \
    const T *x = in[0];                                                                           \
    T *y = out;                                                                                   \
    (void)p;                                                                                      \
    for (int64_t i = 0; i < n; i++) y[i * os] = (T)F(x[i * s[0]]);                                \
  }
#define LOOPS(NAME, F) LOOP_OF(NAME, F, float) LOOP_OF(NAME, F, double)
#define ALL_LOOPS(X)                                                                              \
  X(UnaryOpDigamma, digamma)                                                                      \
  X(UnaryOpErfinv, erfinv)                                                                        \
  X(UnaryOpFrexpMantissa, frexp_mantissa)                                                         \
  X(UnaryOpFrexpExponent, frexp_exponent)
ALL_LOOPS(LOOPS)

kk_loop kk_special_unary(UnaryOp op, int32_t dtype) {
#define ENTRY(NAME, F) case NAME: return dtype == KK_F32 ? NAME##_float : dtype == KK_F64 ? NAME##_double : NULL;
  switch (op) {
    ALL_LOOPS(ENTRY)
    default: return NULL;
  }
#undef ENTRY
}
