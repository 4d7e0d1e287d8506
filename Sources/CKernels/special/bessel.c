// Bessel and Airy functions. Near zero, power series whose terms have one sign or cancel little;
// far out, asymptotic series. In between, the integral of A&S 9.6.24, on which the trapezoidal rule
// converges geometrically (Goodwin 1949; Trefethen and Weideman, SIAM Review 56, 2014).
#include "special.h"
#include <math.h>

static const double euler_gamma = 0.57721566490153286061;

// MARK: The first kind, modified

// Σ q^k / (k! (k + n)!) · n!, q = x²/4 (A&S 9.6.10).
static double i_series(double x, int n) {
  double q = x * x / 4, term = 1, sum = 1;
  for (int k = 1; term > sum * 1e-17; k++) {
    term *= q / ((double)k * (k + n));
    sum += term;
  }
  return sum;
}

// √(2πx) e^-x I_n(x) = Σ (-1)^k a_k(n) / x^k (A&S 9.7.1), to its smallest term.
static double i_asymptotic(double x, int n) {
  double term = 1, sum = 1;
  for (int k = 1; k < 2 * x && fabs(term) > 1e-17; k++) {
    double odd = 2 * k - 1;
    term *= (odd * odd - 4 * n * n) / (8 * k * x);
    sum += term;
  }
  return sum / (sqrt(2 * M_PI) * sqrt(x));
}

double kk_i0e(double x) {
  x = fabs(x);
  return x <= 20 ? exp(-x) * i_series(x, 0) : i_asymptotic(x, 0);
}
double kk_i1e(double x) {
  double size = fabs(x);
  double y = size <= 20 ? exp(-size) * (size / 2) * i_series(size, 1) : i_asymptotic(size, 1);
  return copysign(y, x);
}
double kk_i0(double x) { return exp(fabs(x)) * kk_i0e(x); }
double kk_i1(double x) { return exp(fabs(x)) * kk_i1e(x); }

// MARK: The second kind, modified

// e^x K_ν(x) = ∫ exp(-x (cosh t - 1)) cosh νt dt over t > 0, for x ≥ 1.
static double k_integral(double nu, double x) {
  double h = fmin(0.125, 0.5 / sqrt(x)), sum = 0.5;
  for (int i = 1;; i++) {
    double s = sinh(i * h / 2), value = exp(-2 * s * (s * x)) * cosh(nu * i * h);
    sum += value;
    if (value < 1e-18) return h * sum;
  }
}

// A&S 9.6.13: -(ln(x/2) + γ) I₀ + Σ q^k/(k!)² H_k.
static double k0_series(double x) {
  double q = x * x / 4, term = 1, harmonic = 0, sum = 0;
  for (int k = 1; k < 30; k++) {
    term *= q / ((double)k * k);
    harmonic += 1.0 / k;
    sum += term * harmonic;
  }
  return sum - (log(x / 2) + euler_gamma) * i_series(x, 0);
}
// A&S 9.6.11 for n = 1: 1/x + ln(x/2) I₁ - x/4 Σ (ψ(k + 1) + ψ(k + 2)) q^k / (k! (k + 1)!).
static double k1_series(double x) {
  double q = x * x / 4, term = 1, psi = 1 - 2 * euler_gamma, sum = psi;
  for (int k = 1; k < 30; k++) {
    term *= q / ((double)k * (k + 1));
    psi += 1.0 / k + 1.0 / (k + 1);
    sum += term * psi;
  }
  return 1 / x + log(x / 2) * (x / 2) * i_series(x, 1) - x / 4 * sum;
}

double kk_k0e(double x) {
  if (!(x > 0)) return x == 0 ? INFINITY : NAN;
  if (isinf(x)) return 0;
  return x <= 2 ? exp(x) * k0_series(x) : k_integral(0, x);
}
double kk_k1e(double x) {
  if (!(x > 0)) return x == 0 ? INFINITY : NAN;
  if (isinf(x)) return 0;
  return x <= 2 ? exp(x) * k1_series(x) : k_integral(1, x);
}
double kk_k0(double x) { return x > 0 && x <= 2 ? k0_series(x) : exp(-x) * kk_k0e(x); }
double kk_k1(double x) { return x > 0 && x <= 2 ? k1_series(x) : exp(-x) * kk_k1e(x); }

// MARK: The unmodified functions, which the C library provides

// PyTorch defines them as NaN at infinity.
double kk_j0(double x) { return isinf(x) ? NAN : j0(x); }
double kk_j1(double x) { return isinf(x) ? NAN : j1(x); }
double kk_y0(double x) { return x < 0 || isinf(x) ? NAN : y0(x); }
double kk_y1(double x) { return x < 0 || isinf(x) ? NAN : y1(x); }

double kk_spherical_j0(double x) {
  if (isinf(x)) return 0;
  // The quotient is exact to rounding down to the smallest number.
  return x == 0 ? 1 : sin(x) / x;
}

// MARK: The Airy function

// Ai(0) f(x) + Ai'(0) g(x) (A&S 10.4.2), with more digits than a double, since for negative x terms
// much larger than the result cancel.
static double airy_series(double x) {
  long double cube = (long double)x * x * x, f = 1, g = x, f_sum = 1, g_sum = x;
  for (int k = 1; k < 80; k++) {
    f *= cube / ((3.0L * k - 1) * (3.0L * k));
    g *= cube / ((3.0L * k) * (3.0L * k + 1));
    f_sum += f;
    g_sum += g;
  }
  return 0.355028053887817239260063186004183L * f_sum -
         0.258819403792806798405183560189204L * g_sum;
}

// DLMF 9.7.9 for -x, with the coefficients u_k of 9.7.2.
static double airy_oscillating(double x) {
  double zeta = 2 * x * sqrt(x) / 3, u = 1, even = 1, odd = 0;
  for (int k = 1; k < 2 * zeta && u > 1e-17; k++) {
    u *= (6.0 * k - 5) * (6.0 * k - 3) * (6.0 * k - 1) / (216.0 * k * (2 * k - 1) * zeta);
    double signed_u = k & 2 ? -u : u;
    if (k & 1) odd += signed_u; else even += signed_u;
  }
  double angle = zeta - M_PI / 4;
  return (cos(angle) * even + sin(angle) * odd) / sqrt(M_PI * sqrt(x));
}

double kk_airy_ai(double x) {
  if (isinf(x) || isnan(x)) return NAN;
  if (x < -8) return airy_oscillating(-x);
  if (x <= 2) return airy_series(x);
  // A&S 10.4.14.
  double zeta = 2 * x * sqrt(x) / 3;
  // Below the smallest number, and before ζ overflows.
  if (zeta > 750) return 0;
  return exp(-zeta) * sqrt(x / 3) * k_integral(1.0 / 3, zeta) / M_PI;
}
