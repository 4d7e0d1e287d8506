// The gamma function and related functions.
#include "special.h"
#include <math.h>

// ψ(x): upwards by ψ(x) = ψ(x + 1) - 1/x until the asymptotic series is accurate (A&S 6.3.5,
// 6.3.18), and by reflection (6.3.7) below zero.
double kk_digamma(double x) {
  if (x == 0) return copysign(INFINITY, -x);
  if (x < 0) {
    if (x == floor(x)) return NAN;
    // The distance to the nearer integer is exact.
    double turn = x - floor(x);
    if (turn > 0.5) turn = x - ceil(x);
    return kk_digamma(1 - x) - M_PI / tan(M_PI * turn);
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

// MARK: The Hurwitz zeta function

// Σ (q + k)^-s over k ≥ 0, for q > -20: the first terms, and the Euler-Maclaurin formula for the
// rest (DLMF 25.11.5).
static double zeta_sum(double s, double q) {
  double sum = 0, a = q;
  for (int k = 0; k < 12 || a < 12; k++, a += 1) {
    double term = pow(a, -s);
    sum += term;
    // Only the terms of positive numbers decrease steadily.
    if (a > 0 && fabs(term) < 1e-17 * fabs(sum)) return sum;
  }
  double power = pow(a, -s);
  if (power == 0) return sum;
  sum += a * power / (s - 1) + power / 2;
  // B₂ⱼ/(2j)! · s (s + 1) … (s + 2j - 2) · a^(-s - 2j + 1)
  static const double bernoulli[] = {
      1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510};
  double factor = s * power / (2 * a);
  for (int j = 0; j < 8; j++) {
    double term = bernoulli[j] * factor;
    sum += term;
    if (fabs(term) < 1e-17 * fabs(sum)) break;
    factor *= (s + 2 * j + 1) * (s + 2 * j + 2) / ((2 * j + 3) * (2 * j + 4) * a * a);
  }
  return sum;
}

double kk_zeta(double s, double q) {
  if (s == 1) return INFINITY;
  if (s < 1) return NAN;
  if (q <= 0) {
    if (q == floor(q)) return INFINITY;
    if (s != floor(s)) return NAN;
  }
  if (isnan(s) || isnan(q) || isinf(q)) return NAN;
  if (q > -20) return zeta_sum(s, q);
  // Far below zero, the negative terms are mirrored: two sums instead of a long one.
  double fraction = q - floor(q), negatives = -floor(q);
  double mirrored = zeta_sum(s, 1 - fraction) - zeta_sum(s, negatives + 1 - fraction);
  return zeta_sum(s, fraction) + (fmod(s, 2) == 0 ? mirrored : -mirrored);
}

// ψ' like PyTorch, with four terms of the series (A&S 6.4.12) after six steps: ten digits, and the
// gradients of digamma agree. Below 0.5 it is reflected (6.4.7).
static double trigamma(double x) {
  double sum = 0, sign = 1;
  if (x < 0.5) {
    double s = sin(M_PI * x);
    sum = -(M_PI * M_PI) / (s * s);
    sign = -1;
    x = 1 - x;
  }
  for (int i = 0; i < 6; i++, x += 1) sum += 1 / (x * x);
  double w = 1 / (x * x);
  sum += (1 + 1 / (2 * x) + w * (1. / 6 - w * (1. / 30 - w * (1. / 42)))) / x;
  return sign * sum;
}

// The derivatives of ψ (A&S 6.4.10).
double kk_polygamma(double x, double n) {
  if (n == 0) return kk_digamma(x);
  if (n == 1) return trigamma(x);
  double size = exp(lgamma(n + 1)) * kk_zeta(n + 1, x);
  return fmod(n, 2) == 0 ? -size : size;
}

// MARK: The incomplete gamma functions

// x^a e^-x / Γ(a). For large a by Stirling's series, since the powers would cancel.
static double gamma_front(double a, double x) {
  if (a < 20) return exp(a * log(x) - x - lgamma(a));
  double w = 1 / a, d = (x - a) / a;
  double stirling = w / 12 * (1 - w * w / 30 * (1 - w * w * 2 / 7));
  // log1p(d) - d loses accuracy for small d, where its series is short.
  double curve = 0;
  if (fabs(d) < 0.1) {
    double power = d * d;
    for (int k = 2; k < 22; k++, power *= -d) curve -= power / k;
  } else {
    curve = log(x / a) - d;
  }
  return exp(a * curve - stirling) * sqrt(a / (2 * M_PI));
}

// A&S 6.5.29.
static double igamma_series(double a, double x) {
  double term = 1 / a, sum = term;
  for (double k = a + 1; term > sum * 1e-17; k += 1) {
    term *= x / k;
    sum += term;
  }
  return sum * gamma_front(a, x);
}

// A&S 6.5.31, evaluated forwards by Lentz's method (Thompson and Barnett 1986).
static double igammac_fraction(double a, double x) {
  double b = x + 1 - a, c = 1e300, d = 1 / b, value = d;
  for (double i = 1; i < 1e6; i += 1) {
    double numerator = -i * (i - a);
    b += 2;
    d = numerator * d + b;
    d = 1 / (d == 0 ? 1e-300 : d);
    c = b + numerator / c;
    if (c == 0) c = 1e-300;
    value *= d * c;
    if (fabs(d * c - 1) < 1e-16) break;
  }
  return value * gamma_front(a, x);
}

// Temme's uniform expansion for a too large for a series, up to its first correction (DLMF 8.12.3
// and 8.12.7).
static double igammac_uniform(double a, double x) {
  double mu = (x - a) / a;
  double eta = copysign(sqrt(fmax(2 * (mu - log1p(mu)), 0)), mu);
  if (fabs(mu) < 1e-3) eta = mu * (1 - mu / 3 + 7 * mu * mu / 36);
  double correction = fabs(mu) < 1e-3 ? -1.0 / 3 + mu / 12 : 1 / mu - 1 / eta;
  return erfc(eta * sqrt(a / 2)) / 2 +
         exp(-a * eta * eta / 2) / sqrt(2 * M_PI * a) * correction;
}

static double incomplete(double a, double x, int upper) {
  if (x < 0 || a < 0) return NAN;
  if (a == 0) return x > 0 ? !upper : NAN;
  if (x == 0) return upper;
  if (isinf(a)) return isinf(x) ? NAN : upper;
  if (isinf(x)) return !upper;
  if (isnan(a) || isnan(x)) return NAN;
  if (a > 1e6) {
    double q = igammac_uniform(a, x);
    return upper ? q : 1 - q;
  }
  if (x < a + 1) {
    double p = igamma_series(a, x);
    return upper ? 1 - p : p;
  }
  double q = igammac_fraction(a, x);
  return upper ? q : 1 - q;
}
double kk_igamma(double a, double x) { return incomplete(a, x, 0); }
double kk_igammac(double a, double x) { return incomplete(a, x, 1); }
