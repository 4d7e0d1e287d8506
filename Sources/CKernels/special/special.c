// Loops over functions without a vector form: one value at a time, in double for both types but
// where PyTorch's float has roundings of its own.
#include "special.h"
#include "isa.h"
#include <math.h>

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

// MARK: Small functions

static double xlog1py(double x, double y) {
  if (isnan(y)) return NAN;
  return x == 0 ? 0 : x * log1p(y);
}
static float sincf(float x) {
  float angle = (float)M_PI * x;
  return x == 0 ? 1 : sinf(angle) / angle;
}
static double sinc(double x) {
  double angle = M_PI * x;
  return x == 0 ? 1 : sin(angle) / angle;
}

// MARK: Formulas

// X(operation, type, formula of x, or of a and b); parameters are in p.
// clang-format off
#define SPECIAL_UNARY(T, X)                                                                       \
  X(Digamma, T, kk_digamma(x))                                                                    \
  X(Erfinv, T, kk_erfinv(x))                                                                      \
  X(FrexpMantissa, T, frexp_mantissa(x))                                                          \
  X(FrexpExponent, T, frexp_exponent(x))                                                          \
  X(BesselK0, T, kk_k0(x))                                                                        \
  X(BesselK0e, T, kk_k0e(x))                                                                      \
  X(BesselK1, T, kk_k1(x))                                                                        \
  X(BesselK1e, T, kk_k1e(x))                                                                      \
  X(BesselJ0, T, kk_j0(x))                                                                        \
  X(BesselJ1, T, kk_j1(x))                                                                        \
  X(BesselY0, T, kk_y0(x))                                                                        \
  X(BesselY1, T, kk_y1(x))                                                                        \
  X(SphericalJ0, T, kk_spherical_j0(x))                                                           \
  X(AiryAi, T, kk_airy_ai(x))                                                                     \
  X(Erfcx, T, kk_erfcx(x))                                                                        \
  X(LogNdtr, T, kk_log_ndtr(x))                                                                   \
  X(Ndtri, T, kk_ndtri(x))                                                                        \
  X(Entr, T, kk_entr(x))                                                                          \
  X(Polygamma, T, kk_polygamma(x, p[0]))                                                          \
  X(Sinc, T, OWN(sinc, T)(x))                                                                     \
  X(BesselI0, T, OWN(kk_i0, T)(x))                                                                \
  X(BesselI0e, T, OWN(kk_i0e, T)(x))                                                              \
  X(BesselI1, T, OWN(kk_i1, T)(x))                                                                \
  X(BesselI1e, T, OWN(kk_i1e, T)(x))
/// The function of the type: in float, PyTorch rounds in between.
#define OWN(F, T) _Generic((T)0, float: F##f, double: F)
#define SPECIAL_BINARY(T, X)                                                                      \
  X(Xlog1py, T, xlog1py(a, b))                                                                    \
  X(Zeta, T, kk_zeta(a, b))                                                                       \
  X(Igamma, T, kk_igamma(a, b))                                                                   \
  X(Igammac, T, kk_igammac(a, b))                                                                 \
  X(ChebyshevT, T, kk_chebyshev_t(a, b))                                                          \
  X(ChebyshevU, T, kk_chebyshev_u(a, b))                                                          \
  X(ChebyshevV, T, kk_chebyshev_v(a, b))                                                          \
  X(ChebyshevW, T, kk_chebyshev_w(a, b))                                                          \
  X(ShiftedChebyshevT, T, kk_chebyshev_t(2.0 * a - 1, b))                                         \
  X(ShiftedChebyshevU, T, kk_chebyshev_u(2.0 * a - 1, b))                                         \
  X(ShiftedChebyshevV, T, kk_chebyshev_v(2.0 * a - 1, b))                                         \
  X(ShiftedChebyshevW, T, kk_chebyshev_w(2.0 * a - 1, b))                                         \
  X(HermiteH, T, kk_hermite_h(a, b))                                                              \
  X(HermiteHe, T, kk_hermite_he(a, b))                                                            \
  X(LaguerreL, T, kk_laguerre_l(a, b))                                                            \
  X(LegendreP, T, kk_legendre_p(a, b))
// clang-format on

// MARK: Loops

#define UNARY(NAME, T, EXPR)                                                                      \
  static void UnaryOp##NAME##_##T(int64_t n, const void *const *in, const int64_t *s, void *out,  \
                                  int64_t os, const double *p) {                                  \
    const T *xs = in[0];                                                                          \
    T *y = out;                                                                                   \
    (void)p;                                                                                      \
    for (int64_t i = 0; i < n; i++) { T x = xs[i * s[0]]; y[i * os] = (T)EXPR; }                  \
  }
#define BINARY(NAME, T, EXPR)                                                                     \
  static void BinaryOp##NAME##_##T(int64_t n, const void *const *in, const int64_t *s, void *out, \
                                   int64_t os, const double *p) {                                 \
    const T *as = in[0], *bs = in[1];                                                             \
    T *y = out;                                                                                   \
    (void)p;                                                                                      \
    for (int64_t i = 0; i < n; i++) { T a = as[i * s[0]], b = bs[i * s[1]]; y[i * os] = (T)EXPR; } \
  }
EACH_FLOAT(SPECIAL_UNARY, UNARY)
EACH_FLOAT(SPECIAL_BINARY, BINARY)

#define UNARY_ENTRY(NAME, T, ...) [dtype_##T][UnaryOp##NAME] = UnaryOp##NAME##_##T,
#define BINARY_ENTRY(NAME, T, ...) [dtype_##T][BinaryOp##NAME] = BinaryOp##NAME##_##T,
kk_loop kk_special_unary(UnaryOp op, int32_t dtype) {
  static const kk_loop table[KK_DTYPES][UnaryOpCount] = {EACH_FLOAT(SPECIAL_UNARY, UNARY_ENTRY)};
  return table[dtype][op];
}

kk_loop kk_special_binary(BinaryOp op, int32_t dtype) {
  static const kk_loop table[KK_DTYPES][BinaryOpCount] = {EACH_FLOAT(SPECIAL_BINARY, BINARY_ENTRY)};
  return table[dtype][op];
}
