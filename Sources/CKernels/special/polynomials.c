// Orthogonal polynomials by their recurrences in the degree (A&S 22.7). Like PyTorch, the degree is
// a number that is truncated. Below zero, and beyond 64 bits, the polynomial is 0.
#include "special.h"
#include <math.h>

// The degree as an integer, -1 for none.
static double degree(double n) { return n > -1 && n < 0x1p63 ? trunc(n) : -1; }
static int is_odd(double n) { return fmod(n, 2) != 0; }

// P₀ = 1, P₁ = first, Pₖ₊₁ = 2x Pₖ - Pₖ₋₁: Chebyshev polynomials of all kinds. It ends early once
// the values overflow.
static double chebyshev(double x, double n, double first) {
  double p = 1, q = first;
  for (double k = 2; k <= n && !isnan(q); k += 1) {
    double r = 2 * x * q - p;
    p = q;
    q = r;
  }
  return q;
}

double kk_chebyshev_t(double x, double n) {
  n = degree(n);
  if (n <= 0) return n == 0;
  if (fabs(x) == 1) return x > 0 || !is_odd(n) ? 1 : -1;
  if (n > 6 && fabs(x) < 1) return cos(n * acos(x));
  return chebyshev(x, n, x);
}

double kk_chebyshev_u(double x, double n) {
  n = degree(n);
  if (n <= 0) return n == 0;
  if (fabs(x) == 1) return x > 0 || !is_odd(n) ? n + 1 : -(n + 1);
  if (n > 8 && fabs(x) < 1) {
    double t = acos(x);
    return sin((n + 1) * t) / sin(t);
  }
  return chebyshev(x, n, 2 * x);
}

double kk_chebyshev_v(double x, double n) {
  n = degree(n);
  if (n <= 0) return n == 0;
  if (fabs(x) == 1) return x > 0 ? 1 : is_odd(n) ? -(2 * n + 1) : 2 * n + 1;
  if (n > 8 && fabs(x) < 1) {
    double t = acos(x);
    return cos((n + 0.5) * t) / cos(t / 2);
  }
  return chebyshev(x, n, 2 * x - 1);
}

double kk_chebyshev_w(double x, double n) {
  n = degree(n);
  if (n <= 0) return n == 0;
  if (fabs(x) == 1) return x > 0 ? 2 * n + 1 : is_odd(n) ? -1 : 1;
  if (n > 8 && fabs(x) < 1) {
    double t = acos(x);
    return sin((n + 0.5) * t) / sin(t / 2);
  }
  return chebyshev(x, n, 2 * x + 1);
}

// PyTorch gives NaN above degree 512.
static double hermite(double x, double n, double scale) {
  n = degree(n);
  if (n <= 0) return n == 0;
  if (n > 512) return NAN;
  double p = 1, q = scale * x;
  for (double k = 1; k < n; k += 1) {
    double r = scale * (x * q - k * p);
    p = q;
    q = r;
  }
  return q;
}
double kk_hermite_h(double x, double n) { return hermite(x, n, 2); }
double kk_hermite_he(double x, double n) { return hermite(x, n, 1); }

// The degree beyond which a recurrence would take seconds for one number.
static const double highest = 1 << 24;

double kk_laguerre_l(double x, double n) {
  n = degree(n);
  if (n <= 0) return n == 0;
  if (x == 0) return 1;
  if (n > highest) return NAN;
  double p = 1, q = 1 - x;
  for (double k = 1; k < n && !isnan(q); k += 1) {
    double r = ((2 * k + 1 - x) * q - k * p) / (k + 1);
    p = q;
    q = r;
  }
  return q;
}

double kk_legendre_p(double x, double n) {
  n = degree(n);
  if (n <= 0) return n == 0;
  if (fabs(x) == 1) return x > 0 || !is_odd(n) ? 1 : -1;
  // DLMF 18.15.12; the error is of the order n^(-3/2).
  if (n > highest && fabs(x) < 1) {
    double t = acos(fabs(x)), y = sqrt(t / sin(t)) * j0((n + 0.5) * t);
    return x < 0 && is_odd(n) ? -y : y;
  }
  double p = 1, q = x;
  for (double k = 1; k < n && !isnan(q); k += 1) {
    double r = ((2 * k + 1) * x * q - k * p) / (k + 1);
    p = q;
    q = r;
  }
  return q;
}
