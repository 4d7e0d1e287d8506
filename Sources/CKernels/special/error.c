// The error function and related functions, from the C library's erf and erfc.
#include "special.h"
#include <math.h>

static const double half_log_two_pi = 0.91893853320467274178;

// Winitzki's closed form, accurate to three digits, and Halley's iteration on erf, or on erfc where
// 1 - |x| is more accurate than x.
double kk_erfinv(double x) {
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

// exp(x²) erfc(x). The rounding error of the square, which exp would amplify, is a separate factor.
// Where erfc is about to underflow, the asymptotic series (A&S 7.1.23) is used.
double kk_erfcx(double x) {
  if (x < -27) return INFINITY;
  if (x < 25) return exp(x * x) * exp(fma(x, x, -x * x)) * erfc(x);
  double w = 1 / (2 * x * x);
  double series = 1 - w * (1 - 3 * w * (1 - 5 * w * (1 - 7 * w * (1 - 9 * w))));
  return series / (x * 1.77245385090551602730);
}

// The logarithm of the normal distribution function.
double kk_log_ndtr(double x) {
  if (x < -1) return log(kk_erfcx(-x * M_SQRT1_2) / 2) - x * x / 2;
  return log1p(-erfc(x * M_SQRT1_2) / 2);
}

// The inverse of the normal distribution function: A&S 26.2.23, accurate to three digits, then
// Newton's iteration on the logarithm, which is concave, so that it converges from either side.
double kk_ndtri(double p) {
  if (!(p > 0 && p < 1)) return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
  if (p > 0.5) return -kk_ndtri(1 - p);
  if (p == 0.5) return 0;
  double target = log(p), t = sqrt(-2 * target);
  double x = (2.515517 + t * (0.802853 + t * 0.010328)) /
                 (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (int i = 0; i < 4; i++) {
    double value = kk_log_ndtr(x);
    x -= (value - target) * exp(value + x * x / 2 + half_log_two_pi);
  }
  return x;
}

double kk_entr(double x) {
  if (isnan(x)) return x;
  return x > 0 ? -x * log(x) : x == 0 ? 0 : -INFINITY;
}
